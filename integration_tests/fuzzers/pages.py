"""Hostile texts in the report's page.

What must hold: the page has the same tree of elements and attributes as that of harmless texts, its
block of data is JSON of the same structure, and its scripts are the ones of the package.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

from ozmeta_dbt.report import page
from ozmeta_dbt.report.document import BindingReport
from ozmeta_dbt.report.figures import TEXTS, Figure

from fuzzers.tally import Fault, Tally
from fuzzers.texts import hostile

VOID = {"meta", "br", "img", "input", "link", "hr", "col"}
WORDS = {"horizon", "outcome", "reason", "anomaly", "kind", "severity", "escalation_status"}
BLANKED = ("data-value", "aria-label", "content", "href", "id", "title", "aria-labelledby")


class Tree(HTMLParser):
    """The elements and attributes of a page, in order, and by themselves its data and scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []
        self.blocks: list[str] = []
        self.kinds: set[tuple[str, ...]] = set()  # of elements: tag and names of attributes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.add((tag, *sorted(name for name, _ in attrs)))
        shown = " ".join(name if name in BLANKED else f"{name}={value!r}" for name, value in attrs)
        self.found.append(f"<{tag} {shown}>" if attrs else f"<{tag}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"</{tag}>")
        if not self.open or self.open.pop() != tag:
            self.found.append("out of order")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            self.blocks.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.found.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.found.append("an instruction")


@cache
def assets() -> tuple[str, ...]:
    return tuple(page.asset(name) for name in page.SCRIPTS)


def parsed(html: str) -> Tree:
    """The page without the libraries, which take long to parse and hold all kinds of text."""
    for script in assets():
        if html.count(script) != 1:
            raise ValueError("a script of the package is not on the page as it is")
        html = html.replace(script, "")
    tree = Tree()
    tree.feed(html)
    tree.close()
    return tree


def shape(value: Any) -> Any:
    """A JSON value without its texts and numbers."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


def with_texts(report: BindingReport, text: Callable[[str], str]) -> BindingReport:
    """The report with other texts: those of the journal and of metadata."""
    names = {field: text(field) for field in report.fields}
    figures = {
        name: Figure(
            figure.name,
            figure.sql + f" -- {text('sql')}",
            [
                {
                    column: text(value)
                    if column in TEXTS - WORDS and isinstance(value, str)
                    else value
                    for column, value in row.items()
                }
                for row in figure.rows
            ],
        )
        for name, figure in report.figures.items()
    }
    stories = [
        replace(
            story,
            object_id=text(story.object_id),
            tenant=story.tenant and text(story.tenant),
            heading=text(story.heading),
            lines=[
                (position, at, text(what), [text(effect) for effect in effects])
                for position, at, what, effects in story.lines
            ],
            notes=[text(note) for note in story.notes],
        )
        for story in report.stories
    ]
    return replace(
        report,
        name=text(report.name),
        fields=list(names.values()),
        figures=figures,
        stories=stories,
    )


def page_of(reports: list[BindingReport], pieces: list[str]) -> Tree:
    """The page whose texts end in one piece after the other. Each begins so that texts stay apart
    and in their order.
    """
    numbers: dict[str, str] = {}

    def text(value: str) -> str:
        number = len(numbers)
        begin = f"{value[:3]}{number:05d}"
        return numbers.setdefault(value, begin + pieces[number % len(pieces)])

    changed = [with_texts(report, text) for report in reports]
    return parsed(page.html(changed, text("title"), text("tenant")))


def fewer_rows(report: BindingReport, most: int = 6) -> BindingReport:
    """The report with fewer rows of each figure: every kind of row, and a page that parses soon."""
    figures = {
        name: Figure(figure.name, figure.sql[:200], figure.rows[:most] + figure.rows[-most:])
        for name, figure in report.figures.items()
    }
    return replace(report, figures=figures)


def check(calm: Tree, found: Tree) -> str:
    """What is different on a page of hostile texts; empty if nothing is."""
    if calm.found != found.found:
        at = next(
            (n for n, (a, b) in enumerate(zip(calm.found, found.found, strict=False)) if a != b),
            min(len(calm.found), len(found.found)),
        )
        return f"another tree: {found.found[at - 3 : at + 3]} for {calm.found[at - 3 : at + 3]}"
    if len(calm.blocks) != len(found.blocks):
        return f"{len(found.blocks)} scripts and styles for {len(calm.blocks)}"
    for one, other in zip(calm.blocks, found.blocks, strict=True):
        if one == other:
            continue
        if "<" in other or "\u2028" in other:
            return "a sign that could end the block of data"
        try:
            shapes = shape(json.loads(one)), shape(json.loads(other))
        except ValueError as error:
            return f"the block of data is not JSON: {error}"
        if shapes[0] != shapes[1]:
            return "the block of data has another structure"
    return ""


TEXTS_A_PAGE = 100


def run(seed: int, inputs: int, tally: Tally, reports: list[BindingReport]) -> None:
    """So many texts, a hundred on each page."""
    reports = [fewer_rows(report) for report in reports]
    calm = page_of(reports, ["Plain"])
    for number in range(-(-inputs // TEXTS_A_PAGE)):
        name = f"pages {seed}-{number}"
        chance = random.Random(name)
        pieces = [hostile(chance, storable=True)[:2000] for _ in range(TEXTS_A_PAGE)]
        if wrong := check(calm, page_of(reports, pieces)):
            tally.faults.append(Fault(name, wrong))
        tally.count("a text on a page", len(pieces))
