"""The blocks of a page of the documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

PART = re.compile(
    r"<!-- set up: (?P<setup>[^>]+?) -->|"
    r"(?:<!-- (?P<mark>not run|exit): (?P<why>[^>]+?) -->\n+)?"
    r"(?:^ *`(?P<file>[\w./-]+)`\n\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^ *```$"
    r"|(?<!`)`(?P<query>select [^`]+)`",
    re.M | re.S,
)


@dataclass(frozen=True)
class Part:
    """A block of a page, or a query in its text."""

    language: str
    body: str
    line: int
    span: tuple[int, int]  # where the body is in the page
    indent: str = ""
    file: str | None = None
    not_run: str | None = None
    exit: int = 0


def parts_of(text: str) -> Iterator[Part]:
    for match in PART.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["query"]:
            yield Part("sql", match["query"].replace("\\|", "|"), line, match.span("query"))
            continue
        if match["setup"]:
            yield Part("sh", match["setup"].replace("; ", "\n"), line, match.span("setup"))
            continue
        mark, why, indent = match["mark"], match["why"], match["indent"]
        yield Part(
            match["language"],
            re.sub(rf"^{indent}", "", match["body"], flags=re.M),
            line,
            match.span("body"),
            indent,
            match["file"],
            why if mark == "not run" else None,
            int(why) if mark == "exit" else 0,
        )


def documents_in(part: Part) -> list[Any]:
    if part.language == "json":
        return [json.loads(part.body)]
    return list(yaml.safe_load_all(part.body)) if part.language == "yaml" else []
