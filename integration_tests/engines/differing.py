"""How the tables of two engines differ."""

from __future__ import annotations

from typing import Any

from engines.scenarios import Tables

# Not every engine has the column _Bucket (spec 8.5).
OF_AN_ENGINE = ("_bucket",)
# Each invocation has its own (spec 8.8).
OF_AN_INVOCATION = ("_key", "run_invocationid")
RUN_NUMBERS = ("_batch", "run_batch")


def differing(here: Tables, there: Tables) -> list[str]:
    """Sentences on how DuckDB's tables and another engine's differ. Runs count by order."""
    here, there = comparable(here), comparable(there)
    said = [
        f"{name}: only {'DuckDB' if name in here else 'the other'} has it"
        for name in sorted(here.keys() ^ there.keys())
    ]
    for name in sorted(here.keys() & there.keys()):
        columns = [set(rows[0]) if rows else set() for rows in (here[name], there[name])]
        if all(columns) and columns[0] != columns[1]:
            said.append(f"{name}: columns {columns[0] ^ columns[1]} of one only")
            continue
        ours, theirs = (
            sorted((tuple(sorted(row.items())) for row in rows), key=repr)
            for rows in (here[name], there[name])
        )
        if ours == theirs:
            continue
        left, right = (
            [dict(row) for row in ours if row not in theirs],
            [dict(row) for row in theirs if row not in ours],
        )
        said.append(
            f"{name}: {len(ours)} rows here, {len(theirs)} there; {len(left)} and {len(right)}"
            " differ"
        )
        by_key = {row.get("_key"): row for row in right}
        for row in left[:3]:
            other = by_key.get(row.get("_key"))
            said.append(
                f"   {row.get('_key')}: "
                + (
                    "not there"
                    if other is None
                    else "; ".join(
                        f"{c}: {row[c]!r}, there {other[c]!r}" for c in row if row[c] != other[c]
                    )
                )
            )
        if not left:
            said.append(f"   only there: {right[0]}")
    return said


def comparable(tables: Tables) -> Tables:
    """The tables without what always differs between engines and invocations. The lowest run number
    in any row becomes 1, the next one 2.
    """
    rows = {
        name: [{c.lower(): v for c, v in row.items()} for row in t] for name, t in tables.items()
    }
    numbers = {int(r[c]) for t in rows.values() for r in t for c in RUN_NUMBERS if r.get(c)}
    order = {number: place for place, number in enumerate(sorted(numbers), 1)}

    def value(column: str, old: Any) -> Any:
        return order[int(old)] if column in RUN_NUMBERS and old else old

    return {
        name: [
            {
                column: value(column, old)
                for column, old in row.items()
                if column not in OF_AN_ENGINE
                and not ("run_invocationid" in row and column in OF_AN_INVOCATION)
            }
            for row in t
        ]
        for name, t in rows.items()
    }
