"""An RE2 pattern in the syntax of each engine. DuckDB, BigQuery and Redshift run it as it is."""

from __future__ import annotations

import re
from collections.abc import Callable

CLASS = r"\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]"
QUOTED = r"\\Q.*?(?:\\E|$)"
NAMED_GROUP = r"\(\?P?<[A-Za-z0-9_]+>"
FLAGS_OR_GROUP = r"\(\?[a-zA-Z-]*[:)]"
HEX = r"\\x\{[0-9a-fA-F]+\}"
UNICODE_CLASS = r"\\[pP]\{\^?\w+\}"


class UnsupportedError(Exception):
    """The engine has no equivalent of a part of the pattern. The message names the part."""


def tokens(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join((*alternatives, r"\\.", CLASS, ".")), re.DOTALL)


POSTGRES_TOKENS = tokens(QUOTED, HEX, r"\\x[0-9a-fA-F]{2}", NAMED_GROUP, FLAGS_OR_GROUP)
SPARK_TOKENS = tokens(QUOTED, UNICODE_CLASS, HEX, NAMED_GROUP, FLAGS_OR_GROUP)
SPARK_CLASS_TOKENS = re.compile(
    "|".join((r"\[:\^?[a-z]+:\]", UNICODE_CLASS, HEX, r"\\.", ".")), re.DOTALL
)
SNOWFLAKE_TOKENS = tokens(r"\(\?", r"(?:[*+?]|\{[0-9,]+\})\??")


def to_postgres(pattern: str) -> str:
    r"""`.` must exclude the line feed, `\b` is `\y`, `\z` is `\Z`, the characters of `\Q...\E` are
    escaped one by one, and groups have no names.
    """
    flags = re.match(r"\(\?([a-zA-Z]+)\)", pattern)
    given = flags.group(1) if flags else ""
    out = [f"(?{'i' if 'i' in given else 'c'}{'w' if 'm' in given else ''})"] if flags else []
    boundaries = {r"\b": r"\y", r"\B": r"\Y", r"\z": r"\Z"}
    parts = POSTGRES_TOKENS.findall(pattern[flags.end() :] if flags else pattern)
    for part in parts:
        if part == ".":
            out.append("." if "s" in given else r"[^\n]")
        elif part in boundaries:
            out.append(boundaries[part])
        elif part.startswith(r"\Q"):
            text = part[2:].removesuffix(r"\E")
            out.append(re.sub(r"([^A-Za-z0-9_])", r"\\\1", text))
        elif part.startswith(r"\x"):
            out.append(r"\U" + ("00000000" + part[2:].strip("{}"))[-8:])
        elif is_named_group(part):
            out.append("(")
        elif has_flags(part) or part[:2] in (r"\p", r"\P", r"\C"):
            raise UnsupportedError(repr(part))
        else:
            out.append(part)
    repeats = re.findall(r"\{([0-9,]+)\}", "".join(part for part in parts if len(part) == 1))
    if any(int(count) > 255 for repeat in repeats for count in repeat.split(",") if count):
        raise UnsupportedError("repetitions beyond 255")
    return "".join(out)


def to_spark(pattern: str) -> str:
    r"""Java's syntax. Characters other than the line feed end a line unless `(?d)` is set, `$` also
    matches before a final line feed, `\s` and `\b` know other characters, `i` ignores the case of
    ASCII letters only, and a character class may contain another class.
    """
    blank, word = r"\t\n\f\r ", "[0-9A-Za-z_]"
    after, before, not_after, not_before = (
        f"({sign}{word})" for sign in ("?<=", "?=", "?<!", "?!")
    )
    translations = {
        "$": r"\z",
        r"\v": r"\x0B",
        r"\s": f"[{blank}]",
        r"\S": f"[^{blank}]",
        r"\b": f"(?:{not_after}{before}|{after}{not_before})",
        r"\B": f"(?:{not_after}{not_before}|{after}{before})",
    }
    is_multiline = re.search(r"\(\?[a-zA-Z]*m", pattern) is not None
    parts = SPARK_TOKENS.findall(pattern)
    out = ["(?d)"] if is_multiline or "." in parts else []
    for part in parts:
        if part == r"\C" or (has_flags(part) and "U" in part):
            raise UnsupportedError(repr(part))
        if part[0] == "[" and len(part) > 1:
            out.append(spark_class(part, blank))
        elif part == "$" and is_multiline:
            out.append(part)
        elif part in translations:
            out.append(translations[part])
        elif is_named_group(part):
            out.append("(")
        elif has_flags(part) and "i" in part.split("-")[0]:
            out.append(part.replace("i", "iu"))
        else:
            out.append(spark_script(part))
    return "".join(out)


def spark_class(part: str, blank: str) -> str:
    start = "[^" if part.startswith("[^") else "["
    out = []
    for one in SPARK_CLASS_TOKENS.findall(part[len(start) : -1]):
        if one.startswith("[:"):
            name, negated = one[2:-2].removeprefix("^"), "^" in one
            java_name = {"ascii": "ASCII", "xdigit": "XDigit"}.get(name, name.capitalize())
            if name == "word":
                out.append(r"\W" if negated else r"\w")
            else:
                out.append(rf"\{'P' if negated else 'p'}{{{java_name}}}")
        elif one in ("[", "]", "&", "^"):
            out.append("\\" + one)
        elif one == r"\s":
            out.append(blank)
        else:
            out.append(spark_script(one))
    return f"{start}{''.join(out)}]"


def spark_script(part: str) -> str:
    r"""`\p{Greek}` becomes `\p{IsGreek}`. Categories such as `\p{Lu}` and `\pL` stay."""
    is_script = part.startswith((r"\p{", r"\P{")) and len(part) > 6
    return f"{part[:3]}Is{part[3:]}" if is_script else part


def to_snowflake(pattern: str) -> str:
    r"""Snowflake has `\d`, `\w` and `\b`, but neither RE2's other escapes nor `(?...)`. A `?` after
    a repetition is dropped, because it does not change whether the pattern matches.
    """
    characters = {r"\n": "\n", r"\t": "\t", r"\r": "\r", r"\f": "\f", r"\v": "\v", r"\a": "\a"}
    out = []
    for part in SNOWFLAKE_TOKENS.findall(pattern):
        if part == "(?":
            raise UnsupportedError("groups that begin with '(?'")
        if re.fullmatch(r"(?:[*+?]|\{[0-9,]+\})\?", part):
            out.append(part[:-1])
            continue
        for one in re.findall(r"\\.|.", part, re.DOTALL):
            if one not in characters and re.match(r"\\(?![dDsSwWbB])[A-Za-z0-9]", one):
                raise UnsupportedError(repr(one))
            out.append(characters.get(one, one))
    return "".join(out)


def is_named_group(part: str) -> bool:
    return part.startswith("(?") and part.endswith(">")


def has_flags(part: str) -> bool:
    return part.startswith("(?") and part != "(?:" and not is_named_group(part)


# {dialect: translation}. The macro regex_dialect returns the dialect of an adapter.
DIALECTS: dict[str, Callable[[str], str]] = {
    "postgres": to_postgres,
    "snowflake": to_snowflake,
    "spark": to_spark,
}


def translations(pattern: str) -> dict[str, str | None]:
    """The pattern of each dialect whose pattern differs; none if the dialect cannot express it."""
    found: dict[str, str | None] = {}
    for dialect, translate in DIALECTS.items():
        try:
            found[dialect] = translate(pattern)
        except UnsupportedError:
            found[dialect] = None
    return {dialect: own for dialect, own in found.items() if own != pattern}
