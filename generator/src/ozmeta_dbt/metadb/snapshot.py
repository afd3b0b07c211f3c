"""MetaDB's rows as a snapshot (SPEC 1), which reads back to the same model: column names, a row a
line, sorted, nothing about the time it was written.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ozmeta_dbt.documents import loads
from ozmeta_dbt.metadb.readers import SNAPSHOT_PLACES, SNAPSHOT_VERSION, MetaRows
from ozmeta_dbt.metadb.rows import Row, canonical


def snapshot_text(rows: MetaRows) -> str:
    parts: dict[str, dict[str, list[str]]] = {}
    for table, places in SNAPSHOT_PLACES.items():
        if rows[table]:
            part, _, name = places[0].partition(".")
            parts.setdefault(part, {})[name] = [
                row_text(row) for row in sorted(rows[table], key=row_order)
            ]
    objects = block(
        {
            # a part without names is itself the array
            part: array(lists[""], 4)
            if "" in lists
            else block({name: array(texts, 6) for name, texts in lists.items()}, 4)
            for part, lists in parts.items()
        },
        2,
    )
    return (
        block(
            {
                "snapshotVersion": str(SNAPSHOT_VERSION),
                **{key: json_text(code) for key, code in sorted(rows.codes.items())},
                "objects": objects,
            },
            0,
        )
        + "\n"
    )


def array(texts: list[str], indent: int) -> str:
    pad = " " * indent
    return "[\n" + ",\n".join(f"{pad}  {text}" for text in texts) + f"\n{pad}]"


def block(entries: dict[str, str], indent: int) -> str:
    pad = " " * indent
    return (
        "{\n"
        + ",\n".join(f"{pad}  {json_text(key)}: {text}" for key, text in entries.items())
        + f"\n{pad}}}"
        if entries
        else "{}"
    )


def row_order(row: Row) -> list[tuple[int, str]]:
    """By its columns in order, ids first; a shorter text first, so that numbers stand as numbers
    do.
    """
    texts = [json_text(value) for value in row_values(row).values()]
    return [(len(text), text) for text in texts]


def row_text(row: Row) -> str:
    return json_text(row_values(row))


def row_values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, info in type(row).model_fields.items():
        value = getattr(row, name)
        if info.annotation is Any:
            value = rule_value(value)
        if value is not None:
            values[canonical(info)] = value
    return values


def rule_value(value: Any) -> Any:
    """A rule as a document, keys sorted, however its source writes it; a shorthand as it is."""
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            document = loads(value)
        except (ValueError, RecursionError):
            return value
        value = document if isinstance(document, dict) else value
    return sorted_keys(value)


def sorted_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: sorted_keys(value[key]) for key in sorted(value)}
    return [sorted_keys(item) for item in value] if isinstance(value, list) else value


def json_text(value: Any) -> str:
    """JSON on one line, numbers as written, which json.dumps has no way to do."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json_text(key)}: {json_text(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
