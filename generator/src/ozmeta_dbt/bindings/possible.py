"""Whether a rule can be true of any event: its expression over what is known of an event,
three-valued, the rest left open (SPEC 4.7).

The answer errs on one side only: a rule that could be true is never called one that can't.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

MAX_TRIES = 5000


@dataclass(frozen=True)
class Move:
    """What a rule sees of a transition (nulls if the event made none), and the state after it."""

    from_state: str | None
    to_state: str | None
    code: str | None
    state: str | None


class Open:
    """A value of which only this is known: whether it may be null and, if it is `other`, that it
    equals none of the rule's literals.
    """

    def __init__(self, nullable: bool, other: bool = False):
        self.nullable, self.other = nullable, other


ANY, SOME, OTHER = Open(nullable=True), Open(nullable=False), Open(nullable=False, other=True)
Truth: TypeAlias = frozenset[bool | None]  # all that an expression may come to
EVERY: Truth = frozenset({True, False, None})
ANSWERED: Truth = frozenset({True, False})
NEVER_NULL = ("event.id", "event.type", "now.utc", "state.current")
OF_MOVE = ("transition.fromState", "transition.toState", "transition.code", "state.current")
BOOLEAN_OPS = (
    "and",
    "or",
    "not",
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "contains",
    "startsWith",
    "endsWith",
    "isNull",
    "isNotNull",
    "regex",
)


def can_be_true(expr: Any, events: Iterable[Move], has_tenant: bool, known: dict[str, Any]) -> bool:
    """Whether an expression is true of any of these moves. `known`: by ref, all the values that
    it may have.
    """
    candidates = values_of(expr, has_tenant, known)
    for move in events:
        fixed = {
            "transition.fromState": move.from_state,
            "transition.toState": move.to_state,
            "transition.code": move.code,
            "state.current": move.state,
        }
        tries = 1
        for values in candidates.values():
            tries *= len(values)
        if tries > MAX_TRIES:
            candidates = {}
        for chosen in itertools.product(*candidates.values()):
            if True in possible(
                expr, fixed | dict(zip(candidates, chosen, strict=True)), has_tenant
            ):
                return True
    return False


def values_of(expr: Any, has_tenant: bool, known: dict[str, Any]) -> dict[str, list[Any]]:
    """Refs that a rule only compares with literal texts: one of those, some other, or null. So
    `x = 'a' and x = 'b'` is seen to be never true.
    """
    texts: dict[str, set[str]] = {}
    other_use: set[str] = set()

    def walk(node: Any, place: int, op: str, beside: list[Any]) -> None:
        if not isinstance(node, dict):
            return
        if "ref" in node:
            plain = "as" not in node and (
                op in ("isNull", "isNotNull")
                or (
                    (op in ("eq", "ne") or (op == "in" and place == 0))
                    and all(isinstance(arg, str) for arg in beside)
                )
            )
            texts.setdefault(node["ref"], set()).update(
                arg for arg in beside if isinstance(arg, str)
            )
            if not plain:
                other_use.add(node["ref"])
        for index, arg in enumerate(node.get("args", [])):
            walk(arg, index, node["op"], node["args"][:index] + node["args"][index + 1 :])

    walk(expr, 0, "", [])
    found = {}
    for ref in sorted(texts.keys() - other_use - {*OF_MOVE}):
        if ref in known:
            found[ref] = [*sorted(known[ref]), *([] if has_tenant else [None])]
        else:
            found[ref] = [
                *sorted(texts[ref]),
                OTHER,
                *([] if never_null(ref, has_tenant) else [None]),
            ]
    return found


def never_null(ref: str, has_tenant: bool) -> bool:
    return ref in NEVER_NULL or (ref == "tenant.id" and has_tenant)


def possible(expr: Any, values: dict[str, Any], has_tenant: bool) -> Truth:
    """All results that an expression may have if a boolean is needed."""
    if isinstance(expr, dict) and "op" in expr and expr["op"] in BOOLEAN_OPS:
        return truth_of(expr["op"], expr["args"], values, has_tenant)
    value = value_of(expr, values, has_tenant)
    if isinstance(value, bool) or value is None:
        return frozenset({value})
    if isinstance(value, str):
        return frozenset({{"true": True, "false": False}.get(value.lower())})
    return EVERY if isinstance(value, Open) else frozenset({None})


def truth_of(op: str, args: list[Any], values: dict[str, Any], has_tenant: bool) -> Truth:
    if op in ("and", "or", "not"):
        parts = [possible(arg, values, has_tenant) for arg in args]
        if op == "not":
            return frozenset(None if truth is None else not truth for truth in parts[0])
        return combined(parts, op == "or")
    terms = [value_of(arg, values, has_tenant) for arg in args]
    if op in ("isNull", "isNotNull"):
        unsure = isinstance(terms[0], Open) and terms[0].nullable
        return ANSWERED if unsure else frozenset({(terms[0] is None) == (op == "isNull")})
    if op == "in":
        # an array counts as its members, and an empty one as nothing
        parts = [
            equal(terms[0], term) | ({False} if isinstance(term, Open) else set())
            for term in terms[1:]
        ]
        return combined(parts, is_or=True)
    if op in ("eq", "ne"):
        same = equal(*terms)
        return (
            same
            if op == "eq"
            else frozenset(None if truth is None else not truth for truth in same)
        )
    if None in terms:
        return frozenset({None})
    if op in TESTS and all(isinstance(term, str) for term in terms):
        # what Python can't tell of a pattern may be either
        return ANSWERED if op == "regex" and "[:" in terms[1] else frozenset({TESTS[op](*terms)})
    return EVERY


def combined(parts: list[Truth], is_or: bool) -> Truth:
    """Three-valued `or` or `and` of parts that may each have several results."""
    result: Truth = frozenset({not is_or})
    for part in parts:
        result = frozenset(joined(one, other, is_or) for one in result for other in part)
    return result


def joined(one: bool | None, other: bool | None, is_or: bool) -> bool | None:
    if is_or in (one, other):
        return is_or
    return None if None in (one, other) else not is_or


def equal(one: Any, other: Any) -> Truth:
    if one is None or other is None:
        return frozenset({None})
    for a, b in ((one, other), (other, one)):
        if isinstance(a, Open) and a.other and isinstance(b, str):
            return frozenset({False})
    if isinstance(one, str) and isinstance(other, str):
        return frozenset({one == other})
    if type(one) is type(other) and isinstance(one, (bool, int)):
        return frozenset({one == other})
    return EVERY


def value_of(expr: Any, values: dict[str, Any], has_tenant: bool) -> Any:
    """A text, a whole number, a boolean, null, or an unknown value."""
    if not isinstance(expr, dict):
        return expr
    if "ref" in expr:
        value = values.get(expr["ref"], SOME if never_null(expr["ref"], has_tenant) else ANY)
        return value if "as" not in expr or value is None or expr["as"] == "string" else ANY
    if "lit" in expr:
        return SOME
    if expr["op"] in BOOLEAN_OPS:
        truths = truth_of(expr["op"], expr["args"], values, has_tenant)
        return next(iter(truths)) if len(truths) == 1 else ANY
    if expr["op"] == "coalesce":
        for arg in expr["args"]:
            value = value_of(arg, values, has_tenant)
            if isinstance(value, Open) and value.nullable:
                return ANY
            if value is not None:
                return value
        return None
    return ANY


def matches(text: str, pattern: str) -> bool:
    """A partial match. RE2's classes such as [[:alpha:]] are not Python's, so with one of them
    the answer is yes.
    """
    return "[:" in pattern or re.search(pattern, text) is not None


TESTS: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "regex": matches,
    "lt": str.__lt__,
    "lte": str.__le__,
    "gt": str.__gt__,
    "gte": str.__ge__,
}
