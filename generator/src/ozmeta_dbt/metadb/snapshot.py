"""MetaDB's rows as a snapshot (spec 1). It is valid under the JSON schema and gives the same models
when it is read again. It has every part, with column names, one row per line, sorted, and without
the time of the export.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ozmeta_dbt.documents import OutOfRange, loads, storable
from ozmeta_dbt.metadb.contract import PARTS
from ozmeta_dbt.metadb.readers import SNAPSHOT_PLACES
from ozmeta_dbt.metadb.rows import Row, Table, canonical
from ozmeta_dbt.metadb.use import MetaRows

# A snapshot needs a time. A fixed one, as the same metadata gives the same bytes.
NO_TIME = "1970-01-01T00:00:00Z"


def snapshot_text(rows: MetaRows) -> str:
    parts: dict[str, Any] = {
        part: {name: [] for name in names} if names else [] for part, names in PARTS.items()
    }
    parts["tables"] = [
        schema_table(row) for row in sorted(rows.of(Table), key=row_order) if fits_schema(row)
    ]
    for table, places in SNAPSHOT_PLACES.items():
        own = [
            row_text(row)
            for row in sorted(rows[table], key=row_order)
            if not (isinstance(row, Table) and fits_schema(row))
        ]
        part, _, name = places[0].partition(".")
        if own and name:
            parts.setdefault(part, {})[name] = own
        elif own:
            parts[part] = own
    revision = rows.codes.get("snapshotVersion", 1)
    return (
        block(
            {
                "snapshotVersion": str(revision if revision >= 1 else 1),
                "generatedAtUTC": json_text(NO_TIME),
                "clientCode": json_text(rows.codes.get("clientCode", "")),
                "projectCode": json_text(rows.codes.get("projectCode", "")),
                "objects": block({part: part_text(value) for part, value in parts.items()}, 2),
            },
            0,
        )
        + "\n"
    )


def fits_schema(row: Table) -> bool:
    """Whether a table has everything that the schema requires in objects.tables. Any other table is
    in objects.model.tables, which may contain any row.
    """
    return (
        row.schema_name is not None
        and row.table_type is not None
        and row.cd_code is not None
        and len(row.cd_code) == 2
    )


def schema_table(row: Table) -> str:
    texts = {"textKey": row.text_key_id, "description": row.description}
    flags = {"flags": {"requiresTenant": True}} if row.requires_tenant else {}
    return json_text(
        {
            "tbId": row.id,
            "schemaName": row.schema_name,
            "tableName": row.code,
            "code": row.cd_code,
            "tableType": row.table_type,
            **{key: text for key, text in texts.items() if text is not None},
            **flags,
        }
    )


def part_text(value: Any) -> str:
    if isinstance(value, list):
        return array(value, 4)
    return block({name: array(texts, 6) for name, texts in value.items()}, 4)


def array(texts: list[str], indent: int) -> str:
    pad = " " * indent
    return "[\n" + ",\n".join(f"{pad}  {text}" for text in texts) + f"\n{pad}]" if texts else "[]"


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
    """A sort key: the columns in order, ids first. A shorter text comes first, so that numbers are
    in numeric order.
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
    """A rule as a document with sorted keys, however its source writes it. A shorthand stays as it
    is.
    """
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
    """JSON on one line, with numbers as written. json.dumps cannot do that."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json_text(key)}: {json_text(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    if isinstance(value, OutOfRange):
        return value.json
    if isinstance(value, Decimal):
        return str(value)
    # UTF-8 cannot encode a lone surrogate, so it stays an escape
    return json.dumps(value, ensure_ascii=isinstance(value, str) and not storable(value))
