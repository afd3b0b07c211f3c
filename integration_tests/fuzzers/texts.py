"""Hostile texts: what would be SQL, Jinja, YAML, HTML, Markdown or a path if nothing quoted it."""

from __future__ import annotations

import random
from typing import Any

# A harmless text that the hostile ones are compared with.
PLAIN = "Plain"
# Pieces, each of which means something to a reader. Texts are made of one or several.
PIECES = (
    # quotes and escapes of SQL, Jinja, JSON, Python
    *("'", "''", "'''", '"', '""', "`", "``", "\\", "\\\\", "\\'", "\\\\'", '\\"', "\\n", "\\x27"),
    *("\\u0027", "\\047", "\\N{APOSTROPHE}", "\u2019", "\u02bc", "\uff07", "[", "]", "]]", "N'"),
    *("\\\n", "\\\r\n", "\\\\\n", "\n\\\n", "${env:HOME}", "$\\{x}", "\\u0024{x}"),
    *("$$", "$a$", "$1", "${x}", "%", "%%", "%s", "%(a)s", "?", ":x", ":1", "@x", "{0}", "{x}"),
    # comments, ends of statements, statements
    *("--", "-- x", "/*", "*/", "/*+ x */", "#", ";", "; drop table t; --", "' or 1=1 --", "\\g"),
    *("') as x, (select 1) as y --", "' union all select null --", "\ngo\n", "x' 'y", "'||'"),
    # Jinja
    *("{{", "}}", "{%", "%}", "{#", "#}", "{{ 1/0 }}", "{% raw %}", "{% endraw %}", "{{{", "{%-"),
    *("{{ var('secret') }}", "{{ env_var('HOME') }}", "{% docs x %}", "{% enddocs %}", "-%}"),
    "{% do run_query('drop table t') %}",
    # YAML
    *("&a", "*a", "!!python/object:os.system", "<<", "? x", "- x", "x: y", "x:", ": ", " #", "|"),
    *(">", "%YAML 1.1", "---", "...", "~", "null", "true", "no", "on", "0x1f", "1e3", "1_000"),
    *("2026-01-01", "12:30:00", "[]", "{}", "!", "=", "@", "\t"),
    # HTML and scripts
    *("<script>alert(1)</script>", "</script>", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&#39;"),
    *("<img src=x onerror=alert(1)>", "</style>", "</title>", "javascript:alert(1)", "<", ">"),
    *('" onmouseover="x', "' onfocus='x", "<svg/onload=x>", "</textarea>", "&", "&quot;"),
    # Markdown, Mermaid, MkDocs
    *("# x", "## ", "**x**", "_x_", "~~x~~", "```", "~~~", "::: x", "!!! note", "??? x", "[x](y)"),
    *("![x](http://x)", "<http://x>", "| x |", "|", "---|---", "> x", "1. x", "+ x", "    x"),
    *("-->", "[*]", "%%{init: {}}%%", "end", "click x href y", "http://x.y", "www.x.y", "x@y.z"),
    *("<!channel>", "<@U1>", "<at>all</at>", ":tada:", "*x*", "&amp;"),
    # characters
    *("\n", "\r", "\r\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1b[31m", "\x07", "\x7f"),
    *("\x01", "\x1f", "\x9b", "\u00a0", "\u200b", "\u200f", "\u202e", "\u2066", "\ufeff", "\ufffd"),
    *(
        "\ufffe",
        "\ue000",
        "e\u0301",
        "é",
        "ß",
        "\u0130",
        "\u0131",
        "\u017f",
        "K",
        "ﬁ",
        "中",
        "😀",
        "👩\u200d💻",
    ),
    *("\U0010ffff", "\U000e0041", " ", "  "),
    # paths
    *("../", "../../etc/passwd", "/etc/passwd", "/tmp/x", "C:\\x", "~/x", "file:///x", "a/b", "."),
    *("..", "CON", "nul", "x.sql", "x\\y", "//x/y"),
    # names
    *("select", "from", "user", "order", "group", "table", "case", "CASE", "Case", "end", "null"),
    *("_TenantID", "EJ_ID", "_Key", "config", "this", "ref", "none", "self", "loop", "__class__"),
    *("a", "A", "x", "0", "-1", "1", "1.0", "NaN", "Infinity"),
)
# What no database stores: refused in metadata, read as another character in journals.
UNSTORABLE = ("\0", "\ud800", "\udfff", "x\0y", "\udc80")
ALPHABET = "abcXYZ019 _-./\\'\"`{}[]()<>%$#@!&*|;:,?=+~^\n\té\u202e😀"


def hostile(chance: random.Random, storable: bool = False) -> str:
    """A hostile text. storable: only characters that a database stores"""
    kind = chance.random()
    if kind < 0.35:
        text = chance.choice(PIECES)
    elif kind < 0.75:
        text = "".join(chance.choices(PIECES, k=chance.randint(2, 6)))
    elif kind < 0.9:
        text = "".join(chance.choices(ALPHABET, k=chance.randint(1, 30)))
    elif kind < 0.97:
        text = "".join(chr(code_point(chance)) for _ in range(chance.randint(1, 8)))
    else:
        text = chance.choice(PIECES) * chance.choice((50, 130, 300, 3000))
    if not storable and chance.random() < 0.03:
        place = chance.randint(0, len(text))
        text = text[:place] + chance.choice(UNSTORABLE) + text[place:]
    return text


def code_point(chance: random.Random) -> int:
    """Any character that is no surrogate and not NUL, low ones more often."""
    while True:
        found = chance.randint(1, chance.choice((0x7F, 0x2FF, 0xFFFF, 0x10FFFF)))
        if not 0xD800 <= found <= 0xDFFF:
            return found


NUMBERS: tuple[Any, ...] = (
    *(0, -1, 1, 2, 7, 60, 0.5, -0.0, 1e308, 5e-324, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1),
    *(2**63, -(2**63) - 1, 2**64, 10**30, 10**299, 10**400, 1e16, 1.0, 100000),
    *(float("nan"), float("inf"), float("-inf")),
)


def value(chance: random.Random, depth: int = 0) -> Any:
    """Any JSON value, most often a hostile text."""
    kind = chance.random()
    if kind < 0.4:
        return hostile(chance)
    if kind < 0.6:
        return chance.choice(NUMBERS)
    if kind < 0.7:
        return chance.choice((None, True, False, "", [], {}))
    if kind < 0.73:
        return nested(chance.choice((5, 40, 200)), chance.choice(("list", "dict", "rule")))
    if depth > 2:
        return None
    if kind < 0.87:
        return [value(chance, depth + 1) for _ in range(chance.randint(1, 3))]
    return {hostile(chance): value(chance, depth + 1) for _ in range(chance.randint(1, 3))}


def nested(depth: int, kind: str) -> Any:
    """A value within a value within a value."""
    found: Any = True
    for _ in range(depth):
        found = {
            "list": lambda inner: [inner],
            "dict": lambda inner: {"a": inner},
            "rule": lambda inner: {"op": "not", "args": [inner]},
        }[kind](found)
    return found
