"""Names that journals still use after MetaDB renamed them (SPEC 4.4 "Aliases"). The fold and rules
read them as the current names.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import support.reference_fold as ref
from support.dbt_project_under_test import DbtProject, RunFailed
from support.small_case import CONFIG, event, same_as_full_refresh, snapshot
from support.verification import dbt_of, told

AS_OF = ["2026-01-01T01:00:00", "2026-01-01T02:00:00", "2026-01-01T03:00:00", "2026-01-01T04:00:00"]


def renamed(**names: str) -> dict[str, Any]:
    """The snapshot of test_runs, with an event type that is bound to Go, and with an SLA of the
    state Busy. names: current names of some of these.
    """
    name = {"Busy": "Busy", "Go": "Go", "Sent": "Case.Sent", "Prio": "Prio"} | names
    document = snapshot(second=name["Busy"])
    objects, pack = document["objects"], document["objects"]["workflows"][0]
    pack["states"][1]["slaMinutes"] = 30
    pack["transitions"][0]["code"] = name["Go"]
    pack["transitions"][0]["actionDsl"] = {
        "version": 1,
        "kind": "Action",
        "actions": [{"type": "EnqueueEscalation", "target": "role:Desk"}],
    }
    parts = {
        part: [row | {"workflowId": "w"} for row in pack[part]]
        for part in ("states", "transitions")
    }
    objects["workflows"] = {
        "workflows": [pack["workflow"]],
        **parts,
        "events": [{"id": "e1", "code": name["Sent"]}],
    }
    objects["runtime"]["transitionEvents"] = [{"transitionId": "x1", "eventTypeId": "e1"}]
    either = [
        {"op": "eq", "args": [{"ref": "event.type"}, {"lit": name["Sent"]}]},
        {"op": "eq", "args": [{"ref": f"object.{name['Prio']}"}, {"lit": "high"}]},
    ]
    objects["runtime"]["slaBindings"][0]["startRule"]["expr"] = {"op": "or", "args": either}
    return document


def configured(**aliases: dict[str, str]) -> dict[str, Any]:
    return copy.deepcopy(CONFIG) | {"bindings": {"Case": aliases}}


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    project = DbtProject(tmp_path, CONFIG, renamed())
    project.create_journal()
    return project


def moves(project: DbtProject) -> list[tuple[Any, ...]]:
    columns = ("EJ_ID", "TL_TransitionCode", "TL_FromState", "TL_ToState", "TL_Anomaly")
    return [
        tuple(row[c] for c in columns)
        for row in project.rows("from case_timeline order by TL_Position")
    ]


def payload(**parts: Any) -> dict[str, str]:
    return {"EJ_Payload": json.dumps(parts)}


RENAMES = {
    "state": (
        {"Busy": "Working"},
        {"state_aliases": {"Busy": "Working"}},
        payload(transition={"toState": "Busy"}),
        payload(transition={"fromState": "Busy", "toState": "Open"}),
    ),
    "transition": (
        {"Go": "Begin"},
        {"transition_aliases": {"Go": "Begin"}},
        payload(transition={"code": "Go"}),
        payload(transition={"code": "Back"}),
    ),
    "event type": (
        {"Sent": "Case.Begun"},
        {"event_type_aliases": {"Case.Sent": "Case.Begun"}},
        {"EJ_EventType": "Case.Sent"},
        payload(transition={"code": "Back"}),
    ),
}


@pytest.mark.parametrize("rename", RENAMES)
def test_a_renamed_code_keeps_its_history(project: DbtProject, rename: str) -> None:
    """The alias may be in a binding or for all bindings. Without the alias, the events have no
    effect. With it, an ordinary run gives the same tables as if nothing had been renamed. Without
    it again, the tables are as before.
    """
    names, aliases, go, back = RENAMES[rename]
    project.append([event("a", 0, **go), event("b", 10, **back), event("c", 20, **go)])
    project.run(AS_OF[0])
    expected = [
        tuple(names.get(part, part) if isinstance(part, str) else part for part in row)
        for row in moves(project)
    ]
    assert [row[3] for row in expected] == [
        names.get("Busy", "Busy"),
        "Open",
        names.get("Busy", "Busy"),
    ]
    queue = len(project.rows("from case_escalation_queue where _DeleteDate is null"))
    timers = len(project.rows("from case_sla_cycle where _DeleteDate is null"))
    project.configure(CONFIG, renamed(**names))
    project.run(AS_OF[0])
    broken = moves(project)
    assert broken != expected
    project.configure(
        configured(**aliases) if rename != "event type" else copy.deepcopy(CONFIG) | aliases,
        renamed(**names),
    )
    project.append([event("d", 55, **back)])
    project.run(AS_OF[0])
    assert moves(project) == [*expected, ("d", "Back", names.get("Busy", "Busy"), "Open", None)]
    assert len(project.rows("from case_escalation_queue where _DeleteDate is null")) == queue
    assert len(project.rows("from case_sla_cycle where _DeleteDate is null")) == timers
    assert same_as_full_refresh(project, AS_OF[0]) == {}
    project.configure(CONFIG, renamed(**names))
    project.run(AS_OF[0])
    assert moves(project)[:3] == broken[:3]


def test_rules_and_answers_see_the_names_of_today(project: DbtProject) -> None:
    """Three cases: event.type in a rule, the event that closes an escalation, and the SLA of a
    state that a payload names.
    """
    aliases = {
        "event_type_aliases": {"Case.Noted": "Case.Sent", "Esc.Done": "Escalation.Closed"},
        "state_aliases": {"Pending": "Busy"},
    }
    project.configure(configured(**aliases), renamed())
    project.append(
        [
            event("a", 0, EJ_EventType="Case.Noted"),
            event(
                "b", 40, EJ_EventType="Esc.Done", **payload(escalation={"slaCode": "State.Pending"})
            ),
        ]
    )
    project.run(AS_OF[0])
    assert [row["SL_Code"] for row in project.rows("from case_sla_cycle order by SL_Code")] == [
        "State.Busy",
        "Work",
    ]
    closed = project.rows(
        "select SL_Code, EQ_Status from case_escalation_queue where SL_Code is not null order by 1"
    )
    assert closed == [{"SL_Code": "State.Busy", "EQ_Status": "Closed"}]


def test_an_illegal_move_from_a_renamed_state_runs_its_actions(project: DbtProject) -> None:
    """`took` reads the from-state of the payload, too."""
    project.configure(configured(state_aliases={"New": "Open"}), renamed())
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 5, **payload(transition={"code": "Go", "fromState": "New"})),
            event("c", 6, "Back"),
            event("d", 7, **payload(transition={"toState": "Busy", "fromState": "New"})),
        ]
    )
    project.run(AS_OF[0])
    assert [row[0] for row in moves(project) if row[1] == "Go"] == ["a", "d"]
    assert (
        len(
            project.rows("from case_escalation_queue where SL_Code is null and _DeleteDate is null")
        )
        == 2
    )


def test_approvals_by_an_old_event_type(tmp_path: Path) -> None:
    document = renamed()
    document["objects"]["workflows"]["approvalFlows"] = [{"id": "F", "code": "F"}]
    runtime = document["objects"]["runtime"]
    runtime["bindings"][0]["approvalFlowId"] = "F"
    runtime["approvalSteps"] = [
        {"id": "F1", "approvalFlowId": "F", "order": 1, "code": "One", "rule": {"quorum": 1}}
    ]
    project = DbtProject(tmp_path, CONFIG, document)
    project.create_journal()
    project.append(
        [
            event("a", 0, EJ_EventType="Asked", EJ_Actor="ann"),
            event("b", 1, EJ_EventType="Approval.Approved", EJ_Actor="bob"),
        ]
    )
    project.run(AS_OF[0])
    assert project.rows("from case_approval_instance") == []
    project.configure(configured(event_type_aliases={"Asked": "Approval.Requested"}), document)
    project.run(AS_OF[0])
    assert [row["AI_Status"] for row in project.rows("from case_approval_instance")] == ["Approved"]


def test_a_renamed_field(project: DbtProject) -> None:
    """The current key takes precedence, even if it is null. The old key was never read, so the run
    asks for a full refresh, and again when the alias is removed.
    """
    project.append(
        [
            event("a", 0, **payload(object={"Prio": "high"})),
            event("b", 0, object_id="o2", **payload(object={"Priority": None, "Prio": "high"})),
            event("c", 0, object_id="o3", **payload(object={"Priority": "high", "Prio": "low"})),
            event("d", 0, object_id="o4", **payload(object={"Rank": "high"})),
        ]
    )
    project.configure(CONFIG, renamed(Prio="Priority"))
    project.run(AS_OF[0])

    def timed() -> list[str]:
        return [
            row["ST_ObjectID"]
            for row in project.rows(
                "from case_sla_timer where SL_Code = 'Work' and _DeleteDate is null order by"
                " ST_ObjectID"
            )
        ]

    assert timed() == ["o3"]
    project.configure(
        configured(field_aliases={"Prio": "Priority", "Rank": "Priority"}), renamed(Prio="Priority")
    )
    with pytest.raises(
        RunFailed,
        match=(r"object[.]Priority[.] Earlier runs of .* did not .*field_aliases.* --full-refresh"),
    ):
        project.run(AS_OF[1])
    project.run(AS_OF[1], "--full-refresh")
    assert timed() == ["o1", "o3", "o4"]
    project.append([event("e", 70, object_id="o5", **payload(object={"Prio": "high"}))])
    project.run(AS_OF[2])
    assert timed() == ["o1", "o3", "o4", "o5"]
    assert same_as_full_refresh(project, AS_OF[2]) == {}
    project.configure(CONFIG, renamed(Prio="Priority"))
    with pytest.raises(RunFailed, match="--full-refresh"):
        project.run(AS_OF[3])


def test_a_renamed_object_type(project: DbtProject) -> None:
    """Rows of the old type were never read. A full refresh reads them."""
    project.append([event("a", 0, "Go"), event("b", 5, "Back", EJ_ObjectType="Claim")])
    project.run(AS_OF[0])
    project.configure(configured(object_type_aliases={"Claim": "Case"}), renamed())
    with pytest.raises(RunFailed, match=r"object types .* changed.*--full-refresh"):
        project.run(AS_OF[0])
    project.run(AS_OF[0], "--full-refresh")
    assert [row[:2] for row in moves(project)] == [("a", "Go"), ("b", "Back")]
    assert {row["EJ_ObjectType"] for row in project.rows("from case_timeline")} == {"Case"}


def test_content_and_quarantine_keep_the_words_of_the_journal(project: DbtProject) -> None:
    """A redelivery with the old name is a redelivery. One with the new name has other content."""
    project.configure(configured(state_aliases={"Pending": "Busy"}), renamed())
    project.append(
        [
            event("a", 0, **payload(transition={"toState": "Pending"})),
            event("a", 0, **payload(transition={"toState": "Pending"})),
            event(
                "a",
                0,
                _SyncDate=dt.datetime(2026, 1, 1, 0, 5),
                **payload(transition={"toState": "Busy"}),
            ),
        ]
    )
    project.run(AS_OF[0])
    found = project.rows("from case_quarantine")
    assert [(row["QR_Reason"], row["QR_Rows"]) for row in found] == [("ConflictingDuplicate", 1)]
    assert (
        project.rows("select PL_ToState, TL_ToState from case_timeline")[0]["TL_ToState"] == "Busy"
    )


def test_explain_tells_the_names_of_today(project: DbtProject) -> None:
    from ozmeta_dbt.operations.explain import objects, rename
    from ozmeta_dbt.project import event_aliases

    project.configure(
        configured(
            event_type_aliases={"Case.Noted": "Case.Sent"}, state_aliases={"Pending": "Busy"}
        ),
        renamed(),
    )
    project.append(
        [event("a", 0, EJ_EventType="Case.Noted", **payload(transition={"toState": "Pending"}))]
    )
    project.run(AS_OF[0])
    assert "Open → Busy by Go" in told(project, "o1")
    facts = next(
        iter(
            objects(
                dbt_of(project).operation("explain_facts", binding="case", object="o1")
            ).values()
        )
    )
    rename(facts, event_aliases(project.folder)["case"])
    assert [row["EJ_EventType"] for row in facts["timeline"]] == ["Case.Sent"]


def test_the_reference_reads_old_names_as_those_of_today() -> None:
    """A journal with old names and aliases gives the same rows as one with current names."""
    workflow = {
        "id": "w",
        "start": "Open",
        "states": ["Busy", "Open"],
        "terminal": [],
        "transitions": [
            {"code": code, "from": a, "to": b, "enabled": True, "events": events, "actions": []}
            for code, a, b, events in (
                ("Go", "Open", "Busy", ["Sent"]),
                ("Back", "Busy", "Open", []),
            )
        ],
    }
    rule = {"expr": {"op": "eq", "args": [{"ref": "object.Priority"}, {"lit": "high"}]}}
    sla = {"code": "Work", "target": 10, "start": rule, "stop": None}
    binding = {
        "name": "Case",
        "object_types": ["Case"],
        "tenant_in_key": True,
        "needs_tenant": True,
        "policy": "last_writer_wins",
        "auto_close": True,
        "stream": "none",
        "severities": {},
        "slas": [sla],
        "workflow": workflow,
    }
    aliases = {
        "states": {"Pending": "Busy"},
        "transitions": {"Return": "Back"},
        "event_types": {"Posted": "Sent"},
        "fields": {"Prio": "Priority"},
    }
    as_of = dt.datetime(2026, 1, 2)

    def told(types: str, state: str, code: str, field: str, aliases: dict[str, Any]) -> Any:
        rows = [
            event("a", 0, EJ_EventType=types, **payload(object={field: "high"})),
            event("b", 1, **payload(transition={"code": code})),
            event("c", 2, **payload(transition={"toState": state})),
        ]
        found = ref.fold(rows, binding | {"aliases": aliases}, as_of)
        return [
            {c: v for c, v in row.items() if c != "EJ_EventType"}
            for model in ("timeline", "workflow_instance", "sla_cycle", "escalation_queue")
            for row in found[model]
        ]

    today = told("Sent", "Busy", "Back", "Priority", {})
    assert told("Posted", "Pending", "Return", "Prio", aliases) == today
    assert told("Posted", "Pending", "Return", "Prio", {}) != today
