"""`ozmeta-dbt impact`: its counts against the changed project itself, run with a full refresh in a
copy of the warehouse and compared row by row in Python; and that it leaves nothing behind.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import random
import re
import secrets
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from engines.base import Worker
from engines.scenarios import SCENARIOS
from markdown_it import MarkdownIt
from ozmeta_dbt.impact.texts import markdown
from support.dbt_project_under_test import DbtProject
from support.small_case import event
from support.verification import command

Row = dict[str, Any]
AS_OF = "2026-01-01T06:00:00"
CONFIG: Row = {
    "version": 1,
    "metadb": {"snapshot": "metadb/snapshot.json"},
    "journal": {
        "source": {"name": "ops", "schema": "raw", "table": "event_journal"},
        "lookback_minutes": 30,
    },
}


# ---------------------------------------------------------------- a world


def equals(ref: str, value: str) -> Row:
    return {"op": "eq", "args": [{"ref": ref}, {"lit": value}]}


def rule(kind: str, expr: Row | None = None, **more: Any) -> Row:
    return {"version": 1, "kind": kind, **({"expr": expr} if expr else {}), **more}


def level(signal: str, target: str, after: int = 0) -> Row:
    payload = {"afterMinutes": after}
    return {
        "type": "EnqueueEscalation",
        "signalType": signal,
        "target": target,
        "payload": payload | ({"level": 9} if after else {}),
    }


def policy(code: str, target: int, *levels: Row) -> Row:
    return {
        "id": code,
        "code": code,
        "objectType": "Table",
        "objectId": "t",
        "targetMinutes": target,
        "warnMinutes": target // 2,
        "escalationRule": rule("Escalation", actions=list(levels)),
    }


def metadata() -> Row:
    """Open, Busy and Done, an SLA on Busy with a ladder, and a flow of two steps."""
    moves = [("Go", "Open", "Busy"), ("Back", "Busy", "Open"), ("End", "Busy", "Done")]
    enqueue = {"type": "EnqueueEscalation", "target": "role:Desk"}
    emit = {"type": "EmitSignal", "signalType": "Work.Ended", "payload": {"severity": "Warning"}}
    actions = {"Go": enqueue, "End": emit}
    return {
        "snapshotVersion": 1,
        "objects": {
            "tables": [{"id": "t", "code": "Case", "cdCode": "CA"}],
            "workflows": {
                "workflows": [{"id": "w", "code": "Flow"}],
                "states": [
                    {
                        "id": state,
                        "workflowId": "w",
                        "code": state,
                        "isInitial": state == "Open",
                        "isTerminal": state == "Done",
                    }
                    for state in ("Open", "Busy", "Done")
                ],
                "transitions": [
                    {
                        "id": code,
                        "workflowId": "w",
                        "code": code,
                        "fromStateId": start,
                        "toStateId": end,
                        "actionDsl": rule("Action", actions=[actions[code]])
                        if code in actions
                        else None,
                    }
                    for code, start, end in moves
                ],
                "approvalFlows": [{"id": "f", "code": "Release"}],
            },
            "security": {"roles": [{"id": r, "code": r} for r in ("Lead", "Boss", "Desk")]},
            "runtime": {
                "bindings": [
                    {
                        "id": "b",
                        "objectType": "Table",
                        "objectId": "t",
                        "workflowId": "w",
                        "approvalFlowId": "f",
                        "instanceKeyStrategy": "Tenant+ObjectID",
                    }
                ],
                "slaPolicies": [
                    policy(
                        "Work",
                        60,
                        level("SLA.Warned", "role:Lead"),
                        level("SLA.Breached", "role:Boss"),
                    )
                ],
                "slaBindings": [
                    {
                        "bindingId": "b",
                        "slaId": "Work",
                        "startRule": rule("TimerStart", equals("transition.toState", "Busy")),
                        "stopRule": rule(
                            "TimerStop",
                            {
                                "op": "in",
                                "args": [
                                    {"ref": "transition.toState"},
                                    {"lit": "Open"},
                                    {"lit": "Done"},
                                ],
                            },
                        ),
                    }
                ],
                "approvalSteps": [
                    {
                        "id": code,
                        "approvalFlowId": "f",
                        "order": order,
                        "code": code,
                        "rule": {"quorum": quorum, "veto": False},
                    }
                    for order, (code, quorum) in enumerate([("Check", 2), ("Sign", 1)])
                ],
                "approvalStepRoles": [{"stepId": "Check", "roleId": "Lead"}],
            },
        },
    }


def journal(objects: int = 30) -> list[Row]:
    """Transitions, some of them illegal or unknown, votes, and faulty rows."""
    rng, rows = random.Random(4), []
    for number in range(objects):
        minute, tenant = rng.randint(0, 60), rng.choice(["t1", "t2"])
        for place in range(rng.randint(2, 9)):
            minute += rng.randint(1, 50)
            kind = rng.random()
            payload: Row = {"object": {"Priority": rng.choice(["High", "Low"])}}
            type_, actor = "X", rng.choice(["ann", "bob", "cid"])
            if kind < 0.6:
                payload["transition"] = {"code": rng.choice(["Go", "Go", "Back", "End", "Fly"])}
            elif kind < 0.9:
                type_ = rng.choice(["Approval.Requested", "Approval.Approved", "Approval.Approved"])
            id_ = f"e{number}-{place}"
            text = json.dumps(payload) if kind < 0.97 else "{"
            rows.append(
                event(
                    *(id_, minute, None, f"o{number}"),
                    _TenantID=tenant if rng.random() < 0.95 else None,
                    EJ_EventType=type_,
                    EJ_Actor=actor,
                    EJ_Payload=text,
                )
            )
    return rows


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after two runs, to be copied."""
    folder = tmp_path_factory.mktemp("warehouse") / "project"
    project = DbtProject(folder, CONFIG, metadata())
    project.create_journal()
    rows = journal()
    early = dt.datetime(2026, 1, 1, 2)
    project.append(row for row in rows if row["_SyncDate"] <= early)
    project.run("2026-01-01T02:00:00")
    project.append(row for row in rows if row["_SyncDate"] > early)
    project.run(AS_OF)
    with project.connect() as connection:
        connection.execute("checkpoint")  # so that the file can be copied
    return folder


