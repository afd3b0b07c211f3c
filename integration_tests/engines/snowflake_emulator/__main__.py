"""Starts Snowflake's stand-in in its own environment, with some fixes that quirks.md describes."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from fakesnow import arrow, cli
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import Expr, exp

translate = FakeSnowflakeCursor._transform
sent = arrow.timestamp_to_sf_struct

TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}
# Parts of the formats of to_char, as strftime has them.
FORMATS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
    "FF6": "%f",
    "FF9": "%n",
}


def called(name: str, *arguments: Expr) -> Expr:
    """A call of DuckDB's own function."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def mended(node: Expr) -> Expr:
    """What fakesnow translates into something else, as DuckDB writes it."""
    for mend in (variants, texts, instants):
        if (new := mend(node)) is not None:
            return new
    if isinstance(node, exp.Create) and (temporary := node.find(exp.TemporaryProperty)):
        table = node.this.find(exp.Table)
        if table and table.db:  # fakesnow's own temporary tables are in no schema
            temporary.pop()
    return node


def variants(node: Expr) -> Expr | None:
    """Snowflake's functions of a VARIANT, which is JSON here."""
    if isinstance(node, exp.Typeof):
        return called("json_type", node.this)
    if (
        isinstance(node, exp.Cast)
        and isinstance(node.this, exp.ParseJSON)
        and node.to.is_type(*exp.DataType.TEXT_TYPES)
    ):
        return called("json_extract_string", node.this, exp.Literal.string("$"))
    if isinstance(node, exp.GetExtract) and isinstance(node.expression, exp.Literal):
        return member(node.this, node.expression)
    if isinstance(node, exp.ArrayFilter):
        condition = node.expression
        condition.set("colon", True)
        members = called("from_json", node.this, exp.Literal.string('["json"]'))
        return called("to_json", called("list_filter", members, condition))
    return None


def member(of: Expr, key: exp.Literal) -> Expr:
    """The value of a variant at a key or at a position."""
    if not key.is_string:
        return called("json_extract", of, exp.Literal.string(f"$[{key.this}]"))
    pointer = "/" + key.this.replace("~", "~0").replace("/", "~1")
    found = called("json_extract", of, exp.Literal.string(pointer))
    if not key.this.isdigit():
        return found
    is_object = exp.EQ(this=called("json_type", of.copy()), expression=exp.Literal.string("OBJECT"))
    return exp.Case(ifs=[exp.If(this=is_object, true=found)])


def texts(node: Expr) -> Expr | None:
    form = node.args.get("format")
    if isinstance(node, exp.ToChar) and isinstance(form, exp.Literal) and set(form.this) == {"x"}:
        return called("printf", exp.Literal.string(f" %0{len(form.this)}x"), node.this)
    if isinstance(node, exp.Trim):
        letters = [node.expression] if node.expression else []
        return called(TRIMS.get(node.args.get("position"), "trim"), node.this, *letters)
    if isinstance(node, exp.RegexpReplace) and isinstance(node.expression, exp.Literal):
        # fakesnow takes every second backslash away, which the parser has done already
        pattern = node.expression.this.replace("\\", "\\\\")
        node.set("expression", exp.Literal.string(pattern))
    return None


def instants(node: Expr) -> Expr | None:
    form = node.args.get("format")
    if isinstance(node, exp.ToChar) and isinstance(form, exp.Literal):
        return called("strftime", node.this, exp.Literal.string(strftime_format(form.this)))
    if isinstance(node, exp.TimeToStr) and isinstance(form, exp.Literal):  # translated by sqlglot
        node.set("format", exp.Literal.string(form.this.replace('"', "")))
    if isinstance(node, exp.UnixToTime) and node.text("scale") == "6":
        # fakesnow divides, and takes the nearest double
        return called("make_timestamp", exp.cast(node.this, "bigint"))
    if isinstance(node, exp.Anonymous) and node.name.upper() == "TRY_TO_TIMESTAMP_TZ":
        # sqlglot knows it of a literal only
        return exp.TryCast(this=node.expressions[0], to=exp.DataType.build("timestamptz"))
    return None


def strftime_format(form: str) -> str:
    """A format of to_char, without its quotes, as strftime has it."""
    parts = form.split('"')
    for place in range(0, len(parts), 2):
        for ours, theirs in FORMATS.items():
            parts[place] = parts[place].replace(ours, theirs)
    return "".join(parts)


def _transform(self: Any, expression: Expr, params: Any) -> Expr:
    for node in reversed(list(expression.bfs())):  # what is inside first
        new = mended(node)
        if new is node:
            continue
        if node is expression:
            expression = new
        else:
            node.replace(new)
    return translate(self, expression, params)


def timestamps(column: Any) -> Any:
    """Instants in the form for the client, which otherwise reads each null as 1970."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    found = sent(column.fill_null(pa.scalar(0, column.type)))
    return pa.StructArray.from_arrays(
        found.flatten(), fields=list(found.type), mask=pc.is_null(column)
    )


if __name__ == "__main__":
    arrow.timestamp_to_sf_struct = timestamps
    FakeSnowflakeCursor._transform = _transform
    cli.main()
