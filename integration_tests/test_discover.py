"""`ozmeta-dbt discover`: from a journal in a warehouse to metadata that generates and runs."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines import engine
from engines.base import NotRun
from engines.scenarios import Scenario, Step
from ozmeta_dbt.demo import write_journal, write_project
from ozmeta_dbt.demo.events import END
from ozmeta_dbt.demo.events import journals as demo_journals
from ozmeta_dbt.demo.project import load_journal
from ozmeta_dbt.discovery.discover import Choice, discover
from ozmeta_dbt.discovery.folder import files
from ozmeta_dbt.discovery.journals import Journals, journals_to_read
from ozmeta_dbt.operations.dbt import Dbt
from support.dbt_project_under_test import PACKAGE, DbtProject
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
from support.small_case import CONFIG, HOSTILE, snapshot
from support.verification import command, dbt_of

REAL_JOURNAL = PACKAGE.parent / "shared/real_journal"
RELATION = ("--relation", "raw.event_journal")
TABLES = [
    *("EventType.yml", "README.md", "RuntimeBinding.yml", "RuntimeSlaBinding.yml"),
    *("SlaPolicy.yml", "Table.yml", "Workflow.yml", "WorkflowState.yml", "WorkflowTransition.yml"),
]
BEGIN = dt.datetime(2026, 1, 1)
Row = dict[str, Any]


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """A dbt project with an empty journal, and without anything of ozmeta."""
    found = DbtProject(tmp_path / "project", CONFIG, snapshot())
    emptied(found)
    found.create_journal()
    return found


def event(number: int, object_id: str, minute: float, to: str | None = None, **more: Any) -> Row:
    time = BEGIN + dt.timedelta(minutes=minute)
    payload: Row = {"transition": {"toState": to}} if to is not None else {}
    payload |= {"object": more.pop("fields")} if "fields" in more else {}
    return {
        "EJ_ID": f"e{number:05}",
        "EJ_EventType": "Ticket.Changed",
        "EJ_EventTimeUTC": time,
        "EJ_Actor": "ann",
        "EJ_ObjectType": "Ticket",
        "EJ_ObjectID": object_id,
        "EJ_Payload": json.dumps(payload),
        "_SyncDate": time,
    } | more


def tickets(count: int = 200, seed: int = 1) -> list[Row]:
    """Open, Busy, sometimes Waiting, Done; a few are opened again, and one is closed at once."""
    rng, rows = random.Random(seed), []
    for ticket in range(count):
        minute, states = ticket * 30.0, ["Open", "Busy"]
        states += ["Waiting", "Busy"] * (rng.random() < 0.3) + ["Done"]
        states += ["Open", "Busy", "Done"] * (rng.random() < 0.05)
        states = ["Open", "Done"] if ticket == 7 else states[: len(states) - (ticket % 20 == 3)]
        for place, state in enumerate(states):
            fields = {"Team": f"T{ticket % 4}", "Title": f"Ticket {ticket}"} if not place else {}
            actor = "ann" if not place else "bob"
            rows.append(
                event(len(rows), f"T-{ticket}", minute, state, fields=fields, EJ_Actor=actor)
            )
            if place == 1:
                note = event(len(rows), f"T-{ticket}", minute + 1, EJ_EventType="Ticket.Commented")
                rows.append(note | {"EJ_Actor": "bob"})
            minute += rng.randint(5, 300)
    return rows


# ---------------------------------------------------------------- what is written


def test_a_journal_becomes_metadata_that_runs(project: DbtProject) -> None:
    project.append(tickets())
    text = said(project, *RELATION)
    assert sorted(path.name for path in (project.folder / "metadb").iterdir()) == TABLES
    assert "Ticket: " in text and "starts in Open, ends: Done" in text
    assert "next:\n  ozmeta-dbt generate\n  dbt run\n" in text
    runs(project)
    assert declared_moves_that_are_marked(project, "ticket") == []
    marks = project.rows("select TL_Anomaly as mark, EJ_ObjectID as id from ticket_timeline")
    rare = [row["id"] for row in marks if row["mark"]]
    assert rare == ["T-7"]  # Open to Done, undeclared until somebody says so
    slas = project.rows("select SL_Code as sla, count(*) as n from sla_cycle group by 1 order by 1")
    assert slas == [{"sla": "FirstResponse", "n": 200}, {"sla": "Resolution", "n": 200}]


def test_the_figures_equal_those_counted_by_hand(project: DbtProject) -> None:
    rows = tickets()
    project.append(random.Random(3).sample(rows, len(rows)))
    found = json.loads(said(project, *RELATION, "--format", "json", "--percentile", "90"))
    (seen,) = found["object_types"]
    of: dict[str, list[tuple[dt.datetime, str]]] = defaultdict(list)
    for row in rows:
        state = json.loads(row["EJ_Payload"]).get("transition", {}).get("toState")
        if state:
            of[row["EJ_ObjectID"]].append((row["EJ_EventTimeUTC"], state))
    entries, moves, now, stays = Counter(), Counter(), Counter(), defaultdict(list)
    resolved = []
    for events in of.values():
        for (at, one), (then, other) in itertools.pairwise(events):
            moves[one, other] += 1
            stays[one].append((then - at) // dt.timedelta(microseconds=1))
        entries.update(state for _, state in events)
        now[events[-1][1]] += 1
        ends = [at for at, state in events if state == "Done"]
        resolved += [(at - events[0][0]) // dt.timedelta(microseconds=1) for at in ends[:1]]
    assert {s["name"]: s["entries"] for s in seen["states"]} == entries
    assert {s["name"]: s["there_now"] for s in seen["states"] if s["there_now"]} == now
    assert {(t["from_state"], t["to_state"]): t["count"] for t in seen["transitions"]} == moves
    for state in seen["states"]:
        ranked = sorted(stays[state["name"]])
        for key, percent in (("median", 50), ("percentile", 90)):
            place = -(-len(ranked) * percent // 100)
            assert state[key] == (ranked[place - 1] if ranked else None), (state, key)
    (level,) = [each for each in seen["service_levels"] if each["code"] == "Resolution"]
    ranked = sorted(resolved)
    assert level["time"]["percentile"] == ranked[-(-len(ranked) * 90 // 100) - 1]
    assert level["time"]["objects"] == len(ranked)
    assert seen["report_fields"] == ["Team"]
    assert {f["name"]: f["values"] for f in seen["fields"]} == {"Team": 4, "Title": 200}
    assert [t for t in seen["transitions"] if t["rare"]] == [
        t for t in seen["transitions"] if (t["from_state"], t["to_state"]) == ("Open", "Done")
    ]


def test_what_was_edited_is_kept_and_a_diff_is_shown(project: DbtProject) -> None:
    project.append(tickets())
    said(project, *RELATION)
    before = contents(project)
    assert "metadb/ is up to date" in said(project)
    said(project, "--check")
    assert contents(project) == before
    states = project.folder / "metadb/WorkflowState.yml"
    states.write_text(states.read_text().replace("WS_Code: Waiting", "WS_Code: OnHold"))
    (project.folder / "metadb/EventType.yml").unlink()
    edited = contents(project)
    text = said(project)
    assert "metadb/ has WorkflowState.yml, which a discovery would write otherwise" in text
    removed, added = "-- {WS_ID: Ticket.Waiting", "+- {WS_ID: Ticket.Waiting"
    assert f"\n{removed}, WF_ID: Ticket, WS_Code: OnHold}}\n" in text
    assert f"\n{added}, WF_ID: Ticket, WS_Code: Waiting}}\n" in text
    assert "--- /dev/null\n+++ b/EventType.yml" in text
    assert contents(project) == edited
    assert "differs: metadb/WorkflowState.yml" in said(project, "--check", exit=DIFFERENT)
    assert contents(project) == edited
    found = json.loads(said(project, "--format", "json"))
    assert (found["different"], found["written"]) == (["WorkflowState.yml"], [])
    states.unlink()
    assert "wrote metadb/WorkflowState.yml" in said(project)
    assert contents(project) == before


def test_the_same_data_give_the_same_bytes(project: DbtProject) -> None:
    rows = tickets(60)
    project.append(rows)
    said(project, *RELATION)
    one = contents(project)
    emptied(project)
    project.create_journal()
    project.append([*reversed(rows), *rows[:50]])  # in another order, and some delivered twice
    said(project, *RELATION)
    two = contents(project)
    differing = {name for name in one if one[name] != two[name]}
    assert differing == set()


def test_check_writes_nothing(project: DbtProject) -> None:
    project.append(tickets(20))
    before = contents(project)
    text = said(project, *RELATION, "--check", exit=DIFFERENT)
    assert "would write metadb/WorkflowState.yml" in text
    assert contents(project) == before


def test_an_ozmeta_yml_is_never_changed(project: DbtProject) -> None:
    project.append(tickets(60))
    project.write("ozmeta.yml", CONFIG)
    before = (project.folder / "ozmeta.yml").read_bytes()
    text = said(project, "--output", "discovered")
    assert "ozmeta.yml is yours and was not changed. To add there:" in text
    assert "  metadb: {folder: discovered/}\n  bindings:\n    Ticket:" in text
    assert "      report_fields: [Team]" in text
    assert (project.folder / "ozmeta.yml").read_bytes() == before
    assert sorted(path.name for path in (project.folder / "discovered").iterdir()) == TABLES


# ---------------------------------------------------------------- journals of all kinds


def test_the_journals_that_ozmeta_yml_names(project: DbtProject) -> None:
    """A journal that is a model, in columns of other names, beside a source."""
    project.append(tickets(30)[::2])
    project.create_journal()
    with project.connect() as connection:
        connection.execute('alter table raw.event_journal rename column "EJ_ID" to event_id')
    rows = tickets(30)
    renamed = [{("event_id" if k == "EJ_ID" else k): v for k, v in r.items()} for r in rows[::2]]
    project.append(renamed)
    models = project.folder / "models"
    models.mkdir()
    values = ", ".join(
        f"('{r['EJ_ID']}', 'Ticket.Changed', timestamp '{r['EJ_EventTimeUTC']}', 'Ticket',"
        f" '{r['EJ_ObjectID']}', '{r['EJ_Payload']}', timestamp '{r['_SyncDate']}')"
        for r in rows[1::2]
    )
    (models / "stg_events.sql").write_text(
        "{{ config(materialized='table') }} select * from (values "
        f"{values}) as t(event_id, EJ_EventType, EJ_EventTimeUTC, EJ_ObjectType, EJ_ObjectID,"
        " EJ_Payload, _SyncDate)"
    )
    source = CONFIG["journal"]["source"]
    config = CONFIG | {
        "metadb": {"folder": "metadb/"},
        "journal": {"sources": [source, {"ref": "stg_events"}], "columns": {"EJ_ID": "event_id"}},
    }
    project.write("ozmeta.yml", config)
    text = said(project, exit=INVALID)
    assert "does not have stg_events yet" in text and "dbt run --select stg_events" in text
    assert not (project.folder / "metadb").exists()
    project.manifest = None
    project.dbt("run", "--select", "stg_events")
    text = said(project)
    assert re.search(r"read raw\.event_journal, main\.stg_events\n", text)
    assert f"{len(rows)} events of 30 objects" in text
    runs(project)
    assert declared_moves_that_are_marked(project, "ticket") == []


def test_a_relation_that_a_model_builds_is_named_by_ref(project: DbtProject) -> None:
    project.append(tickets(30))
    (project.folder / "models").mkdir()
    (project.folder / "models/stg_events.sql").write_text(
        "{{ config(materialized='table') }} select * from raw.event_journal"
    )
    project.dbt("run")
    said(project, "--relation", "main.stg_events")
    assert "journal: {ref: stg_events}\n" in (project.folder / "ozmeta.yml").read_text()
    assert "is up to date" in said(project)


def test_the_demo_s_journal_has_only_codes(tmp_path: Path) -> None:
    """And conflicts, late events and payloads that are no JSON."""
    folder = tmp_path / "demo"
    write_project(folder, PACKAGE)
    write_journal(folder, demo_journals(3000)[0])
    load_journal(folder, END)
    project = DbtProject(tmp_path / "project", CONFIG, snapshot())
    emptied(project)
    with project.connect() as connection:
        connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as demo (read_only)")
        (schema, name), *_ = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'demo'"
            " and table_name like '%journal%' order by 2"
        ).fetchall()
        connection.execute("create schema raw")
        connection.execute(f"create table raw.event_journal as select * from demo.{schema}.{name}")
    said(project, *RELATION)
    text = (project.folder / "metadb/WorkflowState.yml").read_text("utf-8")
    assert "only" in text and "transition.code" in text
    assert len(table(project, "Workflow")) > 1
    status, output = command(project, "generate")
    assert status == 0, output
    project.manifest = None
    project.run("2030-01-01T00:00:00")
    for row in project.rows(
        "select TL_Anomaly as mark, count(*) as n from timeline group by 1 order by 2 desc"
    )[:1]:
        assert row["mark"] is None


@pytest.mark.skipif(not REAL_JOURNAL.is_dir(), reason="NOT RUN: the real journal is not here")
def test_the_real_journal(project: DbtProject) -> None:
    with project.connect() as connection:
        connection.execute(
            f"insert into raw.event_journal select * from '{REAL_JOURNAL}/event_journal.parquet'"
        )
    found = json.loads(said(project, *RELATION, "--format", "json"))
    (seen,) = found["object_types"]
    assert (seen["events"], seen["objects"], len(seen["states"])) == (65533, 7554, 13)
    assert (seen["start"], seen["ends"]) == ("InProgress", ["Cancelled", "Closed", "InCall"])
    assert "WaitCustomer" in seen["waiting"] and "AwaitingAssignment" not in seen["waiting"]
    runs(project)
    assert declared_moves_that_are_marked(project, "incident") == []
    moved = project.rows(
        "select count(*) as n from incident_timeline where TL_IsApplied and TL_FromState is not"
        " null and TL_FromState <> TL_ToState"
    )
    assert moved[0]["n"] == sum(t["count"] for t in seen["transitions"])


def test_hostile_names(project: DbtProject) -> None:
    states = [*HOSTILE, "Won't fix", 'A "quoted" one', "-->", "null", "007", "état", "☃", " a"]
    types = ["Ticket", "ticket", "9 lives", "☃ '; drop"]
    rows = []
    for number in range(80):
        for place in range(len(states)):
            state = states[(place + number % 3) % len(states)]
            fields = {HOSTILE[place % len(HOSTILE)]: place % 3, "*": number % 2, "a.b": place % 4}
            row = event(len(rows), str(number), len(rows), state, fields=fields)
            row["EJ_ObjectType"] = types[number % len(types)]
            row["EJ_EventType"] = HOSTILE[number % len(HOSTILE)]
            rows.append(row)
    project.append(rows)
    said(project, *RELATION)
    assert {row["WS_Code"] for row in table(project, "WorkflowState")} == {*states}
    runs(project)
    for binding in ("ticket", "ticket2", "entity9_lives", "drop"):
        marks = project.rows(f"select distinct TL_Anomaly as mark from {binding}_timeline")
        assert marks == [{"mark": None}], binding
    assert "is up to date" in said(project)


def test_objects_of_tenants(project: DbtProject) -> None:
    """With a tenant in every row, two tenants may use one id. Otherwise the id alone counts."""
    rows = tickets(20)
    both = [
        row | {"_TenantID": tenant, "EJ_ID": f"{row['EJ_ID']}{tenant}"}
        for row in rows
        for tenant in "ab"
    ]
    project.append(both)
    assert "of 40 objects" in said(project, *RELATION)
    assert table(project, "RuntimeBinding")[0]["RB_InstanceKeyStrategy"] == "Tenant+ObjectID"
    emptied(project)
    project.create_journal()
    project.append([*both, event(99999, "T-100", 0, "Open")])
    assert "of 21 objects" in said(project, *RELATION)
    assert table(project, "RuntimeBinding")[0]["RB_InstanceKeyStrategy"] == "ObjectID"
    runs(project)


def test_codes_with_states(project: DbtProject) -> None:
    """A code that leads to one state means that state if payloads lack it."""
    rows = []
    for number in range(40):
        steps: list[Row] = [
            {},
            {"code": "Start", "toState": "Busy", "fromState": "Open"},
            {"code": "Close"} | ({"toState": "Done"} if number % 2 else {}),
        ]
        for place, step in enumerate(steps):
            row = event(len(rows), f"T-{number}", number * 10 + place)
            rows.append(row | {"EJ_Payload": json.dumps({"transition": step})})
    project.append(rows)
    said(project, *RELATION)
    assert [row["WS_Code"] for row in table(project, "WorkflowState")] == ["Open", "Busy", "Done"]
    codes = [row["WT_Code"] for row in table(project, "WorkflowTransition")]
    assert codes == ["Start", "Close"]
    runs(project)
    assert project.rows("select distinct TL_Anomaly as mark from ticket_timeline") == [
        {"mark": None}
    ]


def test_chosen_object_types(project: DbtProject) -> None:
    rows = tickets(20)
    project.append(
        [*rows, *(r | {"EJ_ObjectType": "Task", "EJ_ID": "t" + r["EJ_ID"]} for r in rows)]
    )
    said(project, *RELATION, "--object-type", "Task")
    assert [row["TB_TableName"] for row in table(project, "Table")] == ["Task"]
    text = said(project, *RELATION, "--object-type", "Tusk", exit=INVALID)
    assert "no row of the object type Tusk" in text


# ---------------------------------------------------------------- bad input


def only_comments(rows: list[Row]) -> list[Row]:
    return [row | {"EJ_Payload": "{}"} for row in rows]


def free_text(rows: list[Row]) -> list[Row]:
    return [event(n, f"T-{n}", n, f"because of {n}") for n in range(201)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: [], r"raw\.event_journal is empty"),
        (only_comments, r"no payload in raw\.event_journal has transition\.toState or"),
        (free_text, r"Ticket has 201 different states.*free text.*--object-type"),
        (lambda rows: [r | {"EJ_ObjectID": None} for r in rows], "none of them can be used"),
        (lambda rows: [r | {"EJ_ObjectType": None} for r in rows], "none of them can be used"),
        (lambda rows: [r | {"EJ_Payload": "{"} for r in rows], "none of them can be used"),
    ],
    ids=["empty", "no transition", "free text", "no object", "no type", "no JSON"],
)
def test_nothing_to_discover(
    project: DbtProject, change: Callable[[list[Row]], list[Row]], message: str
) -> None:
    project.append(change(tickets(10)))
    before = contents(project)
    text = said(project, *RELATION, exit=INVALID)
    assert re.search(message, text) and "nothing was written" in text
    assert contents(project) == before


def test_a_relation_that_is_no_journal(project: DbtProject) -> None:
    with project.connect() as connection:
        connection.execute("create table raw.issues (id int, status varchar)")
    text = said(project, "--relation", "raw.issues", exit=INVALID)
    assert "one row per changed field, because it has no column EJ_ID" in text
    assert "`histories`" in text
    with project.connect() as connection:
        connection.execute('alter table raw.issues add column "EJ_ID" varchar')
    text = said(project, "--relation", "raw.issues", exit=INVALID)
    assert "no column EJ_EventType, EJ_EventTimeUTC, EJ_ObjectType, EJ_ObjectID," in text
    assert "`histories`" in text
    text = said(project, "--relation", "raw.nowhere", exit=INVALID)
    assert "the warehouse has no relation raw.nowhere" in text
    assert "expected schema.table" in said(project, "--relation", "nowhere", exit=INVALID)
    assert "there is no ozmeta.yml" in said(project, exit=INVALID)
    assert not (project.folder / "metadb").exists()


def test_one_object_and_unusable_rows(project: DbtProject) -> None:
    """They are not an error, but they are reported."""
    rows = [event(n, "T-1", n * 10, state) for n, state in enumerate(["Open", "Busy", "Done"])]
    bad = [
        event(10, "T-1", 40) | {"EJ_ObjectID": None},
        event(11, "T-1", 50) | {"EJ_ObjectType": None},
        event(12, "T-1", 60) | {"EJ_Payload": '{"transition": '},
        event(13, "N-1", 60) | {"EJ_ObjectType": "Note"},
    ]
    project.append([*rows, *bad])
    text = said(project, *RELATION)
    assert "Ticket: there is one object only" in text
    assert "Ticket: 2 rows cannot be used and will be quarantined" in text
    assert "Note: none of its events has a transition in its payload" in text
    runs(project)


def test_a_folder_with_metadata_of_another_kind(project: DbtProject) -> None:
    project.append(tickets(10))
    (project.folder / "metadb").mkdir()
    (project.folder / "metadb/Workflow.csv").write_text("WF_ID,WF_Code\n1,A\n")
    text = said(project, *RELATION, exit=FILE)
    assert "has Workflow.csv" in text and "--output" in text
    assert [path.name for path in (project.folder / "metadb").iterdir()] == ["Workflow.csv"]
    assert not (project.folder / "ozmeta.yml").exists()
    for place in ("../elsewhere", "/elsewhere"):
        text = said(project, *RELATION, "--output", place, exit=FILE)
        assert "expected a folder inside the dbt project" in text


# ---------------------------------------------------------------- another engine


def test_postgres_gives_the_same(
    project: DbtProject, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    rows = tickets(40)
    project.append(rows)
    here = discover_with(dbt_of(project), journals_to_read(project.folder, RELATION[1]))
    try:
        with engine("postgres").session(tmp_path / "engine") as worker:
            record_property("version", worker.engine.version())
            steps = [Step("2026-02-01T00:00:00", rows)]
            for _ in Scenario("discover", CONFIG, steps, snapshot("Ticket")).play(
                worker, tmp_path / "postgres"
            ):
                pass

            class There(Dbt):
                def operation(self, name: str, **args: Any) -> Any:
                    return worker.ask(operation=f"ozmeta_runtime.{name}", args=args)

            source = CONFIG["journal"]["source"]
            given = {"name": "j", "source": [source["name"], source["table"]], "columns": {}}
            there = discover_with(There(tmp_path), Journals([given]))
    except NotRun as why:
        record_property("why", str(why))
        pytest.skip(f"NOT RUN: {why}")
    assert there == here


def discover_with(dbt: Dbt, journals: Journals) -> dict[str, str]:
    found, _ = discover(dbt, journals, Choice())
    texts = files(found)
    label = found.journals[0].replace("_", "\\\\?_")
    return {
        name: " ".join(re.sub(label, "the journal", text).replace("# ", "").split())
        for name, text in texts.items()
    }
