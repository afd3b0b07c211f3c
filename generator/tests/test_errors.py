"""Every fault is named, with the place where it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from metadb_samples import CONFIG, PLACES, Project, Tables, minimal, rule
from ozmeta_dbt.bindings.dsl import KINDS
from ozmeta_dbt.cli import validate
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.project import read_project

Change = Callable[[Tables], Any]


def put(table: str, index: int, **values: Any) -> Change:
    return lambda tables: tables[table][index].update(values)


def add(table: str, **values: Any) -> Change:
    return lambda tables: tables[table].append(values)


def drop(table: str, index: int) -> Change:
    return lambda tables: tables[table].pop(index)


def both(*changes: Change) -> Change:
    return lambda tables: [change(tables) for change in changes]


def ladder(*actions: dict) -> Change:
    return put(
        "SlaPolicy",
        0,
        SL_EscalationRule=rule(
            "Escalation", actions=[{"type": "EnqueueEscalation", **action} for action in actions]
        ),
    )


def acts(*actions: dict) -> Change:
    return put("WorkflowTransition", 0, WT_ActionLogical=rule("Action", actions=list(actions)))


NOTE = add("RuntimeBinding", RB_ID=2, RB_ObjectType="Table", RB_ObjectID=2, WF_ID=2)
FAULTS: list[tuple[str, Change, str, str]] = [
    # workflows
    (
        "no start state",
        put("WorkflowState", 0, WS_IsStart=False),
        "Workflow/0",
        "CaseFlow has no start state",
    ),
    (
        "two start states",
        put("WorkflowState", 1, WS_IsStart=True),
        "Workflow/0",
        "has 2 start states: 'New', 'Closed'",
    ),
    (
        "two states of one code",
        put("WorkflowState", 1, WS_Code="New"),
        "WorkflowState/0/WS_Code",
        "two states of workflow CaseFlow have the code 'New'",
    ),
    (
        "to an unknown state",
        put("WorkflowTransition", 0, WT_ToWS_ID=99),
        "WorkflowTransition/0/WT_ToWS_ID",
        "leads to the state 99: there is no such state",
    ),
    (
        "from another workflow's state",
        put("WorkflowTransition", 0, WT_FromWS_ID=3),
        "WorkflowTransition/0/WT_FromWS_ID",
        "a state of another workflow ('Draft')",
    ),
    (
        "one transition twice",
        add("WorkflowTransition", WT_ID=2, WF_ID=1, WT_FromWS_ID=1, WT_ToWS_ID=2, WT_Code="Close"),
        "Workflow/0",
        "'Close' from 'New' to 'Closed' 2 times",
    ),
    # ids that lead nowhere
    (
        "no such table",
        put("RuntimeBinding", 0, RB_ObjectID=9),
        "RuntimeBinding/0/RB_ObjectID",
        "points to 9",
    ),
    (
        "no such UI entity",
        put("RuntimeBinding", 0, RB_ObjectType="UiEntity", RB_ObjectID="9"),
        "RuntimeBinding/0/RB_ObjectID",
        "points to 9",
    ),
    (
        "no such workflow",
        put("RuntimeBinding", 0, WF_ID=9),
        "RuntimeBinding/0/WF_ID",
        "points to 9",
    ),
    (
        "a transition's event",
        put("TransitionEvent", 0, EVTT_ID=9),
        "TransitionEvent/0/EVTT_ID",
        "points to 9",
    ),
    (
        "an SLA's policy",
        put("RuntimeSlaBinding", 0, SL_ID=9),
        "RuntimeSlaBinding/0/SL_ID",
        "points to 9",
    ),
    (
        "an SLA's transition",
        put("SlaPolicy", 0, SL_ObjectType="Transition", SL_ObjectID=9),
        "SlaPolicy/0/SL_ObjectID",
        "the transition 9, which this workflow does not have",
    ),
    (
        "a table without rows",
        lambda tables: tables["Table"].clear(),
        "RuntimeBinding/0/RB_ObjectID",
        "points to 1, which does not exist (the metadata has no rows in Table)",
    ),
    (
        "a workflow without states",
        lambda tables: tables["WorkflowState"].clear(),
        "Workflow/0",
        "no start state (it has no rows in WorkflowState)",
    ),
    (
        "a deleted row",
        put("Workflow", 0, _DeleteDate="2026-01-01"),
        "RuntimeBinding/0/WF_ID",
        "was it deleted",
    ),
    # twice
    *(
        (
            f"two {table}s of one id",
            lambda tables, table=table, key=key, index=index: tables[table].append(
                {**tables[table][index], key: "Other"}
            ),
            f"{table}/{len(minimal()[table])}/{id}",
            f"two {table} rows have the id {index + 1}",
        )
        for table, id, key, index in (
            ("Table", "TB_ID", "TB_TableName", 0),
            ("Workflow", "WF_ID", "WF_Code", 0),
            ("WorkflowState", "WS_ID", "WS_Code", 1),
            ("WorkflowTransition", "WT_ID", "WT_Code", 0),
            ("SlaPolicy", "SL_ID", "SL_Code", 0),
            ("EventType", "EVTT_ID", "EVTT_Code", 0),
            ("Role", "RO_ID", "RO_Code", 0),
            ("RuntimeBinding", "RB_ID", "RB_ObjectID", 0),
        )
    ),
    (
        "two bindings of one name",
        both(NOTE, put("Table", 1, TB_TableName="case")),
        "RuntimeBinding/1",
        "share the name case",
    ),
    (
        "two bindings of one object type",
        both(NOTE, put("Table", 1, CD_Code="CA")),
        "RuntimeBinding/1",
        "share the object type 'CA'",
    ),
    (
        "one SLA bound twice",
        add("RuntimeSlaBinding", RB_ID=1, SL_ID=1),
        "RuntimeBinding/0",
        "the SLA 'Resolve' is bound 2 times",
    ),
    (
        "a policy called as a state's SLA",
        both(put("WorkflowState", 0, slaMinutes=5), put("SlaPolicy", 0, SL_Code="State.New")),
        "RuntimeBinding/0",
        "'State.New' is bound 2 times",
    ),
    (
        "one signal type twice",
        both(
            *[add("RuntimeSignalType", code="SLA.Warned", severity=s) for s in ("Info", "Critical")]
        ),
        "RuntimeSignalType/1/code",
        "'SLA.Warned' occurs 2 times",
    ),
    # SLAs and escalations
    (
        "warns at its target",
        put("SlaPolicy", 0, SL_WarnMinutes=60),
        "SlaPolicy/0/SL_WarnMinutes",
        "warns at 60 minutes",
    ),
    (
        "warns after its target",
        put("SlaPolicy", 0, SL_WarnMinutes=61),
        "SlaPolicy/0/SL_WarnMinutes",
        "warns at 61 minutes",
    ),
    (
        "a level without warning",
        both(put("SlaPolicy", 0, SL_WarnMinutes=None), ladder({"signalType": "SLA.Warned"})),
        "SlaPolicy/0/SL_EscalationRule/actions/0/signalType",
        "has no SL_WarnMinutes",
    ),
    (
        "a level of another signal",
        ladder({"signalType": "X"}),
        "SlaPolicy/0/SL_EscalationRule/actions/0/signalType",
        "'X' raises no level",
    ),
    (
        "one level twice",
        ladder({"payload": {"level": 2}}, {}),
        "SlaPolicy/0/SL_EscalationRule/actions/1/payload/level",
        "level 2 of SLA.Breached occurs twice",
    ),
    *(
        (
            f"afterMinutes {value!r}",
            ladder({"payload": {"afterMinutes": value}}),
            "SlaPolicy/0/SL_EscalationRule/actions/0/payload/afterMinutes",
            "a whole number from 0",
        )
        for value in (-1, 1.5, "5", True, None, 10**10)
    ),
    (
        "level 0",
        ladder({"payload": {"level": 0}}),
        "SlaPolicy/0/SL_EscalationRule/actions/0/payload/level",
        "a whole number from 1",
    ),
    (
        "severity",
        ladder({"payload": {"severity": "High"}}),
        "SlaPolicy/0/SL_EscalationRule/actions/0/payload/severity",
        "'High' is not a severity",
    ),
    *(
        (
            f"assignee {name!r}",
            ladder({"target": name}),
            "SlaPolicy/0/SL_EscalationRule/actions/0/target",
            "names nobody",
        )
        for name in ("Lead", "role:", "team:x")
    ),
    (
        "a timer that is not bound",
        acts({"type": "StopTimer", "target": "SLA.X"}),
        "WorkflowTransition/0/WT_ActionLogical/actions/0/target",
        "the SLA 'SLA.X', which is not bound here",
    ),
    # approvals
    ("no such flow", put("RuntimeBinding", 0, AF_ID=9), "RuntimeBinding/0/AF_ID", "points to 9"),
    (
        "a step role's role",
        put("ApprovalStepRole", 0, RO_ID=9),
        "ApprovalStepRole/0/RO_ID",
        "points to 9",
    ),
    (
        "a flow without steps",
        put("RuntimeBinding", 0, AF_ID=2),
        "ApprovalFlow/1",
        "the approval flow Other has no steps",
    ),
    (
        "two steps of one order",
        put("ApprovalStep", 1, AS_Order=1),
        "ApprovalStep/0/AS_Order",
        "two steps of the approval flow Sign have the order 1",
    ),
    (
        "two steps of one code",
        put("ApprovalStep", 1, AS_Code="Lead"),
        "ApprovalStep/1/AS_Code",
        "two steps of the approval flow Sign have the code 'Lead'",
    ),
    (
        "a step with no order",
        put("ApprovalStep", 1, AS_Order=None),
        "ApprovalStep/1",
        "ApprovalStep needs AS_Order",
    ),
    *(
        (
            f"an approval by {rule}",
            put("ApprovalStep", 0, AS_RuleLogical=written(rule)),
            f"ApprovalStep/0/AS_RuleLogical{at}/{key}",
            part,
        )
        for written, at in (
            (lambda rule: rule, ""),
            (json.dumps, ""),
            (lambda rule: {"version": 1, "kind": "Guard", "params": rule}, "/params"),
        )
        for rule, key, part in [
            ({"quorum": 0}, "quorum", "is 0; expected 'all' or a whole number from 1"),
            ({"quorum": True}, "quorum", "is True"),
            ({"quorum": "2"}, "quorum", "is '2'"),
            ({"quorum": None}, "quorum", "is None"),
            ({"quorum": 1.5, "of": 2}, "quorum", "is "),
            ({"quorum": 3, "of": 2}, "quorum", "is 3 of 2, which no vote can reach"),
            ({"quorum": "all"}, "quorum", "which needs `of`"),
            ({"quorum": "all", "of": 0}, "of", "is 0; expected a whole number from 1 to 1000"),
            ({"of": [3]}, "of", "is [3]"),
            ({"of": 1001}, "of", "is 1001"),
            ({"veto": "no"}, "veto", "is 'no'; expected true or false"),
            ({"quorums": 2}, "quorums", "an approval rule has no 'quorums'"),
            ({"onRestart": "ignore"}, "onRestart", "an approval rule has no"),
        ]
    ),
    (
        "an approval rule that is none",
        put("ApprovalStep", 0, AS_RuleLogical="two of them"),
        "ApprovalStep/0/AS_RuleLogical",
        "the rule is not JSON",
    ),
    (
        "half an approval rule",
        put("ApprovalStep", 0, AS_RuleLogical='{"quorum": 2'),
        "ApprovalStep/0/AS_RuleLogical",
        "the rule is not JSON",
    ),
    (
        "an approval rule's version",
        put("ApprovalStep", 0, AS_RuleLogical={"version": 2, "kind": "Guard"}),
        "ApprovalStep/0/AS_RuleLogical/version",
        "is 2",
    ),
    (
        "an SLA on another flow's step",
        both(
            put("SlaPolicy", 0, SL_ObjectType="ApprovalStep", SL_ObjectID=3),
            add("ApprovalStep", AS_ID=3, AF_ID=2, AS_Order=1, AS_Code="X"),
        ),
        "SlaPolicy/0/SL_ObjectID",
        "Resolve times the approval step 3",
    ),
    (
        "an SLA on a disabled flow's step",
        both(
            put("SlaPolicy", 0, SL_ObjectType="ApprovalStep", SL_ObjectID=1),
            put("ApprovalFlow", 0, AF_IsEnabled=False),
        ),
        "SlaPolicy/0/SL_ObjectID",
        "times the approval step 1",
    ),
    # columns
    (
        "a missing column",
        lambda tables: tables["WorkflowState"][1].pop("WS_Code"),
        "WorkflowState/1",
        "WorkflowState needs WS_Code",
    ),
    (
        "an empty column",
        put("WorkflowState", 1, WS_Code=""),
        "WorkflowState/1",
        "WorkflowState needs WS_Code",
    ),
    (
        "a negative number",
        put("SlaPolicy", 0, SL_TargetMinutes=-1),
        "SlaPolicy/0/SL_TargetMinutes",
        "expected at least 0",
    ),
    (
        "half a minute",
        put("SlaPolicy", 0, SL_TargetMinutes=0.5),
        "SlaPolicy/0/SL_TargetMinutes",
        "expected a whole number",
    ),
    (
        "a truth value that is none",
        put("WorkflowState", 0, WS_IsStart="maybe"),
        "WorkflowState/0/WS_IsStart",
        "'maybe'",
    ),
    (
        "an unknown mode",
        put("RuntimeBinding", 0, runtimeMode="Both"),
        "RuntimeBinding/0/runtimeMode",
        "RB_RuntimeMode is 'Both'",
    ),
    (
        "an unknown purpose",
        add("RuntimeTemplateBinding", bindingId=1, purpose="X"),
        "RuntimeTemplateBinding/0/purpose",
        "RTB_Purpose is 'X'",
    ),
    (
        "Composite of nothing",
        put("RuntimeBinding", 0, RB_InstanceKeyStrategy="Composite"),
        "RuntimeBinding/0/RB_InstanceKeyStrategy",
        "bindings: {Case: {key: [region, case_no]}}",
    ),
    ("a list for an id", put("Workflow", 0, WF_ID=[1]), "Workflow/0/WF_ID", "WF_ID is [1]"),
    (
        "half a character",
        put("WorkflowState", 1, WS_Code="\ud83d"),
        "WorkflowState/1/WS_Code",
        "half a character",
    ),
    ("NUL", put("WorkflowState", 1, WS_Code="a\0"), "WorkflowState/1/WS_Code", "a NUL"),
    (
        "no rows",
        lambda tables: tables.update(Role={"id": 1}),
        "Role",
        "expected an array of Role rows",
    ),
    (
        "a name without letters",
        put("Table", 0, TB_TableName="12"),
        "Table/0/TB_TableName",
        "no model can be named after '12'",
    ),
]

# Faults of rows that no enabled binding uses. Each is a warning, and changes nothing.
UNUSED: list[tuple[str, Change, str, str]] = [
    (
        "a state's workflow",
        put("WorkflowState", 2, WF_ID=9),
        "WorkflowState/2/WF_ID",
        "points to 9",
    ),
    (
        "a transition's workflow",
        add("WorkflowTransition", WT_ID=2, workflowId=9, WT_FromWS_ID=1, WT_ToWS_ID=2, WT_Code="X"),
        "WorkflowTransition/1/workflowId",
        "points to 9",
    ),
    (
        "a role's transition",
        put("WorkflowTransitionRole", 0, WT_ID=9),
        "WorkflowTransitionRole/0/WT_ID",
        "points to 9",
    ),
    (
        "an event's transition",
        put("TransitionEvent", 0, WT_ID=9),
        "TransitionEvent/0/WT_ID",
        "points to 9",
    ),
    (
        "a template's binding",
        add("RuntimeTemplateBinding", bindingId=9, purpose="SlaTracking"),
        "RuntimeTemplateBinding/0/bindingId",
        "points to 9",
    ),
    (
        "an SLA's binding",
        put("RuntimeSlaBinding", 0, RB_ID=9),
        "RuntimeSlaBinding/0/RB_ID",
        "points to 9",
    ),
    ("a step's flow", put("ApprovalStep", 0, AF_ID=9), "ApprovalStep/0/AF_ID", "points to 9"),
    (
        "a step role's step",
        put("ApprovalStepRole", 0, AS_ID=9),
        "ApprovalStepRole/0/AS_ID",
        "points to 9",
    ),
    ("no row", lambda tables: tables["Role"].append("Lead"), "Role/1", "expected a row of Role"),
    (
        "two UI entities of one id",
        add("UiEntity", UE_ID=1, UE_Code="Other"),
        "UiEntity/1/UE_ID",
        "two UiEntity rows have the id 1",
    ),
    (
        "a signal that nothing raises",
        both(*[add("RuntimeSignalType", code="X", severity=s) for s in ("Info", "Critical")]),
        "RuntimeSignalType/1/code",
        "'X' occurs 2 times",
    ),
]


@pytest.mark.parametrize(
    ("change", "pointer", "part"),
    [fault[1:] for fault in FAULTS],
    ids=[fault[0] for fault in FAULTS],
)
def test_faults(project: Project, change: Change, pointer: str, part: str) -> None:
    tables = minimal()
    change(tables)
    project.metadb(tables)
    table, slash, rest = pointer.partition("/")
    place = f"/objects/{PLACES[table]}{slash}{rest}" if pointer else ""
    found = [(problem.origin.pointer, str(problem)) for problem in project.errors()]
    assert [text for at, text in found if at == place and part in text], found


@pytest.mark.parametrize(
    ("change", "pointer", "part"),
    [fault[1:] for fault in UNUSED],
    ids=[fault[0] for fault in UNUSED],
)
def test_what_nothing_uses_refuses_nothing(
    project: Project, change: Change, pointer: str, part: str
) -> None:
    tables = minimal()
    change(tables)
    project.metadb(tables)
    problems = Problems()
    read_project(project.path, problems)
    table, slash, rest = pointer.partition("/")
    place = f"/objects/{PLACES[table]}{slash}{rest}"
    told = [(problem.origin.pointer, str(problem)) for problem in problems.warnings]
    assert [text for at, text in told if at == place and part in text and "uses" in text], told
    assert not problems.errors and project.generate()


E, ARG = "/expr", "/expr/args/1"


def compared(**literal: Any) -> dict:
    return {"expr": {"op": "eq", "args": [{"ref": "object.X"}, literal]}}


def matched(pattern: str) -> dict:
    return {"expr": {"op": "regex", "args": [{"ref": "object.X"}, {"lit": pattern}]}}


def nested(depth: int) -> dict:
    return {"op": "not", "args": [nested(depth - 1)]} if depth else {"ref": "object.X"}


BAD_RULES: list[tuple[Any, str, str]] = [
    ("{not json", "", "the rule is not JSON"),
    ("always", "", "not JSON"),
    ("[1]", "", "a rule is a JSON object"),
    ("3", "", "a rule is a JSON object"),
    (["allow"], "", "a rule is a JSON object"),
    ("[" * 100_000, "", "not JSON"),
    ('{"version": NaN}', "", "NaN is not JSON"),
    ('{"version":1,"kind":"TimerStart","params":{"x":1e999999999}}', "", "out of range"),
    (
        '{"version":1,"kind":"TimerStart","params":{"x":1e99999999999999999999}}',
        "",
        "the number 1e99999999999999999999 is out of range",
    ),
    ({"version": 2}, "/version", "is 2, this generator knows version 1"),
    ({"version": True}, "/version", "knows version 1"),
    ({"version": "1"}, "/version", "knows version 1"),
    ({"version": None}, "/version", "knows version 1"),
    ({"kind": "Timer"}, "/kind", "'Timer' is not a kind of rule"),
    ({"kind": None}, "/kind", "not a kind"),
    ({"kind": ["Guard"]}, "/kind", "not a kind"),
    *(
        ({"kind": kind}, "/kind", f"is {kind}, a rule of kind TimerStart belongs here")
        for kind in KINDS
        if kind != "TimerStart"
    ),
    ({"if": 1}, "/if", "a rule has no 'if'"),
    ({"a/b~c": 1}, "/a~1b~0c", "a rule has no"),
    ({"params": []}, "/params", "an object"),
    ({"params": {"onRestart": "stop"}}, "/params/onRestart", "'stop' is unknown"),
    ({"expr": 1}, E, "an expression is"),
    ({"expr": {}}, E, "an expression has"),
    ({"expr": {"op": "xor", "args": []}}, E + "/op", "'xor' is not an op"),
    ({"expr": {"op": [], "args": []}}, E + "/op", "is not an op"),
    ({"expr": {"op": "not", "args": {}}}, E + "/args", "an array"),
    ({"expr": {"op": "not"}}, E + "/args", "an array"),
    ({"expr": {"op": "not", "args": [nested(0)], "as": "x"}}, E + "/as", "unknown here"),
    *(
        ({"expr": {"op": op, "args": [nested(0)] * count}}, E + "/args", f"{op} takes")
        for op, count in [
            ("and", 0),
            ("or", 0),
            ("not", 2),
            ("eq", 1),
            ("eq", 3),
            ("in", 1),
            ("isNull", 0),
            ("add", 3),
            ("coalesce", 0),
            ("dateAdd", 2),
            ("dateDiffMinutes", 1),
        ]
    ),
    ({"expr": nested(41)}, E + "/args/0" * 41, "nested deeper"),
    (
        {"expr": {"op": "and", "args": [nested(0), {"op": "not", "args": [{"ref": "x"}]}]}},
        ARG + "/args/0/ref",
        "'x' is not a ref",
    ),
    *(
        ({"expr": {"ref": ref}}, E + "/ref", "is not a ref")
        for ref in (
            "object",
            "object.",
            "Object.X",
            "user.name",
            "context.",
            "user.claims.",
            "",
            1,
            None,
        )
    ),
    ({"expr": {"ref": "object.X", "as": "int"}}, E + "/as", "'int' is not a cast"),
    ({"expr": {"ref": "object.X", "default": 1}}, E + "/default", "unknown here"),
    (compared(lit=1, type="int"), ARG + "/type", "'int' is not a type"),
    (compared(lit=[1]), ARG + "/lit", "a single value"),
    (compared(lit=1, ref="object.Y"), ARG + "/lit", "unknown here"),
    *(
        (compared(lit=value, type=type_), ARG + "/lit", f"is not a {type_}")
        for type_, values in {
            "number": ["one", "", "1e5", "+1", "1.", ".5", " 1", "٣", True, "1\n"],
            "boolean": ["yes", "1", 1, ""],
            "datetime": [
                "now",
                "2026-02-30",
                "2026-01-01T24:00",
                "2026-01-01T10:60",
                "2026-01-01 10",
                "01.02.2026",
                20260101,
                "٢٠٢٦-٠١-٠١",  # noqa: RUF001
            ],
        }.items()
        for value in values
    ),
    (compared(lit="\ud800"), "", "half a character"),
    (compared(lit="a\0"), "", "a NUL"),
    ({"expr": {"ref": "object.\ud800"}}, "", "half a character"),
    (
        {"expr": {"op": "dateAdd", "args": [{"lit": "week"}, {"lit": 1}, {"ref": "now.utc"}]}},
        E + "/args/0",
        "minute, hour or day",
    ),
    (
        {"expr": {"op": "regex", "args": [{"ref": "object.X"}, {"ref": "object.Y"}]}},
        ARG,
        "a literal string",
    ),
    ({"expr": {"op": "regex", "args": [{"ref": "object.X"}, {"lit": 5}]}}, ARG, "a literal string"),
    *(
        (matched(pattern), ARG, "is not a pattern of RE2: ")
        for pattern in ("(", "[a", "*", "a**", r"\p", "(?P<1>a)", "a{2,1}")
    ),
    *(
        (matched(pattern), ARG, "RE2 has no")
        for pattern in (
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?<!a)",
            r"(a)\1",
            "(?P<x>a)(?P=x)",
            "(?>a)",
            "a*+",
            "(?#c)a",
            "(?x)a",
            r"a\Z",
            r"\u0041",
            "(a)?(?(1)b|c)",
        )
    ),
    (matched("a{1001}"), ARG, "at most 1000"),
    (matched("a{2,5000}"), ARG, "at most 1000"),
    ({"actions": {}}, "/actions", "an array of actions"),
    ({"actions": ["StartTimer"]}, "/actions/0", "an object with a type"),
    ({"actions": [{"type": "Shout"}]}, "/actions/0/type", "'Shout' is not an action"),
    ({"actions": [{"type": "Notify", "when": 1}]}, "/actions/0/when", "unknown here"),
    ({"actions": [{"type": "Notify", "target": 1}]}, "/actions/0/target", "a text"),
    ({"actions": [{"type": "Notify", "payload": []}]}, "/actions/0/payload", "an object"),
    ({"actions": [{"type": "Notify", "notes": "\ud800"}]}, "", "half a character"),
]


@pytest.mark.parametrize(
    ("value", "pointer", "part"),
    BAD_RULES,
    ids=[
        f"{index}{pointer[:30] if '~' not in pointer else ''}"
        for index, (_, pointer, _) in enumerate(BAD_RULES)
    ],
)
def test_bad_rules(project: Project, value: Any, pointer: str, part: str) -> None:
    document = {"version": 1, "kind": "TimerStart"} | value if isinstance(value, dict) else value
    tables = minimal()
    tables["RuntimeSlaBinding"][0]["startRule"] = document
    project.metadb(tables)
    (problem,) = project.errors()
    assert problem.origin.pointer == f"/objects/runtime/slaBindings/0/startRule{pointer}"
    assert part in str(problem)
    if isinstance(document, dict):  # its JSON text is refused alike
        tables["RuntimeSlaBinding"][0]["startRule"] = json.dumps(document)
        project.metadb(tables)
        assert project.errors() == [problem]


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("WorkflowTransition", "guardDsl", "Guard"),
        ("WorkflowTransition", "WT_ActionLogical", "Action"),
        ("SlaPolicy", "escalationRuleDsl", "Escalation"),
        ("RuntimeSlaBinding", "stopRule", "TimerStop"),
    ],
)
def test_kinds_have_their_place(project: Project, table: str, column: str, kind: str) -> None:
    for given in KINDS:
        tables = minimal()
        tables[table][0][column] = rule(given)
        project.metadb(tables)
        if given == kind:
            assert project.bindings()
        else:
            (problem,) = project.errors()
            assert (problem.origin.pointer, problem.message) == (
                f"/objects/{PLACES[table]}/0/{column}/kind",
                f"is {given}, a rule of kind {kind} belongs here",
            )


@pytest.mark.parametrize(
    "value",
    [
        "allow",
        " deny ",
        "tenant",
        "",
        "  ",
        None,
        matched(r"^\(?=\\1[(?=]$"),
        matched("(?i)(?P<n>a+|[+]+?)(?:[[:alpha:]]){2,1000}"),
        nested(40),
        compared(lit="-5.50", type="number"),
        compared(lit="2024-02-29 23:59:59.123+05:30", type="datetime"),
        compared(lit=True, type="string"),
        {"expr": {"op": "isNull", "args": [{"lit": None}]}},
    ],
)
def test_good_rules(project: Project, value: Any) -> None:
    tables = minimal()
    expr = value["expr"] if isinstance(value, dict) and "expr" in value else value
    tables["RuntimeSlaBinding"][0]["startRule"] = (
        rule("TimerStart", expr) if isinstance(expr, dict) else value
    )
    project.metadb(tables)
    assert (project.bindings()[0].slas[0].start is None) == (
        not (value or "").strip() if not isinstance(value, dict) else False
    )


FILES: list[tuple[str, dict[str, str | None], int, str]] = [
    (
        "snapshot of a later revision",
        {"snapshot.json": '{"snapshotVersion": 7, "objects": {}}'},
        0,
        "0 bindings",
    ),
    (
        "snapshot of version 1.7",
        {"snapshot.json": '{"snapshotVersion": "1.7", "objects": {}}'},
        0,
        "snapshot.json /snapshotVersion: is '1.7'; expected the number",
    ),
    (
        "snapshot without version",
        {"snapshot.json": '{"objects": {}, "meta": {}}'},
        0,
        "snapshot.json: has no snapshotVersion",
    ),
    ("no JSON", {"snapshot.json": "{"}, 2, "snapshot.json: is not JSON"),
    ("JSON too deep", {"snapshot.json": "[" * 100_000}, 2, "snapshot.json: is not JSON"),
    (
        "NaN",
        {"snapshot.json": '{"snapshotVersion": 1, "objects": {"x": NaN}}'},
        2,
        "NaN is not JSON",
    ),
    (
        "-Infinity",
        {"snapshot.json": '{"snapshotVersion": 1, "objects": {"x": -Infinity}}'},
        2,
        "-Infinity is not JSON",
    ),
    (
        "a number that fills the memory, and that nothing reads",
        {"snapshot.json": '{"snapshotVersion": 1, "objects": {"x": 1e999999999}}'},
        0,
        "nothing to generate",
    ),
    ("no snapshot", {"snapshot.json": "[]"}, 2, "there is no `objects`"),
    (
        "a pack that is none",
        {"snapshot.json": '{"snapshotVersion": 1, "objects": {"workflows": [{"states": []}]}}'},
        0,
        "/objects/workflows/0: expected a pack",
    ),
    ("no snapshot file", {"snapshot.json": None}, 3, "snapshot.json does not exist"),
    ("no config", {"ozmeta.yml": None}, 3, "there is no ozmeta.yml"),
    (
        "no folder",
        {"ozmeta.yml": CONFIG.replace("{snapshot: snapshot.json}", "{folder: nowhere}")},
        3,
        "the folder nowhere does not exist",
    ),
    (
        "an empty folder",
        {"ozmeta.yml": CONFIG.replace("{snapshot: snapshot.json}", "{folder: .}")},
        3,
        "no file named after a MetaDB table",
    ),
    (
        "NUL in a path",
        {"ozmeta.yml": CONFIG.replace("snapshot.json", r'"a\0b"')},
        3,
        "can't be read",
    ),
    ("config is no YAML", {"ozmeta.yml": "a: [b"}, 2, "ozmeta.yml: is not YAML: line 1, column"),
    ("a key twice", {"ozmeta.yml": CONFIG + "version: 2\n"}, 2, "the key 'version' occurs twice"),
    (
        "a key twice in JSON",
        {"snapshot.json": '{"objects": {}, "objects": {}}'},
        2,
        "has the key 'objects' twice",
    ),
    ("config too deep", {"ozmeta.yml": "[" * 1000}, 2, "ozmeta.yml: is not YAML"),
    (
        "config of itself",
        {"ozmeta.yml": CONFIG + "bindings: &b {Case: *b}\n"},
        2,
        "its anchors refer to themselves",
    ),
    ("an empty config", {"ozmeta.yml": ""}, 2, "ozmeta.yml: is null; expected a mapping"),
] + [
    (
        f"config: {change}",
        {"ozmeta.yml": CONFIG.replace(old, new) if old else CONFIG + new},
        2,
        part,
    )
    for change, old, new, part in [
        ("version 2", "version: 1", "version: 2", "ozmeta.yml /version"),
        ("no version", "version: 1\n", "", "ozmeta.yml /version"),
        (
            "unknown key",
            "",
            "outptu: x\n",
            (
                "ozmeta.yml /outptu: 'outptu' is not a key that is known here (did you mean"
                " 'output'? allowed: state_aliases, transition_aliases, event_type_aliases,"
                " object_type_aliases, field_aliases, version, metadb, output"
            ),
        ),
        ("nowhere", "{snapshot: snapshot.json}", "{}", "ozmeta.yml /metadb: give one of"),
        *(
            (f"nowhere, {given}", "{snapshot: snapshot.json}", given, f"ozmeta.yml /metadb: {said}")
            for given, said in (
                ("{snapshot: null}", "give one of"),
                ("{folder: null, snapshot: null}", "give one of"),
                ("{url_env: X, client: null, project: p}", "`url_env` needs `client` too"),
                ("{url_env: X, client: c, project: null}", "`url_env` needs `project` too"),
            )
        ),
        (
            "snapshot and database",
            "snapshot.json}",
            "a, url_env: X, client: a, project: b}",
            "ozmeta.yml /metadb: give one of",
        ),
        (
            "no client",
            "{snapshot: snapshot.json}",
            "{url_env: X, project: b}",
            "ozmeta.yml /metadb: `url_env` needs `client` too",
        ),
        (
            "no project",
            "{snapshot: snapshot.json}",
            "{url_env: X, client: a}",
            "ozmeta.yml /metadb: `url_env` needs `project` too",
        ),
        (
            "a client of a snapshot",
            "snapshot.json}",
            "snapshot.json, client: a}",
            "ozmeta.yml /metadb: `client` goes with `url_env` only",
        ),
        (
            "an empty project",
            "{snapshot: snapshot.json}",
            '{url_env: X, client: a, project: ""}',
            "ozmeta.yml /metadb/project",
        ),
        (
            "NUL in a client",
            "{snapshot: snapshot.json}",
            r'{url_env: X, client: "a\0", project: b}',
            "ozmeta.yml /metadb/client",
        ),
        (
            "a URL for a name",
            "{snapshot: snapshot.json}",
            "{url_env: 'sqlite:///x.db', client: a, project: b}",
            "ozmeta.yml /metadb/url_env: name an environment variable",
        ),
        (
            "snapshot and folder",
            "snapshot.json}",
            "a, folder: b}",
            "ozmeta.yml /metadb: give one of",
        ),
        (
            "no source",
            "source: {name: ops, schema: raw, table: event_journal}",
            "lookback_minutes: 1",
            "ozmeta.yml /journal: give `source`",
        ),
        (
            "both sources",
            "event_journal}",
            "j}, sources: [{name: a, schema: b, table: c}]",
            "ozmeta.yml /journal: give",
        ),
        ("an odd name", "name: ops", "name: o.ps", "ozmeta.yml /journal/source/name"),
        (
            "one source twice",
            "source: {name: ops, schema: raw, table: event_journal}",
            "sources: [{name: a, schema: b, table: c}, {name: a, schema: d, table: c}]",
            "two of them are the same table",
        ),
        (
            "unknown column",
            "event_journal}",
            "j}, columns: {EJ_Colour: x}",
            "'EJ_Colour' is not a column",
        ),
        (
            "a column it needs",
            "event_journal}",
            "j}, columns: {EJ_ID: null}",
            "no event can do without EJ_ID",
        ),
        (
            "lookback",
            "event_journal}",
            "j}, lookback_minutes: -1",
            "ozmeta.yml /journal/lookback_minutes",
        ),
        ("stream", "event_journal}", "j}, stream: x", "ozmeta.yml /journal/stream"),
        (
            "no such flow",
            "",
            "bindings: {Case: {approval_flows: [Nope]}}\n",
            "ozmeta.yml /bindings/Case/approval_flows/0: no approval flow has the code 'Nope'",
        ),
        (
            "one flow twice",
            "",
            "bindings: {Case: {approval_flows: [Sign]}}\n",
            "ozmeta.yml /bindings/Case/approval_flows/0: Case has the approval flow 'Sign' 2 times",
        ),
        (
            "approval events",
            "",
            "approval_events: {approved: Approval.Rejected}\n",
            "ozmeta.yml /approval_events: two of these events",
        ),
        (
            "an approval event",
            "",
            "approval_events: {vetoed: x}\n",
            "ozmeta.yml /approval_events/vetoed",
        ),
        (
            "policy",
            "",
            "bindings: {Case: {conflict_policy: x}}\n",
            "ozmeta.yml /bindings/Case/conflict_policy",
        ),
        (
            "unknown binding",
            "",
            "bindings: {Cases: {}}\n",
            (
                "ozmeta.yml /bindings/Cases: no table or UI entity is called 'Cases' (did you mean"
                " 'Case'?)"
            ),
        ),
        (
            "a share of rows",
            "",
            "tests: {quarantined_share: {warn: 1.5}}\n",
            "ozmeta.yml /tests/quarantined_share/warn: is the number 1.5; expected at most 1",
        ),
        (
            "no share of rows",
            "",
            "tests: {quarantined_share: {warn: 0}}\n",
            ("ozmeta.yml /tests/quarantined_share/warn: is the number 0; expected at least 0.0001"),
        ),
        (
            "shares out of order",
            "",
            "tests: {quarantined_share: {warn: 0.3, error: 0.2}}\n",
            (
                "ozmeta.yml /tests/quarantined_share: `warn` is 0.3 and `error` 0.2: `warn` may not"
                " be greater"
            ),
        ),
        (
            "a bare share",
            "",
            "tests: {quarantined_share: 0.2}\n",
            (
                "ozmeta.yml /tests/quarantined_share: give shares between 0.0001 and 1, as in"
                " {warn: 0.01, error: 0.2}, or false"
            ),
        ),
        (
            "a binding's shares",
            "",
            "bindings: {Case: {tests: {quarantined_share: true}}}\n",
            "ozmeta.yml /bindings/Case/tests/quarantined_share: give shares",
        ),
        ("an unknown test", "", "tests: {quarantined: false}\n", "ozmeta.yml /tests/quarantined"),
        (
            "ignored and claimed",
            "event_journal}",
            "event_journal}, ignore_object_types: [Heartbeat, Case]",
            (
                "ozmeta.yml /journal/ignore_object_types/1: 'Case' is an object type of the binding"
                " Case"
            ),
        ),
        *(
            (
                f"output {path}",
                "",
                f"output: {path}\n",
                "/output: name a folder of this dbt project",
            )
            for path in ("/tmp/x", "../x", "models/../../x", ".", '""', r'"a\0"')
        ),
    ]
]


@pytest.mark.parametrize(
    ("files", "status", "part"), [case[1:] for case in FILES], ids=[case[0] for case in FILES]
)
def test_files(project: Project, files: dict[str, str | None], status: int, part: str) -> None:
    for name, text in files.items():
        project.put(name, text) if text is not None else (project.path / name).unlink()
    got, printed = project.run("generate")
    assert (got, part in printed) == (status, True), printed
    assert project.output.exists() == (status == 0)


FOLDER_FILES = [
    (
        "RuntimeBinding.yml",
        "- &a {id: 1, objectType: Table, objectId: *a}",
        2,
        "metadb/RuntimeBinding.yml: can't be parsed: its anchors refer to themselves",
    ),
    ("RuntimeBinding.yml", "&a [*a, *a]", 2, "its anchors refer to themselves"),
    (
        "RuntimeSlaBinding.yml",
        (
            "- {bindingId: 1, slaId: 1, startRule: {version: 1, kind: TimerStart, expr: &e {op:"
            " and, args: [*e, *e]}}}"
        ),
        2,
        "its anchors refer to themselves",
    ),
    (
        "Role.yml",
        "- &a0 [x]\n" + "".join(f"- &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30)),
        2,
        "unfold to far more than is written",
    ),
    ("Role.yml", "- &a {id: 1, <<: {code: x}}", 0, "Role needs RO_Code"),
    ("Role.yml", "- [", 2, "metadb/Role.yml: can't be parsed"),
    ("Role.yml", "- id: 1\n  code: a\n  code: b\n", 2, "line 3: the key 'code' occurs twice"),
    ("Role.yml", "- {id: !!binary aGk=, code: x}", 2, "a bytes has no place here"),
    ("Role.yml", "- {id: .nan, code: x}", 2, ".nan is not a number"),
    ("Role.yml", "- !!python/object:os.system {}", 2, "can't be parsed"),
    ("Role.yml", "- {id: 1, code: no}", 0, "metadb/Role.yml /0/code: RO_Code is False"),
    (
        "Role.csv",
        "RO_ID,RO_Code\n1\n",
        0,
        "metadb/Role.csv line 2: this row has not as many values",
    ),
    ("Role.csv", "RO_ID,RO_Code\n1,2,3\n", 0, "metadb/Role.csv line 2"),
    ("Role.csv", 'RO_ID,RO_Code\n1,"x', 2, "metadb/Role.csv: is not CSV"),
    ("Role.json", "{}", 0, "metadb/Role.json: expected an array of Role rows"),
    ("Role.json", '[{"id": 1e400}]', 0, "RO_ID is 1e400: the number 1e400 is out of"),
    ("Role.yml", "- {id: 1.0e+400, code: x}", 0, "the number 1.0e+400 is out of range"),
    ("Role.yml", f"- {{id: {'9' * 5000}, code: x}}", 0, "9... is out of range"),
    (
        "SlaPolicy.csv",
        "SL_ID,SL_Code,SL_ObjectType,SL_TargetMinutes\n1,x,Workflow,60\n2,y,Workflow,-1\n",
        0,
        "metadb/SlaPolicy.csv line 3/SL_TargetMinutes",
    ),
]


@pytest.mark.parametrize(("name", "text", "status", "part"), FOLDER_FILES)
def test_folder_files(project: Project, name: str, text: str, status: int, part: str) -> None:
    project.put("ozmeta.yml", CONFIG.replace("{snapshot: snapshot.json}", "{folder: metadb/}"))
    project.put(f"metadb/{name}", text)
    got, printed = project.run("validate")
    assert (got, part in printed) == (status, True), printed


def test_one_table_in_two_files(project: Project) -> None:
    project.put("ozmeta.yml", CONFIG.replace("{snapshot: snapshot.json}", "{folder: metadb}"))
    project.put("metadb/Role.csv", "RO_ID,RO_Code\n")
    project.put("metadb/Role.json", "[]")
    assert "metadb/Role.json: Role occurs twice, also as Role.csv" in project.run("validate")[1]


@pytest.mark.parametrize(
    "name",
    ["ozmeta.yml", "snapshot.json", "metadb/Role.csv", "models/ozmeta", "models/ozmeta/case"],
)
def test_links_that_go_round(project: Project, name: str) -> None:
    if name.startswith("metadb"):
        project.put("ozmeta.yml", CONFIG.replace("{snapshot: snapshot.json}", "{folder: metadb}"))
    path = project.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(path)
    status, printed = project.run("generate")
    assert status == 3 and Path(name).name in printed, printed


@pytest.mark.parametrize("data", [b"\xff\xfe{\x00}\x00", None], ids=["UTF-16", "a folder"])
@pytest.mark.parametrize("name", ["ozmeta.yml", "snapshot.json"])
def test_unreadable(project: Project, name: str, data: bytes | None) -> None:
    (project.path / name).unlink()
    (project.path / name).write_bytes(data) if data else (project.path / name).mkdir()
    assert (lambda got: (got[0], "can't be read" in got[1]))(project.run("validate")) == (3, True)


def test_all_faults_are_named_at_once(project: Project) -> None:
    tables = minimal()
    for _, change, *_ in FAULTS[:3]:
        change(tables)
    tables["SlaPolicy"][0]["SL_EscalationRule"] = "x"
    project.metadb(tables)
    status, printed = project.run("generate")
    assert (
        status == 2 and printed.count("error  ") >= 2 and "errors; nothing was written" in printed
    )
    assert not project.output.exists()


def test_exit_statuses(project: Project) -> None:
    assert project.run("validate")[0] == 0
    assert project.run("--help")[0] == 0
    assert project.run("dance")[0] == 2
    project.monkeypatch.setattr(validate, "load", lambda project: 1 // 0)
    status, printed = project.run("validate")
    assert status == 10 and "unexpected ZeroDivisionError" in printed and "Traceback" not in printed


def test_as_a_command(project: Project) -> None:
    def run(*arguments: str) -> int:
        return subprocess.run(
            [sys.executable, "-m", "ozmeta_dbt", *arguments],
            cwd=project.path,
            capture_output=True,
            env=os.environ | {"PYTHONWARNINGS": "error"},
        ).returncode

    assert [
        run("validate"),
        run("generate", "--check"),
        run("validate", "--project-dir", "nowhere"),
    ] == [0, 5, 3]


def test_init(project: Project) -> None:
    assert project.run("init")[0] == 3  # no dbt project
    project.put("dbt_project.yml", "name: x")
    assert (
        project.run("init")[0] == 3 and (project.path / "ozmeta.yml").read_text() == CONFIG
    )  # one is there
    (project.path / "ozmeta.yml").unlink()
    assert project.run("init")[0] == 0
    project.put("metadb/snapshot.json", (project.path / "snapshot.json").read_text())
    assert project.run("validate")[0] == 0
