"""Text from the journal in YAML, in comments, in Markdown and in Mermaid. It may be hostile, so it
is always quoted.
"""

from __future__ import annotations

import re
import textwrap

from ozmeta_dbt.models.markdown import entities
from ozmeta_dbt.words import shortened

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[ .+/-][A-Za-z0-9_]+)*/?")
RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
WIDTH = 116


def scalar(text: str) -> str:
    """A YAML scalar that is read as this text, on one line: plain if that is unambiguous."""
    if PLAIN.fullmatch(text) and text.lower() not in RESERVED:
        return text
    return '"' + "".join(map(escaped, text)) + '"'


def escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char == " " or (char.isprintable() and not char.isspace()):
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shown(text: str) -> str:
    """A name in a comment or a message: as in YAML, and cut if it is long."""
    return scalar(shortened(text))


def comment(text: str, indent: str = "") -> list[str]:
    """Lines of a YAML comment. The text must hold no line break, see `shown`."""
    start = f"{indent}# "
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=start,
        break_long_words=False,
        break_on_hyphens=False,
    )


def flow(row: dict[str, object]) -> str:
    """A row as a YAML mapping on one line. Values are texts, numbers, booleans, none, or lists or
    mappings of them.
    """
    return "{" + ", ".join(f"{scalar(key)}: {value_of(value)}" for key, value in row.items()) + "}"


def value_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return flow(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(value_of, value)) + "]"
    return str(value) if isinstance(value, int) else scalar(str(value))


def block(row: dict[str, object]) -> list[str]:
    """A row as a YAML mapping with one key per line. A mapping inside it is written in the same
    way, and deeper values on one line.
    """
    lines: list[str] = []
    for key, value in row.items():
        if isinstance(value, dict):
            lines.append(f"  {key}:")
            lines += [f"    {inner}: {value_of(of)}" for inner, of in value.items()]
        else:
            lines.append(f"  {key}: {value_of(value)}")
    return [f"-{lines[0][1:]}", *lines[1:]]


def mermaid(text: str) -> str:
    """A label between double quotes. Mermaid reads #<code>; as the character of that code."""
    return entities(shortened(text), " _-.,()/'")


def cell(text: str) -> str:
    """A name in a Markdown table."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|&~$-])", r"\\\1", shown(text))
