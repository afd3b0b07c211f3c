"""Runs in which nothing arrived and nothing is due: which statements they send, and that no stale
row stays.

Statements are counted by dbt's own event for each one that it sends, BEGIN and COMMIT included.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from support.dbt_project_under_test import MODELS, DbtProject
from support.small_case import CONFIG, emitting, event, same_as_full_refresh

TABLES = ("workflow_instance", "sla_cycle", "escalation_queue", "runtime_signal")
ROLLUPS = ("timeline", "quarantine", "workflow_instance", "sla_cycle", "sla_timer")
EVENTS = [
    event("a", 0, "Go"),
    event("b", 5, "Back"),
    event("c", 6, "Go", object_id="o2"),
    event("bad", 7, EJ_Payload="{"),
]


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    return with_events(DbtProject(tmp_path, CONFIG, emitting()))


def with_events(project: DbtProject) -> DbtProject:
    project.create_journal()
    project.append(EVENTS)
    project.run("2026-01-02T00:00:00")
    return project


def statements(project: DbtProject, as_of: str, *args: str) -> list[tuple[str, str]]:
    """What a run sends: (model or '', statement in lower case)."""
    sent: list[tuple[str, str]] = []

    def listen(e: Any) -> None:
        if e.info.name == "SQLQuery":
            sent.append((e.data.node_info.node_name, " ".join(e.data.sql.lower().split())))

    project.run(as_of, *args, callbacks=[listen])
    return sent


def rows(project: DbtProject) -> dict[str, list[dict[str, Any]]]:
    return {model: project.rows(f"from case_{model} order by all") for model in MODELS}


def oids(project: DbtProject) -> dict[str, int]:
    return {
        row["view_name"]: row["view_oid"]
        for row in project.rows("select view_name, view_oid from duckdb_views() where not internal")
    }


def set_up(project: DbtProject, **models: Any) -> None:
    """The project gives all models these configs."""
    project.settings(models={f"+{name}": value for name, value in models.items()})


def test_an_idle_run_of_one_binding_sends_at_most_75_statements(project: DbtProject) -> None:
    project.run("2026-01-02T00:30:00")
    before = rows(project)
    sent = statements(project, "2026-01-02T01:00:00")
    by_model = {model: [sql for name, sql in sent if name == model] for model, _ in sent}
    assert len(sent) <= 75, {model: len(found) for model, found in by_model.items()}
    for model in TABLES:  # only the probe
        assert len(by_model[f"case_{model}"]) == 1
        assert "exists (select 1 from" in by_model[f"case_{model}"][0]
    logs = [sql for _, sql in sent if "select run_batch, run_journal" in sql]
    assert len(logs) == 1
    columns = [sql for _, sql in sent if "describe" in sql and "event_journal" in sql]
    assert len(columns) == 1
    newer = '"case_timeline" where (_batch >'
    assert sum(newer in sql and "select (select" in sql for _, sql in sent) == 1  # for all readers
    assert {model: found for model, found in rows(project).items() if model != "sla_timer"} == {
        model: found for model, found in before.items() if model != "sla_timer"
    }


def test_answers_do_not_outlive_an_invocation(project: DbtProject) -> None:
    """Two invocations in one process, with one manifest: the second one sees what changed."""
    manifest = project.manifest
    project.run("2026-01-02T01:00:00")
    project.append([event("d", 1500, "Back", object_id="o2")])
    project.run("2026-01-02T02:00:00")
    state = project.rows("from workflow_instance where WI_ObjectID = 'o2'")
    assert [row["WS_CurrentCode"] for row in state] == ["Open"]
    assert {row["RUN_Number"] for row in project.rows("from case_run")} == {1, 2, 3}
    with project.connect() as connection:
        connection.execute('alter table raw.event_journal drop column "EJ_Sequence"')
    project.append([event("e", 1510, "Go", object_id="o2")])
    project.run("2026-01-02T03:00:00")
    assert project.manifest is manifest
    state = project.rows("from workflow_instance where WI_ObjectID = 'o2'")
    assert [row["WS_CurrentCode"] for row in state] == ["Busy"]


def test_an_unchanged_view_stays_and_a_changed_one_is_replaced(project: DbtProject) -> None:
    before = oids(project)
    sent = statements(project, "2026-01-02T01:00:00")
    made = {name for name, sql in sent if "create view" in sql}
    assert made == {"case_sla_elapsed"}  # its clock is the run's as_of
    assert {name: oid for name, oid in oids(project).items() if name not in made} == {
        name: oid for name, oid in before.items() if name not in made
    }

    file = project.folder / "models/ozmeta/rollups/timeline.sql"
    text = file.read_text(encoding="utf-8")
    assert "'EJ_Actor'," in text
    file.write_text(text.replace("'EJ_Actor',", "'EJ_Actor', '_SyncDate as arrived',", 1))
    project.manifest = None
    with project.connect() as connection:
        connection.execute("create or replace view sla_timer as select 1 as mine")
        connection.execute("drop view quarantine")
    project.run("2026-01-02T01:00:00")
    assert "arrived" in project.rows("from timeline")[0]
    assert "mine" not in project.rows("from sla_timer")[0]
    assert len(project.rows("from quarantine")) == 1
    assert oids(project)["sla_cycle"] == before["sla_cycle"]


def test_a_view_follows_its_table(project: DbtProject) -> None:
    """DuckDB binds a view again if the table below it is another one."""
    project.run("2026-01-02T01:00:00", "--full-refresh", "--select", "case_timeline")
    with project.connect() as connection:
        connection.execute("alter table case_timeline alter _SyncDate type varchar")
    assert len(project.rows("from timeline")) == 3


def test_a_full_refresh_makes_every_view_again(project: DbtProject) -> None:
    sent = statements(project, "2026-01-02T01:00:00", "--full-refresh")
    assert {name for name, sql in sent if "create view" in sql} >= set(ROLLUPS)


def test_hooks_run_although_nothing_changed(project: DbtProject) -> None:
    with project.connect() as connection:
        connection.execute("create table hooked (model varchar)")
    hook = "insert into main.hooked values ('{{ this.identifier }}')"
    set_up(project, **{"post-hook": hook})
    project.run("2026-01-02T01:00:00")
    project.run("2026-01-02T01:00:00")
    counts = {
        row["model"]: row["n"]
        for row in project.rows("select model, count(*) as n from hooked group by all")
    }
    assert {counts[name] for name in (*ROLLUPS, *(f"case_{table}" for table in TABLES))} == {2}


def test_descriptions_are_written_to_the_database(project: DbtProject) -> None:
    set_up(project, persist_docs={"relation": True})
    for _ in range(2):
        project.run("2026-01-02T01:00:00")
        comments = project.rows("select comment from duckdb_views() where view_name = 'timeline'")
        assert "ozmeta_runtime" not in comments[0]["comment"]


def test_a_project_s_own_materializations_are_used(project: DbtProject) -> None:
    macros = project.folder / "macros"
    macros.mkdir(exist_ok=True)
    (macros / "view.sql").write_text(
        "{% materialization view, default %}{% call statement('main') %}"
        "create or replace view {{ this }} as {{ sql }}{% endcall %}"
        "{{ return({'relations': [this.incorporate(type='view')]}) }}{% endmaterialization %}"
    )
    (macros / "incremental.sql").write_text(
        "{% materialization incremental, adapter='duckdb' %}"
        "{% call statement('main') %}insert into {{ this }} by name {{ sql }}{% endcall %}"
        "{{ return({'relations': [this]}) }}{% endmaterialization %}"
    )
    project.manifest = None
    for _ in range(2):
        sent = statements(project, "2026-01-02T01:00:00")
        assert {name for name, sql in sent if "create or replace view" in sql} >= set(ROLLUPS)
        assert {name for name, sql in sent if "by name -- nothing" in sql} >= {
            f"case_{table}" for table in TABLES
        }


def test_another_comment_or_config_folds_nothing_again(project: DbtProject) -> None:
    before = rows(project)
    for file in project.folder.rglob("models/ozmeta/**/*.sql"):
        text = file.read_text(encoding="utf-8")
        text = text.replace("{{ config(", "{# it's new #}\n{{ config(tags=['new'], ", 1)
        file.write_text(text.replace("\n\n", "\n\n\n"), encoding="utf-8")
    project.manifest = None
    sent = statements(project, "2026-01-02T00:00:00")
    assert len(sent) <= 75
    assert rows(project) == before


def test_an_idle_run_writes_dbt_s_artifacts(project: DbtProject) -> None:
    """dbt writes each model's response as JSON. The other tests do not need that."""
    folder = str(project.folder)
    options = ["--project-dir", folder, "--profiles-dir", folder, "--quiet"]
    result = dbtRunner().invoke(
        ["run", *options, "--vars", json.dumps({"ozmeta_as_of": "2026-01-02T01:00:00"})]
    )
    assert result.success, result.exception
    results = json.loads((project.folder / "target/run_results.json").read_text())["results"]
    messages = {r["unique_id"].split(".")[-1]: r["message"] for r in results}
    assert {messages[name] for name in (*ROLLUPS, *(f"case_{table}" for table in TABLES))} == {
        "UNCHANGED"
    }


