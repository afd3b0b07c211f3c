"""Checked rules as the typed nodes that the macro rule_sql prints. It documents their keys."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.bindings.dsl import refs_of
from ozmeta_dbt.bindings.regexes import translations

NUMBERS = ("add", "sub", "mul", "div", "dateDiffMinutes")
# the operators whose arguments are converted to one type, which depends on the arguments
COMPARISONS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "isNull", "isNotNull")
TYPES = ("number", "boolean", "datetime")  # all other casts give text


def rule_node(expr: Any) -> Any:
    """The node of a rule. A rule without an expression is always true, and a null never is."""
    if expr is None:
        return True
    node = node_of(expr)
    return False if node is None else node


def node_of(expr: Any) -> Any:
    if not isinstance(expr, dict):
        return expr
    if "lit" in expr:
        return expr["lit"]  # the operator around it converts it
    if "ref" in expr:
        own, cast = ref_type(expr["ref"]), own_type(expr)
        return {"ref": expr["ref"]} | ({"as": cast} if "as" in expr and cast != own else {})
    op, args = expr["op"], expr["args"]
    node: dict[str, Any] = {"op": op}
    if not is_condition(op):
        node["type"] = own_type(expr)
    elif op in COMPARISONS and (op != "contains" or may_be_array(args[0])):
        compared = common_type(args)
        node |= {"arg_type": compared} if compared != "text" else {}
    node["args"] = [node_of(arg) for arg in args]
    if op == "regex" and isinstance(args[1], str) and (patterns := translations(args[1])):
        node["patterns"] = patterns
    return node


def may_be_array(expr: Any) -> bool:
    """Whether `contains` looks for a member in it. In a text, it looks for a part."""
    return (
        isinstance(expr, dict)
        and "ref" in expr
        and expr["ref"] != "user.role"
        and bool(refs_of(expr))
    )


def is_condition(op: str) -> bool:
    return op not in (*NUMBERS, "coalesce", "dateAdd")


def ref_type(ref: str) -> str:
    return "datetime" if ref == "now.utc" else "text"


def own_type(expr: Any) -> str | None:
    """The type of an expression by itself. Texts, null, and refs without a cast have no type,
    because the other arguments decide what they are compared as.
    """
    if isinstance(expr, bool):
        return "boolean"
    if isinstance(expr, int):
        return "number"
    if not isinstance(expr, dict):
        return None
    if "lit" in expr:
        return None if expr["type"] == "null" else cast_type(expr["type"])
    if "ref" in expr:
        if "as" in expr:
            return cast_type(expr["as"])
        return None if ref_type(expr["ref"]) == "text" else "datetime"
    op = expr["op"]
    if op == "coalesce":
        return common_type(expr["args"])
    return "boolean" if is_condition(op) else "datetime" if op == "dateAdd" else "number"


def common_type(args: list[Any]) -> str:
    """The type that the arguments are converted to: that of the first one that has a type."""
    return next((type_ for arg in args if (type_ := own_type(arg))), "text")


def cast_type(cast: str) -> str:
    return cast if cast in TYPES else "text"
