"""Rows that are well-formed and mean nothing: misspelt names in rules, timers that nothing starts,
states that nothing reaches.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from metadb_samples import CONFIG, Project, Tables, minimal, rule
from ozmeta_dbt.problems import Problem, Problems
from ozmeta_dbt.project import read_project
from ozmeta_dbt.words import counted, distance, nearest

TO, FROM, CODE, EVENT = (
    {"ref": f"{name}"}
    for name in ("transition.toState", "transition.fromState", "transition.code", "event.type")
)
START = "/objects/runtime/slaBindings/0/RSB_StartRule"
FIRST = CONFIG + "bindings: {Case: {conflict_policy: first_writer_wins}}\n"


def op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": [arg if isinstance(arg, dict) else {"lit": arg} for arg in args]}


def triage() -> Tables:
    """The minimal MetaDB with a state between, and a disabled transition."""
    tables = minimal()
    tables["WorkflowState"] += [{"WS_ID": 4, "WF_ID": 1, "WS_Code": "Triaged"}]
    tables["WorkflowTransition"] += [
        {"WT_ID": 2, "WF_ID": 1, "WT_FromWS_ID": 1, "WT_ToWS_ID": 4, "WT_Code": "Triage"},
        {"WT_ID": 3, "WF_ID": 1, "WT_FromWS_ID": 4, "WT_ToWS_ID": 2, "WT_Code": "Close"},
        {
            "WT_ID": 4,
            "WF_ID": 1,
            "WT_FromWS_ID": 2,
            "WT_ToWS_ID": 1,
            "WT_Code": "Reopen",
            "WT_IsEnabled": False,
        },
    ]
    tables["EventType"] += [{"EVTT_ID": 2, "EVTT_Code": "Case.Submitted"}]
    return tables


def found(project: Project, tables: Tables, config: str = CONFIG) -> Problems:
    project.metadb(tables)
    project.put("ozmeta.yml", config)
    read_project(project.path, problems := Problems())
    return problems


def of_rule(
    project: Project,
    expr: Any,
    kind: str = "Start",
    config: str = CONFIG,
    tables: Tables | None = None,
) -> Problems:
    tables = tables or triage()
    tables["RuntimeSlaBinding"][0][f"RSB_{kind}Rule"] = (
        expr if isinstance(expr, str) else rule(f"Timer{kind}", expr)
    )
    return found(project, tables, config)


def shown(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems]


def test_a_sound_metadata_has_neither_errors_nor_warnings(project: Project) -> None:
    for config in (CONFIG, FIRST):
        problems = of_rule(
            project,
            op(
                "and",
                op("eq", TO, "Triaged"),
                op("in", EVENT, "Case.Submitted", "Approval.Approved", "Escalation.Closed"),
            ),
            config=config,
        )
        assert (problems.errors, problems.warnings) == ([], [])


@pytest.mark.parametrize(
    ("expr", "pointer", "message"),
    [
        (
            op("eq", TO, "Triagd"),
            "/expr/args/1/lit",
            "'Triagd' is not a state of the workflow CaseFlow (did you mean 'Triaged'?)",
        ),
        (
            op("eq", "triaged", FROM),
            "/expr/args/0/lit",
            "'triaged' is not a state of the workflow CaseFlow (did you mean 'Triaged'?)",
        ),
        (
            op("or", op("eq", TO, "Triaged"), op("ne", FROM, "Clsed")),
            "/expr/args/1/args/1/lit",
            "'Clsed' is not a state of the workflow CaseFlow (did you mean 'Closed'?)",
        ),
        (
            op("in", TO, "Closed", "Nwe", "New"),
            "/expr/args/2/lit",
            "'Nwe' is not a state of the workflow CaseFlow (did you mean 'New'?)",
        ),
        (
            op("in", "Nwe", FROM, TO),
            "/expr/args/0/lit",
            "'Nwe' is not a state of the workflow CaseFlow (did you mean 'New'?)",
        ),
        (
            op("not", op("eq", op("coalesce", TO, "none"), "Closd")),
            "/expr/args/0/args/1/lit",
            "'Closd' is not a state of the workflow CaseFlow (did you mean 'Closed'?)",
        ),
        (
            op("eq", TO, op("coalesce", {"ref": "object.Wanted"}, "Closd")),
            "/expr/args/1/args/1/lit",
            "'Closd' is not a state of the workflow CaseFlow (did you mean 'Closed'?)",
        ),
        (
            op("eq", {"ref": "transition.toState", "as": "string"}, "Draft"),
            "/expr/args/1/lit",
            "'Draft' is not a state of the workflow CaseFlow (there is: Closed, New, Triaged)",
        ),
        (
            op("eq", TO, 5),
            "/expr/args/1/lit",
            "'5' is not a state of the workflow CaseFlow (there is: Closed, New, Triaged)",
        ),
        (
            op("eq", CODE, "Clsoe"),
            "/expr/args/1/lit",
            "'Clsoe' is not a transition code of the workflow CaseFlow (did you mean 'Close'?)",
        ),
        (
            op("startsWith", TO, "Trai"),
            "/expr/args/1/lit",
            "a state of the workflow CaseFlow never starts with 'Trai'",
        ),
        (
            op("endsWith", TO, "sd"),
            "/expr/args/1/lit",
            "a state of the workflow CaseFlow never ends with 'sd'",
        ),
        (
            op("contains", TO, "Wait"),
            "/expr/args/1/lit",
            "a state of the workflow CaseFlow never contains 'Wait'",
        ),
        (
            op("contains", "Waiting,Done", TO),
            "/expr/args/0/lit",
            "a state of the workflow CaseFlow is never contained in 'Waiting,Done'",
        ),
        (
            op("regex", TO, "^(Done|Wait)"),
            "/expr/args/1/lit",
            "a state of the workflow CaseFlow never matches '^(Done|Wait)'",
        ),
        (
            op("eq", EVENT, "case.submitted"),
            "/expr/args/1/lit",
            "'case.submitted' is not a known event type (did you mean 'Case.Submitted'?)",
        ),
        (
            op("in", EVENT, "Case.Submited"),
            "/expr/args/1/lit",
            "'Case.Submited' is not a known event type (did you mean 'Case.Submitted'?)",
        ),
        (
            op("eq", EVENT, "Aproval.Approved"),
            "/expr/args/1/lit",
            "'Aproval.Approved' is not a known event type (did you mean 'Approval.Approved'?)",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["Start", "Stop"])
def test_a_misspelt_name_is_an_error(
    project: Project, kind: str, expr: Any, pointer: str, message: str
) -> None:
    (problem,) = of_rule(project, expr, kind).errors  # and nothing more is said of that rule
    assert str(problem).startswith(
        f"snapshot.json /objects/runtime/slaBindings/0/RSB_{kind}Rule{pointer}: {message}"
    )
    assert project.run("generate")[0] == 2 and not project.output.exists()


def test_a_rule_as_text_is_looked_at_too(project: Project) -> None:
    (problem,) = of_rule(project, json.dumps(rule("TimerStart", op("eq", TO, "Triagd")))).errors
    assert problem.origin.pointer == START + "/expr/args/1/lit"


def test_every_fault_of_a_rule_is_named(project: Project) -> None:
    problems = of_rule(project, op("or", op("eq", TO, "Triagd"), op("eq", CODE, "Triag")))
    assert len(problems.errors) == 2


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        (
            op("eq", CODE, "Reopen"),
            (
                "the transition 'Reopen' is disabled, so no event has that code (enabled: Close,"
                " Triage)"
            ),
        ),
        (
            op("eq", EVENT, "Mail.Arrived"),
            "'Mail.Arrived' is not a known event type (is it missing in the metadata?)",
        ),
        (
            op("contains", {"ref": "user.roles"}, "Auditor"),
            "'Auditor' is not a role (is it missing in the metadata?)",
        ),
    ],
)
def test_what_may_be_meant_is_a_warning(project: Project, expr: Any, said: str) -> None:
    problems = of_rule(project, op("or", op("eq", TO, "Triaged"), expr))
    assert problems.errors == [] and shown(problems.warnings) == [
        f"snapshot.json {START}/expr/args/1/args/1/lit: {said}"
    ]


def test_without_event_types_or_roles_none_is_unknown(project: Project) -> None:
    tables = triage()
    for table in (
        "EventType",
        "TransitionEvent",
        "Role",
        "WorkflowTransitionRole",
        "ApprovalStepRole",
    ):
        tables[table] = []
    problems = of_rule(
        project,
        op("and", op("eq", EVENT, "Any"), op("contains", {"ref": "user.roles"}, "Anyone")),
        tables=tables,
    )
    assert (problems.errors, problems.warnings) == ([], [])


def test_tenants_that_are_listed_are_all_there_are(project: Project) -> None:
    expr = op("eq", {"ref": "tenant.id"}, "acne")
    assert of_rule(project, expr).errors == []
    (problem,) = of_rule(project, expr, config=CONFIG + "tenants: [acme, globex]\n").errors
    assert "'acne' is not a tenant that ozmeta.yml lists (did you mean 'acme'?)" in str(problem)


@pytest.mark.parametrize(
    ("expr", "config", "pointer", "why"),
    [
        (
            op("and", op("eq", TO, "Triaged"), op("eq", FROM, "Triaged")),
            CONFIG,
            "/expr",
            "its conditions exclude each other",
        ),
        (
            op("and", op("eq", CODE, "Triage"), op("eq", TO, "Closed")),
            CONFIG,
            "/expr",
            "its conditions exclude each other",
        ),
        (
            op("and", op("eq", CODE, "Triage"), op("isNull", TO)),
            CONFIG,
            "/expr",
            "its conditions exclude each other",
        ),
        (
            op("and", op("eq", {"ref": "object.Kind"}, "a"), op("eq", {"ref": "object.Kind"}, "b")),
            CONFIG,
            "/expr",
            "its conditions exclude each other",
        ),
        (
            op("and", op("eq", EVENT, "Case.Closed"), op("ne", EVENT, "Case.Closed")),
            CONFIG,
            "/expr",
            "its conditions exclude each other",
        ),
        (op("eq", TO, "New"), FIRST, "/expr", "no enabled transition leads to 'New'"),
        (
            op("and", op("isNotNull", {"ref": "user.id"}), op("in", FROM, "Closed")),
            FIRST,
            "/expr/args/1",
            "no enabled transition leaves 'Closed'",
        ),
        (
            op("eq", {"ref": "object.X"}, None),
            CONFIG,
            "/expr/args/1",
            "a comparison with null is never true; use isNull or isNotNull",
        ),
        (op("isNull", EVENT), CONFIG, "/expr", "no event can make it so"),
        (
            op("not", op("isNotNull", {"ref": "now.utc"})),
            CONFIG,
            "/expr",
            "no event can make it so",
        ),
    ],
)
def test_a_rule_that_can_never_be_true(
    project: Project, expr: Any, config: str, pointer: str, why: str
) -> None:
    problems = of_rule(project, expr, config=config)
    assert shown(problems.errors) == [
        f"snapshot.json {START}{pointer}: this start rule of Resolve can never be true: {why}"
        " (nothing starts the timer)"
    ]
    problems = of_rule(project, expr, "Stop", config)
    assert (
        problems.errors == []
        and f"this stop rule of Resolve can never be true: {why} (nothing stops the timer)"
        in shown(problems.warnings)[-1]
    )


@pytest.mark.parametrize(
    "expr",
    [
        op("eq", TO, "Triaged"),
        op("ne", TO, "New"),
        op("isNull", TO),
        op("not", op("eq", TO, "New")),
        op("and", op("eq", FROM, "Triaged"), op("eq", CODE, "Close")),
        op("or", op("isNull", EVENT), op("gt", {"ref": "object.N"}, 5)),
        op("eq", {"ref": "object.N"}, 5),
        op("and", op("ne", {"ref": "object.N"}, 5), op("ne", {"ref": "object.N"}, "6")),
        op("in", "a", {"ref": "object.Tags"}),
        op("and", op("in", "a", {"ref": "object.Tags"}), op("in", "b", {"ref": "object.Tags"})),
        op("regex", TO, "(?i)^tri"),
        op("regex", TO, "[[:alpha:]]"),
        {"ref": "object.Flag"},
        op("eq", {"ref": "object.Flag"}, True),
        op("coalesce", {"ref": "object.Flag"}, False),
        op("eq", op("coalesce", CODE, "none"), "none"),
        op("lt", {"ref": "now.utc"}, {"lit": "2030-01-01", "type": "datetime"}),
        op("gte", op("dateDiffMinutes", {"ref": "object.Since"}, {"ref": "now.utc"}), 5),
        op(
            "and",
            op("eq", {"ref": "object.K", "as": "number"}, 1),
            op("eq", {"ref": "object.K"}, "1.0"),
        ),
        op("eq", op("eq", TO, "Triaged"), True),
        op("and", *[op("ne", {"ref": f"object.F{n}"}, "a") for n in range(12)]),
        "allow",
        "tenant",
    ],
)
@pytest.mark.parametrize("config", [CONFIG, FIRST], ids=["last", "first"])
def test_a_rule_that_can_be_true_is_let_be(project: Project, expr: Any, config: str) -> None:
    problems = of_rule(project, expr, config=config)
    hint = "is true on every event until a value changes"  # of a start rule that is a level
    warnings = [problem for problem in problems.warnings if hint not in problem.message]
    assert (problems.errors, warnings) == ([], [])


def test_a_move_that_is_not_declared_may_make_it_true(project: Project) -> None:
    problems = of_rule(project, op("eq", TO, "New"))
    assert problems.errors == []
    assert shown(problems.warnings) == [
        f"snapshot.json {START}: only a move that the workflow does not declare makes this start"
        " rule of Resolve true (no enabled transition leads to 'New')"
    ]


def test_deny_leaves_a_timer_to_actions(project: Project) -> None:
    problems = of_rule(project, "deny")
    assert (
        problems.errors == []
        and "can never be true: it is always false (nothing starts the timer)"
        in shown(problems.warnings)[0]
    )
    tables = triage()
    tables["WorkflowTransition"][1]["WT_ActionLogical"] = rule(
        "Action", actions=[{"type": "StartTimer", "target": "Resolve"}]
    )
    problems = of_rule(project, "deny", tables=tables)
    assert (problems.errors, problems.warnings) == ([], [])


def test_rules_that_are_not_evaluated_warn(project: Project) -> None:
    tables = triage()
    tables["WorkflowTransition"][0] |= {
        "WT_GuardLogical": rule("Guard", op("eq", TO, "Clsed")),
        "WT_ActionLogical": rule("Action", op("contains", {"ref": "user.roles"}, "Leed")),
    }
    tables["SlaPolicy"][0]["SL_EscalationRule"] = rule("Escalation", op("eq", FROM, "Nwe"))
    problems = found(project, tables)
    assert problems.errors == []
    assert [
        problem.origin.pointer.rpartition("/expr")[0].rpartition("/")[2]
        for problem in problems.warnings
    ] == ["WT_GuardLogical", "WT_ActionLogical", "SL_EscalationRule"]
    assert all("did you mean" in text for text in shown(problems.warnings))


def test_policies_that_time_nothing(project: Project) -> None:
    tables = triage()
    policy = {
        "SL_ID": 2,
        "SL_Code": "Lone",
        "SL_ObjectType": "Table",
        "SL_ObjectID": 77,
        "SL_TargetMinutes": 60,
    }
    tables["SlaPolicy"].append(policy)
    problems = found(project, tables)
    assert problems.errors == [] and shown(problems.warnings) == [
        (
            "snapshot.json /objects/workflows/slas/1: no RuntimeSlaBinding binds the SLA policy"
            " Lone: it times nothing (bind it, or disable it)"
        ),
        (
            "snapshot.json /objects/workflows/slas/1/SL_ObjectID: Lone points to the Table 77,"
            " which does not exist (was it deleted, or left out of the export?)"
        ),
    ]
    policy |= {"SL_IsEnabled": False, "SL_ObjectID": 1}
    assert found(project, tables).warnings == []


@pytest.mark.parametrize(
    ("object_type", "ids"),
    [
        ("Workflow", (1, 9)),
        ("Transition", (1, 9)),
        ("ApprovalStep", (1, 9)),
        ("Table", (2, 9)),
        ("UiEntity", (1, 9)),
    ],
)
def test_a_policys_object(project: Project, object_type: str, ids: tuple[int, int]) -> None:
    for id, missing in zip(ids, (False, True), strict=True):
        tables = triage()
        tables["SlaPolicy"][0] |= {"SL_ObjectType": object_type, "SL_ObjectID": id}
        both = op("eq", TO, "Triaged")
        tables["RuntimeSlaBinding"][0] |= {
            "RSB_StartRule": rule("TimerStart", both),
            "RSB_StopRule": rule("TimerStop", op("eq", TO, "Closed")),
        }
        problems = found(project, tables)
        assert problems.errors == [] and len(problems.warnings) == missing, problems


def test_states_that_nothing_reaches(project: Project) -> None:
    tables = triage()
    tables["WorkflowTransition"][1]["WT_IsEnabled"] = False
    for config, hint in (
        (CONFIG, "only a move that the workflow does not declare gets there"),
        (FIRST, "no object gets there"),
    ):
        (warning,) = shown(found(project, tables, config).warnings)
        assert (
            warning
            == "snapshot.json /objects/workflows/states/3/WS_Code: no path of enabled transitions"
            f" leads from the start state 'New' to 'Triaged' ({hint})"
        )


def test_a_timer_that_needs_a_terminal_state(project: Project) -> None:
    tables = triage()
    tables["WorkflowState"][1]["WS_IsTerminal"] = False
    (warning,) = shown(found(project, tables).warnings)
    assert (
        "the timer Resolve of Case stops in a terminal state, and the workflow CaseFlow has none"
        in warning
    )
    assert of_rule(project, op("eq", TO, "Closed"), "Stop", tables=tables).warnings == []


@pytest.mark.parametrize(
    ("table", "index", "column", "value"),
    [
        ("WorkflowState", 0, "WS_IsStart", "maybe"),
        ("WorkflowState", 3, "WS_Code", None),
        ("Workflow", 0, "WF_Code", None),
        ("WorkflowTransition", 0, "WT_Code", None),
        ("Role", 0, "RO_Code", None),
        ("EventType", 0, "EVTT_Code", None),
        ("SlaPolicy", 0, "SL_TargetMinutes", -1),
        ("ApprovalFlow", 0, "AF_Code", None),
        ("ApprovalStep", 0, "AS_Order", "first"),
        ("Table", 0, "TB_TableName", None),
        ("RuntimeBinding", 0, "RB_RuntimeMode", "Sidecart"),
        ("RuntimeSlaBinding", 0, "SL_ID", None),
        ("Workflow", 0, "WF_ID", [1]),
        ("Role", 0, "RO_ID", None),
    ],
)
def test_one_fault_is_one_error(
    project: Project, table: str, index: int, column: str, value: Any
) -> None:
    tables = triage()
    tables["WorkflowTransition"][1]["WT_ActionLogical"] = rule(
        "Action", actions=[{"type": "StartTimer", "target": "Resolve"}]
    )
    tables["RuntimeTemplateBinding"] = [{"RB_ID": 1, "RTB_Purpose": "SlaTracking"}]
    tables["SlaPolicy"][0] |= {
        "SL_ObjectType": "ApprovalStep",
        "SL_ObjectID": 1,
        "SL_EscalationRule": rule(
            "Escalation", actions=[{"type": "EnqueueEscalation", "target": "role:Lead"}]
        ),
    }
    tables["RuntimeSlaBinding"][0]["RSB_StartRule"] = rule(
        "TimerStart",
        op(
            "and",
            op("eq", TO, "Triaged"),
            op("contains", {"ref": "user.roles"}, "Lead"),
            op("eq", EVENT, "Case.Closed"),
        ),
    )
    assert found(project, tables, CONFIG + "bindings: {Case: {auto_close: true}}\n").errors == []
    tables[table][index][column] = value
    problems = found(project, tables, CONFIG + "bindings: {Case: {auto_close: true}}\n")
    assert len(problems.errors) == 1, shown(problems.errors)
    assert problems.warnings == [], shown(problems.warnings)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("WorkflowStates.csv", "did you mean WorkflowState.csv?"),
        ("workflowstate.yaml", "did you mean WorkflowState.yaml?"),
        ("Roles.json", "did you mean Role.json?"),
        ("RuntimeBinding.yamll", "did you mean RuntimeBinding.yaml?"),
        ("Sla_Policy.csv", "did you mean SlaPolicy.csv?"),
        ("RuntimeBinding.xlsx", "a file of RuntimeBinding ends in .csv, .yml, .yaml, .json"),
        ("Role.CSV", "did you mean Role.csv?"),
        ("TransitonEvent.yml", "did you mean TransitionEvent.yml?"),
    ],
)
def test_a_file_that_is_not_read_is_warned_of(project: Project, name: str, hint: str) -> None:
    project.put("ozmeta.yml", CONFIG.replace("{snapshot: snapshot.json}", "{folder: metadb/}"))
    for other in ("README.md", "Client.csv", "TableRelation.yml", ".hidden"):
        project.put(f"metadb/{other}", "")
    project.put(f"metadb/{name}", "")
    status, printed = project.run("validate")
    assert status == 3 and hint in printed  # no other file is there
    project.put("metadb/Workflow.csv", "WF_ID,WF_Code\n")
    status, printed = project.run("validate")
    assert (
        status == 0
        and f"metadb/{name}: this file is not read: it is not named after a MetaDB table ({hint})"
        in printed
        and printed.count("warning") == 1
    )


def test_misspelt_parts_of_a_snapshot_are_warned_of(project: Project) -> None:
    snapshot = json.loads((project.path / "snapshot.json").read_text())
    objects = snapshot["objects"]
    objects["runtime"]["slaBinding"] = objects["runtime"].pop("slaBindings")
    objects["Security"] = objects.pop("security")
    objects |= {"sources": {}, "quality": {"rules": []}, "semantic": {}}
    project.put("snapshot.json", json.dumps(snapshot))
    printed = project.run("validate")[1]
    assert (
        "/objects/runtime/slaBinding: is not a part of a snapshot that is read: it has no effect"
        " (did you mean 'slaBindings'?)" in printed
    )
    assert (
        "/objects/Security: is not a part of a snapshot that is read: it has no effect (did you"
        " mean 'security'?)"
        in printed
        and printed.count("it has no effect") == 2
    )


def test_columns_and_values_name_the_nearest(project: Project) -> None:
    tables = triage()
    tables["WorkflowState"][1]["WS_IsTerminl"] = True
    assert (
        "unknown column of WorkflowState: it has no effect (did you mean 'WS_IsTerminal'?)"
        in shown(found(project, tables).warnings)[0]
    )
    tables["WorkflowState"][0]["WS_Cod"] = tables["WorkflowState"][0].pop("WS_Code")
    tables["RuntimeBinding"][0]["RB_RuntimeMode"] = "sidecar"
    errors = shown(found(project, tables).errors)
    assert [
        text
        for text in errors
        if "WorkflowState needs WS_Code (is 'WS_Cod' meant to be it?)" in text
    ] and [text for text in errors if "(did you mean 'Sidecar'?)" in text]
    assert len(errors) == 2


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            "outptu: x\n",
            (
                "ozmeta.yml /outptu: 'outptu' is not a key that is known here (did you mean"
                " 'output'? allowed: state_aliases, transition_aliases, event_type_aliases,"
                " object_type_aliases, field_aliases, version, metadb, output, journal, rollups,"
                " calendars, bindings,"
            ),
        ),
        (
            "bindings: {Case: {auto_clos: false}}\n",
            (
                "/bindings/Case/auto_clos: 'auto_clos' is not a key that is known here (did you"
                " mean 'auto_close'? allowed: state_aliases, transition_aliases,"
                " event_type_aliases, object_type_aliases, field_aliases, conflict_policy,"
                " object_types, auto_close,"
            ),
        ),
        (
            "bindings: {Case: {entity: {tabel: x}}}\n",
            (
                "/bindings/Case/entity/tabel: 'tabel' is not a key that is known here (did you mean"
                " 'table'? allowed: schema, table, database,"
            ),
        ),
        (
            "bindings: {Case: {conflict_policy: first_writer_win}}\n",
            (
                "is 'first_writer_win'; expected 'last_writer_wins' or 'first_writer_wins' (did"
                " you mean 'first_writer_wins'?)"
            ),
        ),
        ("bindings: {Cse: {}}\n", "no table or UI entity is called 'Cse' (did you mean 'Case'?)"),
        (
            "approval_events: {aproved: x}\n",
            "(did you mean 'approved'? allowed: requested, approved, rejected, withdrawn)",
        ),
        ("warehouses: [bigqery]\n", "(did you mean 'bigquery'?)"),
        ("tenants: ['']\n", "ozmeta.yml /tenants/0"),
    ],
)
def test_ozmeta_yml_names_the_nearest(project: Project, config: str, said: str) -> None:
    project.put("ozmeta.yml", CONFIG + config)
    status, printed = project.run("validate")
    assert status == 2 and said in printed and "1 error;" in printed, printed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("metadb: {snapshot", "metadb: {snapshto"),
            (
                "ozmeta.yml /metadb/snapshto: 'snapshto' is not a key that is known here (did you"
                " mean 'snapshot'?"
            ),
        ),
        (
            ("journal: {source", "journal: {sorce"),
            (
                "ozmeta.yml /journal/sorce: 'sorce' is not a key that is known here (did you mean"
                " 'source'?"
            ),
        ),
        (
            ("schema: raw", "shema: raw"),
            (
                "ozmeta.yml /journal/source/shema: 'shema' is not a key that is known here (did you"
                " mean 'schema'?"
            ),
        ),
        (
            ("event_journal}", "event_journal}, columns: {EJ_Paylod: x}"),
            "'EJ_Paylod' is not a column of the EventJournal (did you mean 'EJ_Payload'?",
        ),
    ],
)
def test_the_rest_of_ozmeta_yml_does_too(
    project: Project, change: tuple[str, str], said: str
) -> None:
    project.put("ozmeta.yml", CONFIG.replace(*change))
    assert said in project.run("validate")[1]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"vars": {"ozmeta_asof": "x", "mine": 1}}, {"ozmeta_asof": "ozmeta_as_of"}),
        (
            {"name": "shop", "vars": {"shop": {"OZMETA-as-of": "x"}}},
            {"OZMETA-as-of": "ozmeta_as_of"},
        ),
        (
            {"vars": {"ozmeta_runtime": {"ozmeta_verfy": 1, "ozmeta_correction": 1}}},
            {"ozmeta_verfy": "ozmeta_verify"},
        ),
        ({"vars": {"ozmeta_runtme": {"ozmeta_as_of": 1}}}, {"ozmeta_runtme": "ozmeta_runtime"}),
        ({"vars": {"ozmeta_as_of": 1, "ozmeta_verify": 1, "ozmeta_correction": 1, "ozone": 1}}, {}),
        ({"vars": None}, {}),
        ({}, {}),
        ([], {}),
    ],
)
def test_unknown_vars_of_the_project_are_warned_of(
    project: Project, document: Any, names: dict[str, str]
) -> None:
    project.put("dbt_project.yml", json.dumps(document))
    status, printed = project.run("generate")
    assert status == 0 and printed.count("warning") == len(names)
    for name, near in names.items():
        assert f"/{name}: {name!r} is not a" in printed and f"did you mean {near!r}?" in printed


def test_a_role_to_escalate_to_names_the_nearest(project: Project) -> None:
    tables = triage()
    tables["SlaPolicy"][0]["SL_EscalationRule"] = rule(
        "Escalation", actions=[{"type": "EnqueueEscalation", "target": "role:Laed"}]
    )
    assert shown(found(project, tables).warnings)[0].endswith(
        "there is no role 'Laed' (did you mean 'Lead'?)"
    )
    tables["SlaPolicy"][0]["SL_EscalationRule"] = rule(
        "Escalation", actions=[{"type": "EnqueueEscalation", "target": "rol:Lead"}]
    )
    assert shown(found(project, tables).errors)[0].endswith(
        "'rol:Lead' names nobody; expected role:<code> or principal:<name> (did you mean"
        " 'role:Lead'?)"
    )


@pytest.mark.parametrize(
    ("expr", "hint"),
    [
        ({"ref": "objct.Impact"}, "did you mean 'object.Impact'?"),
        ({"ref": "transition.tostate"}, "did you mean 'transition.toState'?"),
        (op("equals", TO, "New"), "allowed: and, or"),
        (op("isnull", TO), "did you mean 'isNull'?"),
        ({"ref": "user.claim.level"}, "did you mean 'user.claims.level'?"),
    ],
)
def test_ops_and_refs_name_the_nearest(project: Project, expr: Any, hint: str) -> None:
    (problem,) = of_rule(project, expr).errors
    assert hint in str(problem)


def test_text_of_the_metadata_is_shown_as_it_is(project: Project) -> None:
    of_rule(project, op("eq", TO, "[red]Triaged[/]"))
    assert "'[red]Triaged[/]' is not a state" in project.run("validate")[1]


def test_words() -> None:
    assert [
        counted(1, "binding"),
        counted(2, "binding"),
        counted(0, "policy"),
        counted(3, "day"),
    ] == ["1 binding", "2 bindings", "0 policies", "3 days"]
    assert [distance("", "abc"), distance("abcd", "acbd"), distance("kitten", "sitting")] == [
        3,
        1,
        3,
    ]
    assert (
        nearest("Triagd", ["Triaged", "New"]) == "Triaged"
        and nearest("Elsewhere", ["Triaged", "New"]) is None
        and nearest("", []) is None
    )
