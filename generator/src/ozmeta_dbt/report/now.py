"""What is late, due and paused now, and who is asked."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ozmeta_dbt.report import charts, tables
from ozmeta_dbt.report.blocks import Block, Section, View
from ozmeta_dbt.report.figures import Figure, Row
from ozmeta_dbt.report.tables import Table

# {horizon: (its name, its colour)}, in the order of the bars; see report_open_timers
HORIZONS = {
    "late": ("late", "bad"),
    "due_4": ("due in 4 h", "warn0"),
    "due_24": ("in 24 h", "warn1"),
    "due_72": ("in 72 h", "warn2"),
    "later": ("later", "good"),
    "paused": ("paused", "idle"),
    "not_due": ("no due instant", "mute"),
}
Counts = dict[str, int]  # {horizon: timers}


def counts_by(rows: list[Row], key: str) -> dict[str, Counts]:
    """{value: counts}, the value with the most late timers first. key: sla, or field_value with
    rows of one field
    """
    found: dict[str, Counts] = defaultdict(lambda: dict.fromkeys(HORIZONS, 0))
    for row in rows:
        value = tables.field_value(row) if key == "field_value" else str(row[key])
        found[value][row["horizon"]] += row["timers"]
    order = sorted(found, key=lambda value: (-found[value]["late"], value))
    return {value: found[value] for value in order}


def by_sla(figure: Figure) -> dict[str, Counts]:
    return counts_by([row for row in figure.rows if row["field"] is None], "sla")


def by_field(figure: Figure, field: str) -> dict[str, Counts]:
    return counts_by([row for row in figure.rows if row["field"] == field], "field_value")


def timers_view(name: str, counts: dict[str, Counts]) -> View:
    used = [h for h in HORIZONS if any(one[h] for one in counts.values())]
    series = {HORIZONS[h][0]: [one[h] for one in counts.values()] for h in used}
    colors = dict(HORIZONS.values())
    label = f"Running timers by {name} and by how soon they are due"
    rows = [{"value": value, **one, "all": sum(one.values())} for value, one in counts.items()]
    shown = {name: ("value", tables.text)} | {HORIZONS[h][0]: (h, tables.number) for h in used}
    return View(
        f"by {name}",
        charts.bars(label, list(counts), series, colors, "timers"),
        tables.table(label, rows, {**shown, "all": ("all", tables.number)}),
    )


def timers_block(figure: Figure, fields: list[str]) -> Block:
    views = [timers_view("SLA", by_sla(figure))]
    views += [timers_view(f, by_field(figure, f)) for f in figure.told_fields(fields)]
    return Block(figure, views) if figure.rows else Block(figure, [], ["None."])


def listed(figure: Figure) -> list[str]:
    """How much of a list is shown."""
    if not figure.rows:
        return ["None."]
    every = figure.rows[0]["all_rows"]
    shown = len(figure.rows)
    more = f" The list has {shown:,}." if shown < every else ""
    return [f"{every:,} in all.{more}"]


def who(row: Row) -> str | None:
    """Whom the escalation asks to act."""
    named = [row.get("role"), row.get("principal")]
    asked = ", ".join(name for name in named if name)
    if row.get("escalation_level") is None:
        return None
    acknowledged = " (acknowledged)" if row.get("escalation_status") == "Ack" else ""
    return (asked or "nobody named") + acknowledged


def objects_table(figure: Figure, fields: list[str], as_of: Any) -> Table:
    late = figure.name == "late_objects"
    return tables.table(
        figure.title,
        figure.rows,
        {
            "object": (tables.object_cell, tables.text),
            "tenant": ("tenant", tables.text),
            **{
                field: (f"field_{place}", tables.text)
                for place, field in enumerate(fields, 1)
                if field != "Tenant"
            },
            "SLA": ("sla", tables.text),
            "late since": ("breached", tables.instant),
            "late for (wall clock)": (
                lambda row: tables.minutes_between(row["breached"], as_of) if late else None,
                tables.minutes,
            ),
            "due": (lambda row: None if late else tables.instant(row["due"]), tables.instant),
            "working time left": (
                lambda row: None if late else row["remaining_minutes"],
                tables.working_time,
            ),
            "target": ("target_minutes", tables.working_time),
            "who should act": (who, tables.text),
            "level": ("escalation_level", tables.number),
            "state": ("state", tables.text),
            "in it since": ("state_since", tables.instant),
            "calendar": ("calendar", tables.text),
        },
    )


def objects_block(figure: Figure, fields: list[str], as_of: Any) -> Block:
    view = View("objects", table=objects_table(figure, fields, as_of))
    notes = listed(figure)
    if figure.rows:
        notes.append("The target, and the working time left, count only the calendar's hours.")
    return Block(figure, [view] if figure.rows else [], notes)


def escalations_block(figure: Figure, as_of: Any) -> Block:
    roles = [row for row in figure.rows if row["row_of_role"] == 1]
    by_role = tables.table(
        "Open escalations by role",
        roles,
        {
            "role": (lambda row: row["role"] or "(no role)", tables.text),
            "open": ("of_role", tables.number),
            "of these acknowledged": ("of_role_acknowledged", tables.number),
            "oldest since": ("raised", tables.instant),
            "age of the oldest": (
                lambda row: tables.minutes_between(row["raised"], as_of),
                tables.minutes,
            ),
        },
    )
    each = tables.table(
        figure.title,
        figure.rows,
        {
            "object": (tables.object_cell, tables.text),
            "tenant": ("tenant", tables.text),
            "SLA": ("sla", tables.text),
            "signal": ("signal_code", tables.text),
            "severity": ("severity", tables.text),
            "level": ("escalation_level", tables.number),
            "who should act": (who, tables.text),
            "raised": ("raised", tables.instant),
            "age": (lambda row: tables.minutes_between(row["raised"], as_of), tables.minutes),
        },
    )
    chart = charts.bars(
        "Open escalations by role",
        [row["role"] or "(no role)" for row in roles],
        {
            "open": [row["of_role"] - row["of_role_acknowledged"] for row in roles],
            "acknowledged": [row["of_role_acknowledged"] for row in roles],
        },
        {"open": "bad", "acknowledged": "warn1"},
        "escalations",
    )
    views = [View("by role", chart, by_role), View("each", table=each)] if figure.rows else []
    return Block(figure, views, listed(figure))


def approvals_block(figure: Figure, as_of: Any) -> Block:
    steps = [row for row in figure.rows if row["row_of_step"] == 1]
    age: Any = (lambda row: tables.minutes_between(row["since"], as_of), tables.minutes)
    asked: Any = (lambda row: row["roles"] or "(no role)", tables.text)
    by_step = tables.table(
        "Approvals that wait, by step",
        steps,
        {
            "flow": ("flow", tables.text),
            "step": ("approval_step", tables.text),
            "asked": asked,
            "waiting": ("of_step", tables.number),
            "oldest since": ("since", tables.instant),
            "age of the oldest": age,
        },
    )
    each = tables.table(
        figure.title,
        figure.rows,
        {
            "object": (tables.object_cell, tables.text),
            "tenant": ("tenant", tables.text),
            "flow": ("flow", tables.text),
            "step": ("approval_step", tables.text),
            "round": ("round_no", tables.number),
            "asked": asked,
            "approved by": ("approvals", tables.number),
            "needed": ("quorum", tables.number),
            "since": ("since", tables.instant),
            "age": age,
        },
    )
    views = [View("by step", table=by_step), View("each", table=each)] if figure.rows else []
    return Block(figure, views, listed(figure))


def section(figures: dict[str, Figure], fields: list[str], as_of: Any) -> Section:
    blocks = []
    if "timers" in figures:
        blocks.append(timers_block(figures["timers"], fields))
    if "escalations" in figures:
        blocks.append(escalations_block(figures["escalations"], as_of))
    if "approvals" in figures:
        blocks.append(approvals_block(figures["approvals"], as_of))
    for name in ("late_objects", "due_objects", "paused_objects"):
        if name in figures:
            blocks.append(objects_block(figures[name], fields, as_of))
    return Section("now", "Now", blocks)