@pytest.fixture
def project(warehouse: Path, tmp_path: Path) -> DbtProject:
    return copied(warehouse, tmp_path / "p")


def copied(
    warehouse: Path, folder: Path, config: Row = CONFIG, snapshot: Row | None = None
) -> DbtProject:
    project = DbtProject(folder, config, snapshot or metadata())
    shutil.copyfile(warehouse / "warehouse.duckdb", project.database)
    return project


def change(project: DbtProject, snapshot: Row | None = None, config: Row = CONFIG) -> None:
    """Change the metadata, and leave the generated models as they are."""
    project.write("metadb/snapshot.json", snapshot or metadata())
    project.write("ozmeta.yml", config)


def impact(project: DbtProject, *args: str) -> tuple[int, str]:
    """Status and output, without what dbt prints in this process."""
    with mock.patch.object(secrets, "token_hex", lambda size: "0" * 2 * size):  # parse once
        status, said = command(project, "impact", *args)
    return status, "".join(
        line for line in said.splitlines(keepends=True) if not line.startswith("OZMETA ")
    )


def document_of(project: DbtProject, *args: str) -> tuple[int, Row]:
    status, said = impact(project, "--json", *args)
    assert "{" in said, said
    return status, json.loads(said[said.index("{\n") :])


# ---------------------------------------------------------------- the same, by hand


def live(project: DbtProject, model: str, where: str = "_DeleteDate is null") -> dict[Any, Row]:
    return {row["_Key"]: row for row in project.rows(f"from case_{model} where {where}")}


def moved(old: Row | None, new: Row | None, *columns: str) -> tuple[Any, ...] | None:
    """The columns before and after, if one differs."""
    was, becomes = ([row and row[column] for column in columns] for row in (old, new))
    return None if was == becomes else (*was, *becomes)


