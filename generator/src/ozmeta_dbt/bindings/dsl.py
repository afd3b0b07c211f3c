"""The rule DSL, version 1 (SPEC 1). Every document is checked in full, and an error names the
pointer of the fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ozmeta_dbt.bindings import re2
from ozmeta_dbt.documents import UNSTORABLE, OutOfRange, loads, parts, storable
from ozmeta_dbt.instants import instant
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import counted, is_typo, nearest, one_of, shortened

KINDS = ("Guard", "Action", "TimerStart", "TimerStop", "Escalation", "Validation")
CASTS = ("string", "number", "boolean", "datetime", "uuid", "json", "null")
# op: (fewest, most) args
OPS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("and", "or", "coalesce"), (1, None)),
    **dict.fromkeys(("not", "isNull", "isNotNull"), (1, 1)),
    **dict.fromkeys(
        (
            "eq",
            "ne",
            "gt",
            "gte",
            "lt",
            "lte",
            "contains",
            "startsWith",
            "endsWith",
            "regex",
            "add",
            "sub",
            "mul",
            "div",
            "dateDiffMinutes",
        ),
        (2, 2),
    ),
    "in": (2, None),
    "dateAdd": (3, 3),
}
PLAIN_REFS = (
    "transition.fromState",
    "transition.toState",
    "transition.code",
    "state.current",
    "user.id",
    "user.role",
    "user.roles",
    "tenant.id",
    "now.utc",
    "event.type",
    "event.id",
    "event.sourceSystem",
)
KEYED_REFS = {"object.": ("object",), "user.claims.": ("user", "claims"), "context.": ("context",)}
ACTIONS = (
    "SetField",
    "EmitEvent",
    "EmitSignal",
    "EnqueueEscalation",
    "Notify",
    "UpsertRuntime",
    "StartTimer",
    "StopTimer",
)
ACTION_KEYS = {"type", "target", "value", "eventType", "signalType", "payload", "notes"}
# the keys of a payload that have a meaning
PAYLOAD_KEYS: dict[str, tuple[str, ...]] = {
    "EnqueueEscalation": ("level", "afterMinutes", "severity", "unlessAcknowledged"),
    "EmitSignal": ("severity",),
}
RULE_KEYS = ("version", "kind", "description", "expr", "actions", "params")
SHORTHANDS: dict[str, Any] = {
    "allow": True,
    "deny": False,
    "tenant": {"op": "isNotNull", "args": [{"ref": "tenant.id"}]},
    "true": True,
    "1=1": True,
    "false": False,
    "1=0": False,
}
NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]+)?")
MAX_DEPTH = 40


@dataclass(frozen=True)
class Action:
    type: str
    origin: Origin
    target: str | None = None
    signal: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    notes: str | None = None
    event: str | None = None


@dataclass(frozen=True)
class Rule:
    """A checked document. `expr` is a tree, which rule_nodes.py types; none means always."""

    origin: Origin
    expr: Any = None
    actions: tuple[Action, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    is_bare: bool = False  # whether an expression is at `origin`, and not a document

    @property
    def expr_at(self) -> Origin:
        """Where the expression is."""
        return self.origin if self.is_bare else self.origin.at("expr")


def parse_rule(value: Any, kind: str | None, origin: Origin, problems: Problems) -> Rule | None:
    """A rule document, as an object, as its JSON text, or as a shorthand. None if there is no rule,
    or if it is faulty. kind: none for any.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return Rule(origin, value)
    if isinstance(value, str):
        shorthand = value.strip().lower().replace(" ", "")
        if value.strip() in ("allow", "deny", "tenant") or shorthand in SHORTHANDS:
            return Rule(origin, SHORTHANDS[shorthand])
        try:
            value = loads(value)
        except (ValueError, RecursionError) as error:
            problems.error(
                origin,
                f"the rule is not JSON: {error}",
                'a document {"version":1, "kind":…}, or allow, deny or tenant',
            )
            return None
    if not isinstance(value, dict):
        problems.error(origin, f"a rule is a JSON object, or one of {', '.join(SHORTHANDS)}")
        return None
    before = len(problems.errors)
    if not all(storable(part) for part in parts(value) if isinstance(part, str)):
        problems.error(origin, f"the rule {UNSTORABLE}")
    if huge := [part for part in parts(value) if isinstance(part, OutOfRange)]:
        problems.error(origin, str(huge[0]))
        return None
    for key in value:
        if key not in RULE_KEYS:
            problems.error(origin.at(key), f"a rule has no '{key}'", one_of(str(key), RULE_KEYS))
    if value.get("version") != 1 or isinstance(value.get("version"), bool):
        problems.error(
            origin.at("version"), f"is {value.get('version')!r}, this generator knows version 1"
        )
    if value.get("kind") not in KINDS:
        problems.error(
            origin.at("kind"),
            f"'{value.get('kind')}' is not a kind of rule",
            one_of(str(value.get("kind")), KINDS),
        )
    elif kind is not None and value["kind"] != kind:
        problems.error(origin.at("kind"), f"is {value['kind']}, a rule of kind {kind} belongs here")
    expr = (
        never_none(check_expr(value["expr"], origin.at("expr"), problems))
        if value.get("expr") is not None
        else None
    )
    actions = check_actions(value.get("actions"), origin.at("actions"), problems)
    params = value.get("params")
    if params is not None and not isinstance(params, dict):
        problems.error(origin.at("params"), "expected an object")
    if len(problems.errors) > before:
        return None
    return Rule(origin, expr, tuple(actions), params or {})


