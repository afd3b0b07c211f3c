"""The document of `impact` for people: as text for a terminal, and as Markdown for a comment on a
pull request. Names from the metadata and the journal are data in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from ozmeta_dbt.models.markdown import visible
from ozmeta_dbt.operations.facts import duration
from ozmeta_dbt.words import counted, shortened

Group = dict[str, Any]
MOST_ROWS = 12  # of a table; the JSON document has more
MOST_CHARACTERS = 60_000  # GitHub refuses a comment of more than 65,536
MARK = "<!-- ozmeta-dbt impact -->"
WEB = re.compile(r"(?i)(?<=www)\.")  # GitHub makes a link of it
FIRST_RUN = (
    "no run has completed yet, so there are no tables that could change: the first run writes them"
)


@dataclass(frozen=True)
class Section:
    """A table of counts. Its cells are texts as they are in the metadata and the journal."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    more: int = 0  # rows left out


@dataclass(frozen=True)
class Told:
    """What the text says about a binding: its name, a sentence with the totals, and the details."""

    binding: str
    summary: str
    notes: list[tuple[str, list[str]]] = field(default_factory=list)  # words, names
    sections: list[Section] = field(default_factory=list)


# ---------------------------------------------------------------- what is said


def state(status: str | None, outcome: str | None = None) -> str:
    if status is None:
        return "none"
    return status if outcome in (None, status) else f"{status}, {outcome}"


def cycle(group: Group, side: str) -> str:
    return state(group.get(f"{side}_status"), group.get(f"{side}_outcome"))


def assignee(group: Group, side: str) -> str:
    role, principal = group.get(f"{side}_role"), group.get(f"{side}_principal")
    named = [f"role {role}" if role is not None else None, principal]
    return " and ".join(name for name in named if name is not None) or "nobody"


def level(group: Group) -> str:
    number = group.get("level")
    return str(group["signal"]) + (f" level {number}" if number is not None else "")


def escalation(group: Group, side: str) -> str:
    severity, status = group[f"{side}_severity"], group[f"{side}_status"]
    return f"{severity} to {assignee(group, side)}, {status}"


def effect(group: Group, side: str) -> str:
    what, mark, target = (group[f"{side}_{part}"] for part in ("effect", "mark", "state"))
    if what is None:
        return "not read"
    words = {"Applied": f"moves to {target}", "Nothing": "moves nothing"}
    told = words.get(what, str(what).lower())
    return told + (f", {mark}" if mark is not None else "")


def shift(group: Group) -> str:
    """By how much due times move."""
    least, greatest = group["least_shift_seconds"], group["greatest_shift_seconds"]
    if least is None:
        return ""
    ends = [
        ("-" if seconds < 0 else "+") + duration(abs(seconds) * 1_000_000)
        for seconds in (least, greatest)
    ]
    return ends[0] if least == greatest else f"{ends[0]} to {ends[1]}"


def sizes(group: Group) -> list[str]:
    return [str(group["rows"]), str(group["objects"])]


def sla(group: Group) -> str:
    return "" if group.get("sla") is None else str(group["sla"])


