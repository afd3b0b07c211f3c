"""Histories: keys of ozmeta.yml over a preset, what is wrong with them, and the generated files."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from metadb_samples import CONFIG, Project, minimal
from ozmeta_dbt.config import checked
from ozmeta_dbt.histories import presets, reading
from ozmeta_dbt.histories.definition import KINDS, History
from ozmeta_dbt.problems import InvalidMetadata, Problems

GOLDEN = Path(__file__).parent / "golden_histories"
RESOLVED = sorted(key for key, preset in presets.presets().items() if not preset.refused)


def problems_of(histories: dict[str, Any]) -> tuple[list[History], list[str]]:
    document = {
        "version": 1,
        "metadb": {"folder": "metadb"},
        "journal": {"ref": "journal"},
        "histories": histories,
    }
    problems = Problems()
    try:
        config = checked(document, "ozmeta.yml")
    except InvalidMetadata as error:
        return [], [str(problem) for problem in error.problems.errors]
    return reading.histories(config, problems), [str(problem) for problem in problems.errors]


def read(histories: dict[str, Any]) -> list[History]:
    found, errors = problems_of(histories)
    assert not errors
    return found


def arguments(histories: dict[str, Any], model: str) -> dict[str, Any]:
    parts = [part for history in read(histories) for part in history.parts]
    return dict(next(part for part in parts if part.model == model).arguments)


CHANGES: dict[str, Any] = {
    "table": "changes",
    "columns": {
        "object_id": "id",
        "field": "field",
        "new_value": "value",
        "at": "at",
        "loaded_at": "loaded",
    },
    "status_field": "status",
}
OWN = {"object_type": "Case", "changes": {"changes": CHANGES}}


# ---------------------------------------------------------------- the files


def test_golden_histories(project: Project) -> None:
    project.put("ozmeta.yml", (GOLDEN / "ozmeta.yml").read_text(encoding="utf-8"))
    made = {
        name: data.decode()
        for name, data in project.generate().items()
        if name.startswith("histories/")
    }
    if os.environ.get("OZMETA_RENEW_GOLDEN"):
        shutil.rmtree(GOLDEN / "histories", ignore_errors=True)
        shutil.copytree(project.output / "histories", GOLDEN / "histories")
    expected = {
        path.relative_to(GOLDEN).as_posix(): path.read_text(encoding="utf-8")
        for path in (GOLDEN / "histories").iterdir()
    }
    assert sorted(made) == sorted(expected)
    for name, text in made.items():
        assert text == expected[name], name


def test_the_page_and_the_manifest_list_the_models(project: Project) -> None:
    project.put("ozmeta.yml", CONFIG + "histories: {jira: {preset: jira}}\n")
    project.generate()
    page = (project.output / "README.md").read_text(encoding="utf-8")
    assert "| `jira_changes` | The changes of each Issue in jira.issue_field_history, as" in page
    listed = json.loads((project.output / "manifest.json").read_text(encoding="utf-8"))
    assert "histories/jira_changes.sql" in [entry["path"] for entry in listed["files"]]


def test_a_removed_history_is_deleted_and_named(project: Project) -> None:
    project.put("ozmeta.yml", CONFIG + "histories: {jira: {preset: jira}}\n")
    project.generate()
    project.put("ozmeta.yml", CONFIG)
    status, printed = project.run("generate")
    assert status == 0
    assert "3 models of histories no longer generated: jira_changes, jira_comments," in printed
    assert not (project.output / "histories").exists()


def test_models_are_written_without_a_binding(project: Project) -> None:
    project.metadb({})
    project.put("ozmeta.yml", CONFIG + "histories: {jira: {preset: jira}}\n")
    files = project.generate()
    assert "histories/jira_changes.sql" in files
    page = (project.output / "README.md").read_text(encoding="utf-8")
    assert "No models of a binding were generated" in page
    assert "`jira_issues`" in page


def test_validate_names_the_models(project: Project) -> None:
    project.put("ozmeta.yml", CONFIG + "histories: {jira: {preset: jira}}\n")
    status, printed = project.run("validate")
    assert status == 0
    assert "jira: the history of Issue; models jira_changes, jira_comments" in printed


def test_a_journal_that_does_not_read_a_model_is_noted(project: Project) -> None:
    config = CONFIG.replace("source: {name: ops, schema: raw, table: event_journal}", "sources: J")
    config = config.replace("J", "[{ref: jira_changes}, {ref: jira_issues}]", 1)
    project.put("ozmeta.yml", config + "histories: {jira: {preset: jira}}\n")
    _, printed = project.run("generate")
    assert "the journal does not read jira_comments: add {ref: jira_comments} to" in " ".join(
        printed.split()
    )


@pytest.mark.parametrize(
    ("histories", "message"),
    [
        (
            {"case": {**OWN, "changes": {"timeline": CHANGES}}},
            "/histories/case/changes/timeline: its model case_timeline has the name of"
            " models/ozmeta/case/case_timeline.sql",
        ),
        (
            {"jira": {**OWN}, "JIRA": {**OWN}},
            "/histories/JIRA/changes/changes: its model JIRA_changes has the name of that of"
            " jira.changes.changes",
        ),
    ],
)
def test_a_name_of_another_model(project: Project, histories: dict[str, Any], message: str) -> None:
    project.put("ozmeta.yml", CONFIG + yaml.safe_dump({"histories": histories}, sort_keys=False))
    assert message in "\n".join(map(str, project.refused()))


def test_a_name_of_a_model_of_the_project(project: Project) -> None:
    project.put("dbt_project.yml", "name: mine\n")
    project.put("models/jira_changes.sql", "select 1")
    project.put("ozmeta.yml", CONFIG + "histories: {jira: {preset: jira}}\n")
    assert [str(problem) for problem in project.refused()] == [
        "ozmeta.yml /histories: the model jira_changes has the name of models/jira_changes.sql"
        " (rename models/jira_changes.sql, or the history or its part)"
    ]


def test_rows_without_a_tenant_are_warned_of(project: Project) -> None:
    tables = minimal()
    journal = "journal: {sources: [{ref: desk_changes}]}\n"
    keys = yaml.safe_dump({"histories": {"desk": OWN}})
    own = CONFIG.replace(CONFIG.splitlines()[2] + "\n", journal) + keys
    project.put("ozmeta.yml", own)
    told = "desk_changes: the rows have no tenant, so Case quarantines all of them"
    assert told in " ".join(project.run("validate")[1].split())
    tables["RuntimeBinding"][0]["RB_InstanceKeyStrategy"] = "ObjectID"
    project.metadb(tables)
    assert told not in " ".join(project.run("validate")[1].split())
    project.metadb(minimal())
    tenant = {"columns": {**CHANGES["columns"], "tenant": {"value": "acme"}}}
    part = {**OWN, "changes": {"changes": {**CHANGES, **tenant}}}
    project.put("ozmeta.yml", own.replace(keys, yaml.safe_dump({"histories": {"desk": part}})))
    assert told not in " ".join(project.run("validate")[1].split())


def test_a_source_of_the_project_with_the_same_name(project: Project) -> None:
    project.put("dbt_project.yml", "name: mine\n")
    declared = "sources: [{name: jira_tables, tables: [{name: issue}]}]\n"
    project.put("models/sources.yml", declared)
    project.put("ozmeta.yml", CONFIG + "histories: {jira: {preset: jira}}\n")
    assert [str(problem) for problem in project.refused()] == [
        "ozmeta.yml /histories/jira: models/sources.yml declares the source jira_tables, which is"
        " the name of the source of this history (rename the history, or that source)"
    ]
    project.put("models/sources.yml", declared.replace("jira_tables", "jira"))
    assert project.refused() == []


def test_group_and_contract(project: Project) -> None:
    more = "group: {name: desk, owner: {name: Ops}}\ncontracts: true\nwarehouses: [duckdb]\n"
    project.put("ozmeta.yml", CONFIG + more + "histories: {jira: {preset: jira}}\n")
    files = project.generate()
    model = yaml.safe_load(files["histories/_histories.yml"])["models"][0]
    assert model["config"] == {
        "tags": ["ozmeta", "ozmeta_history_jira"],
        "meta": {"ozmeta_history": "jira", "ozmeta_object_type": "Issue"},
        "group": "desk",
        "access": "public",
        "contract": {"enforced": True},
    }
    types = {column["name"]: column["data_type"] for column in model["columns"]}
    assert types["EJ_Sequence"] == "bigint"
    assert types["_SyncDate"] == types["EJ_EventTimeUTC"] == "timestamp"
    assert types["EJ_Payload"] == "text"


def test_an_exposure_may_name_a_model(project: Project) -> None:
    exposures = "exposures: {page: {owner: {name: Ops}, models: [jira_changes]}}\n"
    project.put("ozmeta.yml", CONFIG + exposures + "histories: {jira: {preset: jira}}\n")
    assert b"ref('jira_changes')" in project.generate()["_exposures.yml"]


# ---------------------------------------------------------------- keys over a preset


def test_keys_given_win_and_null_takes_away() -> None:
    own = {
        "preset": "jira",
        "object_type": "Bug",
        "time_zone": None,
        "lookback_minutes": 5,
        "changes": {
            "changes": {
                "columns": {"by": None, "at": "changed"},
                "fields": {"customfield_1": "Team", "assignee": None},
            }
        },
        "names": {"priority": None, "resolution": {"name": "title"}},
        "users": {"name": "login"},
    }
    found = arguments({"jira": own}, "jira_changes")
    assert found["object_type"] == "Bug"
    assert found["lookback_minutes"] == 5
    assert "time_zone" not in found
    assert "by" not in found["columns"]
    assert "users" not in found  # nobody is named
    assert found["columns"]["at"] == "changed"
    assert found["columns"]["new_value"] == "value"
    assert found["fields"]["customfield_1"] == "Team"
    assert "assignee" not in found["fields"]
    assert "priority" not in found["names"]
    assert found["names"]["resolution"]["name"] == "title"
    assert found["names"]["resolution"]["key"] == "id"
    assert arguments({"jira": own}, "jira_comments")["users"]["name"] == "login"


def test_fields_of_null_are_all_fields() -> None:
    own = {"preset": "jira", "changes": {"changes": {"fields": None, "ignore_fields": ["rank"]}}}
    found = arguments({"jira": own}, "jira_changes")
    assert "fields" not in found
    assert found["ignore_fields"] == ["rank"]
    assert "issue_type" in found["names"]


def test_a_part_is_switched_off() -> None:
    (found,) = read({"jira": {"preset": "jira", "events": {"comments": None}}})
    assert [part.model for part in found.parts] == ["jira_changes", "jira_issues"]
    assert "comment" not in found.tables


def test_a_ref_replaces_the_table_of_the_preset() -> None:
    own = {"preset": "jira", "changes": {"changes": {"ref": "history"}}, "users": {"ref": "people"}}
    found = arguments({"jira": own}, "jira_changes")
    assert found["relation"] == reading.Relation("history", None)
    assert found["users"]["relation"] == reading.Relation("people", None)
    assert arguments({"jira": own}, "jira_issues")["changes"]["relation"].name == "history"


def test_names_replace_the_table_of_the_preset() -> None:
    own: dict[str, Any] = {"preset": "jira", "names": {"priority": {"values": {1: "Hi", 2: None}}}}
    assert arguments({"jira": own}, "jira_changes")["names"]["priority"] == {"values": {"1": "Hi"}}
    own = {"preset": "github", "names": {"state": {"table": "s", "key": "k", "name": "n"}}}
    assert "values" not in arguments({"github": own}, "github_changes")["names"]["state"]


def test_a_field_may_be_called_table_or_ref() -> None:
    own = {**OWN, "changes": {"changes": {**CHANGES, "fields": {"table": "Table", "ref": "Ref"}}}}
    assert arguments({"desk": own}, "desk_changes")["fields"] == {"table": "Table", "ref": "Ref"}


def test_a_tables_columns_are_described_once_per_purpose() -> None:
    (found,) = read({"zendesk": {"preset": "zendesk"}})
    assert found.tables["user"] == {
        "id": "An id in assignee_id. Who did something.",
        "email": "The name that assignee_id gets. Becomes EJ_Actor.",
        "role": "Becomes user.roles.",
    }


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"preset": "jra"}, "/preset: 'jra' is not a preset (did you mean 'jira'? allowed: "),
        ({"preset": "jira", "loader": "airbyt"}, "/loader: is 'airbyt'; expected 'fivetran' or"),
        (
            {"preset": "jira", "loader": "airbyte"},
            "/loader: the preset jira does not know the tables of airbyte: the stream",
        ),
        ({**OWN, "loader": "airbyte"}, "/loader: goes with `preset` only"),
        ({"preset": "jira", "shema": "x"}, "/shema: 'shema' is not a key that is known here"),
        (
            {"preset": "jira", "changes": {"changes": {"columns": {"object": "x"}}}},
            "/changes/changes/columns/object: 'object' is not a key that is known here (did you"
            " mean 'object_id'?",
        ),
        (
            {"preset": "jira", "events": {"coments": None}},
            "/events/coments: is null, but the preset jira has no such part (did you mean"
            " 'comments'?)",
        ),
        ({**OWN, "events": {"x": None}}, "/events/x: is null, but there is no such part"),
        (
            {**OWN, "changes": {"changes": {**CHANGES, "ref": "x"}}},
            "/changes/changes: give `table`, which is in the history's schema, or `ref`",
        ),
        (
            {**OWN, "changes": {"changes": {**CHANGES, "table": None}}},
            "/changes/changes: names no table (give `table`,",
        ),
        (
            {**OWN, "changes": {"changes": {**CHANGES, "columns": {"object_id": "x"}}}},
            "/changes/changes/columns: lacks loaded_at (name the table's column: When the loader"
            " wrote the row.)",
        ),
        (
            {**OWN, "changes": {"changes": {**CHANGES, "columns": {"field": {"valu": "state"}}}}},
            "/changes/changes/columns/field/valu: 'valu' is not a key that is known here (did you"
            " mean 'value'?",
        ),
        (
            {**OWN, "names": {"a": {"table": "x", "values": {"1": "New"}}}},
            "/names/a: has a table and `values` (leave one of them out)",
        ),
        ({**OWN, "names": {"a": {}}}, "/names/a: says no names (give `table` or `ref` with"),
        (
            {**OWN, "changes": {"changes": {**CHANGES, "status_field": None}}},
            "/changes/changes/status_field: is missing",
        ),
        (
            {**OWN, "changes": {"changes": {**CHANGES, "fields": {"a": "Team"}, "tracked": ["T"]}}},
            "/changes/changes/tracked/0: 'T' is not a field that `fields` names (there is: Team)",
        ),
        (
            {
                **OWN,
                "changes": {"changes": {**CHANGES, "fields": {"a": "A"}, "ignore_fields": ["b"]}},
            },
            "/changes/changes/ignore_fields: has no effect",
        ),
        (
            {"preset": "jira", "changes": {"changes": None}},
            "/objects/issues/changes: 'changes' is not a part of `changes` (write null here",
        ),
        (
            {"preset": "jira", "objects": {"issues": {"changes": "chages"}}},
            "/objects/issues/changes: 'chages' is not a part of `changes` (did you mean 'changes'?",
        ),
        (
            {"preset": "jira", "time_zone": "Europe/Berln"},
            "/time_zone: 'Europe/Berln' is not a time zone (did you mean 'Europe/Berlin'?)",
        ),
        ({}, ": names no table (give `preset` ("),
        ({"changes": {"changes": CHANGES}}, "/object_type: is missing, and has no default"),
        ({**OWN, "names": {"a": {"table": "x", "key": "id"}}}, "/names/a: lacks `name`"),
        ({**OWN, "users": {"key": "id"}}, "/users: names no table"),
        (
            {"preset": "zendesk", "events": {"comments": {"event_type": {"column": None}}}},
            "/events/comments/event_type: needs `column` and `values`",
        ),
        (
            {"preset": "jira", "events": {"comments": {"event_type": None}}},
            "/events/comments: lacks `event_type`",
        ),
        (
            {**OWN, "changes": {"changes": {**CHANGES, "only": {"a": 1.5}}}},
            "/changes/changes/only/a: is 1.5; expected a text, a whole number, true or false",
        ),
        ({"preset": "jira", "schema": "a b"}, "/schema: 'a b' is not a plain name"),
        ({**OWN, "changes": {"a b": CHANGES}}, "/changes/a b: 'a b' is not a plain name"),
    ],
)
def test_errors_name_the_place(keys: dict[str, Any], message: str) -> None:
    found, errors = problems_of({"desk": keys})
    assert not found
    assert f"ozmeta.yml /histories/desk{message}" in "\n".join(errors)


# ---------------------------------------------------------------- the presets


@pytest.mark.parametrize(("name", "loader"), RESOLVED)
def test_a_preset_is_complete(name: str, loader: str) -> None:
    (found,) = read({"own": {"preset": name, "loader": loader}})
    assert {part.kind for part in found.parts} >= {"changes", "objects"}
    assert found.tables
    assert all(text for columns in found.tables.values() for text in columns.values())
    preset = presets.presets()[name, loader]
    assert preset.title
    assert preset.about
    assert preset.notes
    for kind in KINDS:  # every look-up is used
        assert all(part is not None for part in getattr(preset.keys, kind).values())
    used = {key for part in found.parts for key in part.arguments.get("names", {})}
    assert used == set(preset.keys.names)


@pytest.mark.parametrize("key", sorted(presets.presets()))
def test_a_preset_without_tables_says_why(key: tuple[str, str]) -> None:
    preset = presets.presets()[key]
    assert bool(preset.refused) != bool(preset.keys.changes)
    assert not preset.refused.endswith(".")
    assert presets.loaders(preset.name)
