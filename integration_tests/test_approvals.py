"""Random approval flows and votes (SPEC 6b): compares dbt's tables after increments and after a
full refresh with reference_fold. Also tests what only a run can show.

More rounds: OZMETA_ROUNDS=20 pytest integration_tests/test_approvals.py. Hand-worked cases are in
cases/approval.md.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import support.reference_fold as ref
from ozmeta_dbt.operations.explain import objects, show
from rich.console import Console
from support.dbt_project_under_test import JOURNAL_COLUMNS, DbtProject, RunFailed, canonical
from support.verification import dbt_of, verified

Row = dict[str, Any]
START = dt.datetime(2026, 3, 1)
BATCHES = 3
BATCH_MINUTES = 240
EVENTS = {
    "requested": "Approval.Requested",
    "approved": "Approval.Approved",
    "rejected": "Approval.Rejected",
    "withdrawn": "Approval.Withdrawn",
}
VOTERS = ["ann", "bob", "cid", "Ann", "it's {{ x }}"]
STEPS = ["Check", "check", "Sign", "Ünder"]


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


# ---------------------------------------------------------------- definitions


def random_rule(rng: random.Random) -> Row:
    rule: Row = {}
    if rng.random() < 0.7:
        rule["of"] = rng.randint(1, 4)
    if rng.random() < 0.8:
        rule["quorum"] = (
            "all" if "of" in rule and rng.random() < 0.3 else rng.randint(1, rule.get("of", 3))
        )
    if rng.random() < 0.9:
        rule["veto"] = rng.random() < 0.2
    return rule


def random_binding(
    rng: random.Random, name: str, policy: str, tenant_in_key: bool, events: dict[str, str]
) -> Row:
    flows = []
    for number in range(rng.randint(2, 3)):
        codes = rng.sample(STEPS, rng.randint(1, 4))
        steps = [
            {
                "code": code,
                "order": 10 * place + rng.randint(0, 9),
                "roles": rng.sample(["Lead", "Boss"], rng.randint(0, 2)),
                "rule": random_rule(rng),
            }
            for place, code in enumerate(codes)
        ]
        flows.append({"code": f"{name}Flow{number}", "steps": steps})
    slas = []
    for flow in flows:
        for step in flow["steps"]:
            if rng.random() < 0.5:
                start = {
                    "version": 1,
                    "kind": "TimerStart",
                    "expr": {"op": "eq", "args": [{"ref": "event.type"}, {"lit": "Ev"}]},
                    "params": {"onRestart": rng.choice(["newCycle", "ignore", "resume"])},
                }
                stop = {
                    "version": 1,
                    "kind": "TimerStop",
                    "expr": {"op": "eq", "args": [{"ref": "user.id"}, {"lit": "bob"}]},
                }
                which = rng.choice([(None, None), (None, None), (start, None), (None, stop)])
                slas.append(
                    {
                        "code": f"{flow['code']}.{step['code']}",
                        "target": rng.choice([0, 10, 90]),
                        "warn": None,
                        "start": which[0],
                        "stop": which[1],
                        "step": [flow["code"], step["code"]],
                        "escalation": None,
                    }
                )
    workflow = {
        "id": f"wf-{name}",
        "start": "New",
        "states": ["New", "Done"],
        "terminal": ["Done"],
        "transitions": [
            {
                "code": "Go",
                "from": "New",
                "to": "Done",
                "enabled": True,
                "events": [],
                "actions": [],
            }
        ],
    }
    return {
        "name": name,
        "object_types": [name],
        "tenant_in_key": tenant_in_key,
        "needs_tenant": tenant_in_key,
        "policy": policy,
        "auto_close": True,
        "stream": "EJ_SourceSystem",
        "severities": {},
        "workflow": workflow,
        "slas": slas,
        "approvals": {"events": events, "default": flows[0]["code"], "flows": flows},
    }


def snapshot(bindings: list[Row]) -> Row:
    tables, workflows, states, transitions, runtime, policies, sla_bindings, flows, steps, roles = (
        [] for _ in range(10)
    )
    for b in bindings:
        name, workflow = b["name"], b["workflow"]
        tables.append({"id": name, "code": name})
        workflows.append({"id": workflow["id"], "code": name})
        states += [
            {
                "id": f"{name}-{s}",
                "workflowId": workflow["id"],
                "code": s,
                "isInitial": s == workflow["start"],
                "isTerminal": s in workflow["terminal"],
            }
            for s in workflow["states"]
        ]
        transitions += [
            {
                "id": f"{name}-{t['code']}",
                "workflowId": workflow["id"],
                "code": t["code"],
                "fromStateId": f"{name}-{t['from']}",
                "toStateId": f"{name}-{t['to']}",
            }
            for t in workflow["transitions"]
        ]
        own = b["approvals"]["flows"]
        runtime.append(
            {
                "id": name,
                "objectType": "Table",
                "objectId": name,
                "workflowId": workflow["id"],
                "approvalFlowId": own[0]["code"],
                "instanceKeyStrategy": "Tenant+ObjectID" if b["tenant_in_key"] else "ObjectID",
            }
        )
        for flow in own:
            flows.append({"id": flow["code"], "code": flow["code"]})
            for number, step in enumerate(flow["steps"]):
                id = f"{flow['code']}-{number}"
                bare = (
                    step["rule"]
                    if number % 2
                    else {"version": 1, "kind": "Validation", "params": step["rule"]}
                )
                steps.append(
                    {
                        "id": id,
                        "approvalFlowId": flow["code"],
                        "order": step["order"],
                        "code": step["code"],
                        "rule": json.dumps(bare) if number > 1 else bare,
                    }
                )
                roles += [{"stepId": id, "roleId": role} for role in step["roles"]]
        for s in b["slas"]:
            flow = next(f for f in own if f["code"] == s["step"][0])
            at = [step["code"] for step in flow["steps"]].index(s["step"][1])
            policies.append(
                {
                    "id": s["code"],
                    "code": s["code"],
                    "objectType": "ApprovalStep",
                    "objectId": f"{flow['code']}-{at}",
                    "targetMinutes": s["target"],
                }
            )
            sla_bindings.append(
                {
                    "bindingId": name,
                    "slaId": s["code"],
                    "startRule": s["start"],
                    "stopRule": s["stop"],
                }
            )
    return {
        "snapshotVersion": 1,
        "objects": {
            "model": {"tables": tables},
            "workflows": {
                "workflows": workflows,
                "states": states,
                "transitions": transitions,
                "approvalFlows": flows,
            },
            "security": {"roles": [{"id": r, "code": r} for r in ("Lead", "Boss")]},
            "runtime": {
                "bindings": runtime,
                "slaPolicies": policies,
                "slaBindings": sla_bindings,
                "approvalSteps": steps,
                "approvalStepRoles": roles,
            },
        },
    }


def config(bindings: list[Row]) -> Row:
    return {
        "version": 1,
        "metadb": {"snapshot": "metadb/snapshot.json"},
        "journal": {"source": {"name": "ops", "schema": "raw", "table": "event_journal"}},
        "approval_events": bindings[0]["approvals"]["events"],
        "bindings": {
            b["name"]: {
                "conflict_policy": b["policy"],
                "approval_flows": [flow["code"] for flow in b["approvals"]["flows"][1:]],
            }
            for b in bindings
        },
    }


# ---------------------------------------------------------------- journals


def random_journal(rng: random.Random, binding: Row, objects: int) -> list[Row]:
    """Requests and votes mostly in turn, so that rounds end. Also wrong steps, unknown flows, votes
    without a voter, and late and repeated deliveries. `batch`: the increment in which a row
    arrives.
    """
    approvals, rows = binding["approvals"], []
    for index in range(objects):
        at = rng.uniform(0, BATCH_MINUTES)
        flow = rng.choice(approvals["flows"])
        for number in range(rng.randint(1, 25)):
            at += rng.choice([0, 0, 1, 7, 45])
            if rng.random() < 0.1:
                flow = rng.choice(approvals["flows"])
            kind = (
                rng.choices(
                    ["requested", "approved", "rejected", "withdrawn", None], [3, 10, 5, 0.7, 1]
                )[0]
                if number
                else "requested"
            )
            said: Row = (
                {}
                if flow["code"] == approvals["default"] and rng.random() < 0.7
                else {"flow": flow["code"]}
            )
            chance = rng.random()
            if chance < 0.25:
                said["step"] = rng.choice([step["code"] for step in flow["steps"]])
            elif chance < 0.35:
                said["step"] = rng.choice(["Nowhere", "", None, [], {"a": 1}, 5])
            if rng.random() < 0.2:
                said["onBehalfOf"] = rng.choice([*VOTERS, "", None, ["ann"], 5])
            if rng.random() < 0.03:
                said["flow"] = rng.choice(["NoFlow", "", None, [], flow["code"].lower()])
            payload: Row = {
                "approval": said if rng.random() < 0.97 else rng.choice([None, [], "x"])
            }
            if rng.random() < 0.1:  # what first_writer_wins refuses has no vote either
                payload["transition"] = {"code": "Go", "rowVersion": rng.choice([0, 1, 7])}
            station = rng.choice([None, "crm", "st1"])
            row = dict.fromkeys(ref.EJ) | {
                "EJ_ID": f"{rng.randrange(16**8):08x}-{index}-{number}",
                "_TenantID": (
                    rng.choice(["t1", "t2"])
                    if binding["tenant_in_key"]
                    else rng.choice(["t1", None])
                ),
                "EJ_EventType": (
                    approvals["events"][kind]
                    if kind
                    else rng.choice(["Ev", "Approval.Requested2", "approval.approved"])
                ),
                "EJ_EventTimeUTC": START + minutes(round(at)),
                "EJ_Actor": rng.choice([*VOTERS, *VOTERS, "", None]),
                "EJ_ObjectType": binding["name"],
                "EJ_ObjectID": f"O{index // 2 if binding['tenant_in_key'] else index}",
                "EJ_SourceSystem": station,
                "EJ_Sequence": number if station == "st1" else None,
                "EJ_Payload": json.dumps(payload, ensure_ascii=False),
            }
            late = rng.choice([0, 0, 0, 0, 0, 30, 300])
            row["_SyncDate"] = row["EJ_EventTimeUTC"] + minutes(late)
            rows.append(row)
            if rng.random() < 0.05:
                rows.append(
                    copy.copy(row) | {"_SyncDate": row["_SyncDate"] + minutes(rng.choice([0, 100]))}
                )
            if rng.random() < 0.03:
                rows.append(
                    copy.copy(row) | {"_SyncDate": row["_SyncDate"] + minutes(5), "EJ_Actor": "eve"}
                )  # a conflicting duplicate
    for row in rows:
        row["batch"] = min(int((row["_SyncDate"] - START) / minutes(BATCH_MINUTES)), BATCHES - 1)
    return rows


def cut(batch: int) -> dt.datetime:
    return START + minutes(
        BATCH_MINUTES * (batch + 1)
    )  # some events of the last batch stay pending


# ---------------------------------------------------------------- comparison


def compared(model: str, rows: list[Row]) -> Counter:
    return Counter(
        tuple(
            str(row.get(c)) if isinstance(row.get(c), dt.datetime) else row.get(c)
            for c in canonical(model)
        )
        for row in rows
    )


def differing(
    project: DbtProject, binding: Row, journal: list[Row], as_of: dt.datetime
) -> list[str]:
    """The differences of the object with the fewest events."""
    expected, found = ref.fold(journal, binding, as_of), {}
    for model in ref.FOLDED:
        live = "" if model == "timeline" else " where _DeleteDate is null"
        generated = project.rows(
            "select 1 as found from information_schema.tables where table_name ="
            f" '{binding['name'].lower()}_{model}'"
        )
        assert generated or not expected[model], f"{model} has not been generated"
        have = compared(
            model,
            (
                project.rows(f"select * from {binding['name'].lower()}_{model}{live}")
                if generated
                else []
            ),
        )
        want = compared(model, expected[model])
        place = next(i for i, c in enumerate(canonical(model)) if c.endswith("_ObjectID"))
        for label, rest in (("SPEC", want - have), ("dbt ", have - want)):
            for row in rest:
                found.setdefault(row[place], []).append(
                    f"  {label} {model}: "
                    + ", ".join(
                        f"{c}={v}"
                        for c, v in zip(canonical(model), row, strict=True)
                        if v is not None
                    )
                )
    if not found:
        return []
    smallest = min(found, key=lambda id: sum(r["EJ_ObjectID"] == id for r in journal))
    mine = sorted(
        (
            r
            for r in journal
            if r["EJ_ObjectID"] == smallest and r["EJ_ObjectType"] == binding["name"]
        ),
        key=lambda r: r["EJ_EventTimeUTC"],
    )
    return [
        f"{len(found)} objects of {binding['name']} differ as of {as_of}; {smallest}:",
        json.dumps(binding["approvals"], ensure_ascii=False),
        *("  " + ", ".join(f"{k}={v}" for k, v in r.items() if v is not None) for r in mine),
        *sorted(found[smallest]),
    ]


def load(project: DbtProject, rows: list[Row]) -> None:
    names = list(JOURNAL_COLUMNS)
    if rows:
        with project.connect() as connection:
            connection.executemany(
                f"insert into raw.event_journal ({', '.join(names)}) values"
                f" ({', '.join('?' * len(names))})",
                [[r[n] for n in names] for r in rows],
            )


@pytest.mark.parametrize("seed", range(int(os.environ.get("OZMETA_ROUNDS", "1"))))
def test_random_flows_and_votes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(f"approvals {seed}")
    events = EVENTS if seed % 2 else {kind: f"It's {kind}" for kind in EVENTS}
    bindings = [
        random_binding(rng, "Alpha", "last_writer_wins", True, events),
        random_binding(rng, "Beta", "first_writer_wins", False, events),
    ]
    journal = [row for binding in bindings for row in random_journal(rng, binding, 100)]
    project = DbtProject(tmp_path / "p", config(bindings), snapshot(bindings))
    project.create_journal()
    problems = []
    for batch in range(BATCHES):
        load(project, [r for r in journal if r["batch"] == batch])
        project.run(str(cut(batch)))
        for binding in bindings:
            problems += differing(
                project, binding, [r for r in journal if r["batch"] <= batch], cut(batch)
            )
    project.run(str(cut(BATCHES - 1)), "--full-refresh")
    for binding in bindings:
        problems += differing(project, binding, journal, cut(BATCHES - 1))
    assert not problems, "\n".join(problems)
    outcomes = {
        row["AP_Outcome"]
        for binding in bindings
        for row in project.rows(f"select AP_Outcome from {binding['name'].lower()}_approval_step")
    }
    assert outcomes == {
        "Waiting",
        "Pending",
        "Approved",
        "Rejected",
        "Withdrawn",
        "Skipped",
    }  # or the round tells too little


# ---------------------------------------------------------------- runs


def test_a_changed_definition_folds_again(tmp_path: Path) -> None:
    """Other rules and another order of steps. Then other event names, so that no row is left. Then
    the first definition again, although no row shows that the definition changed.
    """
    rng = random.Random("definitions")
    first = random_binding(rng, "Alpha", "last_writer_wins", True, EVENTS)
    journal = random_journal(rng, first, 40)
    second, third = copy.deepcopy(first), copy.deepcopy(first)
    for flow in second["approvals"]["flows"]:
        for step in flow["steps"]:
            step |= {"order": 99 - step["order"], "rule": {"quorum": 2}, "roles": []}
    third["approvals"]["events"] = {kind: f"No.{kind}" for kind in EVENTS}
    project = DbtProject(tmp_path / "p", config([first]), snapshot([first]))
    project.create_journal()
    load(project, journal)
    for run, binding in enumerate((first, second, third, first)):
        project.configure(config([binding]), snapshot([binding]))
        corrected = [flow["code"] for flow in binding["approvals"]["flows"]]
        project.run(str(cut(BATCHES - 1)), vars={"ozmeta_correction": corrected} if run else None)
        problems = differing(project, binding, journal, cut(BATCHES - 1))
        assert not problems, f"run {run}\n" + "\n".join(problems)
        live = project.rows(
            "select count(*) as steps from alpha_approval_step where _DeleteDate is null"
        )[0]["steps"]
        assert (live == 0) == (binding is third)


def purchase(flow: str | None = "Buy") -> tuple[Row, Row]:
    """Two steps: 2 of 3 without veto by the role Lead, then one. (config, snapshot)"""
    steps = [
        {
            "code": "Check",
            "order": 1,
            "roles": ["Lead"],
            "rule": {"quorum": 2, "of": 3, "veto": False},
        },
        {"code": "Sign", "order": 2, "roles": [], "rule": {}},
    ]
    binding = random_binding(random.Random(0), "Buying", "last_writer_wins", True, EVENTS) | {
        "slas": []
    }
    binding["approvals"] = {
        "events": EVENTS,
        "default": "Buy",
        "flows": [{"code": "Buy", "steps": steps}],
    }
    document = snapshot([binding])
    if flow is None:
        del document["objects"]["runtime"]["bindings"][0]["approvalFlowId"]
    return config([binding]), document


def vote(
    id: str, minute: int, kind: str, actor: str | None, arrived: int | None = None, **said: str
) -> Row:
    return {
        "EJ_ID": id,
        "_TenantID": "t",
        "EJ_EventType": EVENTS.get(kind, kind),
        "EJ_EventTimeUTC": START + minutes(minute),
        "EJ_Actor": actor,
        "EJ_ObjectType": "Buying",
        "EJ_ObjectID": "o",
        "EJ_Payload": json.dumps({"approval": said}) if said else None,
        "_SyncDate": START + minutes(minute if arrived is None else arrived),
    }


def test_explain_and_verify(tmp_path: Path) -> None:
    project = DbtProject(tmp_path / "p", *purchase())
    project.create_journal()
    project.append(
        [
            vote("a", 0, "requested", "ann"),
            vote("b", 1, "approved", "bob"),
            vote("c", 2, "approved", None),
            vote("d", 3, "approved", "eve", step="Sign"),
            vote("e", 4, "rejected", "bob"),
            vote("f", 5, "approved", "cid", onBehalfOf="dan"),
            vote("g", 6, "approved", "cid"),
            vote("h", 7, "withdrawn", "ann"),
            vote("i", 8, "requested", "ann"),
        ]
    )
    project.run(str(START + minutes(60)))
    out = Console(file=io.StringIO(), width=220, highlight=False)
    for facts in objects(
        dbt_of(project).operation("explain_facts", binding="buying", object="o")
    ).values():
        show("buying", "o", facts, out)
    said = [" ".join(line.split()) for line in out.file.getvalue().splitlines() if line.strip()]
    assert [line.replace("2026-03-01 00:0", "").replace("Approval.", "") for line in said[2:]] == [
        "1 0:00 Requested (a) by ann opens round 1 of Buy; Check is asked: 2 to approve, of Lead",
        "2 1:00 Approved (b) by bob approves Check (1 of 2)",
        "3 2:00 Approved (c) a vote of nobody on Check: ignored",
        "4 3:00 Approved (d) by eve a vote on Sign while it is Check's turn: out of turn",
        "5 4:00 Rejected (e) by bob rejects Check (0 of 2)",
        "6 5:00 Approved (f) by cid approves Check for dan (1 of 2)",
        "7 6:00 Approved (g) by cid approves Check (2 of 2)",
        "passes Check with 2 of 2",
        "Sign is asked: 1 to approve",
        (
            "8 7:00 Withdrawn (h) by ann Sign is withdrawn, 0 for and 0 against; round 1 of Buy is"
            " withdrawn"
        ),
        "9 8:00 Requested (i) by ann opens round 2 of Buy; Check is asked: 2 to approve, of Lead",
        "to come: Check of Buy: 0 of 2 approve, asked of Lead since 8:00",
    ]
    project.append([vote("late", 3, "approved", "dora", arrived=60)])
    project.run(str(START + minutes(61)))
    assert verified(project)[0]
    with project.connect() as connection:
        connection.execute(
            "update buying_approval_step set AP_Approvals = 3 where AS_Code = 'Check' and"
            " AP_Round = 1"
        )
        connection.execute("update buying_approval_instance set AI_Status = 'Approved'")
    same, told = verified(project)
    assert (
        not same
        and "approval_step: AP_Approvals is 3, should be 2" in told
        and "approval_instance: AI_Status is Approved, should be Pending" in told
    )


# ---------------------------------------------------------------- changed flows


def two_steps(check: bool = True, quorum: int = 2, **choices: Any) -> tuple[Row, Row]:
    """Flow Buy: Check (2), which may be missing in the metadata, then Sign. choices: for
    approval_flows in ozmeta.yml.
    """
    steps = (
        [{"code": "Check", "order": 1, "roles": [], "rule": {"quorum": quorum}}] if check else []
    )
    steps.append({"code": "Sign", "order": 2, "roles": [], "rule": {}})
    binding = random_binding(random.Random(0), "Buying", "last_writer_wins", True, EVENTS) | {
        "slas": []
    }
    binding["approvals"] = {
        "events": EVENTS,
        "default": "Buy",
        "flows": [{"code": "Buy", "steps": steps}],
    }
    return config([binding]) | ({"approval_flows": {"Buy": choices}} if choices else {}), snapshot(
        [binding]
    )


OPEN = [vote("a", 0, "requested", "ann"), vote("b", 1, "approved", "x")]
OLD = {"steps": [{"code": "Check", "quorum": 2}, {"code": "Sign"}]}


def approval_tables(project: DbtProject) -> dict[str, list[Row]]:
    return {
        model: project.rows(f"from buying_approval_{model} order by all")
        for model in ("event", "step", "instance")
    }


@pytest.fixture
def buying(tmp_path: Path) -> DbtProject:
    """A round whose step Check has one of two votes."""
    project = DbtProject(tmp_path / "p", *two_steps())
    project.create_journal()
    project.append(OPEN)
    project.run(str(START + minutes(60)))
    return project


@pytest.mark.parametrize("rebuilt", [[], ["--full-refresh"]], ids=["a run", "a full refresh"])
@pytest.mark.parametrize(
    "changed",
    [{"check": False}, {"quorum": 1}, {"onRequest": "restart"}],
    ids=["step", "quorum", "onRequest"],
)
def test_a_changed_flow_does_not_judge_its_rounds_again(
    buying: DbtProject, changed: Row, rebuilt: list[str]
) -> None:
    before = approval_tables(buying)
    buying.configure(*two_steps(**changed))
    with pytest.raises(
        RunFailed,
        match=(
            r"(?s)approval flow Buy.*1 round was opened.*Nothing was written.*ozmeta_correction:"
            r" \[Buy\]"
        ),
    ):
        buying.run(str(START + minutes(61)), *rebuilt)
    assert approval_tables(buying) == before


def test_a_correction_judges_its_rounds_again(buying: DbtProject) -> None:
    buying.configure(*two_steps(check=False))
    buying.run(str(START + minutes(61)), vars={"ozmeta_correction": "Buy"})
    assert [row["AI_Status"] for row in buying.rows("from buying_approval_instance")] == [
        "Approved"
    ]
    buying.run(str(START + minutes(62)))  # said once
    buying.run(str(START + minutes(62)), "--full-refresh")


def test_a_round_keeps_the_version_it_was_opened_under(buying: DbtProject) -> None:
    """Check is removed from the metadata on day 2. The open round still needs it, the next one does
    not.
    """
    versions = [OLD, {"from": "2026-03-02"}]
    buying.configure(*two_steps(check=False, versions=versions))
    day = 24 * 60
    buying.append(
        [
            vote("c", day, "approved", "y"),
            vote("d", day + 1, "approved", "z"),
            vote("e", day + 2, "requested", "ann"),
            vote("f", day + 3, "approved", "x", step="Check"),
            vote("g", day + 4, "approved", "x"),
        ]
    )
    for rebuilt in ([], ["--full-refresh"]):
        buying.run(str(START + minutes(day + 60)), *rebuilt)
        found = buying.rows(
            "select AP_Round, AS_Code, AP_Outcome, AP_DecidedEventID from buying_approval_step"
            " where _DeleteDate is null order by all"
        )
        assert [tuple(row.values()) for row in found] == [
            (1, "Check", "Approved", "c"),
            (1, "Sign", "Approved", "d"),
            (2, "Sign", "Approved", "g"),
        ]
        reasons = buying.rows(
            "select EJ_ID, AE_Reason from buying_approval_event where AE_Reason is not null"
        )
        assert reasons == [{"EJ_ID": "f", "AE_Reason": "UnknownStep"}]
    assert verified(buying)[0]


def test_a_version_that_changes_nothing_for_open_rounds_needs_no_word(buying: DbtProject) -> None:
    before = buying.rows(
        "select * exclude (_Batch, _UpdateDate, _DefinitionHash) from buying_approval_instance"
    )
    buying.configure(*two_steps(versions=[OLD, {"from": "2026-03-05"}]))
    buying.run(str(START + minutes(61)))
    assert (
        buying.rows(
            "select * exclude (_Batch, _UpdateDate, _DefinitionHash) from buying_approval_instance"
        )
        == before
    )


def test_a_flow_without_rounds_may_change_and_so_may_who_is_asked(tmp_path: Path) -> None:
    project = DbtProject(tmp_path / "p", *two_steps())
    project.create_journal()
    project.append(OPEN[1:])
    project.run(str(START + minutes(60)))
    project.configure(*two_steps(check=False))
    project.run(str(START + minutes(61)))
    project.append([vote("r", 61, "requested", "ann", arrived=62)])
    project.run(str(START + minutes(63)))
    settings, document = two_steps(check=False)
    document["objects"]["runtime"]["approvalStepRoles"] = [{"stepId": "Buy-0", "roleId": "Boss"}]
    project.configure(settings, document)
    project.run(str(START + minutes(64)))
    assert [
        row["AP_Roles"]
        for row in project.rows("from buying_approval_step where _DeleteDate is null")
    ] == ["Boss"]


def test_a_request_restarts_an_open_round_if_the_flow_says_so(tmp_path: Path) -> None:
    project = DbtProject(tmp_path / "p", *two_steps(onRequest="restart"))
    project.create_journal()
    project.append(
        [
            *OPEN,
            vote("c", 2, "requested", "ann"),
            vote("d", 3, "approved", "y"),
            vote("e", 4, "approved", "x"),
        ]
    )
    project.run(str(START + minutes(60)))
    found = project.rows(
        "select AP_Round, AS_Code, AP_Outcome, AP_Approvals, AP_DecidedEventID from"
        " buying_approval_step order by AP_Round, AS_Order"
    )
    assert [tuple(row.values()) for row in found] == [
        (1, "Check", "Withdrawn", 1, "c"),
        (1, "Sign", "Skipped", 0, None),
        (2, "Check", "Approved", 2, "e"),
        (2, "Sign", "Pending", 0, None),
    ]
    signals = project.rows(
        "select RS_CausingEventID from buying_runtime_signal where RS_SignalCode ="
        " 'Approval.Requested' order by all"
    )
    assert signals == [{"RS_CausingEventID": "a"}, {"RS_CausingEventID": "c"}]
    assert verified(project)[0]


def test_every_approval_event_that_counts_nowhere_has_a_reason(tmp_path: Path) -> None:
    settings, document = two_steps()
    settings["bindings"]["Buying"]["conflict_policy"] = "first_writer_wins"
    project = DbtProject(tmp_path / "p", settings, document)
    project.create_journal()
    refused = vote("h", 8, "approved", "eve") | {
        "EJ_Payload": json.dumps({"transition": {"code": "Go", "rowVersion": 7}})
    }
    project.append(
        [
            vote("v", 0, "approved", "x"),
            vote("a", 1, "requested", "ann"),
            vote("b", 2, "requested", "ann"),
            vote("c", 3, "approved", "x", flow="buy"),
            vote("d", 4, "approved", "x", step="Sign"),
            vote("e", 5, "approved", "x", step="Legal"),
            vote("f", 6, "approved", None),
            vote("g", 7, "approved", "x"),
            refused,
        ]
    )
    project.run(str(START + minutes(60)))
    found = {row["EJ_ID"]: row["AE_Reason"] for row in project.rows("from buying_approval_event")}
    assert found == {
        "v": "NoOpenRound",
        "a": None,
        "b": "RoundIsOpen",
        "c": "UnknownFlow",
        "d": "OutOfTurn",
        "e": "UnknownStep",
        "f": "NoVoter",
        "g": None,
        "h": "RefusedByPolicy",
    }
    tests = {
        result.node.name: result
        for result in project.dbt("test", as_of=str(START + minutes(60))).result
    }
    warned = next(
        result
        for name, result in tests.items()
        if name.startswith("ozmeta_runtime_approval_events_counted")
    )
    assert (warned.status, warned.failures) == ("warn", 7)
    well_formed = {result.status for name, result in tests.items() if "well_formed" in name}
    assert well_formed == {"pass"}


def test_approvals_may_come_to_a_binding_later(tmp_path: Path) -> None:
    """Their payload fields were not read from the journal, so the run stops instead of folding
    votes without them.
    """
    project = DbtProject(tmp_path / "p", *purchase(None))
    project.create_journal()
    project.append([vote("a", 0, "requested", "ann"), vote("b", 1, "approved", "bob", step="Sign")])
    project.run(str(START + minutes(60)))
    project.configure(*purchase())
    with pytest.raises(RunFailed, match=r"approval[.]flow.*--full-refresh"):
        project.run(str(START + minutes(61)))
    project.run(str(START + minutes(61)), "--full-refresh")
    assert project.rows("select AP_OutOfTurn from buying_approval_step order by AS_Order") == [
        {"AP_OutOfTurn": 1},
        {"AP_OutOfTurn": 0},
    ]
