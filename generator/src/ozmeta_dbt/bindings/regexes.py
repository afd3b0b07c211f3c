"""An RE2 pattern in the syntax of each engine. DuckDB, BigQuery and Redshift run it as it is."""

from __future__ import annotations

import re
from collections.abc import Callable

from ozmeta_dbt.bindings.re2 import CATEGORIES

CLASS = r"\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]"
QUOTED = r"\\Q.*?(?:\\E|$)"
NAMED_GROUP = r"\(\?P?<[A-Za-z0-9_]+>"
FLAGS_OR_GROUP = r"\(\?[a-zA-Z-]*[:)]"
CODE = r"\\x\{[0-9a-fA-F]+\}|\\x[0-9a-fA-F]{2}|\\0[0-7]{0,2}|\\[1-7][0-7]{1,2}"
UNICODE_CLASS = r"\\[pP](?:\{\^?\w+\}|\w)"
REPEAT = r"\{[0-9]+(?:,[0-9]*)?\}"


ASSERTIONS = ("^", "$", r"\A", r"\b", r"\B", r"\z")

# The white space of `\s`, in a class, and the codes of all other characters.
BLANK = r"\t\n\f\r "
NO_BLANK = ((1, 8), (0xB, 0xB), (0xE, 0x1F), (0x21, 0x10FFFF))


class UnsupportedError(Exception):
    """The engine has no equivalent of a part of the pattern. The message names the part."""


def tokens(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join((*alternatives, r"\\.", CLASS, ".")), re.DOTALL)


TOKENS = tokens(QUOTED, UNICODE_CLASS, CODE, NAMED_GROUP, FLAGS_OR_GROUP, REPEAT)
CLASS_TOKENS = re.compile(
    "|".join((r"\[:\^?[a-z]+:\]", UNICODE_CLASS, CODE, r"\\.", ".")), re.DOTALL
)
SNOWFLAKE_TOKENS = tokens(r"\(\?", r"(?:[*+?]|\{[0-9,]+\})\??")


def to_postgres(pattern: str) -> str:
    r"""`.` must exclude the line feed, `\s` the vertical tab, `\b` is `\y`, `\z` is `\Z`, the
    characters of `\Q...\E` are escaped one by one, and groups have no names.
    """
    flags = re.match(r"\(\?([a-zA-Z]+)\)", pattern)
    given = flags.group(1) if flags else ""
    out = [f"(?{'i' if 'i' in given else 'c'}{'w' if 'm' in given else ''})"] if flags else []
    translations = {
        ".": "." if "s" in given else r"[^\n]",
        "{": r"\{",
        r"\s": f"[{BLANK}]",
        r"\S": f"[^{BLANK}]",
        r"\b": r"\y",
        r"\B": r"\Y",
        r"\z": r"\Z",
    }
    before = ""
    for part in TOKENS.findall(pattern[flags.end() :] if flags else pattern):
        if before in ASSERTIONS and (part in ("*", "+", "?") or re.fullmatch(REPEAT, part)):
            raise UnsupportedError("repetitions of '^', '$' and the like")
        before = part
        if part in translations:
            out.append(translations[part])
        elif part[0] == "[" and len(part) > 1:
            out.append(postgres_class(part))
        elif part.startswith(r"\Q"):
            text = part[2:].removesuffix(r"\E")
            out.append(re.sub(r"([^A-Za-z0-9_])", r"\\\1", text))
        elif (code := code_of(part)) is not None:
            out.append(postgres_char(code))
        elif is_named_group(part):
            out.append("(")
        elif has_flags(part) or part[:2] in (r"\p", r"\P", r"\C"):
            raise UnsupportedError(repr(part[:2] if part[0] == "\\" else part))
        elif len(part) > 1 and part[0] == "{" and int(max(part[1:-1].split(","), key=len)) > 255:
            raise UnsupportedError("repetitions beyond 255")
        else:
            out.append(part)
    return "".join(out)