def by_hand(before: DbtProject, after: DbtProject) -> dict[str, Counter[Any]]:
    """{kind: {group: rows}}"""
    found: dict[str, Counter[Any]] = {}

    def count(kind: str, group: Any) -> None:
        if group is not None:
            found.setdefault(kind, Counter())[group] += 1

    old, new = live(before, "sla_cycle"), live(after, "sla_cycle")
    for key in old.keys() | new.keys():
        a, b = old.get(key), new.get(key)
        row = b or a
        assert row
        if not a or not b:
            count(
                "cycles_added" if b else "cycles_removed",
                (row["SL_Code"], row["ST_Status"], row["ST_Outcome"]),
            )
            continue
        if group := moved(a, b, "ST_Status", "ST_Outcome"):
            count("cycles_changed", (row["SL_Code"], *group))
        if a["ST_DueUTC"] != b["ST_DueUTC"]:
            count("due_moved", (row["SL_Code"],))
    old, new = live(before, "escalation_queue"), live(after, "escalation_queue")
    columns = ("EQ_Status", "EQ_Severity", "EQ_AssignedToRole", "EQ_AssignedToPrincipal")
    for key in old.keys() | new.keys():
        a, b = old.get(key), new.get(key)
        row = b or a
        assert row
        name = (row["SL_Code"], row["EQ_SignalCode"], row["EQ_Level"])
        if not a or not b:
            kind = "escalations_raised" if b else "escalations_retracted"
            count(kind, (*name, *(row[column] for column in columns)))
            continue
        if group := moved(a, b, *columns):
            count("escalations_changed", (*name, *group))
        if a["EQ_CreatedUTC"] != b["EQ_CreatedUTC"]:
            count("escalations_moved", name)
    old, new = live(before, "runtime_signal", "true"), live(after, "runtime_signal", "true")
    for key in new.keys() - old.keys():  # the log keeps what it has, and the next run adds to it
        row = new[key]
        kind = "signals_retracted" if row["RS_Kind"] == "Retracted" else "signals_raised"
        count(kind, (row["RS_SignalCode"], row["SL_Code"], row["RS_Level"]))
    old, new = rounds(before), rounds(after)
    for key in old.keys() | new.keys():
        if group := moved(old.get(key), new.get(key), "status", "step"):
            count("rounds_changed", (key[1], *group))
    old, new = live(before, "workflow_instance"), live(after, "workflow_instance")
    for key in old.keys() | new.keys():
        count("states_changed", moved(old.get(key), new.get(key), "WS_CurrentCode"))
    old, new = effects(before), effects(after)
    for key in old.keys() | new.keys():
        a, b = old.get(key), new.get(key)
        if group := moved(a, b, "effect", "mark", "state"):
            row = b or a
            assert row
            count("events_changed", (row["type"], *group))
    return found


def rounds(project: DbtProject) -> dict[Any, Row]:
    """{(object, flow, event of the request): status and current step}"""
    steps: dict[Any, list[Row]] = {}
    for row in project.rows("from case_approval_step where _DeleteDate is null order by AP_StepNo"):
        steps.setdefault((row["_ObjectKey"], row["AF_Code"], row["AP_Round"]), []).append(row)
    found = {}
    for (key, flow, _), rows in steps.items():
        outcomes = {row["AP_Outcome"]: row["AS_Code"] for row in reversed(rows)}
        status = next(
            (one for one in ("Rejected", "Withdrawn", "Pending") if one in outcomes), "Approved"
        )
        opened = rows[0]["AP_ActivatedEventID"]
        found[key, flow, opened] = {"status": status, "step": outcomes.get(status)}
        if status == "Approved":
            found[key, flow, opened]["step"] = None
    return found


def effects(project: DbtProject) -> dict[Any, Row]:
    """{(tenant, object, event): what it did}"""
    found = {}
    for row in project.rows("from case_quarantine where _DeleteDate is null"):
        key = (row["_TenantID"], row["QR_ObjectID"], row["QR_EventID"])
        found[key] = {
            "type": row["QR_EventType"],
            "effect": "Quarantined",
            "mark": row["QR_Reason"],
            "state": None,
        }
    for row in project.rows("from case_timeline"):
        effect = (
            "Pending"
            if row["TL_Position"] is None
            else "Rejected"
            if row["TL_IsRejected"]
            else "Applied"
            if row["TL_IsApplied"]
            else "Nothing"
        )
        found[row["_TenantID"], row["EJ_ObjectID"], row["EJ_ID"]] = {
            "type": row["EJ_EventType"],
            "effect": effect,
            "mark": row["TL_Anomaly"],
            "state": row["TL_ToState"] if effect == "Applied" else None,
        }
    return found


