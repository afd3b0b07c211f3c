"""dbt's own conventions in a user's project: contracts, groups, exposures, tags, freshness, grants,
unit tests, custom schemas and aliases, clone and retry.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.cli.main import dbtRunner
from engines.base import Worker
from static.projects import SOURCES, metadata
from support.dbt_project_under_test import DbtProject, RunFailed, differences
from support.measured_case import EARLY, EVENTS, KEYS, LATER, SNAPSHOT
from support.small_case import CONFIG, snapshot
from support.small_case import event as small_event
from support.verification import told, verified

AS_OF = ("2026-01-02T10:00:00", "2026-01-02T11:30:00", "2026-01-02T11:40:00")
DAY = {"count": 1, "period": "day"}
CONVENTIONS: dict[str, Any] = {
    "journal": KEYS["journal"] | {"freshness": {"warn_after": DAY}},
    "contracts": True,
    "warehouses": ["duckdb"],
    "group": {"name": "service_desk", "owner": {"name": "O'Desk {{ x }}"}},
    "exposures": {
        "ozmeta_report": {"owner": {"email": "desk@example.com"}},
        "late_board": {
            "owner": {"name": "Desk"},
            "label": 'Late "{{ now }}"',
            "url": "https://example.com/late",
            "models": ["case_sla_timer", "sla_timer"],
        },
    },
}
LATE_CASES = "select ST_ObjectID from {{ ref('case_sla_timer') }} where ST_Status = 'Breached'\n"
UNIT_TESTS = {
    "unit_tests": [
        {
            "name": "only_breached_timers_are_late",
            "model": "late_cases",
            "given": [
                {
                    "input": "ref('case_sla_timer')",
                    "rows": [
                        {"ST_ObjectID": "a", "ST_Status": "Breached"},
                        {"ST_ObjectID": "b", "ST_Status": "Running"},
                    ],
                }
            ],
            "expect": {"rows": [{"ST_ObjectID": "a"}]},
        },
        {
            "name": "a_roll_up_leaves_deleted_rows_out",
            "model": "workflow_instance",
            "given": [
                {
                    "input": "ref('case_workflow_instance')",
                    "rows": [
                        {"WI_ObjectID": "a", "_DeleteDate": None},
                        {"WI_ObjectID": "b", "_DeleteDate": "2026-01-01 00:00:00"},
                    ],
                }
            ],
            "expect": {"rows": [{"WI_ObjectID": "a"}]},
        },
    ]
}


def without_buckets(project: DbtProject) -> None:
    """The column _Bucket exists only on engines that use it, and no contract names it."""
    (project.folder / "macros/buckets.sql").unlink()
    project.settings(dispatch=[])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """Everything switched on, in the middle of its life: two runs, each with new events."""
    config = copy.deepcopy(KEYS) | CONVENTIONS
    project = DbtProject(tmp_path_factory.mktemp("conventions"), config, SNAPSHOT)
    without_buckets(project)
    (project.folder / "models/late_cases.sql").write_text(LATE_CASES)
    project.write("models/late_cases.yml", UNIT_TESTS)
    project.manifest = None
    project.create_journal()
    project.append(EARLY)
    project.run(AS_OF[0])
    project.append(LATER)
    project.run(AS_OF[1])
    return project


def model(project: DbtProject, name: str) -> Any:
    return project.manifest.nodes[f"model.under_test.{name}"]


# ---------------------------------------------------------------- contracts


def test_increments_under_a_contract_give_what_a_full_refresh_gives(project: DbtProject) -> None:
    project.run(AS_OF[2])  # nothing new
    with project.connect() as connection:
        connection.execute("create schema kept")
        for name in ("timeline", "workflow_instance", "sla_cycle"):
            connection.execute(f"create table kept.case_{name} as from main.case_{name}")
        before = connection.execute("select count(*) from case_sla_cycle").fetchone()
    assert before == (7,)
    project.run(AS_OF[2], "--full-refresh")
    with project.connect() as connection:
        names = ["timeline", "workflow_instance", "sla_cycle"]
        assert differences("kept", "main", connection, "case", names) == {}
        connection.execute("drop schema kept cascade")
    contracts = {name: node.config.contract.enforced for name, node in models(project)}
    assert contracts.pop("late_cases") is False and contracts.pop("ozmeta_time_spine") is False
    assert set(contracts.values()) == {True} and len(contracts) > 12


def models(project: DbtProject) -> Iterator[tuple[str, Any]]:
    for node in project.manifest.nodes.values():
        if node.resource_type == "model":
            yield node.name, node


@pytest.mark.parametrize("name", ["case_sla_cycle", "case_sla_timer"])
def test_a_broken_contract_stops_the_model_and_names_the_column(
    project: DbtProject, name: str
) -> None:
    file = project.folder / "models/ozmeta/case/_case.yml"
    right = file.read_text(encoding="utf-8")
    head, found, tail = right.partition(f"- name: {name}\n")
    before = project.rows(f"from {name} order by all")
    old = "name: ST_CycleNo, data_type: bigint"
    assert found and old in tail
    file.write_text(head + found + tail.replace(old, old.replace("bigint", "text"), 1))
    try:
        project.manifest = None
        with pytest.raises(RunFailed, match=r"(?s)enforced contract that failed.*ST_CycleNo"):
            project.run(AS_OF[2], "--select", name, "--full-refresh")
    finally:
        file.write_text(right, encoding="utf-8")
        project.manifest = None
    assert project.rows(f"from {name} order by all") == before
    project.run(AS_OF[2])


def test_a_field_that_a_table_loses_is_a_breaking_change(
    project: DbtProject, tmp_path: Path
) -> None:
    project.dbt("ls")
    (tmp_path / "state").mkdir()
    project.manifest.writable_manifest().write(str(tmp_path / "state/manifest.json"))
    config = copy.deepcopy(KEYS) | CONVENTIONS
    kept = yaml.safe_load((project.folder / "ozmeta.yml").read_text(encoding="utf-8"))
    config["bindings"]["Case"]["report_fields"].remove("SL_Code")
    said: list[str] = []
    try:
        project.configure(config)
        done = project.dbt(
            *("ls", "--select", "state:modified.contract", "--state", str(tmp_path / "state")),
            callbacks=[lambda e: said.append(e.info.msg) if e.info.level == "warn" else None],
        )
        changed = {name.rpartition(".")[2] for name in done.result}
    finally:
        project.configure(kept)
    assert {"case_sla_cycle", "case_workflow_instance"} <= changed
    assert "case_quarantine" not in changed
    assert any("OF_SL_Code" in text for text in said), said


# ---------------------------------------------------------------- tags, groups, exposures


def test_models_are_selected_by_binding_and_purpose(project: DbtProject) -> None:
    def selected(*tags: str) -> set[str]:
        chosen = project.dbt(
            *("ls", "--resource-type", "model", "--select", ",".join(f"tag:{t}" for t in tags))
        )
        return {name.rpartition(".")[2] for name in chosen.result}

    assert selected("ozmeta_binding_case", "ozmeta_purpose_sla_tracking") == {
        "case_cycle_fact",
        "case_sla_cycle",
        "case_sla_elapsed",
        "case_sla_timer",
    }
    every = selected("ozmeta")
    assert every == {name for name, _ in models(project)} - {"late_cases"}
    assert selected("ozmeta_binding_case") == {name for name in every if name.startswith("case_")}


def test_what_a_model_says_of_itself(project: DbtProject) -> None:
    project.dbt("ls")
    cycles = model(project, "case_sla_cycle")
    assert cycles.config.meta["ozmeta_object_type"] == "Case"
    assert cycles.config.meta["ozmeta_purpose"] == "SlaTracking"
    assert "ozmeta_marks" in cycles.config.meta  # which `explain` reads: the two are merged
    assert cycles.access == "public" and cycles.group == "service_desk"
    assert model(project, "ozmeta_calendar_window").access == "private"
    owner = project.manifest.groups["group.under_test.service_desk"].owner
    assert owner.name == "O'Desk {{ x }}"


def test_another_group_may_not_read_an_internal_model(project: DbtProject) -> None:
    file = project.folder / "models/nosy.sql"
    settings = project.folder / "models/nosy.yml"
    text = "select * from {{{{ ref('{}') }}}}\n"
    project.write(
        "models/nosy.yml",
        {
            "groups": [{"name": "sales", "owner": {"name": "Sales"}}],
            "models": [{"name": "nosy", "config": {"group": "sales"}}],
        },
    )
    try:
        for name, refused in (("case_sla_cycle", False), ("ozmeta_calendar_window", True)):
            file.write_text(text.format(name))
            project.manifest = None
            if refused:
                with pytest.raises(RunFailed, match=r"nosy.*attempted to reference.*private"):
                    project.dbt("ls")
            else:
                project.dbt("ls", "--select", "nosy")
    finally:
        file.unlink()
        settings.unlink()
        project.manifest = None


def test_exposures_depend_on_what_they_show(project: DbtProject) -> None:
    project.dbt("ls")
    exposures = {entry.name: entry for entry in project.manifest.exposures.values()}
    report, board = exposures["ozmeta_report"], exposures["late_board"]
    prefix = "model.under_test."
    shown = {name.removeprefix(prefix) for name in report.depends_on.nodes}
    built = {name for name, _ in models(project) if name.startswith("case_")}
    assert shown == built and report.owner.email == "desk@example.com"
    assert set(board.depends_on.nodes) == {f"{prefix}case_sla_timer", f"{prefix}sla_timer"}
    assert board.label == 'Late "{{ now }}"'
    chosen = project.dbt("ls", "--resource-type", "model", "--select", "+exposure:late_board")
    names = {name.rpartition(".")[2] for name in chosen.result}
    assert {"case_timeline", "case_sla_timer", "sla_timer"} <= names and "late_cases" not in names


# ---------------------------------------------------------------- freshness, unit tests


def freshness(project: DbtProject) -> list[str]:
    result = project.dbt("source", "freshness", check=False).result
    return [str(found.status) for found in result.results]


def test_freshness_follows_the_arrival_of_events(project: DbtProject) -> None:
    assert freshness(project) == ["warn"]
    now = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
    # arrived now, whenever it happened
    project.append([EVENTS[0] | {"EJ_ID": "new", "EJ_ObjectType": "Other", "_SyncDate": now}])
    assert freshness(project) == ["pass"]
    with project.connect() as connection:
        connection.execute("delete from raw.event_journal where EJ_ID = 'new'")


def test_unit_tests_of_a_user_on_generated_models(project: DbtProject) -> None:
    result = project.dbt("test", "--select", "test_type:unit", as_of=AS_OF[2]).result
    assert [str(found.status) for found in result.results] == ["pass", "pass"]


# ---------------------------------------------------------------- schemas, aliases, upper case

SCHEMA_NAME = """\
{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if target.schema.endswith('__ozmeta_verify') -%}{{ target.schema }}
  {%- else -%}{{ custom_schema_name or 'rest' }}{%- endif -%}
{%- endmacro %}
"""
TREE = {
    "ozmeta": {
        "+schema": "Ops",
        "case": {"+schema": "Desk", "case_timeline": {"+alias": "EventLog"}},
    }
}


def test_schemas_and_names_of_the_users_own(tmp_path: Path) -> None:
    """Tables in two schemas by the user's generate_schema_name, an alias, and a database in upper
    case: runs, explain and verify find them.
    """
    project = DbtProject(tmp_path / "p", CONFIG, snapshot())
    project.database = project.folder / "WAREHOUSE.duckdb"
    profile = (project.folder / "profiles.yml").read_text(encoding="utf-8")
    (project.folder / "profiles.yml").write_text(profile.replace("warehouse.", "WAREHOUSE."))
    (project.folder / "macros/schema.sql").write_text(SCHEMA_NAME)
    project.settings(models={"under_test": TREE})
    project.create_journal()
    project.append([small_event("a", 0, "Go")])
    project.run("2026-01-01T02:00:00")
    project.append([small_event("b", 75, "Back")])
    project.run("2026-01-01T04:00:00")
    places = project.rows(
        "select table_catalog, table_schema, table_name from information_schema.tables"
        " where table_name in ('EventLog', 'case_run', 'timeline') order by 3"
    )
    assert [tuple(row.values()) for row in places] == [
        ("WAREHOUSE", "Desk", "EventLog"),
        ("WAREHOUSE", "Desk", "case_run"),
        ("WAREHOUSE", "Ops", "timeline"),
    ]
    assert project.rows("select count(*) as n from Ops.timeline")[0]["n"] == 2
    assert project.rows("select count(*) as n from Desk.case_run")[0]["n"] == 2
    assert verified(project)[0]
    assert "Busy" in told(project, "o1")


# ---------------------------------------------------------------- clone, retry


def invoked(project: DbtProject, *args: str, target: Path, schema: str = "main") -> Any:
    """dbt as a user calls it, with its artifacts in a folder."""
    profiles = target / "profiles"
    profiles.mkdir(parents=True, exist_ok=True)
    profile = yaml.safe_load((project.folder / "profiles.yml").read_text(encoding="utf-8"))
    profile["under_test"]["outputs"]["duckdb"]["schema"] = schema
    (profiles / "profiles.yml").write_text(yaml.safe_dump(profile))
    options = ["--project-dir", str(project.folder), "--profiles-dir", str(profiles)]
    options += ["--target-path", str(target), "--quiet"]
    return dbtRunner().invoke([*args, *options])


def vars_at(as_of: str) -> list[str]:
    return ["--vars", json.dumps({"ozmeta_as_of": as_of})]


def test_retry_and_clone(tmp_path: Path) -> None:
    """A model fails in the middle of a run: `dbt retry` completes the run. The tables are then
    cloned. DuckDB has no clones, so dbt makes views, which the next run replaces by tables; the
    tables behind them stay as they are.
    """
    project = DbtProject(tmp_path / "p", CONFIG, snapshot())
    project.create_journal()
    project.append([small_event("a", 0, "Go")])
    target = tmp_path / "target"
    first = "2026-01-01T02:00:00"
    hook = project.folder / "dbt_project.yml"
    plain = hook.read_text(encoding="utf-8")
    failing = {"case_sla_cycle": {"+pre-hook": "select nothing from nowhere"}}
    project.settings(models={"under_test": {"ozmeta": {"case": failing}}})
    assert not invoked(project, "run", *vars_at(first), target=target).success
    assert project.rows("select count(*) as n from case_timeline")[0]["n"] == 1
    hook.write_text(plain, encoding="utf-8")
    assert invoked(project, "retry", target=target).success
    assert project.rows("select count(*) as n from case_run")[0]["n"] == 1
    assert project.rows("select ST_Status from sla_timer")[0]["ST_Status"] == "Breached"

    assert invoked(project, "seed", target=target).success
    state = tmp_path / "state"
    assert invoked(project, "parse", target=state).success
    copied = tmp_path / "copied"
    done = invoked(project, "clone", "--state", str(state), target=copied, schema="copy")
    assert done.success
    assert project.rows("select count(*) as n from copy.case_timeline")[0]["n"] == 1
    project.append([small_event("b", 75, "Back")])
    again = invoked(project, "run", *vars_at("2026-01-01T04:00:00"), target=copied, schema="copy")
    assert again.success
    assert project.rows("select count(*) as n from copy.case_timeline")[0]["n"] == 2
    assert project.rows("select count(*) as n from copy.case_run")[0]["n"] == 1
    assert project.rows("select count(*) as n from case_timeline")[0]["n"] == 1
    assert project.rows("select ST_Status from copy.sla_timer")[0]["ST_Status"] == "Breached"


# ---------------------------------------------------------------- Postgres


def test_conventions_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    """Every model of the golden project under a contract, in a database and a schema with upper
    case, with a grant; and the freshness of a column that needs quotes.
    """
    import psycopg2

    config, document = metadata()
    loaded_at = 'cast("_SyncDate" as timestamp)'
    config |= {"contracts": True, "warehouses": ["postgres"]}
    config["journal"]["freshness"] = {"warn_after": DAY, "loaded_at_field": loaded_at}
    made = DbtProject(tmp_path / "made", config, document)
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("models", "metadb", "ozmeta.yml"):
        (folder / name).symlink_to(made.folder / name)
    profile = postgres.engine.profile("Runtime")
    login = {name: profile[name] for name in ("host", "port", "user", "password")}
    connection = psycopg2.connect(dbname="postgres", **login)
    connection.autocommit = True
    connection.cursor().execute('create database "OZ"')
    connection.cursor().execute("create role reader")
    connection.close()
    postgres.open(folder, "Runtime")
    for file, change in (
        ("profiles.yml", lambda d: d["under_test"]["outputs"]["postgres"].update(dbname="OZ")),
        ("dbt_project.yml", lambda d: d.update(models={"+grants": {"select": ["reader"]}})),
    ):
        document = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
        change(document)
        (folder / file).write_text(yaml.safe_dump(document), encoding="utf-8")
    postgres.ask(open=str(folder))
    types = {"timestamp_ms": "timestamp", "varchar": "text"}
    tables = [
        f"create table {table} "
        + "({})".format(", ".join(f'"{c}" {types.get(t.lower(), t)}' for c, t in columns.items()))
        for table, columns in SOURCES.items()
    ]
    now = 'insert into raw.event_journal ("EJ_ObjectType", "_SyncDate") values (\'x\', now())'
    postgres.execute(["create schema raw", "create schema crm", *tables, now])
    for hour in (0, 1):
        postgres.dbt("run", as_of=f"2026-01-06T0{hour}:00:00")
    views, grants = (
        postgres.rows(f"select table_name from information_schema.{what} order by 1")
        for what in (
            "tables where table_schema = 'Runtime'",
            "role_table_grants where grantee = 'reader' and privilege_type = 'SELECT'",
        )
    )
    assert len(views) > 30 and grants == views
    postgres.ask(dbt=["source", "freshness", "--select", "source:ops"], vars={})