def postgres_class(part: str) -> str:
    start = "[^" if part.startswith("[^") else "["
    out: list[str] = []
    for one in CLASS_TOKENS.findall(part[len(start) : -1]):
        if one.startswith("[:^") or one[:2] in (r"\p", r"\P"):
            raise UnsupportedError(repr(one[:2] if one[0] == "\\" else one))
        if one == "[" or (one == "-" and out and is_class(out[-1])):
            out.append("\\" + one)
        elif one in (r"\s", r"\S"):
            out.append(blank_in_class(one, postgres_char))
        elif (code := code_of(one)) is not None:
            out.append(postgres_char(code))
        else:
            out.append(one)
    return f"{start}{''.join(out)}]"


def postgres_char(code: int) -> str:
    return f"\\U{code:08X}"


def to_spark(pattern: str) -> str:
    r"""Java's syntax. Characters other than the line feed end a line unless `(?d)` is set, `$` also
    matches before a final line feed, `\s` and `\b` know other characters, `i` ignores the case of
    ASCII letters only, and a character class may contain another class.
    """
    word = "[0-9A-Za-z_]"
    after, before, not_after, not_before = (
        f"({sign}{word})" for sign in ("?<=", "?=", "?<!", "?!")
    )
    translations = {
        "$": r"\z",
        "{": r"\{",
        r"\v": r"\x0B",
        r"\s": f"[{BLANK}]",
        r"\S": f"[^{BLANK}]",
        r"\b": f"(?:{not_after}{before}|{after}{not_before})",
        r"\B": f"(?:{not_after}{not_before}|{after}{before})",
    }
    is_multiline = re.search(r"\(\?[a-zA-Z]*m", pattern) is not None
    parts = TOKENS.findall(pattern)
    out = ["(?d)"] if is_multiline or "." in parts else []
    for part in parts:
        if part == r"\C" or (has_flags(part) and "U" in part):
            raise UnsupportedError(repr(part))
        if part[0] == "[" and len(part) > 1:
            out.append(spark_class(part))
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


def spark_class(part: str) -> str:
    start = "[^" if part.startswith("[^") else "["
    out = []
    for one in CLASS_TOKENS.findall(part[len(start) : -1]):
        if one.startswith("[:"):
            name, negated = one[2:-2].removeprefix("^"), "^" in one
            java_name = {"ascii": "ASCII", "xdigit": "XDigit"}.get(name, name.capitalize())
            if name == "word":
                out.append(r"\W" if negated else r"\w")
            else:
                out.append(rf"\{'P' if negated else 'p'}{{{java_name}}}")
        elif one in ("[", "]", "&", "^"):
            out.append("\\" + one)
        elif one in (r"\s", r"\S"):
            out.append(blank_in_class(one, spark_char))
        elif one == r"\v":
            out.append(r"\x0B")
        else:
            out.append(spark_script(one))
    return f"{start}{''.join(out)}]"


def spark_script(part: str) -> str:
    r"""`\p{Greek}` becomes `\p{IsGreek}`, and `\p{^Lu}` becomes `\P{Lu}`. A code is `\x{41}`."""
    if (code := code_of(part)) is not None:
        return spark_char(code)
    if part[:2] not in (r"\p", r"\P"):
        return part
    name = part[2:].strip("{}")
    is_other = (part[1] == "P") != name.startswith("^")
    name = name.removeprefix("^")
    if name == "Any":
        raise UnsupportedError(repr(part))
    return rf"\{'P' if is_other else 'p'}{{{'' if name in CATEGORIES else 'Is'}{name}}}"


def spark_char(code: int) -> str:
    return rf"\x{{{code:X}}}"


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


def code_of(part: str) -> int | None:
    """The code of a character that is written as a code: `\\x41`, `\\x{41}`, `\\101`."""
    if not re.fullmatch(CODE, part):
        return None
    return int(part[2:].strip("{}"), 16) if part[1] == "x" else int(part[1:], 8)


def blank_in_class(part: str, char: Callable[[int], str]) -> str:
    r"""`\s` or `\S` in a class. char: writes the code of a character."""
    if part == r"\s":
        return BLANK
    return "".join(f"{char(first)}-{char(last)}" for first, last in NO_BLANK)


def is_class(part: str) -> bool:
    """Whether a part of a class is a class itself, so that no range can begin with it."""
    return part.startswith("[:") or part in (BLANK, r"\d", r"\D", r"\w", r"\W")


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
