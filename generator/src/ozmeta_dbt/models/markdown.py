"""Text from metadata in Markdown and in Mermaid diagrams: it shows as written, and never as markup.
dbt reads Markdown below the models' folder for Jinja blocks, so no brace is written either.
"""

from __future__ import annotations

import re
import unicodedata

MAX_LABEL = 80
NO_BACKSLASH = {"{": "&#123;", "}": "&#125;", "<": "&lt;", "&": "&amp;", "$": "&#36;"}
LINKS = re.compile(r"(?i)\bwww\.|://|mailto:|@")


def visible(text: str) -> str:
    """On one line, without characters that cannot be seen or that change the order of others."""
    shown = "".join(
        " "
        if char.isspace() or unicodedata.category(char) == "Cc"
        else "\ufffd"
        if unicodedata.category(char) in ("Cf", "Cs", "Co", "Cn")
        else char
        for char in text
    )
    return " ".join(shown.split())


def plain(text: object) -> str:
    """A text within a paragraph, a heading, a list item or a table cell."""
    shown = visible(str(text))
    links = {place for found in LINKS.finditer(shown) for place in range(*found.span())}
    result = "".join(
        escaped(char, place in links, shown[max(place - 1, 0) : place + 2])
        for place, char in enumerate(shown)
    )
    return re.sub(r"^(\d*)([-+>.)])", r"\1\\\2", result)  # else it may begin a list or a quote


def escaped(char: str, in_link: bool, around: str) -> str:
    if char in NO_BACKSLASH:
        return NO_BACKSLASH[char]
    if in_link and not char.isalnum():  # GitHub makes links of addresses
        return f"&#{ord(char)};"
    if char == "_" and re.fullmatch(r"\w_\w", around):
        return char
    return f"\\{char}" if char in "\\`*_[]#|~" else char


def label(text: object) -> str:
    """A label in a Mermaid diagram. Mermaid writes a character as #<number>;"""
    shown = visible(str(text))
    if len(shown) > MAX_LABEL:
        shown = shown[: MAX_LABEL - 1] + "…"
    return entities(shown, " _.")


def entities(text: str, kept: str) -> str:
    """A text for Mermaid: letters, digits and the kept signs as they are, the rest as numbers."""
    return "".join(char if char.isalnum() or char in kept else f"#{ord(char)};" for char in text)


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a table. The cells are Markdown already."""
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
