"""How the tables of two engines differ."""

from __future__ import annotations

from engines.scenarios import Tables


def differing(here: Tables, there: Tables) -> list[str]:
    """Sentences on how DuckDB's tables and another engine's differ. Not every engine has the column
    _Bucket (SPEC 8.5), so it is left out.
    """
    here, there = (
        {
            name: [{c: value for c, value in row.items() if c.lower() != "_bucket"} for row in rows]
            for name, rows in tables.items()
        }
        for tables in (here, there)
    )
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