Cells = Callable[[Group], list[str]]
# title, heads, the kinds it shows, and the cells of a group of each
TABLES: list[tuple[str, list[str], dict[str, Cells]]] = [
    (
        "Cycles",
        ["SLA", "before", "after", "cycles", "objects"],
        {
            kind: lambda g: [sla(g), cycle(g, "before"), cycle(g, "after"), *sizes(g)]
            for kind in ("cycles_changed", "cycles_added", "cycles_removed")
        },
    ),
    (
        "Due times",
        ["SLA", "by", "later", "earlier", "now known", "no longer known", "cycles", "objects"],
        {
            "due_moved": lambda g: [
                sla(g),
                shift(g),
                *(str(g[key]) for key in ("later", "earlier", "now_known", "no_longer_known")),
                *sizes(g),
            ]
        },
    ),
    (
        "Escalations",
        ["SLA", "level", "before", "after", "rows", "objects"],
        {
            "escalations_raised": lambda g: [
                *(sla(g), level(g), "none", escalation(g, "after")),
                *sizes(g),
            ],
            "escalations_retracted": lambda g: [
                *(sla(g), level(g), escalation(g, "before"), "retracted"),
                *sizes(g),
            ],
            "escalations_changed": lambda g: [
                *(sla(g), level(g), escalation(g, "before"), escalation(g, "after")),
                *sizes(g),
            ],
            "escalations_moved": lambda g: [
                *(sla(g), level(g), "raised", f"raised {shift(g)}"),
                *sizes(g),
            ],
        },
    ),
    (
        "Signals",
        ["signal", "SLA", "the next run logs it as", "rows", "objects"],
        {
            "signals_raised": lambda g: [level(g), sla(g), str(g["kind"]), *sizes(g)],
            "signals_retracted": lambda g: [level(g), sla(g), "Retracted", *sizes(g)],
        },
    ),
    (
        "Approval rounds",
        ["flow", "before", "after", "rounds", "objects"],
        {
            "rounds_changed": lambda g: [
                str(g["flow"]),
                *(
                    state(g[f"{side}_status"])
                    + (f" at {g[f'{side}_step']}" if g[f"{side}_step"] is not None else "")
                    for side in ("before", "after")
                ),
                *sizes(g),
            ]
        },
    ),
    (
        "Current states",
        ["before", "after", "objects"],
        {
            "states_changed": lambda g: [
                *(state(g[f"{side}_state"]) for side in ("before", "after")),
                str(g["objects"]),
            ]
        },
    ),
    (
        "Events",
        ["event type", "before", "after", "events", "objects"],
        {
            "events_changed": lambda g: [
                str(g["event_type"]),
                *(effect(g, side) for side in ("before", "after")),
                *sizes(g),
            ]
        },
    ),
]
# {kind: what its rows are called, and what would happen to them}, in the order of the summary
PHRASES = {
    "cycles_changed": ("cycle", "would have a different outcome"),
    "cycles_added": ("cycle", "would appear"),
    "cycles_removed": ("cycle", "would vanish"),
    "due_moved": ("due time", "would move"),
    "escalations_raised": ("escalation", "would be raised"),
    "escalations_retracted": ("escalation", "would be retracted"),
    "escalations_changed": ("escalation", "would differ"),
    "escalations_moved": ("escalation", "would be raised at another time"),
    "signals_raised": ("signal", "would be raised"),
    "signals_retracted": ("signal", "would be retracted"),
    "rounds_changed": ("approval round", "would have a different outcome"),
    "states_changed": ("current state", "would differ"),
    "events_changed": ("event", "would have a different effect"),
    "other": ("row", "would differ in other ways"),
}
NOTES = {
    "slas_first": "SLAs with cycles for the first time",
    "slas_gone": "SLAs that are gone, with their cycles",
    "levels_first": "levels that are raised for the first time",
    "levels_gone": "levels that are gone",
}


def told_of(binding: dict[str, Any]) -> Told:
    notes = []
    for key, words in NOTES.items():
        names = [
            one if isinstance(one, str) else f"{level(one)} of {one['sla']}"
            for one in binding["definitions"][key]
        ]
        notes += [(words, names)] if names else []
    if binding["tables_gone"]:
        names = [
            f"{one['table']} ({counted(one['rows'], 'row')})" for one in binding["tables_gone"]
        ]
        notes.append(("tables that no run would keep up to date any more", names))
    if binding["objects_left_out"]:
        arrived = counted(binding["objects_left_out"], "object")
        notes.append((f"{arrived} left out: events arrived that no run has read", []))
    if binding["tables_left_out"]:
        notes.append(
            (
                "left out, since they count all objects, and not all of them are compared",
                binding["tables_left_out"],
            )
        )
    return Told(binding["binding"], summary(binding), notes, list(sections(binding)))


