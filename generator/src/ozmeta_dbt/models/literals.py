"""Text from the metadata as Jinja and YAML literals, safe whatever it contains (SPEC 10)."""

from __future__ import annotations

import unicodedata
from typing import Any

WIDTH = 120


def quoted(text: str) -> str:
    """A Jinja string literal. Nothing in it can end the literal, or look like Jinja to a parser
    that scans for braces.
    """
    out = []
    for char in text:
        if (
            char in "'\\{}%#"
            or not (char.isprintable() or char == " ")
            or unicodedata.category(char) in ("Cf", "Cs")
        ):
            code = ord(char)
            out.append(
                f"\\x{code:02x}"
                if code < 0x100
                else f"\\u{code:04x}"
                if code < 0x10000
                else f"\\U{code:08x}"
            )
        else:
            out.append(char)
    return "'" + "".join(out) + "'"


def jinja(value: Any, indent: int = 0, beside: int = 0) -> str:
    """A Jinja literal, on one line if that fits, else with one entry per line.

    beside: how many more characters are on the first line
    """
    flat = one_line(value)
    if len(flat) + indent + beside <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        lines = [
            f"{pad}{quoted(key)}: {jinja(item, indent + 2, len(quoted(key)) + 3)}"
            for key, item in value.items()
        ]
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    return (
        "[\n"
        + ",\n".join(pad + jinja(item, indent + 2, 1) for item in value)
        + "\n"
        + " " * indent
        + "]"
    )


def one_line(value: Any) -> str:
    if isinstance(value, Code):
        return value.text
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{quoted(key)}: {one_line(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(one_line, value)) + "]"
    if isinstance(value, str):
        return quoted(value)
    return (
        {None: "none", True: "true", False: "false"}[value]
        if value is None or isinstance(value, bool)
        else str(value)
    )


class Code:
    """Jinja that the generator itself writes, such as a ref."""

    def __init__(self, text: str):
        self.text = text


def yaml_text(text: str) -> str:
    """A text for a properties file, which dbt renders as Jinja. It is rendered unchanged, including
    braces.
    """
    whole = text.rstrip("\n")  # Jinja drops a newline at the end
    plain = "".join(
        (
            char
            if char != "{" and (char.isprintable() or char == "\n")
            else f"{{{{ {quoted(char)} }}}}"
        )
        for char in whole
    )
    return plain + "{{ '\\x0a' }}" * (len(text) - len(whole))