COLUMNS = {
    "cycles_changed": "sla before_status before_outcome after_status after_outcome",
    "cycles_added": "sla after_status after_outcome",
    "cycles_removed": "sla before_status before_outcome",
    "due_moved": "sla",
    "escalations_raised": "sla signal level after_status after_severity after_role after_principal",
    "escalations_retracted": (
        "sla signal level before_status before_severity before_role before_principal"
    ),
    "escalations_changed": (
        "sla signal level before_status before_severity before_role before_principal"
        " after_status after_severity after_role after_principal"
    ),
    "escalations_moved": "sla signal level",
    "signals_raised": "signal sla level",
    "signals_retracted": "signal sla level",
    "rounds_changed": "flow before_status before_step after_status after_step",
    "states_changed": "before_state after_state",
    "events_changed": (
        "event_type before_effect before_mark before_state after_effect after_mark after_state"
    ),
}


def groups(binding: Row) -> dict[str, Counter[Any]]:
    """The document's counts in the same form."""
    found = {}
    for kind, counted in binding["kinds"].items():
        counts: Counter[Any] = Counter()
        for group in counted["groups"]:
            counts[tuple(group[column] for column in COLUMNS[kind].split())] += group["rows"]
        assert sum(counts.values()) == counted["rows"], kind
        if counts:
            found[kind] = counts
    return found


# ---------------------------------------------------------------- changes


def service_levels(snapshot: Row, config: Row) -> None:
    runtime = snapshot["objects"]["runtime"]
    runtime["slaPolicies"][0] = policy(
        "Work",
        35,
        level("SLA.Warned", "role:Desk"),
        level("SLA.Breached", "role:Boss"),
        level("SLA.Breached", "principal:eve", after=20),
    )
    runtime["slaPolicies"].append(policy("Whole", 90, level("SLA.Breached", "role:Boss")))
    runtime["slaBindings"].append({"bindingId": "b", "slaId": "Whole"})


def workflow(snapshot: Row, config: Row) -> None:
    """One transition less, another conflict policy, and another quorum."""
    transitions = snapshot["objects"]["workflows"]["transitions"]
    transitions[:] = [one for one in transitions if one["id"] != "Back"]
    config["bindings"] = {"Case": {"conflict_policy": "first_writer_wins"}}
    snapshot["objects"]["runtime"]["approvalSteps"][0]["rule"] = {"quorum": 1, "veto": False}


def fields(snapshot: Row, config: Row) -> None:
    """A field that the timeline does not have, so that a run would ask for --full-refresh. Rows
    without a tenant are no longer refused, and all keys change.
    """
    runtime = snapshot["objects"]["runtime"]
    runtime["slaBindings"][0]["startRule"] = rule("TimerStart", equals("object.Priority", "High"))
    runtime["bindings"][0]["instanceKeyStrategy"] = "ObjectID"


