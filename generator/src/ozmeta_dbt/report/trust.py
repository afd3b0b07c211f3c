"""Whether the numbers can be trusted: fresh data, late events, refused rows, what was retracted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ozmeta_dbt.report import charts, tables
from ozmeta_dbt.report.blocks import Block, Section, View
from ozmeta_dbt.report.figures import Figure
from ozmeta_dbt.report.tables import Show

# {column of report_arrivals: (its name, its colour)}
DELAYS = {
    "before_it_happened": ("before it happened", "bad"),
    "within_a_minute": ("within a minute", "good"),
    "within_a_hour": ("within an hour", "good1"),
    "within_a_day": ("within a day", "warn2"),
    "within_a_week": ("within a week", "warn1"),
    "later": ("later", "warn0"),
}
ANOMALIES = {
    "UnknownTransition": "the workflow has no such transition",
    "UnknownState": "the workflow has no such state",
    "AmbiguousTransition": "several transitions of that name, and the state does not decide",
    "UndeclaredTransition": "no transition leads there",
    "IllegalTransition": "not from this state",
    "VersionConflict": "the writer had seen another version",
    "ClockSkew": "the writer's clock went back",
}


def journals_block(figure: Figure, as_of: dt.datetime) -> Block:
    table = tables.table(
        figure.title,
        figure.rows,
        {
            "journal": ("journal", tables.text),
            "events": ("events", tables.number),
            "refused": ("refused_rows", tables.number),
            "delivered again": ("delivered_again", tables.number),
            "pending": ("pending", tables.number),
            "without _SyncDate": ("without_sync_date", tables.number),
            "last event": ("last_event", tables.instant),
            "last arrival": ("last_arrival", tables.instant),
            "age of the last arrival": (
                lambda row: tables.minutes_between(row["last_arrival"], as_of),
                tables.minutes,
            ),
        },
    )
    notes = ["Pending events are dated after the last run. They count once that time has come."]
    if any(row.get("delivered_again") is not None for row in figure.rows):
        notes.append(
            "Delivered again: journal rows beyond one for each event, with the same id and content."
        )
    return Block(figure, [View("journals", table=table)], notes)


def arrivals_block(figure: Figure) -> Block:
    label = "Events by source system and by how long after they happened they reached the journal"
    names = [row["source_system"] or "(none)" for row in figure.rows]
    columns: dict[str, tuple[Any, Show]] = {
        "source system": (lambda row: row["source_system"] or "(none)", tables.text),
        "events": ("events", tables.number),
    }
    for key, (name, _) in DELAYS.items():
        columns[name] = (key, tables.number)
    chart = charts.bars(
        label,
        names[:20],
        {name: [row[key] for row in figure.rows[:20]] for key, (name, _) in DELAYS.items()},
        dict(DELAYS.values()),
        "events",
    )
    notes = [f"The chart shows the first 20 of {len(names)} source systems."] * (len(names) > 20)
    return Block(figure, [View("delays", chart, tables.table(label, figure.rows, columns))], notes)


def listing(figure: Figure, columns: dict[str, tuple[Any, Show]], note: str = "") -> Block:
    """The rows as a table; without rows, a sentence that says so."""
    if not figure.rows:
        return Block(figure, [], ["None."])
    table = tables.table(figure.title, figure.rows, columns)
    return Block(figure, [View("rows", table=table)], [note] if note else [])


def anomalies_block(figure: Figure) -> Block:
    return listing(
        figure,
        {
            "anomaly": ("anomaly", tables.text),
            "meaning": (lambda row: ANOMALIES.get(row["anomaly"], ""), tables.text),
            "source system": ("source_system", tables.text),
            "in state": ("state", tables.text),
            "asked for state": ("asked_state", tables.text),
            "asked for transition": ("asked_code", tables.text),
            "events": ("events", tables.number),
            "applied all the same": ("applied", tables.number),
            "refused by policy": ("refused", tables.number),
        },
    )


def refused_block(figure: Figure) -> Block:
    return listing(
        figure,
        {
            "reason": ("reason", tables.text),
            "journal": ("journal", tables.text),
            "journal rows": ("journal_rows", tables.number),
            "first arrival": ("first_arrival", tables.instant),
            "last arrival": ("last_arrival", tables.instant),
        },
    )


def signals_block(figure: Figure) -> Block:
    return listing(
        figure,
        {
            "signal": ("signal_code", tables.text),
            "kind": ("kind", tables.text),
            "severity": ("severity", tables.text),
            "signals": ("signals", tables.number),
            "last noticed": ("last_noticed", tables.instant),
        },
        "Retracted: a late event undid the cause of a signal that an earlier run had raised.",
    )


def runs_block(figure: Figure, verified: dict[str, Any] | None) -> Block:
    table = tables.table(
        figure.title,
        figure.rows,
        {
            "run": ("run_no", tables.number),
            "journal": ("journal", tables.text),
            "as of": ("as_of", tables.instant),
            "read up to": ("read_up_to", tables.instant),
            "events folded": ("events", tables.number),
            "objects folded": ("objects", tables.number),
        },
    )
    return Block(figure, [View("runs", table=table)], [verify_sentence(verified)])


def verify_sentence(verified: dict[str, Any] | None) -> str:
    if verified is None:
        return (
            "`ozmeta-dbt verify` has left no result in this project's target folder. It folds the"
            " journal again and compares."
        )
    differing, compared = verified["differing_rows"], verified["rows"]
    outcome = "no row differed" if not differing else f"{differing:,} rows differed"
    return (
        f"The last `ozmeta-dbt verify`, as of {verified['as_of']}, compared {compared:,} rows"
        f" {verified['choice']}: {outcome}."
    )


def section(
    figures: dict[str, Figure], as_of: dt.datetime, verified: dict[str, Any] | None
) -> Section:
    blocks = []
    if "journals" in figures:
        blocks.append(journals_block(figures["journals"], as_of))
    for name, block in (
        ("arrivals", arrivals_block),
        ("anomalies", anomalies_block),
        ("refused_rows", refused_block),
        ("signals", signals_block),
    ):
        if name in figures:
            blocks.append(block(figures[name]))
    if "runs" in figures:
        blocks.append(runs_block(figures["runs"], verified))
    return Section("trust", "Trust", blocks)