def summary(binding: dict[str, Any]) -> str:
    compared = f"{counted(binding['objects'], 'object')} as of {binding['as_of']}"
    if binding["is_new"]:
        compared = f"a new binding, with {compared}"
    counts = [
        f"{counted(binding['kinds'][kind]['rows'], noun)} {what}"
        for kind, (noun, what) in PHRASES.items()
        if binding["kinds"].get(kind, {}).get("rows")
    ]
    if not counts and any(table["rows_that_differ"] for table in binding["tables"]):
        counts = ["rows differ in other columns"]
    if not counts:
        counts = ["no row would differ"]
    return f"{compared}: {', '.join(counts)}"


def sections(binding: dict[str, Any]) -> Iterator[Section]:
    for title, heads, kinds in TABLES:
        groups = [
            (kind, group)
            for kind in kinds
            for group in binding["kinds"].get(kind, {}).get("groups", [])
        ]
        if groups:
            rows = [kinds[kind](group) for kind, group in groups[:MOST_ROWS]]
            yield Section(title, heads, rows, len(groups) - len(rows))
    rows = [
        [one["table"], str(one["rows"]), str(one["rows_that_differ"])]
        for one in binding["tables"]
        if one["rows_that_differ"]
    ]
    if rows:
        heads = ["table", "rows", "rows that differ"]
        yield Section("Rows that differ, in any column", heads, rows)


def verdict(document: dict[str, Any]) -> str:
    if document["first_run"]:
        return FIRST_RUN
    said = "the metadata would change the tables" if document["changes"] else "nothing would change"
    sample = document["sample"]
    if sample["objects"]:
        return f"{said}, as far as {', '.join(sample['objects'])} show"
    if sample["share"] < 1:
        drawn = f", drawn by '{sample['salt']}'" if sample["salt"] else ""
        return f"{said}, as far as {sample['share']:.4g} of the objects show{drawn}"
    return said


def headline(story: dict[str, Any]) -> tuple[str, str]:
    """An object, and what it is an example of."""
    tenant = f" of tenant {story['tenant']}" if story["tenant"] else ""
    kinds = [" ".join(PHRASES[kind]) for kind in story["kinds"]]
    return f"{story['object']}{tenant}", ", ".join(kinds)


# ---------------------------------------------------------------- for a terminal


def show(document: dict[str, Any], out: Console) -> None:
    say(out, ("yellow" if document["changes"] else "green", verdict(document)))
    for gone in document["bindings_gone"]:
        objects = counted(gone["objects"], "object")
        text = f": the binding is gone. Its tables stay as they are, with {objects}"
        say(out, ("bold", gone["object_type"]), ("", text))
    for binding in document["bindings"]:
        told = told_of(binding)
        say(out, ("bold", told.binding), ("", f": {told.summary}"))
        for words, names in told.notes:
            say(out, ("", words + (": " + ", ".join(names) if names else "")))
        for section in told.sections:
            out.print(f"\n{section.title}")
            heads = [Column(head, overflow="fold") for head in section.heads]
            table = Table(*heads, box=None, pad_edge=False)
            for row in section.rows:
                table.add_row(*(Text(visible(shortened(cell, 200))) for cell in row))
            out.print(table)
            if section.more:
                out.print(f"and {section.more} more, see --json")
    for binding in document["bindings"]:
        for story in binding["stories"]:
            name, kinds = headline(story)
            out.print()
            say(out, ("bold", f"{binding['binding']} {name}"), ("", f" (example of: {kinds})"))
            for mark, style, side in (("-", "red", "before"), ("+", "green", "after")):
                for line in story[side]:
                    say(out, (style, f"{mark} {line}"))
            for line in story["columns"]:
                say(out, ("", " "), ("", f" {line}"))


