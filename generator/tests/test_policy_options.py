"""The options of SLA policies: what is read, what is refused, and what the models get."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from metadb_samples import CONFIG, Project, Tables, minimal, rule
from ozmeta_dbt.models.arguments import sla_literal
from ozmeta_dbt.problems import InvalidMetadata, Problems
from ozmeta_dbt.project import read_project

PARAMS = "/objects/runtime/slaBindings/0/RSB_StartRule/params"
SLAS = "/bindings/Case/slas/Resolve"
DESK = {"time_zone": "UTC", "hours": {"mon-fri": "08:00-18:00"}}
VALID = {"from": "2026-01-01", "until": "2026-12-31"}
CALENDARS = {"BerlinDesk": DESK | {"valid": VALID}, "NyDesk": DESK | {"valid": VALID}}


def op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": [arg if isinstance(arg, dict) else {"lit": arg} for arg in args]}


def ref(name: str) -> dict[str, str]:
    return {"ref": name}


IS_URGENT = op("eq", ref("object.Priority"), "Urgent")
IS_NEW = op("eq", ref("state.current"), "New")
MOVED = op("eq", ref("transition.toState"), "Closed")
REGION = {"ref": "object.Region", "cases": {"EU": "BerlinDesk", "US": "none"}}


def metadata(params: Any = None, expr: Any = None, stop: Any = None, **policy: Any) -> Tables:
    tables = minimal()
    tables["SlaPolicy"][0] |= policy
    row = tables["RuntimeSlaBinding"][0]
    if params is not None or expr is not None:
        row["RSB_StartRule"] = rule("TimerStart", expr, params=params)
    if stop is not None:
        row["RSB_StopRule"] = rule("TimerStop", stop)
    return tables


def config(
    options: Any = None, calendars: Any = CALENDARS, sla: str = "Resolve", **more: Any
) -> str:
    binding = more | ({} if options is None else {"slas": {sla: options}})
    document = {"calendars": calendars, "bindings": {"Case": binding}}
    return CONFIG + yaml.safe_dump(document)


def found(project: Project, tables: Tables, text: str) -> Problems:
    project.metadb(tables)
    project.put("ozmeta.yml", text)
    problems = Problems()
    try:
        read_project(project.path, problems)
    except InvalidMetadata as refused:
        return refused.problems
    return problems


def errors(project: Project, tables: Tables, text: str) -> list[str]:
    return [str(problem) for problem in found(project, tables, text).errors]


def literal(project: Project, tables: Tables, text: str, code: str = "Resolve") -> dict[str, Any]:
    project.metadb(tables)
    project.put("ozmeta.yml", text)
    binding = project.bindings()[0]
    sla = next(sla for sla in binding.slas if sla.code == code)
    return sla_literal(sla, binding)


def with_levels(*levels: dict[str, Any]) -> str:
    actions = [{"type": "EnqueueEscalation"} | level for level in levels]
    return json.dumps({"version": 1, "kind": "Escalation", "actions": actions})


# ---------------------------------------------------------------- refusals

# option: (value, where below it, message)
BAD: list[tuple[str, Any, str, str]] = [
    # types
    ("calendar", 5, "", "is the number 5; expected a calendar's code"),
    ("calendar", ["BerlinDesk"], "", "is an array; expected a calendar's code"),
    ("calendar", True, "", "is true; expected"),
    ("calendar", "", "", "is an empty text; expected"),
    ("pauseWhen", True, "", "an expression is"),
    ("pauseWhen", "allow", "", "an expression is"),
    ("pauseWhen", [], "", "an expression is"),
    ("cancelWhen", "x", "", "an expression is"),
    ("cancelWhen", {}, "", "an expression has"),
    ("cancelWhen", op("xor"), "/op", "'xor' is not an op (did you mean 'or'? allowed"),
    (
        "cancelWhen",
        op("not", op("not", ref("objct.X"))),
        "/args/0/args/0/ref",
        "'objct.X' is not a",
    ),
    ("trigger", True, "", "is true (allowed: event, becomesTrue)"),
    ("trigger", "becomestrue", "", "'becomestrue' is unknown (did you mean 'becomesTrue'?"),
    ("onBoth", 1, "", "is the number 1 (allowed: stop, restart)"),
    ("onBoth", "restrat", "", "'restrat' is unknown (did you mean 'restart'?"),
    ("onRestart", "stop", "", "'stop' is unknown (allowed: newCycle, ignore, resume, continue)"),
    ("onRestart", ["newCycle"], "", "is an array"),
    ("onTargetChange", "retarged", "", "did you mean 'retarget'?"),
    ("onTargetChange", {}, "", "is an empty object"),
    ("targets", {"target": 5}, "", "is an object; expected a list of targets"),
    ("targets", [5], "/0", "is the number 5; expected a target"),
    ("targets", [{"target": 5}], "/0/when", "is missing (an expression"),
    ("targets", [{"when": True, "target": 5}], "/0/when", "an expression is"),
    ("targets", [{"when": IS_URGENT}], "/0/target", "is missing; expected whole minutes"),
    ("targets", [{"when": IS_URGENT, "target": 0}], "/0/target", "is the number 0; expected whole"),
    ("targets", [{"when": IS_URGENT, "target": -5}], "/0/target", "is the number -5"),
    ("targets", [{"when": IS_URGENT, "target": 1.5}], "/0/target", "is the number 1.5"),
    ("targets", [{"when": IS_URGENT, "target": True}], "/0/target", "is true"),
    ("targets", [{"when": IS_URGENT, "target": "60"}], "/0/target", "is '60'"),
    ("targets", [{"when": IS_URGENT, "target": 60, "warn": 0}], "/0/warn", "is the number 0"),
    ("targets", [{"when": IS_URGENT, "target": 60, "warn": "1"}], "/0/warn", "is '1'"),
    ("targets", [{"when": IS_URGENT, "target": 9, "wran": 1}], "/0/wran", "did you mean 'warn'?"),
    ("versions", {"target": 5}, "", "is an object; expected a list of versions"),
    ("versions", ["2026-01-01"], "/0", "is '2026-01-01'; expected a version"),
    ("versions", [{"target": None}], "/0/target", "is missing; expected whole minutes"),
    ("versions", [{"target": "120"}], "/0/target", "is '120'; expected whole minutes"),
    ("versions", [{"warn": False}], "/0/warn", "is false; expected whole minutes"),
    ("versions", [{"name": 5}], "/0/name", "is the number 5; expected a text"),
    ("versions", [{"name": " "}], "/0/name", "is an empty text"),
    ("versions", [{"targets": 5}], "/0/targets", "expected a list of targets"),
    ("versions", [{"targets": [{"target": 5}]}], "/0/targets/0/when", "is missing"),
    ("versions", [{"calendar": 5}], "/0/calendar", "expected a calendar's code"),
    ("versions", [{"traget": 5}], "/0/traget", "did you mean 'target'?"),
    # calendars
    ("calendar", "BerlinDsk", "", "no calendar 'BerlinDsk' (did you mean 'BerlinDesk'?)"),
    ("calendar", REGION, "/default", "is missing: a calendar that depends on a value needs"),
    ("calendar", REGION | {"default": "X1"}, "/default", "no calendar 'X1' (there is: BerlinDesk"),
    ("calendar", REGION | {"default": "none", "case": {}}, "/case", "did you mean 'cases'?"),
    ("calendar", {"ref": "object.R", "default": "none"}, "/cases", "is missing; expected codes"),
    ("calendar", REGION | {"default": "none", "cases": ["EU"]}, "/cases", "is an array"),
    (
        "calendar",
        REGION | {"default": "none", "cases": {"EU": "Berlin"}},
        "/cases/EU",
        "no calendar",
    ),
    ("calendar", REGION | {"default": "none", "ref": "object"}, "/ref", "'object' is not a ref"),
    ("calendar", REGION | {"default": "none", "ref": None}, "/ref", "'None' is not a ref"),
    ("versions", [{"calendar": "NyDsk"}], "/0/calendar", "did you mean 'NyDesk'?"),
    # levels
    ("pauseWhen", MOVED, "/args/0/ref", "pauseWhen reads transition.toState, which is true on one"),
    ("pauseWhen", op("isNull", ref("user.id")), "/args/0/ref", "reads user.id"),
    ("pauseWhen", op("not", op("isNull", ref("now.utc"))), "/args/0/args/0/ref", "reads now.utc"),
    ("pauseWhen", op("isNull", ref("context.x")), "/args/0/ref", "reads context.x"),
    # the order of versions
    ("versions", [{"from": "yesterday"}], "/0/from", "is 'yesterday', not an instant"),
    ("versions", [{"from": 2026}], "/0/from", "is the number 2026, not an instant"),
    ("versions", [{"from": "2026-02-30"}], "/0/from", "is '2026-02-30', not an instant"),
    ("versions", [{}, {"target": 5}], "/1/from", "is missing: only the first version"),
    ("versions", [{}, {"from": None}], "/1/from", "is missing: only the first version"),
    (
        "versions",
        [{"from": "2026-02-01"}, {"from": "2026-01-01"}],
        "/1/from",
        "is before the one at",
    ),
    (
        "versions",
        [{"from": "2026-01-01T01:00:00+01:00"}, {"from": "2026-01-01"}],
        "/1/from",
        "is the same as the one at",
    ),
    # a warning comes before the breach
    (
        "targets",
        [{"when": IS_URGENT, "target": 60, "warn": 60}],
        "/0/warn",
        "warns at 60 minutes, not before its target of 60",
    ),
    (
        "versions",
        [{"target": 60, "warn": 40}, {"from": "2026-01-01", "target": 30}],
        "/1/target",
        "warns at 30 minutes, not before its target of 30 (the version takes the policy's warn",
    ),
    ("versions", [{"warn": 60}], "/0/warn", "warns at 60 minutes, not before its target of 60"),
    (
        "versions",
        [{"targets": [{"when": IS_URGENT, "target": 5, "warn": 6}]}],
        "/0/targets/0/warn",
        "warns at 6 minutes",
    ),
    # unknown names in rules
    ("pauseWhen", op("eq", ref("state.current"), "Nwe"), "/args/1/lit", "'Nwe' is not a state of"),
    ("cancelWhen", op("in", ref("state.current"), "New", "X"), "/args/2/lit", "'X' is not a state"),
    (
        "targets",
        [{"when": op("eq", ref("transition.code"), "Colse"), "target": 5}],
        "/0/when/args/1/lit",
        "'Colse' is not a transition code",
    ),
    (
        "versions",
        [{"targets": [{"when": op("eq", ref("state.current"), "Nwe"), "target": 5}]}],
        "/0/targets/0/when/args/1/lit",
        "'Nwe' is not a state",
    ),
    (
        "calendar",
        {"ref": "state.current", "cases": {"Nwe": "none"}, "default": "none"},
        "/cases/Nwe",
        "'Nwe' is not a state of the workflow CaseFlow (did you mean 'New'?)",
    ),
    # a policy cannot read its own timer
    (
        "cancelWhen",
        op("eq", ref("sla.Resolve.status"), "Breached"),
        "/args/0/ref",
        "'sla.Resolve.status' is not a ref (a rule cannot read SLA timers, not even its own",
    ),
]


@pytest.mark.parametrize(("key", "value", "below", "message"), BAD)
def test_refused_in_the_params_of_the_start_rule(
    project: Project, key: str, value: Any, below: str, message: str
) -> None:
    said = errors(project, metadata({key: value}), config())
    assert len(said) == 1, said
    assert said[0].startswith(f"snapshot.json {PARAMS}/{key}{below}: "), said
    assert message in said[0]


@pytest.mark.parametrize(("key", "value", "below", "message"), BAD)
def test_refused_in_ozmeta_yml(
    project: Project, key: str, value: Any, below: str, message: str
) -> None:
    said = errors(project, metadata(), config({key: value}))
    assert len(said) == 1, said
    assert said[0].startswith(f"ozmeta.yml {SLAS}/{key}{below}: "), said
    assert message in said[0]


def test_an_unknown_option(project: Project) -> None:
    said = errors(project, metadata({"pausedWhen": IS_NEW}), config())
    assert said == [
        f"snapshot.json {PARAMS}/pausedWhen: an SLA policy has no option 'pausedWhen' (did you mean"
        " 'pauseWhen'? allowed: calendar, pauseWhen, cancelWhen, trigger, onBoth, onRestart,"
        " targets, onTargetChange, versions)"
    ]
    said = errors(project, metadata(), config({"pausedWhen": IS_NEW}))
    assert said[0].startswith(f"ozmeta.yml {SLAS}/pausedWhen: 'pausedWhen' is not a key")
    assert "did you mean 'pauseWhen'?" in said[0]


@pytest.mark.parametrize("options", [5, [], "none", None])
def test_options_are_a_mapping(project: Project, options: Any) -> None:
    project.put(
        "ozmeta.yml", CONFIG + yaml.safe_dump({"bindings": {"Case": {"slas": {"R": options}}}})
    )
    (error,) = project.errors()
    assert str(error).startswith("ozmeta.yml /bindings/Case/slas/R: is ")


@pytest.mark.parametrize(
    ("key", "value", "below", "message"),
    [
        ("calendar", 5, "", "expected a calendar's code"),
        ("calendar", "Berlin", "", "no calendar 'Berlin'"),
        ("calendar", REGION, "/default", "is missing"),
        ("report_fields", "Priority", "", "expected a list"),
        ("report_fields", [None], "/0", "expected a text"),
        (
            "report_fields",
            ["object.Team"],
            "/0",
            "'object.Team' is a ref, not a field (write Team)",
        ),
        ("report_fields", ["Team", "Team"], "/1", "the field 'Team' is named twice"),
        (
            "report_fields",
            ["Team", "team"],
            "/1",
            "'team' and 'Team' would both be the column OF_t",
        ),
        (
            "slas",
            {"Resolv": {}},
            "/Resolv",
            "'Resolv' is not bound to Case (did you mean 'Resolve'?)",
        ),
        ("slas", [], "", "expected a mapping"),
    ],
)
def test_refused_in_a_binding(
    project: Project, key: str, value: Any, below: str, message: str
) -> None:
    said = errors(project, metadata(), config(**{key: value}))
    assert len(said) == 1, said
    assert said[0].startswith(f"ozmeta.yml /bindings/Case/{key}{below}: "), said
    assert message in said[0]


def test_a_value_that_yaml_reads_as_false(project: Project) -> None:
    choice = "{calendar: {ref: object.Land, cases: {NO: none}, default: none}}"
    text = f"{CONFIG}bindings: {{Case: {choice}}}\n"
    (said,) = errors(project, metadata(), text)
    assert "/bindings/Case/calendar/cases/False: false is not a text" in said
    assert "write it in quotes" in said


@pytest.mark.parametrize("where", ["params", "ozmeta.yml"])
def test_a_start_rule_that_becomes_true_is_a_level(project: Project, where: str) -> None:
    options = {"trigger": "becomesTrue"}
    in_params = where == "params"
    tables = metadata(options if in_params else None, MOVED)
    (said,) = errors(project, tables, config(None if in_params else options))
    place = PARAMS.replace("params", "expr/args/0/ref")
    assert said.startswith(f"snapshot.json {place}: a start rule with trigger becomesTrue reads")
    assert "(it may read only object.*, state.current and literals)" in said


def test_targets_that_are_asked_again_are_levels(project: Project) -> None:
    targets = [{"when": MOVED, "target": 5}]
    assert errors(project, metadata({"targets": targets}), config()) == []
    for options, place in (
        ({"targets": targets}, "targets/0"),
        ({"versions": [{"targets": targets}]}, "versions/0/targets/0"),
    ):
        options["onTargetChange"] = "retarget"
        (said,) = errors(project, metadata(options), config())
        assert said.startswith(f"snapshot.json {PARAMS}/{place}/when/args/0/ref: `when` with")


@pytest.mark.parametrize("restart", ["resume", "continue"])
def test_restart_on_both_needs_cycles_of_its_own(project: Project, restart: str) -> None:
    (said,) = errors(project, metadata({"onBoth": "restart", "onRestart": restart}), config())
    assert said == (
        f"snapshot.json {PARAMS}/onBoth: `restart` does not go with onRestart {restart} (use"
        " onRestart newCycle or ignore, or onBoth stop)"
    )
    for allowed in ("newCycle", "ignore"):
        options = {"onBoth": "restart", "onRestart": allowed}
        assert errors(project, metadata(options), config()) == []


def test_a_key_in_both_places(project: Project) -> None:
    params = {"targets": [{"when": IS_URGENT, "target": 5}], "trigger": "event", "onBoth": None}
    assert errors(project, metadata(params), config(params)) == []
    other = {"targets": [{"when": IS_URGENT, "target": 6}]}
    (said,) = errors(project, metadata(params), config(other))
    assert said == (
        f"ozmeta.yml {SLAS}/targets: Resolve has targets an array here and an array at"
        f" snapshot.json {PARAMS}/targets (keep one of them, or make them equal)"
    )


def test_true_is_not_one(project: Project) -> None:
    def pause(lit: Any) -> dict[str, Any]:
        return {"pauseWhen": op("eq", ref("object.X"), {"lit": lit})}

    (said,) = errors(project, metadata(pause(True)), config(pause(1)))
    assert "keep one of them" in said


def test_the_own_warning_without_versions(project: Project) -> None:
    at = "/objects/workflows/slas/0/SL_WarnMinutes"
    (said,) = errors(project, metadata(SL_WarnMinutes=60), config())
    assert said.startswith(f"snapshot.json {at}: Resolve warns at 60 minutes, not before")
    # a version that counts from the beginning does not make it right
    (said,) = errors(project, metadata(SL_WarnMinutes=60), config({"versions": [{"target": 90}]}))
    assert said.startswith(f"snapshot.json {at}: ")


def test_a_version_may_take_the_warning_away(project: Project) -> None:
    versions = [{"target": 60}, {"from": "2026-01-01", "target": 20, "warn": None}]
    assert errors(project, metadata(), config({"versions": versions})) == []


@pytest.mark.parametrize(
    ("options", "is_refused"),
    [
        ({}, True),
        ({"targets": [{"when": IS_URGENT, "target": 5}]}, True),
        ({"targets": [{"when": IS_URGENT, "target": 5, "warn": 3}]}, False),
        ({"versions": [{"from": "2026-01-01", "warn": 3}]}, False),
        ({"versions": [{"targets": [{"when": IS_URGENT, "target": 5, "warn": 3}]}]}, False),
    ],
)
def test_a_level_of_a_warning_needs_one(
    project: Project, options: dict[str, Any], is_refused: bool
) -> None:
    levels = with_levels({"signalType": "SLA.Warned"})
    tables = metadata(SL_WarnMinutes=None, SL_EscalationRule=levels)
    said = errors(project, tables, config(options))
    assert [text for text in said if "never warned" in text] == said
    assert bool(said) is is_refused


def test_versions_that_all_take_the_warning_away(project: Project) -> None:
    levels = with_levels({"signalType": "SLA.Warned"})
    tables = metadata(SL_EscalationRule=levels)
    (said,) = errors(project, tables, config({"versions": [{"warn": None}]}))
    assert "never warned" in said
    later = {"versions": [{"warn": None, "from": "2026-01-01"}]}
    assert errors(project, tables, config(later)) == []


@pytest.mark.parametrize("value", ["true", 1, None, []])
def test_unless_acknowledged_is_true_or_false(project: Project, value: Any) -> None:
    levels = with_levels({"payload": {"unlessAcknowledged": value}})
    (said,) = errors(project, metadata(SL_EscalationRule=levels), config())
    assert "/actions/0/payload/unlessAcknowledged: is " in said
    assert "expected true or false" in said


@pytest.mark.parametrize("since", ["yesterday", 5, "2026-13-01"])
def test_signals_from_is_an_instant(project: Project, since: Any) -> None:
    source = "source: {name: ops, schema: raw, table: event_journal}"
    text = CONFIG.replace(source, f"{source}, signals_from: {since}")
    project.put("ozmeta.yml", text)
    (error,) = project.errors()
    assert str(error).startswith("ozmeta.yml /journal/signals_from: ")


def test_a_faulty_calendar_is_reported_once(project: Project) -> None:
    bad = {"BerlinDesk": {"time_zone": "Europe/Berlni", "hours": {}}}
    said = errors(project, metadata({"calendar": "BerlinDesk"}), config(calendars=bad))
    assert said
    assert not [text for text in said if "no calendar" in text]


def test_a_disabled_policy_may_have_options(project: Project) -> None:
    tables = metadata(SL_IsEnabled=False)
    assert errors(project, tables, config({"calendar": "NoSuch"})) == []


# ---------------------------------------------------------------- hints


def warnings(project: Project, tables: Tables, text: str) -> list[str]:
    problems = found(project, tables, text)
    assert problems.errors == []
    return [str(problem) for problem in problems.warnings]


def test_a_start_rule_that_is_a_level(project: Project) -> None:
    (said,) = warnings(project, metadata(expr=IS_URGENT), config())
    assert "RSB_StartRule/expr: the start rule of Resolve is true on every event" in said
    assert '(add "trigger": "becomesTrue"' in said
    assert warnings(project, metadata({"trigger": "becomesTrue"}, IS_URGENT), config()) == []
    assert warnings(project, metadata({"onRestart": "ignore"}, IS_URGENT), config()) == []
    assert warnings(project, metadata(expr=op("and", IS_URGENT, MOVED)), config()) == []
    (said,) = warnings(project, metadata({"onRestart": "continue"}, IS_NEW), config())
    assert "any event after a stop goes on with the cycle" in said


def test_restart_with_a_stop_rule_that_is_a_level(project: Project) -> None:
    options = {"onBoth": "restart"}
    (said,) = warnings(project, metadata(options, MOVED, stop=IS_URGENT), config())
    assert "RSB_StopRule/expr: the stop rule of Resolve is true on every event" in said
    assert warnings(project, metadata(options, MOVED, stop=MOVED), config()) == []


def test_options_in_a_stop_rule_have_no_effect(project: Project) -> None:
    tables = metadata(stop=MOVED)
    tables["RuntimeSlaBinding"][0]["RSB_StopRule"]["params"] = {"pauseWhen": IS_NEW}
    (said,) = warnings(project, tables, config())
    assert "RSB_StopRule/params/pauseWhen: pauseWhen of Resolve has no effect in a stop" in said


def test_a_condition_that_is_never_true(project: Project) -> None:
    never = op(
        "and", op("eq", ref("state.current"), "New"), op("eq", ref("state.current"), "Closed")
    )
    (said,) = warnings(project, metadata({"pauseWhen": never}), config())
    assert "`pauseWhen` of Resolve can never be true" in said


def test_the_state_fits_the_move(project: Project) -> None:
    """No event leads to Closed and leaves the object in New."""
    both = op("and", MOVED, IS_NEW)
    (said,) = errors(project, metadata(expr=both), config())
    assert "can never be true" in said
    assert errors(project, metadata(expr=op("and", MOVED, op("not", IS_NEW))), config()) == []


def test_unless_acknowledged_of_a_transition(project: Project) -> None:
    tables = metadata()
    action = {"type": "EnqueueEscalation", "payload": {"unlessAcknowledged": True}}
    tables["WorkflowTransition"][0]["WT_ActionLogical"] = {
        "version": 1,
        "kind": "Action",
        "actions": [action],
    }
    (said,) = warnings(project, tables, config())
    assert "has no effect, because a transition raises only one level" in said


def test_an_unused_calendar_is_noted(project: Project) -> None:
    notes = found(project, metadata({"calendar": "NyDesk"}), config()).notes
    assert "BerlinDesk: no SLA of an enabled binding uses this calendar" in notes
    assert not [note for note in notes if note.startswith("NyDesk")]


def test_a_calendar_is_not_called_unused_beside_an_error(project: Project) -> None:
    """The error may be why: its binding is left out."""
    problems = found(project, metadata({"calendar": "NyDesk", "onBoth": "no"}), config())
    assert problems.errors and not [note for note in problems.notes if "calendar" in note]


# ---------------------------------------------------------------- what the models get

PLAIN = {
    "code": "Resolve",
    "target_minutes": 60,
    "warn_minutes": 30,
    "levels": [{"level": 1, "signal": "SLA.Breached", "after_minutes": 0, "severity": "Critical"}],
}
URGENT_NODE = {"op": "eq", "args": [{"ref": "object.Priority"}, "Urgent"]}


def test_defaults_are_left_out(project: Project) -> None:
    options = {
        "calendar": "none",
        "pauseWhen": None,
        "cancelWhen": None,
        "trigger": "event",
        "onBoth": "stop",
        "onRestart": "newCycle",
        "targets": [],
        "onTargetChange": "keep",
        "versions": [],
    }
    assert literal(project, metadata(options), config(calendar="NyDesk")) == PLAIN
    assert literal(project, metadata(), config(options)) == PLAIN
    assert literal(project, metadata(dict.fromkeys(options)), config(calendar="NyDesk")) == PLAIN


def test_every_option(project: Project) -> None:
    options = {
        "calendar": REGION | {"default": "BerlinDesk"},
        "pauseWhen": IS_NEW,
        "cancelWhen": op("eq", ref("event.type"), "Case.Closed"),
        "trigger": "becomesTrue",
        "onBoth": "restart",
        "onRestart": "ignore",
        "targets": [
            {"when": IS_URGENT, "target": 60, "warn": 45},
            {"when": {"lit": None}, "target": 90},
        ],
        "onTargetChange": "retarget",
        "versions": [
            {"target": 240},
            {"from": "2026-07-01T02:00:00+02:00", "target": 120, "warn": None, "calendar": "none"},
            {"from": "2027-01-01", "name": "New year", "targets": None, "calendar": "NyDesk"},
            {"from": "2028-01-01", "targets": [{"when": IS_URGENT, "target": 7}]},
        ],
    }
    wanted = PLAIN | {
        "calendar": {
            "ref": "object.Region",
            "cases": {"EU": "BerlinDesk", "US": None},
            "default": "BerlinDesk",
        },
        "pause_when": {"op": "eq", "args": [{"ref": "state.current"}, "New"]},
        "cancel_when": {"op": "eq", "args": [{"ref": "event.type"}, "Case.Closed"]},
        "trigger": "becomesTrue",
        "on_both": "restart",
        "on_restart": "ignore",
        "targets": [
            {"when": URGENT_NODE, "target_minutes": 60, "warn_minutes": 45},
            {"when": False, "target_minutes": 90},
        ],
        "on_target_change": "retarget",
        "versions": [
            {"target_minutes": 240},
            {
                "name": "2026-07-01T02:00:00+02:00",
                "from": "2026-07-01 00:00:00.000000",
                "target_minutes": 120,
                "warn_minutes": None,
                "calendar": None,
            },
            {
                "name": "New year",
                "from": "2027-01-01 00:00:00.000000",
                "targets": [],
                "calendar": "NyDesk",
            },
            {
                "name": "2028-01-01",
                "from": "2028-01-01 00:00:00.000000",
                "targets": [{"when": URGENT_NODE, "target_minutes": 7}],
            },
        ],
    }
    assert literal(project, metadata(options), config()) == wanted
    assert literal(project, metadata(), config(options)) == wanted


def test_a_document_without_an_expression_is_a_null_rule(project: Project) -> None:
    assert literal(project, metadata({"onRestart": "ignore"}), config()) == PLAIN | {
        "on_restart": "ignore"
    }
    tables = metadata()
    tables["RuntimeSlaBinding"][0]["RSB_StopRule"] = rule("TimerStop")
    assert literal(project, tables, config()) == PLAIN


def test_the_calendar_of_a_binding(project: Project) -> None:
    assert literal(project, metadata(), config(calendar="NyDesk"))["calendar"] == "NyDesk"
    own = config({"calendar": "BerlinDesk"}, calendar="NyDesk")
    assert literal(project, metadata(), own)["calendar"] == "BerlinDesk"
    assert "calendar" not in literal(
        project, metadata({"calendar": "none"}), config(calendar="NyDesk")
    )


def test_the_sla_of_a_state_has_options(project: Project) -> None:
    tables = metadata()
    tables["WorkflowState"][0]["WS_SlaMinutes"] = 15
    options = {"targets": [{"when": IS_URGENT, "target": 5, "warn": 2}]}
    text = config(options, sla="State.New", calendar="NyDesk")
    got = literal(project, tables, text, "State.New")
    assert got["calendar"] == "NyDesk"
    assert got["targets"][0]["warn_minutes"] == 2
    (said,) = errors(project, tables, config({"versions": [{"warn": 15}]}, sla="State.New"))
    assert said.startswith(
        "ozmeta.yml /bindings/Case/slas/State.New/versions/0/warn: State.New warns"
    )


def test_a_level_that_heeds_an_acknowledgement(project: Project) -> None:
    levels = with_levels({}, {"payload": {"afterMinutes": 5, "unlessAcknowledged": True}})
    got = literal(project, metadata(SL_EscalationRule=levels), config())["levels"]
    assert [level.get("unless_acknowledged") for level in got] == [None, True]
    levels = with_levels({"payload": {"unlessAcknowledged": False}})
    got = literal(project, metadata(SL_EscalationRule=levels), config())["levels"]
    assert "unless_acknowledged" not in got[0]


def test_a_payload_key_that_is_almost_known_is_likely_a_typo(project: Project) -> None:
    for key in ("afterMinuts", "AfterMinutes", "unlessAcknowleged"):
        levels = with_levels({"payload": {key: 5, "channel": "desk"}})
        tables = metadata(SL_EscalationRule=levels)
        for table, ids in (
            ("Table", {"TB_ID": 7, "TB_TableName": "Task", "CD_Code": "TA"}),
            ("RuntimeBinding", {"RB_ID": 7, "RB_ObjectID": 7}),
            ("RuntimeSlaBinding", {"RSB_ID": 7, "RB_ID": 7}),
        ):
            tables[table].append(tables[table][0] | ids)
        (said,) = warnings(project, tables, config())
        assert f"/payload/{key}: has no effect (did you mean" in said


def sql(project: Project, model: str, tables: Tables, text: str) -> str:
    project.metadb(tables)
    project.put("ozmeta.yml", text)
    return project.generate()[f"case/case_{model}.sql"].decode()


def test_only_the_calendars_of_the_binding_are_passed(project: Project) -> None:
    text = sql(project, "sla_cycle", metadata({"calendar": "NyDesk"}), config())
    assert "'code': 'NyDesk'" in text
    assert "'code': 'BerlinDesk'" not in text
    assert "windows=ref('ozmeta_calendar_window')" in text
    assert "pieces=ref('ozmeta_calendar_piece')" in text
    version = {"versions": [{"calendar": REGION | {"default": "NyDesk"}}]}
    text = sql(project, "sla_cycle", metadata(version), config())
    assert "'code': 'NyDesk'" in text
    assert "'code': 'BerlinDesk'" in text
    text = sql(project, "sla_cycle", metadata(), config())
    assert "calendar" not in text


def test_the_fields_of_the_options_are_read(project: Project) -> None:
    options = {
        "calendar": REGION | {"default": "none"},
        "pauseWhen": op("isNull", ref("object.Owner")),
        "cancelWhen": op("isNull", ref("object.Team")),
        "targets": [{"when": op("isNull", ref("context.Channel")), "target": 5}],
        "versions": [{"targets": [{"when": IS_URGENT, "target": 5}]}],
    }
    for model in ("timeline", "sla_cycle"):
        text = sql(project, model, metadata(options), config())
        for field in ("Region", "Owner", "Team", "Priority"):
            assert f"'column': 'PL_object_{field}'" in text
        assert "'column': 'PL_context_Channel'" in text


def test_report_fields(project: Project) -> None:
    text = config(report_fields=["Priority", "Cost center"])
    entries = (
        "{'name': 'Priority', 'ref': 'object.Priority', 'column': 'PL_object_Priority'}",
        "{'name': 'Cost_center_",
    )
    for model in ("sla_cycle", "workflow_instance"):
        made = sql(project, model, metadata(), text)
        assert "report_fields=report_fields" in made
        assert all(entry in made for entry in entries)
    assert "'column': 'PL_object_Priority'" in sql(project, "timeline", metadata(), text)
    for model in ("sla_cycle", "workflow_instance"):
        assert "report_fields" not in sql(project, model, metadata(), config())
    project.put("ozmeta.yml", text)
    described = project.generate()["case/_case.yml"].decode()
    assert described.count("name: OF_Priority") == 4
    assert 'object.Priority: {{ doc("ozmeta_runtime", "ozmeta_OF_Field") }}' in described


def test_old_names_of_slas_where_acknowledgements_count(project: Project) -> None:
    tables = metadata()
    tables["WorkflowState"][0]["WS_SlaMinutes"] = 15
    text = config(state_aliases={"Fresh": "New"})
    assert "sla_aliases" not in sql(project, "sla_cycle", tables, text)
    levels = with_levels({}, {"payload": {"unlessAcknowledged": True}})
    tables["SlaPolicy"][0]["SL_EscalationRule"] = levels
    made = sql(project, "sla_cycle", tables, text)
    assert "'sla_aliases': {'State.Fresh': 'State.New'}" in made


def test_signals_from(project: Project) -> None:
    source = "source: {name: ops, schema: raw, table: event_journal}"
    text = CONFIG.replace(source, f"{source}, signals_from: 2026-07-01T02:00:00+02:00")
    made = sql(project, "runtime_signal", metadata(), text)
    assert "signals_from='2026-07-01 00:00:00.000000'" in made
    assert "signals_from" not in sql(project, "runtime_signal", metadata(), CONFIG)


def test_a_due_instant_may_be_null(project: Project) -> None:
    def filled(options: Any) -> bool:
        project.metadb(metadata(options))
        project.put("ozmeta.yml", config())
        described = yaml.safe_load(project.generate()["case/_case.yml"])
        model = next(m for m in described["models"] if m["name"] == "case_sla_cycle")
        return "ST_DueUTC" in json.dumps(model["data_tests"])

    assert filled({"trigger": "event"})
    assert not filled({"pauseWhen": IS_NEW})
    assert not filled({"calendar": "NyDesk"})
    assert not filled({"versions": [{"calendar": "NyDesk"}]})


# ---------------------------------------------------------------- words


def test_the_page_and_the_manifest_say_it_in_words(project: Project) -> None:
    levels = with_levels(
        {"signalType": "SLA.Warned"},
        {"target": "role:Lead", "payload": {"afterMinutes": 90, "unlessAcknowledged": True}},
    )
    options = {
        "calendar": "BerlinDesk",
        "pauseWhen": IS_NEW,
        "targets": [{"when": IS_URGENT, "target": 60, "warn": 45}],
        "versions": [
            {"name": "Old", "target": 1500},
            {"from": "2026-07-01T06:30:00Z", "name": "Summer", "warn": None, "calendar": "NyDesk"},
        ],
    }
    project.metadb(metadata(options, SL_EscalationRule=levels))
    project.put("ozmeta.yml", config())
    project.generate()
    page = (project.output / "README.md").read_text(encoding="utf-8")
    assert (
        "| Resolve | 1 hour, or as below | 30 minutes, or as below | its first event | a terminal"
        " state | Warning at the warning; Critical to Lead 1 hour 30 minutes after the breach,"
        " unless a lower level was acknowledged |"
    ) in page
    sentences = [
        "The clock runs only while BerlinDesk is open.",
        "Late after 1 hour, warned after 45 minutes, if object.Priority = 'Urgent'.",
        "Otherwise late after 1 hour, warned after 30 minutes.",
        "Pauses while state.current = 'New'.",
        "Version Old: late after 25 hours.",
        "Version Summer, from 2026-07-01 06:30 UTC: without a warning; open hours NyDesk.",
    ]
    assert "\n".join(["Resolve:", "", *(f"- {each}" for each in sentences)]) in page
    manifest = json.loads((project.output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["ozmeta_dbt"]["service_levels"] == {"case": {"Resolve": sentences}}


def test_every_option_has_words(project: Project) -> None:
    options = {
        "calendar": REGION | {"default": "none"},
        "cancelWhen": IS_NEW,
        "trigger": "becomesTrue",
        "onRestart": "continue",
        "onTargetChange": "retarget",
    }
    project.metadb(metadata(options))
    project.put("ozmeta.yml", config())
    project.generate()
    page = (project.output / "README.md").read_text(encoding="utf-8")
    for sentence in (
        "Open hours depend on object.Region at the start: EU: BerlinDesk; US: always open;"
        " otherwise always open.",
        "Every event of a cycle can change its target.",
        "Does not apply if state.current = 'New'. A running cycle is then cancelled.",
        "Starts only at the event on which its start condition turns true.",
        "After a stop, a new start goes on with the same cycle, and the time between counts.",
    ):
        assert f"- {sentence}" in page


def test_a_policy_without_options_is_in_no_list(project: Project) -> None:
    project.generate()
    manifest = json.loads((project.output / "manifest.json").read_text(encoding="utf-8"))
    assert "service_levels" not in manifest["ozmeta_dbt"]