def test_columns_of_a_journal_that_the_project_builds_are_asked_by_each_model(
    tmp_path: Path,
) -> None:
    """dbt does not know that this model builds the source, so it may run between two readers."""
    source = {"name": "ops", "schema": "main", "table": "staged"}
    project = DbtProject(tmp_path, CONFIG | {"journal": {"source": source}}, emitting())
    project.create_journal()
    project.append(EVENTS)
    (project.folder / "models/staged.sql").write_text(
        "{{ config(materialized='table') }}\nselect * from raw.event_journal"
    )
    project.run("2026-01-02T00:00:00", "--select", "staged")
    project.run("2026-01-02T00:00:00")
    sent = statements(project, "2026-01-02T01:00:00")
    assert sum("describe" in sql and '"staged"' in sql for _, sql in sent) == 3


def test_two_bindings_on_four_threads_see_their_own_runs(tmp_path: Path) -> None:
    document = emitting()
    document["objects"]["tables"].append({"id": "t2", "code": "Parcel", "cdCode": "PA"})
    document["objects"]["runtime"]["bindings"].append(
        {"id": "b2", "objectType": "Table", "objectId": "t2", "workflowId": "w"}
    )
    project = with_events(DbtProject(tmp_path, CONFIG, document, threads=4))
    project.append([event("p", 1500, "Go", "p1", EJ_ObjectType="Parcel")])
    project.run("2026-01-02T02:00:00", "--exclude", "parcel_run")  # as if it had failed at the end
    project.append([event("d", 1600, "Back", object_id="o2")])
    project.run("2026-01-02T03:00:00")
    project.run("2026-01-02T04:00:00", "--empty")
    project.run("2026-01-02T05:00:00")
    batches = {
        binding: {row["RUN_Number"] for row in project.rows(f"from {binding}_run")}
        for binding in ("case", "parcel")
    }
    assert batches == {"case": {1, 2, 3, 4}, "parcel": {1, 2, 3}}
    assert len(project.rows("from parcel_timeline")) == 1
    assert same_as_full_refresh(project, "2026-01-02T05:00:00") == {}