def say(out: Console, *parts: tuple[str, str]) -> None:
    """A line of parts, each with its style. Nothing in a text is markup. A part may begin with a
    blank.
    """
    line = Text()
    for style, text in parts:
        line.append(" " * text.startswith(" ") + visible(text), style)
    out.print(line)


# ---------------------------------------------------------------- for a pull request


def code(text: object) -> str:
    """A text as code: GitHub makes no mention, reference or link of it. Everything that could be
    markup is written as a number, so that it shows as it is, also in a table.
    """
    shown = shortened(visible(str(text)), 200)
    written = "".join(
        char if char.isalnum() or char in " -+:.,()" or ord(char) > 127 else f"&#{ord(char)};"
        for char in shown
    )
    return f"<code>{WEB.sub('&#46;', written)}</code>" if written else ""


def cell(text: str) -> str:
    return text if re.fullmatch("[0-9]+", text) else code(text)


def markdown(document: dict[str, Any]) -> str:
    """A comment. If it is too long for one, examples are left out."""
    lines = [MARK, "### What the metadata would do to the tables", "", spoken(document), ""]
    for gone in document["bindings_gone"]:
        objects = counted(gone["objects"], "object")
        lines.append(
            f"- {code(gone['object_type'])}: the binding is gone. Its tables stay as they are, with"
            f" {objects}."
        )
    for binding in document["bindings"]:
        told = told_of(binding)
        lines += [f"- {code(told.binding)}: {told.summary}."]
        for words, names in told.notes:
            lines.append(f"  - {words}" + (": " + ", ".join(map(code, names)) if names else ""))
    lines.append("")
    for binding in document["bindings"]:
        for section in told_of(binding).sections:
            lines += [f"**{section.title}** of {code(binding['binding'])}", ""]
            lines += [f"| {' | '.join(section.heads)} |", "|" + " --- |" * len(section.heads)]
            lines += [f"| {' | '.join(map(cell, row))} |" for row in section.rows]
            lines += ["", f"and {section.more} more", ""] if section.more else [""]
    blocks = [
        block(binding["binding"], story)
        for binding in document["bindings"]
        for story in binding["stories"]
    ]
    return fitted("\n".join(lines), blocks)


def spoken(document: dict[str, Any]) -> str:
    """The verdict as a sentence."""
    said = verdict(document)
    beginning, comma, rest = said.partition(", as far as ")
    seen = f"{comma}{code(rest)}" if comma else ""
    return f"{beginning[0].upper()}{beginning[1:]}{seen}."


def block(binding: str, story: dict[str, Any]) -> str:
    name, kinds = headline(story)
    lines = [f"{code(f'{binding} {name}')} (example of: {kinds})", ""]
    for words, told in (("before", "before"), ("after", "after"), ("columns", "columns")):
        lines += [f"- {words}: {code(line)}" for line in story[told]]
    return "\n".join(lines)


def fitted(head: str, blocks: list[str]) -> str:
    """The counts, then as many examples as fit."""
    if len(head) > MOST_CHARACTERS:
        kept = head[:MOST_CHARACTERS].rpartition("\n")[0]
        return f"{kept}\n\nThe rest is too long for a comment, see `ozmeta-dbt impact --json`.\n"
    length, kept_blocks = len(head), []
    for text in blocks:
        length += len(text) + 2
        if length > MOST_CHARACTERS:
            break
        kept_blocks.append(text)
    if not kept_blocks:
        return head.rstrip() + "\n"
    more = len(blocks) - len(kept_blocks)
    left = [f"and {more} more, see `ozmeta-dbt impact --json`"] * bool(more)
    inside = "\n\n".join([*kept_blocks, *left])
    return (
        f"{head.rstrip()}\n\n<details><summary>{counted(len(kept_blocks), 'example')}</summary>\n\n"
        f"{inside}\n\n</details>\n"
    )