def bare_rule(value: Any, origin: Origin, problems: Problems) -> Rule | None:
    """An expression without a document around it. None if it is faulty."""
    before = len(problems.errors)
    if not all(storable(part) for part in parts(value) if isinstance(part, str)):
        problems.error(origin, f"the rule {UNSTORABLE}")
    expr = never_none(check_expr(value, origin, problems))
    return Rule(origin, expr, is_bare=True) if len(problems.errors) == before else None


def never_none(expr: Any) -> Any:
    """A null literal is never true, but no expression at all always is."""
    return {"lit": None, "type": "null"} if expr is None else expr


def check_expr(node: Any, origin: Origin, problems: Problems, depth: int = 0) -> Any:
    """The expression with texts, whole numbers, booleans and null as plain values."""
    if depth > MAX_DEPTH:
        problems.error(origin, f"the rule is nested deeper than {MAX_DEPTH}")
        return None
    if not isinstance(node, dict):
        problems.error(origin, 'an expression is {"op":…, "args":[…]}, {"lit":…} or {"ref":…}')
        return None
    if "op" in node:
        return check_op(node, origin, problems, depth)
    if "ref" in node:
        return check_ref(node, origin, problems)
    if "lit" in node:
        return check_literal(node, origin, problems)
    problems.error(origin, 'an expression has "op", "ref" or "lit"')
    return None


def no_other_keys(
    node: dict[str, Any], known: set[str], origin: Origin, problems: Problems
) -> None:
    for key in node:
        if key not in known:
            problems.error(
                origin.at(key), f"'{key}' is unknown here", one_of(str(key), sorted(known))
            )


def warn_of_typos(
    payload: dict[str, Any], known: tuple[str, ...], origin: Origin, problems: Problems
) -> None:
    """Other keys are allowed: other readers of the metadata may use them."""
    for key in payload:
        meant = next((name for name in known if is_typo(str(key), name)), None)
        if meant and key not in known:
            problems.warn(origin.at(key), "has no effect", f"did you mean {meant!r}?")


def check_op(node: dict[str, Any], origin: Origin, problems: Problems, depth: int) -> Any:
    no_other_keys(node, {"op", "args"}, origin, problems)
    op, args = node["op"], node.get("args")
    if not isinstance(op, str) or op not in OPS:
        problems.error(origin.at("op"), f"'{op}' is not an op", one_of(str(op), OPS))
        return None
    if not isinstance(args, list):
        problems.error(origin.at("args"), "expected an array")
        return None
    fewest, most = OPS[op]
    if len(args) < fewest or (most is not None and len(args) > most):
        wanted = ("" if most == fewest else "at least ") + counted(fewest, "arg")
        problems.error(
            origin.at("args"),
            f"{op} takes {wanted}, here {'is' if len(args) == 1 else 'are'} {len(args)}",
        )
        return None
    checked = [
        check_expr(arg, origin.at("args", index), problems, depth + 1)
        for index, arg in enumerate(args)
    ]
    if op == "dateAdd" and checked[0] not in ("minute", "hour", "day"):
        problems.error(
            origin.at("args", 0), "the unit of dateAdd is the literal minute, hour or day"
        )
    if op == "regex":
        check_pattern(checked[1], origin.at("args", 1), problems)
    return {"op": op, "args": checked}


