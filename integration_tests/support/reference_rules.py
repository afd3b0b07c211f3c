"""The rules of SPEC 4.7 in plain Python: JSON values, casts and expressions. No SQL.

A rule is as MetaDB has it. An event's `seen` is what rules see of it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from fractions import Fraction
from typing import Any

MINUTE = dt.timedelta(minutes=1)


# ---------------------------------------------------------------- JSON (2, 4.1)


def parse(text: str | None) -> Any:
    """A payload, a number as its shortest text. None if it is not a JSON object."""
    if text is None:
        return {}
    try:
        value = json.loads(
            text, parse_int=str, parse_float=shortest, parse_constant=lambda _: json.loads("?")
        )
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def shortest(number: str) -> str:
    """SPEC 11: 5.0 is 5, 1e3 is 1000, 2.50 is 2.5."""
    value = float(number)
    return str(int(value)) if value.is_integer() and abs(value) < 9e15 else repr(value)


def part(payload: dict, name: str) -> dict:
    """A part of the payload. A part of the wrong type counts as absent."""
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


# ---------------------------------------------------------------- 1, 4.7 rules


def document(rule: Any) -> dict | None:
    """None: no rule."""
    if isinstance(rule, str):
        shorthands = {
            "": None,
            "allow": {"expr": {"lit": True}},
            "deny": {"expr": {"lit": False}},
            "tenant": {"expr": {"op": "isNotNull", "args": [{"ref": "tenant.id"}]}},
        }
        return shorthands[rule] if rule in shorthands else json.loads(rule)
    return rule


def type_of(node: dict) -> str | None:
    """The type of a node by itself. A string literal and a bare ref have no type."""
    if "lit" in node:
        if node["lit"] is None:
            return None
        own = (
            "boolean"
            if isinstance(node["lit"], bool)
            else "number"
            if isinstance(node["lit"], int | float)
            else "string"
        )
        return {"string": None, "null": None}.get(node.get("type") or own, node.get("type") or own)
    if "ref" in node:
        return (
            {"string": "text"}.get(node["as"], node["as"])
            if node.get("as")
            else "datetime"
            if node["ref"] == "now.utc"
            else None
        )
    op = node["op"]
    if op == "coalesce":
        return ruling(node["args"])
    return {
        "add": "number",
        "sub": "number",
        "mul": "number",
        "div": "number",
        "dateDiffMinutes": "number",
        "dateAdd": "datetime",
    }.get(op, "boolean")


def ruling(args: list[dict]) -> str:
    return next((t for t in map(type_of, args) if t), "text")


HOUR, SIXTY = r"(2[0-3]|[01]\d)", r"([0-5]\d)"
ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T"
    rf" ]{HOUR}:{SIXTY}(?::{SIXTY}(?:\.(\d+))?)?(?:(Z)|([+-]){HOUR}(?::?{SIXTY})?)?)?",
    re.ASCII,
)


def cast(value: Any, to: str) -> Any:
    """Casts a text, Fraction, bool or datetime to a type. A value that does not fit is null, and so
    is an array or an object.
    """
    if isinstance(value, list | dict) or value is None:
        return None
    if to == "text":
        return (
            value
            if isinstance(value, str)
            else ("true" if value else "false")
            if isinstance(value, bool)
            else str(value)
        )
    if to == "boolean":
        return (
            value
            if isinstance(value, bool)
            else (
                {"true": True, "false": False}.get(value.lower())
                if isinstance(value, str)
                else None
            )
        )
    if to == "number":
        if isinstance(value, str):
            return Fraction(value) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else None
        return value if isinstance(value, Fraction) else None
    if isinstance(value, dt.datetime):
        return value
    found = ISO.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, off_hour, off_minute = found.groups()
    if (value[:10], sign) in (("0001-01-01", "+"), ("9999-12-31", "-")):
        return None  # it may lie outside the years
    try:
        at = dt.datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int(((fraction or "") + "000000")[:6]),
        )
        offset = dt.timedelta(hours=int(off_hour or 0), minutes=int(off_minute or 0))
        return at - offset if sign == "+" else at + offset
    except (ValueError, OverflowError):
        return None


def look_up(ref: str, seen: dict) -> Any:
    head, _, rest = ref.partition(".")
    if head == "object":
        return seen["object"].get(rest)
    if head == "context":
        return part(seen["payload"], "context").get(rest)
    if ref.startswith("user.claims."):
        return part(part(seen["payload"], "user"), "claims").get(ref.removeprefix("user.claims."))
    if ref == "user.role":
        roles = part(seen["payload"], "user").get("roles")
        first = roles[0] if isinstance(roles, list) and roles else None
        return None if isinstance(first, list | dict) else first
    if ref == "user.roles":
        return part(seen["payload"], "user").get("roles")
    return seen[ref]


def evaluate(node: dict, seen: dict) -> Any:
    """A node's value. Arrays and objects stay as they are, for `in` and `contains`."""
    if "lit" in node:
        value, kind = node["lit"], type_of(node)
        if value is None or node.get("type") == "null":
            return None
        text = scalar(value) if isinstance(value, str | bool) else str(value)
        return cast(text, kind) if kind else text
    if "ref" in node:
        value = look_up(node["ref"], seen)
        if isinstance(value, bool):
            value = scalar(value)
        return (
            value if isinstance(value, list) or not node.get("as") else cast(value, type_of(node))
        )
    op, args = node["op"], node["args"]

    def arg(index: int, to: str) -> Any:
        return cast(evaluate(args[index], seen), to)

    if op in ("and", "or"):
        truths = [arg(i, "boolean") for i in range(len(args))]
        decides = op == "or"
        return decides if decides in truths else None if None in truths else not decides
    if op == "not":
        truth = arg(0, "boolean")
        return None if truth is None else not truth
    if op in ("isNull", "isNotNull"):
        value = evaluate(args[0], seen)
        return (value is None or isinstance(value, list | dict)) == (op == "isNull")
    if op == "coalesce":
        return next(
            (v for v in (arg(i, ruling(args)) for i in range(len(args))) if v is not None), None
        )
    if op in ("in", "contains") and (
        op == "in" or ("ref" in args[0] and isinstance(evaluate(args[0], seen), list))
    ):
        kind, needle, lists = (
            ruling(args),
            *((args[0], args[1:]) if op == "in" else (args[1], args[:1])),
        )
        members = []
        for item in lists:
            value = evaluate(item, seen)
            members += (
                [scalar(v) for v in value] if isinstance(value, list) and "ref" in item else [value]
            )
        members = [cast(m, kind) for m in members]
        value = cast(evaluate(needle, seen), kind)
        if not members:
            return False
        return (
            None
            if value is None
            else True
            if value in members
            else None
            if None in members
            else False
        )
    if op == "dateAdd":
        count, at = arg(1, "number"), arg(2, "datetime")
        return (
            None
            if count is None or at is None
            else at + int(count) * dt.timedelta(**{args[0]["lit"] + "s": 1})
        )
    kind = (
        "number"
        if op in ("add", "sub", "mul", "div")
        else (
            "datetime"
            if op == "dateDiffMinutes"
            else "text"
            if op in ("contains", "startsWith", "endsWith", "regex")
            else ruling(args)
        )
    )
    a, b = arg(0, kind), arg(1, kind)
    if a is None or b is None or (op == "div" and b == 0):
        return None
    return {
        "eq": lambda: a == b,
        "ne": lambda: a != b,
        "gt": lambda: a > b,
        "gte": lambda: a >= b,
        "lt": lambda: a < b,
        "lte": lambda: a <= b,
        "add": lambda: a + b,
        "sub": lambda: a - b,
        "mul": lambda: a * b,
        "div": lambda: a / b,
        "dateDiffMinutes": lambda: Fraction((b - a) // MINUTE),
        "contains": lambda: b in a,
        "startsWith": lambda: a.startswith(b),
        "endsWith": lambda: a.endswith(b),
        "regex": lambda: re.search(b, a) is not None,
    }[op]()


def is_true(expr: Any, event: dict) -> bool:
    """Whether an expr is true on an event. Null counts as false."""
    return cast(evaluate(expr, event["seen"]), "boolean") is True


def matches(rule: dict, event: dict) -> bool:
    return rule.get("expr") is None or is_true(rule["expr"], event)
