"""Starts Snowflake's stand-in, in the stand-in's own environment, with some things mended that
quirks.md shows.
"""

from __future__ import annotations

from typing import Any

from fakesnow import cli
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import Expr, exp

translate = FakeSnowflakeCursor._transform


def called(name: str, *arguments: Expr) -> Expr:
    """A call of DuckDB's own function."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def mended(node: Expr) -> Expr:
    """What fakesnow translates into something else, as DuckDB writes it."""
    if isinstance(node, exp.Typeof):
        return called("json_type", node.this)
    if (
        isinstance(node, exp.Cast)
        and isinstance(node.this, exp.ParseJSON)
        and node.to.is_type(*exp.DataType.TEXT_TYPES)
    ):
        return called("json_extract_string", node.this, exp.Literal.string("$"))
    form = node.args.get("format")
    if isinstance(node, exp.ToChar) and isinstance(form, exp.Literal) and set(form.this) == {"x"}:
        return called("printf", exp.Literal.string(f" %0{len(form.this)}x"), node.this)
    if isinstance(node, exp.RegexpReplace) and isinstance(node.expression, exp.Literal):
        # fakesnow takes every second backslash away, which the parser has done already
        pattern = node.expression.this.replace("\\", "\\\\")
        node.set("expression", exp.Literal.string(pattern))
    return node


def _transform(self: Any, expression: Expr, params: Any) -> Expr:
    return translate(self, expression.transform(mended, copy=False), params)


if __name__ == "__main__":
    FakeSnowflakeCursor._transform = _transform
    cli.main()