CHANGES: dict[str, tuple[Callable[[Row, Row], None], set[str]]] = {
    "service_levels": (
        service_levels,
        {
            *("cycles_changed", "cycles_added", "due_moved", "escalations_raised"),
            *("escalations_changed", "escalations_moved", "signals_raised"),
        },
    ),
    "workflow": (
        workflow,
        {
            *("cycles_changed", "cycles_removed", "escalations_retracted", "signals_retracted"),
            *("states_changed", "events_changed", "rounds_changed"),
        },
    ),
    "fields": (fields, {"events_changed", "cycles_added", "cycles_removed", "escalations_raised"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_counts_are_those_of_the_changed_project(
    name: str, warehouse: Path, project: DbtProject, tmp_path: Path
) -> None:
    apply, kinds = CHANGES[name]
    snapshot, config = metadata(), copy.deepcopy(CONFIG)
    apply(snapshot, config)
    change(project, snapshot, config)
    status, document = document_of(project)
    (told,) = document["bindings"]
    assert status == 1 and document["changes"] and told["objects_left_out"] == 0
    changed = copied(warehouse, tmp_path / "changed", config, snapshot)
    changed.run(AS_OF, "--full-refresh", vars={"ozmeta_correction": ["Release"]})
    expected = by_hand(project, changed)
    assert groups(told) == expected
    assert kinds <= expected.keys()
    objects = changed.rows("select count(distinct _ObjectKey) as n from case_timeline")[0]["n"]
    assert told["objects"] == objects
    if name == "service_levels":
        assert told["definitions"] == {
            "slas_first": ["Whole"],
            "slas_gone": [],
            "levels_first": [
                {"sla": "Whole", "signal": "SLA.Breached", "level": 1},
                {"sla": "Work", "signal": "SLA.Breached", "level": 9},
            ],
            "levels_gone": [],
        }
        (due,) = told["kinds"]["due_moved"]["groups"]
        assert (due["least_shift_seconds"], due["greatest_shift_seconds"]) == (-1500, -1500)
        assert due["earlier"] == due["rows"] and due["later"] == 0


def test_nothing_changes_without_a_change(project: DbtProject) -> None:
    status, said = impact(project)
    assert status == 0 and "nothing would change" in said and "no row would differ" in said
    assert document_of(project)[1]["changes"] is False


# ---------------------------------------------------------------- what it reads and leaves


def state_of(project: DbtProject) -> tuple[Row, Row]:
    """Every table of the warehouse with a hash of its rows, and every file of the project."""
    tables = {}
    for row in project.rows("from information_schema.tables"):
        name = f"{row['table_schema']}.{row['table_name']}"
        if row["table_type"] == "VIEW":
            tables[name] = []
            continue
        rows = f"(select md5(cast(t as varchar)) as h from {name} as t)"
        tables[name] = project.rows(f"select count(*), bit_xor(md5_number(h)) from {rows}")
    for row in project.rows("select schema_name from information_schema.schemata"):
        tables[row["schema_name"]] = []
    made = {project.database.name, f"{project.database.name}.wal"}
    made |= {"dbt_packages", "target", "logs"}
    files = {
        str(path.relative_to(project.folder)): path.read_bytes()
        for path in project.folder.rglob("*")
        if path.is_file() and not made & set(path.relative_to(project.folder).parts)
    }
    return tables, files


RENAME = "alter table main.case_workflow_instance rename column"


def test_it_changes_nothing_and_leaves_nothing(project: DbtProject) -> None:
    snapshot = metadata()
    service_levels(snapshot, {})
    change(project, snapshot)
    before = state_of(project)
    status, said = impact(project)
    assert status == 1 and "the metadata would change the tables" in said
    assert state_of(project) == before
    assert "Work is breached: still running when it was due" in said

    # the comparison fails, when the tables beside are there
    with project.connect() as connection:
        connection.execute(f"{RENAME} WS_CurrentCode to Lost")
    before = state_of(project)
    status, said = impact(project)
    assert status == 10 and "WS_CurrentCode" in said
    assert state_of(project) == before
    with project.connect() as connection:
        connection.execute(f"{RENAME} Lost to WS_CurrentCode")

    # a project whose schemas do not heed the target's
    (project.folder / "macros/names.sql").write_text(
        "{% macro generate_schema_name(custom, node) %}main{% endmacro %}"
    )
    before = state_of(project)
    status, said = impact(project)
    assert status == 10 and "impact would write to" in said and "Nothing was written" in said
    assert state_of(project) == before


def test_it_reads_the_journal_as_far_as_the_last_run_had(project: DbtProject) -> None:
    """Rows that arrived later count nowhere. If a row arrived behind the latest one, as the
    lookback allows, its object is left out.
    """
    newest = project.rows("select max(_SyncDate) as at from case_timeline")[0]["at"]
    after = dt.datetime.fromisoformat(AS_OF) + dt.timedelta(minutes=5)
    behind = newest - dt.timedelta(minutes=5)
    project.append(
        [
            event("new", 5, "Go", "o3", _SyncDate=after),
            event("newer", 5, "Go", "unheard", _SyncDate=after),
            event("behind", 5, "Go", "o4", _SyncDate=behind),
        ]
    )
    status, document = document_of(project)
    (told,) = document["bindings"]
    assert status == 0 and not document["changes"]
    assert told["objects_left_out"] == 1
    objects = project.rows("select count(distinct _ObjectKey) as n from case_timeline")[0]["n"]
    others = project.rows(
        "select count(distinct _ObjectKey) as n from case_timeline where EJ_ObjectID = 'o4'"
    )
    assert told["objects"] == objects - others[0]["n"]
    assert "1 object left out: events arrived that no run has read" in impact(project)[1]


def test_a_sample(project: DbtProject) -> None:
    snapshot = metadata()
    snapshot["objects"]["runtime"]["slaPolicies"][0]["targetMinutes"] += 10
    change(project, snapshot)
    cycles = project.rows("select ST_ObjectID as id from case_sla_cycle where _DeleteDate is null")
    counts = []
    for salt in ("", "other"):
        status, document = document_of(project, "--sample", "0.4", "--salt", salt)
        (told,) = document["bindings"]
        ids = {f"o{number}" for number in range(30)}
        chosen = {
            id_
            for id_ in ids
            if hashlib.md5((salt + id_).encode()).hexdigest() < f"{int(0.4 * 16**8):08x}"
        }
        assert status == 1 and 0 < len(chosen) < 30
        moved_due = sum(cycle["id"] in chosen for cycle in cycles)
        assert told["kinds"]["due_moved"]["rows"] == moved_due > 0
        assert document["sample"] == {"share": 0.4, "salt": salt, "objects": []}
        assert {story["object"] for story in told["stories"]} <= chosen
        counts.append(moved_due)
    status, document = document_of(project, "--object", "o2", "--examples", "0")
    (told,) = document["bindings"]
    assert told["objects"] == 1 and told["stories"] == []
    assert told["kinds"]["due_moved"]["rows"] == sum(cycle["id"] == "o2" for cycle in cycles)
    assert counts[0] != counts[1]


def test_bindings_and_tables_that_are_new_or_gone(project: DbtProject) -> None:
    snapshot, config = metadata(), copy.deepcopy(CONFIG)
    del snapshot["objects"]["runtime"]["slaBindings"]
    change(project, snapshot)
    status, document = document_of(project)
    (told,) = document["bindings"]
    gone = {one["table"]: one["rows"] for one in told["tables_gone"]}
    (there,) = project.rows("select count(*) as n from case_sla_cycle where _DeleteDate is null")
    assert status == 1 and gone == {"case_sla_cycle": there["n"]}
    # of the queue, the rows of the transitions are left
    assert {group["sla"] for group in told["kinds"]["escalations_retracted"]["groups"]} == {"Work"}
    assert told["kinds"]["escalations_raised"]["rows"] == 0

    snapshot["objects"]["tables"][0]["code"] = "Ticket"
    config["bindings"] = {"Ticket": {"object_types": ["Case"]}}
    change(project, snapshot, config)
    status, document = document_of(project)
    (told,) = document["bindings"]
    (objects,) = project.rows("select count(distinct _ObjectKey) as n from case_timeline")
    assert status == 1 and (told["binding"], told["is_new"]) == ("ticket", True)
    assert told["objects"] == objects["n"] and told["tables"] == []
    assert sum(group["rows"] for group in told["kinds"]["states_changed"]["groups"]) == objects["n"]
    assert document["bindings_gone"] == [{"object_type": "Case", "objects": objects["n"]}]


def test_before_the_first_run_and_the_user_s_mistakes(tmp_path: Path) -> None:
    project = DbtProject(tmp_path / "p", CONFIG, metadata())
    project.create_journal()
    status, said = impact(project)
    assert status == 0 and "no run has completed yet" in said
    status, document = document_of(project)
    assert (status, document["first_run"], document["changes"]) == (0, True, False)
    (project.folder / "models/ozmeta/case/case_timeline.sql").write_text("select 1")
    status, said = impact(project)
    assert status == 3 and "edited by hand" in said and "case_timeline.sql" in said
    broken = metadata()
    broken["objects"]["runtime"]["slaPolicies"][0]["warnMinutes"] = 600
    change(project, broken)
    assert impact(project)[0] == 2
    assert impact(project, "--sample", "2")[0] == 2


def test_models_that_are_generated_and_not_run_yet(project: DbtProject) -> None:
    snapshot = metadata()
    workflow(snapshot, {})
    change(project, snapshot)
    before = document_of(project)
    project.configure(CONFIG, snapshot)
    assert document_of(project) == before and before[0] == 1


# ---------------------------------------------------------------- names that are hostile


def test_hostile_names(tmp_path: Path) -> None:
    state, sla, role, id_ = (
        "</code>@dev #1 | <b>",
        "`x` {{ 1/0 }} '; drop table case_timeline; --",
        "[link](http://x) [red]",
        "o1</summary><img src=x>\n\n# www.x.com",
    )
    snapshot = metadata()
    snapshot["objects"]["workflows"]["states"][1]["code"] = state
    runtime = snapshot["objects"]["runtime"]
    runtime["slaPolicies"][0] |= {"id": "Work", "code": sla}
    runtime["slaBindings"][0]["startRule"] = rule("TimerStart", equals("transition.toState", state))
    project = DbtProject(tmp_path / "p", CONFIG, snapshot)
    project.create_journal()
    project.append([event("a", 0, "Go", id_), event("b", 100, "End", id_)])
    project.run(AS_OF)
    policies = runtime["slaPolicies"]
    policies[0] = policy(sla, 500, level("SLA.Warned", f"role:{role}")) | {"id": "Work"}
    policies[0]["warnMinutes"] = 20
    change(project, snapshot)
    status, document = document_of(project)
    (told,) = document["bindings"]
    (raised,) = told["kinds"]["escalations_changed"]["groups"]
    assert status == 1 and raised["after_role"] == role and raised["sla"] == sla
    assert [story["object"] for story in told["stories"]] == [id_]
    status, said = impact(project)
    assert status == 1 and sla in said and role in said and "o1</summary><img src=x> # www" in said
    told_there = markdown(document)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(told_there)
    tags = set(re.findall(r"<(/?[a-z0-9!-]+)", html))
    assert tags == {
        *("!--", "h3", "/h3", "p", "/p", "ul", "/ul", "li", "/li", "strong", "/strong", "code"),
        *("/code", "table", "/table", "thead", "/thead", "tbody", "/tbody", "tr", "/tr", "th"),
        *("/th", "td", "/td", "details", "/details", "summary", "/summary"),
    }
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)
    assert any(unescape(sla) in unescape(row) and unescape(role) in unescape(row) for row in rows)


# ---------------------------------------------------------------- Postgres


def test_impact_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    scenario = SCENARIOS["changes"]()
    scenario.steps, folder = scenario.steps[:1], tmp_path / "changes"
    list(scenario.play(postgres, folder))

    def called(*args: str) -> subprocess.CompletedProcess[str]:
        command_line = [sys.executable, "-m", "ozmeta_dbt", "impact", *args]
        return subprocess.run(command_line, cwd=folder, capture_output=True, text=True)

    done = called()
    assert done.returncode == 0 and "nothing would change" in done.stdout, done.stdout + done.stderr
    path = folder / "metadb/snapshot.json"
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    (work,) = snapshot["objects"]["runtime"]["slaPolicies"]
    work["targetMinutes"] += 10
    path.write_text(json.dumps(snapshot), encoding="utf-8")
    done = called("--json")
    assert done.returncode == 1, done.stdout + done.stderr
    (told,) = json.loads(done.stdout)["bindings"]
    live_cycles = "from oz_changes.case_sla_cycle where _DeleteDate is null"
    ((cycles,),) = postgres.rows(f"select count(*) {live_cycles}")
    (due,) = told["kinds"]["due_moved"]["groups"]
    assert due["rows"] == int(cycles) > 0 and due["least_shift_seconds"] == 600
    target, stopped = (
        f"{work['targetMinutes']} * interval '1 minute'",
        "coalesce(ST_StopUTC, now())",
    )
    ((met,),) = postgres.rows(
        f"select count(*) {live_cycles} and ST_Outcome = 'Missed' and ST_StopUTC is not null"
        f" and {stopped} <= ST_StartUTC + {target}"
    )
    flips = [
        group["rows"]
        for group in told["kinds"]["cycles_changed"]["groups"]
        if (group["before_outcome"], group["after_outcome"]) == ("Missed", "Met")
    ]
    assert sum(flips) == int(met)
    assert postgres.rows("select 1 from pg_namespace where nspname like '%ozmeta_verify%'") == []
