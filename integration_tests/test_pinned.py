"""Reduced cases that random worlds found, and cases that random worlds do not contain."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import support.reference_fold as ref
from support.dbt_project_under_test import DbtProject
from support.invariants import load, play
from support.worlds import NAMES, SIGNALS, START, World, config, snapshot


def row(id: str, payload: Any, **columns: Any) -> dict[str, Any]:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return (
        dict.fromkeys(ref.EJ)
        | {
            "EJ_ID": id,
            "_TenantID": "t",
            "EJ_EventType": "Ev",
            "EJ_EventTimeUTC": START,
            "EJ_ObjectType": "Alpha",
            "EJ_ObjectID": id,
            "EJ_Payload": text,
            "_SyncDate": START,
            "run": 0,
            "again": True,
            "other_sync": START,
        }
        | columns
    )


def small_binding(rules: dict[str, Any], **others: Any) -> dict[str, Any]:
    """New to Open by Go, no terminal state, no bound event; an SLA per rule, which runs iff the
    rule is true.
    """
    actions = [{"type": "EnqueueEscalation", "signalType": "Fraud.Seen", "payload": {}}]
    workflow = {
        "id": "wf-Alpha",
        "start": "New",
        "states": ["New", "Open", "Done"],
        "terminal": [],
        "transitions": [
            {
                "code": "Go",
                "from": "Open",
                "to": "Done",
                "enabled": True,
                "events": [],
                "actions": actions,
            }
        ],
    }
    slas = [
        {
            "code": code,
            "target": 10,
            "warn": None,
            "start": (
                node
                if isinstance(node, str)
                else {"version": 1, "kind": "TimerStart", "expr": node}
            ),
            "stop": "deny",
            "escalation": {"version": 1, "kind": "Escalation"},
        }
        for code, node in rules.items()
    ]
    return {
        "name": "Alpha",
        "object_types": ["Alpha", NAMES["Alpha"]],
        "tenant_in_key": True,
        "needs_tenant": True,
        "policy": "last_writer_wins",
        "auto_close": True,
        "stream": "EJ_SourceSystem",
        "severities": SIGNALS,
        "slas": slas,
        "workflow": workflow,
    } | others


def assert_holds(binding: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    found = play(World([binding], rows, [START + dt.timedelta(minutes=320)]), [1])
    assert not found, "\n".join(map(str, found))


def test_pinned_cases() -> None:
    """Each object is one case; WI_IsTerminal of all of them is false, though the workflow has no
    terminal state.
    """
    tags = {"ref": "object.Tags", "as": "string"}
    rules = {
        "Tenant": {"op": "eq", "args": [{"ref": "tenant.id"}, {"lit": "t"}]},
        "TenantShort": "tenant",
        "Null": {"lit": None},
        "HintedIn": {"op": "in", "args": [{"lit": "a"}, tags]},
        "HintedContains": {"op": "contains", "args": [tags, {"lit": "a"}]},
    }
    rows = [
        row("tenant", {}),
        row("no tenant", {}, _TenantID=None),
        row("array", {"object": {"Tags": ["a", "b"]}}),
        row("huge version", {"transition": {"code": "Go", "rowVersion": 99999999999999999999}}),
        row("version 2.0", {"transition": {"code": "Go", "rowVersion": 2.0}}),
        row("illegal by state, no event bound", {"transition": {"toState": "Done"}}),
        row("delivered twice", {}),
        row("delivered twice", {}, EJ_ObjectType="AL"),
    ]
    for one in list(rows):
        if one["EJ_ID"] in (
            "huge version",
            "version 2.0",
        ):  # into the state from which Go is legal, first
            rows.append(
                row(
                    f"{one['EJ_ID']}, before",
                    {"transition": {"toState": "Open"}},
                    EJ_ObjectID=one["EJ_ID"],
                    EJ_EventTimeUTC=START - dt.timedelta(minutes=1),
                )
            )
            one["EJ_EventTimeUTC"] = START + dt.timedelta(minutes=1)
    binding = small_binding(rules, tenant_in_key=False, needs_tenant=False)
    assert_holds(binding, rows)


def test_the_text_of_a_number_is_its_shortest_form() -> None:
    """A JSON number is compared as its shortest text, alone and as a member. A number as text stays
    as written.
    """
    is_five = {"op": "eq", "args": [{"ref": "object.N"}, {"lit": "5"}]}
    has_five = {"op": "contains", "args": [{"ref": "object.List"}, {"lit": "5"}]}
    thousand = {
        "op": "in",
        "args": [{"ref": "object.N"}, {"lit": "1000"}, {"lit": "2.5"}, {"lit": "0"}],
    }
    payloads = {
        "five": '{"object": {"N": 5.0}}',
        "text": '{"object": {"N": "5.0"}}',
        "plain": '{"object": {"N": 5}}',
        "exponent": '{"object": {"N": 1e3}}',
        "zeros": '{"object": {"N": 2.50}}',
        "minus": '{"object": {"N": -0.0}}',
        "member": '{"object": {"List": [1, 5.0]}}',
        "text member": '{"object": {"List": ["5.0"]}}',
    }
    binding = small_binding({"Five": is_five, "HasFive": has_five, "Other": thousand})
    rows = [row(name, {}, EJ_Payload=payload) for name, payload in payloads.items()]
    assert_holds(binding, rows)
    expected = {
        "Five": {"five", "plain"},
        "HasFive": {"member"},
        "Other": {"exponent", "zeros", "minus"},
    }
    started = {
        code: {
            cycle["ST_ObjectID"]
            for cycle in ref.fold(rows, binding, START + dt.timedelta(minutes=320))["sla_cycle"]
            if cycle["SL_Code"] == code
        }
        for code in expected
    }
    assert started == expected  # the reference, which assert_holds compared with the tables


def test_field_named_star() -> None:
    binding = small_binding({"Star": {"op": "eq", "args": [{"ref": "object.*"}, {"lit": "a"}]}})
    assert_holds(binding, [row("1", {"object": {"*": "a"}}), row("2", {"object": {"x": "a"}})])


@pytest.mark.parametrize(
    "killed", [False, True], ids=["a run", "a run that was killed, and the next"]
)
def test_older_delivery_through_another_source(tmp_path: Path, killed: bool) -> None:
    """It replaces an event that is far behind its journal's watermark. That event goes to
    quarantine, in increments and in a full refresh.
    """
    binding = small_binding({})
    project = DbtProject(tmp_path / "p", config([binding]), snapshot([binding]))
    sources = [
        {"name": "ops", "schema": "raw", "table": table} for table in ("event_journal", "station")
    ]
    project.create_journal()
    with project.connect() as connection:
        connection.execute("create table raw.station as from raw.event_journal")
    project.configure(config([binding]) | {"journal": {"sources": sources}}, snapshot([binding]))
    late = dt.timedelta(minutes=600)
    first, other = (
        row("1", {"object": {"F": 1}}, _SyncDate=START + dt.timedelta(minutes=100)),
        row("2", {}, _SyncDate=START + late),
    )
    load(project, [first, other])
    project.run(str(START + late))
    again = row("1", {"object": {"F": 2}}, _SyncDate=START + dt.timedelta(minutes=80))
    with project.connect() as connection:
        connection.execute(
            f"insert into raw.station ({', '.join(ref.EJ)}) values"
            f" ({', '.join('?' * len(ref.EJ))})",
            [again[c] for c in ref.EJ],
        )
    # after the timeline; by the next run the object has another event, so that its rows are written
    # again
    if killed:
        project.run(str(START + late), "--select", "alpha_timeline")
        more = row("3", {}, EJ_ObjectID="1", _SyncDate=START + late)
        project.append([{c: more[c] for c in ref.EJ}])
    project.run(str(START + late))
    found = [
        (r["QR_Reason"], r["QR_Payload"])
        for r in project.rows("from alpha_quarantine where _DeleteDate is null")
    ]
    assert found == [("ConflictingDuplicate", '{"object": {"F": 1}}')]
