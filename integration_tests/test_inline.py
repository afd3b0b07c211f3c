"""Inline mode, instance keys and the Semantic layer (SPEC 1, 7, 10): four entities of one project,
hand-worked.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from support.dbt_project_under_test import (
    JOURNAL_COLUMNS,
    MODELS,
    DbtProject,
    RunFailed,
    differences,
)
from support.inline_entity import (
    COMPOSITE,
    ENTITY,
    FIRST,
    SECOND,
    TICKET,
    at,
    config,
    event,
    snapshot,
)
from support.metrics import parsed, simple_metrics, values


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """After two runs, at 01:10 and 02:00."""
    project = DbtProject(tmp_path_factory.mktemp("inline"), config(), snapshot())
    project.create_journal(JOURNAL_COLUMNS | {"region": "varchar", "number": "varchar"})
    with project.connect() as connection:
        connection.execute("create schema crm")
        connection.execute(
            """create table crm.cases (case_id integer, "Tenant_ID" varchar,
            "an ""odd"" name" varchar, object_id integer)"""
        )
        connection.execute(
            "insert into crm.cases values (1, 't1', 'x', 5), (1, 't2', 'y', null), (2, 't1', 'z',"
            " 6), (null, 't1', 'none', 7), (1, null, 'tenantless', 8)"
        )
        connection.execute("create table crm.parcels (REGION varchar, number varchar)")
        connection.execute(
            "insert into crm.parcels values ('a|b', 'c'), ('a', 'b|c'), ('a\\', '|c'), ('a', null),"
            " ('', 'c')"
        )
    project.append(FIRST)
    project.run("2026-01-01T01:10:00")
    project.append(SECOND)
    project.run("2026-01-01T02:00:00")
    return project


@pytest.fixture
def restored(project: DbtProject) -> Iterator[DbtProject]:
    yield project
    project.configure(config(), snapshot())


def inline_columns(project: DbtProject) -> list[str]:
    return [
        row["column_name"]
        for row in project.rows(
            "select column_name from information_schema.columns where table_name = 'case_inline'"
            " order by ordinal_position"
        )
    ]


def test_the_entitys_rows_with_where_each_stands(project: DbtProject) -> None:
    columns = inline_columns(project)
    assert columns[:7] == [
        "case_id",
        "Tenant_ID",
        'an "odd" name',
        "object_id",
        "WS_CurrentCode",
        "WI_CurrentSinceUTC",
        "WI_RowVersion",
    ]
    assert len({name.lower() for name in columns}) == 13
    rows = {
        (row.pop("case_id"), row.pop("Tenant_ID")): row for row in project.rows("from case_inline")
    }
    assert len(rows) == 5
    short, long, odd = (
        next(
            c[: -len("_DueUTC")]
            for c in columns
            if c.endswith("_DueUTC") and rows[1, "t1"][c] == at(minute)
        )
        for minute in (20, 60, 500)
    )
    ended = {
        f"{sla}_{what}": value
        for sla, due in ((short, 20), (long, 60), (odd, 500))
        for what, value in (("Status", "Stopped"), ("DueUTC", at(due)))
    }
    assert rows[1, "t1"] == {
        'an "odd" name': "x",
        "object_id": 5,
        "WS_CurrentCode": "Done",
        "WI_CurrentSinceUTC": at(95),
        "WI_RowVersion": 2,
        **ended,
    }
    assert (
        rows[1, "t2"]["WS_CurrentCode"],
        rows[1, "t2"]["WI_RowVersion"],
        rows[1, "t2"][f"{odd}_Status"],
    ) == ("Open", 2, "Running")
    assert rows[1, "t2"][f"{long}_Status"] == "Breached"
    for key in ((2, "t1"), (None, "t1"), (1, None)):
        assert set(list(rows[key].values())[2:]) == {None}


def test_a_composite_key_keeps_every_two_objects_apart(project: DbtProject) -> None:
    assert project.rows(
        "select WI_ObjectID, WS_CurrentCode, _TenantID from parcel_workflow_instance order by 1"
    ) == [
        {"WI_ObjectID": "a\\\\|\\|c", "WS_CurrentCode": "Busy", "_TenantID": ""},
        {"WI_ObjectID": "a\\|b|c", "WS_CurrentCode": "Done", "_TenantID": ""},
        {"WI_ObjectID": "a|b\\|c", "WS_CurrentCode": "Done", "_TenantID": ""},
    ]
    assert project.rows("select QR_EventID, QR_Reason from parcel_quarantine order by 1") == [
        {"QR_EventID": id, "QR_Reason": "MissingObjectID"} for id in "hi"
    ]
    assert project.rows(
        "select region, number, WS_CurrentCode from parcel_inline order by all"
    ) == [
        {"REGION": "", "number": "c", "WS_CurrentCode": None},
        {"REGION": "a", "number": "b|c", "WS_CurrentCode": "Done"},
        {"REGION": "a", "number": None, "WS_CurrentCode": None},
        {"REGION": "a\\", "number": "|c", "WS_CurrentCode": "Busy"},
        {"REGION": "a|b", "number": "c", "WS_CurrentCode": "Done"},
    ]


def test_under_object_id_the_tenants_share_an_object(project: DbtProject) -> None:
    """Object 7 has events of t1, of t2 and without a tenant: one UI entity, one instance."""
    assert project.rows(
        "select WI_ObjectID, _TenantID, WS_CurrentCode, WI_RowVersion from"
        " ticket_1_desk_workflow_instance order by 1"
    ) == [
        {"WI_ObjectID": "7", "_TenantID": "", "WS_CurrentCode": "Done", "WI_RowVersion": 2},
        {"WI_ObjectID": "8", "_TenantID": "", "WS_CurrentCode": "Open", "WI_RowVersion": 2},
        {"WI_ObjectID": "9", "_TenantID": "", "WS_CurrentCode": "Busy", "WI_RowVersion": 1},
    ]
    assert [
        row["_TenantID"]
        for row in project.rows(
            "select _TenantID from ticket_1_desk_timeline where EJ_ObjectID = '7' order by"
            " TL_Position"
        )
    ] == ["t1", "t2", None]
    assert project.rows("from ticket_1_desk_quarantine") == []


def test_time_in_state(project: DbtProject) -> None:
    found = project.rows(
        "select TS_ObjectID, WS_Code, TS_Seconds // 60 as minutes, TS_IsCurrent,"
        " TS_ObjectAgeSeconds // 60 as age from ticket_1_desk_time_in_state order by 1,"
        " TS_EnteredUTC, TS_IsCurrent"
    )
    assert [tuple(row.values()) for row in found] == [
        ("7", "Open", 30, False, 120),
        ("7", "Busy", 15, False, 120),
        ("7", "Done", 75, True, 120),
        ("8", "Busy", 90, False, 120),
        ("8", "Open", 30, True, 120),
        ("9", "Busy", 60, True, 60),
    ]
    assert (
        project.rows(
            """select TS_ObjectID from ticket_1_desk_time_in_state
            inner join ticket_1_desk_workflow_instance using (_ObjectKey)
                           where TS_IsCurrent and (TS_EnteredUTC, WS_Code) is distinct from
                               (WI_CurrentSinceUTC, WS_CurrentCode)"""
        )
        == []
    )
    project.dbt("test", "--select", "ticket_1_desk_time_in_state")


def test_dbt_parses_the_semantic_models_and_their_numbers_are_right(project: DbtProject) -> None:
    manifest = parsed(project)
    metrics = {metric.name: metric for metric in manifest.metrics.values()}
    assert all(metric.description for metric in metrics.values())
    assert TICKET in metrics["ticket_1_desk_open_objects"].description
    found = {}
    for name, metric in simple_metrics(manifest).items():
        project.rows(
            f"select {', '.join(metric.columns.values())} from {metric.relation}"
        )  # each names a column that is there
        found[name.removeprefix("ticket_1_desk_")] = values(project, metric)[()]
    assert found == {
        "open_objects": 2,
        "time_in_state_hours": pytest.approx((30 + 15 + 90 + 30 + 60) / 5 / 60),
        "open_age_hours": 1.5,
        "oldest_age_hours": 2,
        "sla_breaches": 1,
        "sla_met": 1,
        "sla_outcomes": 2,
        "sla_cancelled": 0,
        "sla_open": 2,
        "open_escalations": 1,
        "raised_escalations": 1,
    }
    rate = metrics["ticket_1_desk_breach_rate"].type_params
    assert (rate.numerator.name, rate.denominator.name) == (
        "ticket_1_desk_sla_breaches",
        "ticket_1_desk_sla_outcomes",
    )


@pytest.mark.parametrize(
    ("change", "model", "more", "message"),
    [
        (
            {"entity": ENTITY | {"key": "CaseNo"}},
            "case_inline",
            [],
            (
                r"crm.*cases.* of Case has no column 'CaseNo' for its key.*key:"
                r" its_name.*bindings\.Case\.entity.*It has: case_id"
            ),
        ),
        (
            {"entity": {**ENTITY, "tenant": "org"}},
            "case_inline",
            [],
            "has no column 'org' for its tenant.*tenant: its_name",
        ),
        (
            {"entity": ENTITY | {"table": "nowhere"}},
            "case_inline",
            [],
            "nowhere.* of Case does not exist",
        ),
        (
            {"parcels": COMPOSITE | {"key": ["region", "no"]}},
            "parcel_inline",
            [],
            "has no column 'no' for its key",
        ),
        (
            {"key": ["Region", "parcel_no"], "parcels": COMPOSITE | {"key": ["region", "number"]}},
            "parcel_timeline",
            ["--full-refresh"],
            (
                r"no column 'parcel_no', which is part of the key of Parcel.*bindings\.Parcel\.key"
                r".*The journal has: .*region, number"
            ),
        ),
        (
            {"key": ["number", "region"]},
            "parcel_timeline",
            [],
            "instance key of parcel_timeline changed.*--full-refresh",
        ),
    ],
)
def test_a_column_that_is_not_there_is_named(
    restored: DbtProject, change: dict[str, Any], model: str, more: list[str], message: str
) -> None:
    restored.configure(config(**change), snapshot())
    with pytest.raises(RunFailed, match=f"(?s){message}"):
        restored.run("2026-01-01T02:00:00", "--select", model, *more)


def test_write_inline(restored: DbtProject, capsys: pytest.CaptureFixture) -> None:
    def write(binding: str = "case") -> str:
        restored.dbt(
            "run-operation",
            "ozmeta_runtime.write_inline",
            "--args",
            json.dumps({"binding": binding}),
        )
        return capsys.readouterr().out

    def refused(binding: str = "case") -> str:
        events: list[str] = []
        assert not restored.dbt(
            "run-operation",
            "ozmeta_runtime.write_inline",
            "--args",
            json.dumps({"binding": binding}),
            check=False,
            callbacks=[lambda e: events.append(e.info.msg)],
        ).success
        return "\n".join(events)

    own = 'select case_id, "Tenant_ID", "an ""odd"" name", object_id from crm.cases order by all'
    before, shown = restored.rows(own), restored.rows("from case_inline order by all")
    assert "bindings: {Case: {entity: {write_back: true}}}" in refused()
    assert "no Inline binding 'ticket_1_desk'. It has: case, parcel" in refused("ticket_1_desk")
    restored.configure(config(ENTITY | {"write_back": True}), snapshot())
    with restored.connect() as connection:
        connection.execute("alter table crm.cases add column ws_currentcode integer")
    assert "ws_currentcode is INTEGER, not VARCHAR" in refused()
    with restored.connect() as connection:
        assert len(connection.execute("describe crm.cases").fetchall()) == 5  # nothing was added
        connection.execute("alter table crm.cases drop column ws_currentcode")
    first = write()
    assert (
        "columns added to" in first
        and "WS_CurrentCode, WI_CurrentSinceUTC, WI_RowVersion, SL_" in first
        and first.endswith("rows updated: 2\n")
    )
    assert restored.rows("from crm.cases order by all") == shown
    assert write().endswith("case_inline: no column added; rows updated: 0\n")

    restored.append([event("r", 130, "Go", "Case", "2")])
    restored.run(
        "2026-01-01T02:15:00", "--exclude", "ozmeta_time_spine"
    )  # the view's table now has columns called as its own
    assert write().endswith("case_inline: no column added; rows updated: 1\n")
    assert restored.rows("from crm.cases order by all") == restored.rows(
        "from case_inline order by all"
    )
    started = [name for name in inline_columns(restored) if name.lower().startswith("sl_work")]
    undone = f"select WS_CurrentCode, {', '.join(started)} from crm.cases where case_id = 2"
    assert None not in restored.rows(undone)[0].values()
    restored.append(
        [event("r", 130, "Note", "Case", "2", _SyncDate=at(129))]
    )  # delivered before, elsewhere, as something else
    restored.run("2026-01-01T02:20:00", "--exclude", "ozmeta_time_spine")
    assert write().endswith("rows updated: 1\n")
    assert restored.rows(undone) == [{"WS_CurrentCode": "Open"} | dict.fromkeys(started)]
    assert restored.rows(own) == before
    restored.configure(config(), snapshot())
    with pytest.raises(
        RunFailed,
        match=(
            r"(?s)columns of its own with the names of runtime columns: WS_CurrentCode, "
            r".*write_back: true"
        ),
    ):
        restored.run("2026-01-01T02:20:00", "--select", "case_inline")
    with restored.connect() as connection:
        for name in [row[0] for row in connection.execute("describe crm.cases").fetchall()][4:]:
            connection.execute(f'alter table crm.cases drop column "{name}"')


def test_increments_are_a_full_refresh(project: DbtProject) -> None:
    with project.connect() as connection:
        connection.execute("create schema kept")
        for binding in ("parcel", "ticket_1_desk"):
            for model in MODELS:
                if (binding, model) not in {
                    ("parcel", "sla_cycle"),
                    ("parcel", "sla_timer"),
                    ("parcel", "escalation_queue"),
                }:
                    connection.execute(
                        f"create table kept.{binding}_{model} as from main.{binding}_{model}"
                    )
    as_of = project.rows("select max(RUN_AsOfUTC) as at from case_run")[0]["at"]
    project.run(as_of.isoformat(), "--full-refresh", "--exclude", "ozmeta_time_spine")
    with project.connect() as connection:
        assert (
            differences(
                "kept",
                "main",
                connection,
                "parcel",
                ["timeline", "workflow_instance", "quarantine"],
            )
            == {}
        )
        assert differences("kept", "main", connection, "ticket_1_desk") == {}


def test_a_run_adds_only_the_missing_days_to_the_time_spine(project: DbtProject) -> None:
    """A day outside the range shows that the table was not built again."""
    spine = "select count(*) as n, min(date_day) as first, max(date_day) as last"
    spine += " from ozmeta_time_spine where date_day >= '2000-01-01'"
    complete = {"n": 21_915, "first": dt.date(2000, 1, 1), "last": dt.date(2059, 12, 31)}
    assert project.rows(spine) == [complete]
    with project.connect() as connection:
        connection.execute("insert into ozmeta_time_spine values ('1999-01-01')")

    def run() -> str:
        result = project.run("2026-01-01T02:00:00", "--select", "ozmeta_time_spine")
        return str(result.result[0].node.compiled_code)

    assert run().strip().endswith("where 1 = 0")
    with project.connect() as connection:
        connection.execute("delete from ozmeta_time_spine where year(date_day) = 2026")
    assert project.rows(spine) != [complete]
    assert "not in" in run()
    assert project.rows(spine) == [complete]
    assert project.rows("from ozmeta_time_spine where date_day < '2000-01-01'")


def test_a_project_with_a_time_spine_of_its_own(restored: DbtProject) -> None:
    restored.configure(config(time_spine=False), snapshot())
    assert not (restored.folder / "models/ozmeta/semantic").exists()
    spine = restored.folder / "models/own_spine.sql"
    spine.write_text("select cast('2026-01-01' as date) as day_at")
    properties = {
        "version": 2,
        "models": [
            {
                "name": "own_spine",
                "time_spine": {"standard_granularity_column": "day_at"},
                "columns": [{"name": "day_at", "granularity": "day"}],
            }
        ],
    }
    (restored.folder / "models/own.yml").write_text(yaml.safe_dump(properties))
    restored.dbt("parse")
    for path in (spine, restored.folder / "models/own.yml"):
        path.unlink()
