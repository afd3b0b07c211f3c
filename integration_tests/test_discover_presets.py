"""`ozmeta-dbt discover` of histories: from the tables of a system, in one command, to metadata that
generates and runs.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ozmeta_dbt.documents import loads_yaml
from ozmeta_dbt.histories import presets
from support.dbt_project_under_test import DbtProject
from support.discovery import (
    DIFFERENT,
    FILE,
    INVALID,
    contents,
    declared_moves_that_are_marked,
    emptied,
    runs,
    said,
    table,
)
from support.history_case import HistoryCase
from support.small_case import CONFIG, snapshot

NAMES = [name for name in presets.names() if presets.loaders(name)]
MARKED = "'IllegalTransition', 'UnknownTransition', 'UnknownState'"
DBT_FAILED = 10
BEGIN = dt.datetime(2026, 1, 5, 9)


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """A dbt project without anything of ozmeta."""
    found = DbtProject(tmp_path / "project", CONFIG, snapshot())
    emptied(found)
    return found


@pytest.fixture
def loaded(project: DbtProject) -> Callable[..., HistoryCase]:
    """Loads the tables of a preset, without ozmeta.yml."""

    def load(name: str, schema: str | None = None) -> HistoryCase:
        case = HistoryCase(name, project.folder)
        case.schema = schema or case.schema
        case.load(project, case.expected["loads"][-1])
        return case

    return load


def change(project: DbtProject, *statements: str) -> None:
    with project.connect() as connection:
        for statement in statements:
            connection.execute(statement)


def config_of(project: DbtProject) -> dict[str, Any]:
    found: dict[str, Any] = loads_yaml((project.folder / "ozmeta.yml").read_text("utf-8"))
    return found


def is_untouched(project: DbtProject) -> bool:
    names = ("ozmeta.yml", "metadb", "models")
    return not any((project.folder / name).exists() for name in names)


# ---------------------------------------------------------------- presets


@pytest.mark.parametrize("name", NAMES)
def test_one_command_from_the_tables_to_metadata(
    project: DbtProject, loaded: Callable[..., HistoryCase], name: str
) -> None:
    case = loaded(name)
    text = said(project, "--preset", name)
    assert f"built {', '.join(case.models)}\n" in text
    assert "next:\n  ozmeta-dbt generate\n  dbt run\n  ozmeta-dbt report\n" in text
    assert config_of(project)["histories"][name]["preset"] == name
    assert [each["ref"] for each in config_of(project)["journal"]["sources"]] == case.models
    assert {row["RB_InstanceKeyStrategy"] for row in table(project, "RuntimeBinding")} == {
        "ObjectID"
    }
    before = contents(project)
    assert "metadb/ is up to date" in said(project, "--preset", name)
    assert "metadb/ is up to date" in said(project)
    assert contents(project) == before
    runs(project)
    binding = case.object_type.lower()
    assert declared_moves_that_are_marked(project, binding) == []
    assert project.rows(f"select * from {binding}_timeline where TL_Anomaly in ({MARKED})") == []
    assert case.instances(project) == case.wanted_instances(at_once=True)


def test_another_schema_by_option_or_by_relation(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("jira", "raw_jira")
    text = said(project, "--preset", "jira", exit=INVALID)
    assert "has none of the tables of the preset jira in the schema jira" in text
    assert is_untouched(project)
    said(project, "--preset", "jira", "--schema", "raw_jira")
    first = contents(project)
    assert config_of(project)["histories"] == {"jira": {"preset": "jira", "schema": "raw_jira"}}
    emptied(project)
    said(project, "--preset", "jira", "--relation", "raw_jira.issue_field_history")
    assert contents(project) == first
    text = said(project, "--preset", "jira", "--schema", "elsewhere", exit=INVALID)
    assert "the schema of the history jira is raw_jira in ozmeta.yml" in text
    assert contents(project) == first


def test_tables_and_columns_that_a_preset_can_be_without(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    case = loaded("jira")
    change(
        project,
        "drop table jira.comment",
        "drop table jira.resolution",
        'drop table jira."user"',
        "alter table jira.issue_field_history drop column author_id",
        "alter table jira.issue drop column issue_type",
    )
    said(project, "--preset", "jira")
    text = (project.folder / "ozmeta.yml").read_text("utf-8")
    history = config_of(project)["histories"]["jira"]
    assert history == {
        "preset": "jira",
        "schema": "jira",
        "changes": {"changes": {"columns": {"by": None}}},
        "events": {"comments": None},
        "objects": {"issues": {"fields": {"issue_type": None}}},
        "names": {"resolution": None, "assignee": None},
        "users": None,
    }
    assert (
        "    events:\n      # The warehouse has no table jira.comment.\n      comments: null\n"
        in text
    )
    assert "# jira.issue_field_history has no column author_id.\n" in text
    models = [name for name in case.models if name != "jira_comments"]
    assert [each["ref"] for each in config_of(project)["journal"]["sources"]] == models
    runs(project)
    assert project.rows("select count(*) as n from issue_workflow_instance") == [{"n": 4}]


def test_a_column_that_a_preset_needs(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("jira")
    change(project, "alter table jira.issue_field_history rename column time to happened")
    text = said(project, "--preset", "jira", exit=INVALID)
    assert "jira.issue_field_history has no column time, which the preset jira needs" in text
    assert "It has: " in text and "happened" in text
    assert is_untouched(project)
    # what the message shows is a whole ozmeta.yml, but for the name
    start = text.index("# What ozmeta-dbt reads")
    shown = text[start : text.index("no metadata was discovered")]
    path = project.folder / "ozmeta.yml"
    path.write_text(shown.replace("the_name_in_your_table", "happened"), "utf-8")
    assert "wrote metadb/Workflow.yml" in said(project, "--preset", "jira")
    runs(project)


def test_without_the_table_of_the_states(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("jira")
    change(project, "drop table jira.issue_field_history")
    text = said(project, "--preset", "jira", exit=INVALID)
    assert "has no table jira.issue_field_history, from which the preset jira takes" in text
    assert is_untouched(project)


def test_an_ozmeta_yml_without_the_history(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("jira")
    project.write("ozmeta.yml", CONFIG | {"metadb": {"folder": "metadb/"}})
    before = contents(project)
    text = said(project, "--preset", "jira", exit=INVALID)
    assert "ozmeta.yml is yours, and has no history of these tables" in text
    assert "keep ops.event_journal in journal" in text
    assert contents(project) == before
    section = text[text.index("histories:") : text.index("no metadata was discovered")]
    path = project.folder / "ozmeta.yml"
    path.write_text(f"version: 1\nmetadb: {{folder: metadb/}}\n{section}", "utf-8")
    project.manifest = None
    text = said(project, "--preset", "jira")
    assert "wrote models/ozmeta/histories/jira_changes.sql" in text
    assert "ozmeta.yml is yours and was not changed" in text
    runs(project)


def test_a_second_call_builds_what_was_loaded_since(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    case = loaded("zendesk")
    case.load(project, case.expected["loads"][0])
    said(project, "--preset", "zendesk")
    before = contents(project)
    assert "zendesk" in said(project, "--preset", "zendesk", "--check")
    case.load(project, case.expected["loads"][1])
    assert "is up to date" not in said(project, "--preset", "zendesk")
    text = said(project, "--preset", "zendesk", "--check", exit=DIFFERENT)
    assert "differs: metadb/WorkflowState.yml" in text
    assert contents(project) == before


def test_json_says_what_was_written(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("github")
    text = said(project, "--preset", "github", "--format", "json")
    found, _ = json.JSONDecoder().raw_decode(text[text.index("{\n") :])
    written = found["written"]
    assert "models/ozmeta/histories/github_changes.sql" in written
    assert {"ozmeta.yml", "metadb/Workflow.yml"} <= set(written)


def test_options_that_cannot_be_meant_so(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("jira")
    for options, told in (
        (["--preset", "jirra"], "did you mean 'jira'"),
        (["--preset", "jira", "--loader", "airbyte"], "Unnest it in a model of your own"),
        (["--preset", "jira", "--loader", "airbite"], "does not know the tables of the loader"),
        (["--preset", "jira", "--relation", "jira.sprint"], "is not a table of the preset jira"),
        (["--preset", "jira", "--schema", "a b"], "cannot name 'a b'"),
        (
            ["--preset", "jira", "--schema", "x", "--relation", "jira.issue"],
            "--schema is x, and --relation says jira",
        ),
        (["--preset", "jira", "--check"], "give the command without --check first"),
        (["--preset", "jira", "--time-zone", "UTC"], "goes with a table of your own"),
        (["--schema", "jira"], "goes with --preset only"),
        (["--status-field", "status"], "goes with --relation"),
    ):
        text = re.sub(r"[\s│]+", " ", said(project, *options, exit=INVALID))
        assert told in text, (options, text)
    text = said(project, "--preset", "jira", "--output", "../elsewhere", exit=FILE)
    assert "expected a folder inside the dbt project" in text
    assert is_untouched(project)


def test_a_run_that_fails_says_what_was_written(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("jira")
    change(project, "update jira.issue_field_history set field_id = 'x' where field_id = 'status'")
    text = said(project, "--preset", "jira", exit=DBT_FAILED)
    assert "No row has the status field 'status'" in text
    assert "No metadata was written, but models/ozmeta/histories/_histories.yml," in text
    assert "ozmeta.yml" in text and "give the same command again" in text
    assert not (project.folder / "metadb").exists()
    change(project, "update jira.issue_field_history set field_id = 'status' where field_id = 'x'")
    assert "wrote metadb/Workflow.yml" in said(project, "--preset", "jira")
    runs(project)


def test_a_model_that_was_edited_by_hand_is_kept(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    loaded("jira")
    said(project, "--preset", "jira")
    path = project.folder / "models/ozmeta/histories/jira_changes.sql"
    path.write_text(path.read_text() + "-- mine\n")
    text = said(project, "--preset", "jira", exit=FILE)
    assert "edited by hand since they were generated: models/ozmeta/histories/jira_changes" in text
    assert path.read_text().endswith("-- mine\n")


def test_histories_that_ozmeta_yml_names_are_built_before_there_is_metadata(
    project: DbtProject, loaded: Callable[..., HistoryCase]
) -> None:
    """`generate` needs a metadata folder, and discover needs the models of the histories."""
    loaded("jira")
    config = "\n".join(
        [
            "version: 1",
            "metadb: {folder: metadb/}",
            "histories: {work: {preset: jira, schema: jira, object_type: Task}}",
            "journal: {sources: [{ref: work_changes}, {ref: work_issues}]}",
        ]
    )
    (project.folder / "ozmeta.yml").write_text(config, encoding="utf-8")
    text = said(project)
    assert "built work_changes, work_issues" in text and "Task: " in text
    assert "built" not in said(project)
    runs(project)


# ---------------------------------------------------------------- tables of one's own


def own_table(project: DbtProject, name: str = "ticket_changes", **renamed: str) -> None:
    """raw.<name>: 40 tickets, open, busy, then done."""
    rows = []
    for ticket in range(40):
        at = BEGIN + dt.timedelta(hours=ticket)
        for step, (field, new) in enumerate(
            [("status", "open"), ("team", f"T{ticket % 3}"), ("status", "busy"), ("status", "done")]
        ):
            time = at + dt.timedelta(minutes=10 * step)
            rows.append((f"T-{ticket}", field, new, time, "ann", time))
    columns = {
        "ticket_id": "varchar",
        "field_name": "varchar",
        "value": "varchar",
        "changed_on": "timestamp with time zone",
        "user_id": "varchar",
        "_fivetran_synced": "timestamp",
    }
    names = [renamed.get(column, column) for column in columns]
    typed = ", ".join(f'"{n}" {t}' for n, t in zip(names, columns.values(), strict=True))
    with project.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema if not exists raw")
        connection.execute(f'create table raw."{name}" ({typed})')
        connection.executemany(f'insert into raw."{name}" values (?, ?, ?, ?, ?, ?)', rows)


def test_a_table_of_changes_by_its_names(project: DbtProject) -> None:
    own_table(project)
    text = said(project, "--relation", "raw.ticket_changes")
    assert "raw.ticket_changes: object_id is ticket_id, field is field_name" in text
    assert "the states are the values of status, by its name" in text
    assert "the object type is Ticket; --object-type names another" in text
    assert "Ticket: 120 events of 40 objects" in text or "Ticket: 160 events" in text
    history = config_of(project)["histories"]["ticket"]
    assert history == {
        "schema": "raw",
        "object_type": "Ticket",
        "changes": {
            "history": {
                "table": "ticket_changes",
                "columns": {
                    "object_id": "ticket_id",
                    "field": "field_name",
                    "new_value": "value",
                    "at": "changed_on",
                    "loaded_at": "_fivetran_synced",
                    "by": "user_id",
                },
                "status_field": "status",
            }
        },
    }
    assert config_of(project)["bindings"]["Ticket"]["report_fields"] == ["team"]
    before = contents(project)
    assert "metadb/ is up to date" in said(project, "--relation", "raw.ticket_changes")
    assert contents(project) == before
    text = said(project, "--relation", "raw.ticket_changes", "--time-zone", "UTC", exit=INVALID)
    assert "ozmeta.yml says how raw.ticket_changes is read, under histories.ticket" in text
    runs(project)
    assert declared_moves_that_are_marked(project, "ticket") == []
    found = project.rows(
        "select WS_CurrentCode as state, count(*) as n from ticket_workflow_instance group by 1"
    )
    assert found == [{"state": "done", "n": 40}]


def test_a_table_of_changes_by_options(project: DbtProject) -> None:
    own_table(project, "log", ticket_id="no", value="into", changed_on="when", user_id="who")
    change(
        project,
        "update raw.log set field_name = 'phase' where field_name = 'status'",
        'alter table raw.log alter "when" type timestamp using "when" at time zone \'UTC\'',
    )
    options = ["--relation", "raw.log"]
    text = said(project, *options, exit=INVALID)
    for role in ("object_id", "new_value", "at"):
        assert f"no column is {role} by its name" in text
        assert f"--column {role}=COLUMN" in text
    assert "raw.log has the columns no, field_name, into, when, who, _fivetran_synced" in text
    options += ["--column", "object_id=no", "--column", "new_value=into", "--column", "at=when"]
    text = said(project, *options, exit=INVALID)
    assert "no field is called status or state" in text and "phase (120), team (40)" in text
    text = said(project, *options, "--status-field", "phases", exit=INVALID)
    assert "no row has the field phases, which --status-field names. Did you mean phase?" in text
    options += ["--status-field", "phase"]
    text = said(project, *options, exit=INVALID)
    assert "when of raw.log has the type TIMESTAMP, without a time zone" in text
    text = said(project, *options, "--time-zone", "Europe/Berln", exit=INVALID)
    assert "did you mean Europe/Berlin?" in text
    text = said(project, *options, "--column", "by=whom", exit=INVALID)
    assert "there is no column whom; did you mean 'who'?" in text
    text = said(project, *options, "--column", "buy=who", exit=INVALID)
    assert "'buy' is no role; did you mean 'by'?" in text
    text = said(project, *options, "--object-type", "A", "--object-type", "B", exit=INVALID)
    assert "give --object-type once" in text
    assert is_untouched(project)
    options += ["--column", "by=who", "--time-zone", "Europe/Berlin", "--object-type", "Claim"]
    text = said(project, *options)
    assert "Claim: " in text
    runs(project)
    (first,) = project.rows("select min(EJ_EventTimeUTC) as at from claim_timeline")
    assert first["at"] == BEGIN - dt.timedelta(hours=1)


def test_which_field_has_the_state(project: DbtProject) -> None:
    own_table(project)
    change(
        project,
        "insert into raw.ticket_changes select ticket_id, 'State', value, changed_on, user_id,"
        " _fivetran_synced from raw.ticket_changes where field_name = 'status'",
    )
    text = said(project, "--relation", "raw.ticket_changes", exit=INVALID)
    assert "the state may be in the fields State and status: say which" in text
    change(project, "update raw.ticket_changes set field_name = 'Status' where field_name='State'")
    text = said(project, "--relation", "raw.ticket_changes", exit=INVALID)
    assert "in the fields Status and status" in text
    assert is_untouched(project)
    said(project, "--relation", "raw.ticket_changes", "--status-field", "status")
    part = config_of(project)["histories"]["ticket"]["changes"]["history"]
    assert (part["status_field"], part["ignore_fields"]) == ("status", ["Status"])
    runs(project)


def test_a_role_that_two_columns_may_have(project: DbtProject) -> None:
    own_table(project)
    change(project, "alter table raw.ticket_changes add column created_at timestamp")
    text = said(project, "--relation", "raw.ticket_changes", exit=INVALID)
    assert "at may be changed_on or created_at: say which with --column at=changed_on" in text
    assert is_untouched(project)


def test_a_table_of_changes_that_a_model_builds(project: DbtProject) -> None:
    own_table(project, "log")
    (project.folder / "models").mkdir()
    path = project.folder / "models/issue_changes.sql"
    path.write_text("{{ config(materialized='table') }} select * from raw.log")
    project.manifest = None
    project.dbt("run")
    said(project, "--relation", "main.issue_changes")
    history = config_of(project)["histories"]["issue"]
    assert history["changes"]["history"]["ref"] == "issue_changes"
    assert "metadb/ is up to date" in said(project, "--relation", "main.issue_changes")
    runs(project)


def test_texts_without_an_offset(project: DbtProject) -> None:
    own_table(project)
    change(
        project,
        "alter table raw.ticket_changes alter changed_on type varchar"
        " using strftime(changed_on at time zone 'UTC', '%Y-%m-%dT%H:%M:%S')",
    )
    text = said(project, "--relation", "raw.ticket_changes", exit=INVALID)
    assert "has times without an offset, such as" in text and "2026-01-05T09:00:00" in text
    said(project, "--relation", "raw.ticket_changes", "--time-zone", "UTC")


def test_relations_that_cannot_be_read(project: DbtProject) -> None:
    own_table(project)
    change(project, "create table raw.empty as select * from raw.ticket_changes limit 0")
    text = said(project, "--relation", "raw.empty", exit=INVALID)
    assert "raw.empty has no row with a field in field_name" in text
    text = said(project, "--relation", "raw.nowhere", exit=INVALID)
    assert "the warehouse has no relation raw.nowhere" in text
    project.create_journal()
    options = ["--relation", "raw.event_journal", "--status-field", "status"]
    text = said(project, *options, exit=INVALID)
    assert "raw.event_journal has the columns of an event journal" in text
    assert is_untouched(project)