def check_pattern(pattern: Any, origin: Origin, problems: Problems) -> None:
    """A pattern that is not valid in RE2 would make every run fail. warehouses.py checks which
    warehouse lacks a part of RE2.
    """
    if not isinstance(pattern, str):
        problems.error(
            origin,
            "the pattern of regex has to be a literal string",
            "a pattern out of the journal could fail the run",
        )
        return
    try:
        re2.check(pattern)
    except ValueError as error:
        problems.error(origin, f"{shortened(repr(pattern))} is not a pattern of RE2: {error}")


def check_ref(node: dict[str, Any], origin: Origin, problems: Problems) -> Any:
    no_other_keys(node, {"ref", "as"}, origin, problems)
    ref = node["ref"]
    if not isinstance(ref, str) or not (
        ref in PLAIN_REFS or any(ref.startswith(p) and len(ref) > len(p) for p in KEYED_REFS)
    ):
        problems.error(origin.at("ref"), f"'{ref}' is not a ref", near_ref(str(ref)))
        return None
    if node.get("as") is not None and node["as"] not in CASTS:
        problems.error(
            origin.at("as"), f"'{node['as']}' is not a cast", one_of(str(node["as"]), CASTS)
        )
        return None
    return {"ref": ref, "as": node["as"]} if node.get("as") else {"ref": ref}


def near_ref(ref: str) -> str:
    """A hint for an unknown ref, such as object.Impact for objct.Impact."""
    if re.match("(sla|timer)[.]", ref, re.IGNORECASE):
        return (
            "a rule cannot read SLA timers, not even its own: what a rule decides would depend on"
            " itself. Use object.<Field>, state.current or event.type"
        )
    head, _dot, field_name = ref.rpartition(".")
    prefix = (
        nearest(head, [known.rstrip(".") for known in KEYED_REFS]) if head and field_name else None
    )
    name = nearest(ref, PLAIN_REFS) or (f"{prefix}.{field_name}" if prefix else None)
    return (
        (f"did you mean '{name}'? " if name else "")
        + "allowed: object.<Field>, user.claims.<x>, context.<x>, "
        + ", ".join(PLAIN_REFS)
    )


def check_literal(node: dict[str, Any], origin: Origin, problems: Problems) -> Any:
    no_other_keys(node, {"lit", "type"}, origin, problems)
    value, type_ = node["lit"], node.get("type")
    if type_ is not None and type_ not in CASTS:
        problems.error(origin.at("type"), f"'{type_}' is not a type", one_of(str(type_), CASTS))
        return None
    if isinstance(value, (dict, list)):
        problems.error(
            origin.at("lit"), "a literal is a single value", "give the members as args of their own"
        )
        return None
    if value is None or type_ == "null":
        return None
    if isinstance(value, bool):
        text, own = str(value).lower(), "boolean"
    elif isinstance(value, (int, Decimal, float)):
        text, own = format(Decimal(str(value)), "f"), "number"
    else:
        text, own = value, "string"
    type_ = type_ or own
    fits = {
        "number": NUMBER.fullmatch(text),
        "boolean": text.lower() in ("true", "false"),
        "datetime": instant(text) is not None,
    }
    if not fits.get(type_, True):
        problems.error(origin.at("lit"), f"{value!r} is not a {type_}")
        return None
    if type_ == "string":
        return text
    if type_ == "boolean":
        return text.lower() == "true"
    if type_ == "number" and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    return {"lit": text, "type": type_}


def check_actions(actions: Any, origin: Origin, problems: Problems) -> list[Action]:
    if actions is None:
        return []
    if not isinstance(actions, list):
        problems.error(origin, "expected an array of actions")
        return []
    checked = []
    for index, action in enumerate(actions):
        at = origin.at(index)
        if not isinstance(action, dict):
            problems.error(at, "an action is an object with a type")
            continue
        no_other_keys(action, ACTION_KEYS, at, problems)
        if action.get("type") not in ACTIONS:
            problems.error(
                at.at("type"),
                f"'{action.get('type')}' is not an action",
                one_of(str(action.get("type")), ACTIONS),
            )
            continue
        for key in ("target", "eventType", "signalType", "notes"):
            if action.get(key) is not None and not isinstance(action[key], str):
                problems.error(at.at(key), "expected a text")
        if action.get("payload") is not None and not isinstance(action["payload"], dict):
            problems.error(at.at("payload"), "expected an object")
            continue
        payload = action.get("payload") or {}
        warn_of_typos(payload, PAYLOAD_KEYS.get(action["type"], ()), at.at("payload"), problems)
        needed = {"EmitSignal": "signalType", "EmitEvent": "eventType"}.get(action["type"])
        if needed and not action.get(needed):
            problems.error(at, f"{action['type']} has no {needed}", "it names what to emit")
            continue
        checked.append(
            Action(
                action["type"],
                at,
                action.get("target"),
                action.get("signalType"),
                payload,
                action.get("notes"),
                action.get("eventType"),
            )
        )
    return checked


def beyond_levels(expr: Any, at: Origin) -> Iterator[tuple[Origin, str]]:
    """The refs that are not true between two events: all but object.* and state.current."""
    if isinstance(expr, dict) and "ref" in expr:
        if not is_level_ref(expr["ref"]):
            yield at.at("ref"), expr["ref"]
    elif isinstance(expr, dict) and "args" in expr:
        for index, arg in enumerate(expr["args"]):
            yield from beyond_levels(arg, at.at("args", index))


def is_level_ref(ref: str) -> bool:
    return ref == "state.current" or ref.startswith("object.")


def is_level(rule: Rule) -> bool:
    """Whether a rule reads only values that stay the same until an event changes them."""
    return rule.expr is not None and not any(beyond_levels(rule.expr, rule.expr_at))


def refs_of(expr: Any) -> set[str]:
    """The refs an expression names that are read from the payload."""
    if isinstance(expr, dict) and "ref" in expr:
        # the first role is read from the array of all of them
        ref = "user.roles" if expr["ref"] == "user.role" else expr["ref"]
        return {ref} if ref == "user.roles" or any(ref.startswith(p) for p in KEYED_REFS) else set()
    if isinstance(expr, dict) and "args" in expr:
        return set().union(*map(refs_of, expr["args"]))
    return set()


def path_of(ref: str) -> list[str]:
    """The place of a ref in the payload: object.Impact -> [object, Impact]"""
    for prefix, path in KEYED_REFS.items():
        if ref.startswith(prefix):
            return [*path, ref[len(prefix) :]]
    return ref.split(".")


WORDS = {
    "eq": "=",
    "ne": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
}


def in_words(expr: Any) -> str:
    """An expression as a reviewer reads it."""
    if isinstance(expr, dict) and "ref" in expr:
        return str(expr["ref"]) + (f" as {expr['as']}" if "as" in expr else "")
    if isinstance(expr, dict) and "lit" in expr:
        return f"{expr['type']} {expr['lit']}"
    if not isinstance(expr, dict):
        return (
            "null" if expr is None else str(expr).lower() if isinstance(expr, bool) else repr(expr)
        )
    op, args = expr["op"], [in_words(arg) for arg in expr["args"]]
    if op in WORDS:
        return f"{args[0]} {WORDS[op]} {args[1]}"
    if op in ("and", "or"):
        return f" {op} ".join(
            f"({text})" if isinstance(arg, dict) and arg.get("op") in ("and", "or") else text
            for text, arg in zip(args, expr["args"], strict=True)
        )
    if op == "in":
        return f"{args[0]} in ({', '.join(args[1:])})"
    if op in ("isNull", "isNotNull"):
        return f"{args[0]} is {'not ' if op == 'isNotNull' else ''}null"
    return f"{op}({', '.join(args)})"
