"""Patterns are checked by the grammar of RE2. DuckDB, which has RE2, takes and refuses the same."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metadb_samples import Project, minimal, rule
from ozmeta_dbt.bindings import re2

VALID = [
    *(r"\pL", r"\p{Greek}", r"\P{^Greek}", r"[\pN\p{Lu}]", r"\p{Any}", r"\p{^L}", r"\pLu"),
    *(r"[[:^word:]-z]", "[]a]", "[^]a]", "[a-b-c]", r"[\d-z]", "[[=a=]]", "[[:a]", "[a-z&&[b]]"),
    *(r"\Qa(b\E*", r"\Q", r"\C", r"\z", r"\A\B", r"\12", r"\08", r"\x{1F600}", r"\_\-", r"\a\v"),
    *("(?i)a", "(?i-s:a)", "(?U)a+", "(?)", "()", "(?:)*", "a||b", "(?P<n>a)", "^*"),
    *("a{", "a{,2}", "a{2}?", "(a{2}){3}", "(a{1000})*", "(a{500}){2}", "(a*)*", "a\nb", "é{2}"),
]
REFUSED = {
    r"\p": "no category or script",
    r"\pX": r"'\\pX' is no category or script of Unicode, such as \pL, \p{Lu} or \p{Greek}",
    r"\p{Greekk}": "no category or script",
    r"\p{L&}": "no category or script",
    r"(a)\1": "RE2 has no back-references",
    r"\8": "RE2 has no back-references",
    "(?=a)": "RE2 has no look-around",
    "(?P=n)": "RE2 has no back-references",
    "(?<n>a)": "write (?P<name>...)",
    "(?x)a": "RE2 has no flags other than i, m, s and U",
    "(?i-)": "RE2 has no flags",
    "(?": "'(?' begins no group",
    "a++": "RE2 has no repetition '+' of a repetition",
    "a{2}{3}": "RE2 has no repetition '{3}'",
    "a*??": "RE2 has no repetition '?'",
    "|*": "'*' repeats nothing",
    "(?i)*": "'*' repeats nothing",
    r"\Q\E*": "'*' repeats nothing",
    "a{2,1}": "bounds in the wrong order",
    "a{1001}": "at most 1000 times",
    "(a{0,1000}){0,1000}": "also in nested repetitions",
    "((a{10}){10}){11}": "also in nested repetitions",
    "a)": "')' closes no group",
    "(a": "a group is not closed",
    "[]": "a class of characters is not closed",
    "[[:alpha:]": "a class of characters is not closed",
    "[[:foo:]]": "'[:foo:]' is no class",
    "[z-a]": "the range 'z-a' has its ends in the wrong order",
    r"[a-\d]": r"RE2 has no escape '\d' here",
    r"[\b]": r"RE2 has no escape '\b' here",
    r"\Z": r"RE2 has no escape '\Z' here",
    r"\é": r"RE2 has no escape '\é' here",
    r"\x4": r"RE2 has no escape '\x' here",
    r"\x{110000}": "beyond the last character",
    "a\\": "ends with a backslash",
}
PARTS = st.sampled_from(
    [
        *(part for pattern in VALID for part in (pattern, pattern[:1])),
        *REFUSED,
        *("(", ")", "[", "]", "[^", "-", "{3}", "{2,}", "?", "+", "\\", ":]", r"\Q", r"\E", "|"),
    ]
)


def reason(pattern: str) -> str:
    try:
        re2.check(pattern)
    except ValueError as error:
        return str(error)
    return ""


def in_duckdb(pattern: str) -> str:
    try:
        duckdb.execute("select regexp_matches('abc', ?)", [pattern]).fetchall()
    except duckdb.Error as error:
        return str(error)
    return ""


@pytest.mark.parametrize("pattern", VALID)
def test_a_pattern_of_re2(pattern: str) -> None:
    assert reason(pattern) == in_duckdb(pattern) == ""


@pytest.mark.parametrize("pattern", REFUSED)
def test_no_pattern_of_re2(pattern: str) -> None:
    assert REFUSED[pattern] in reason(pattern) and in_duckdb(pattern)


@settings(max_examples=500, deadline=None)
@given(parts=st.lists(PARTS, max_size=5))
def test_any_pattern(parts: list[str]) -> None:
    """DuckDB also takes two groups of one name, and a(?i)*. Some engines refuse both."""
    own, theirs = reason("".join(parts)), in_duckdb("".join(parts))
    if "have the name" in own or "repeats nothing" in own or "too large" in theirs:
        return
    assert bool(own) == bool(theirs), (own, theirs)


@pytest.mark.parametrize("name", ["1", "é", "n-m", ""])
def test_the_name_of_a_group_is_one_that_every_engine_takes(name: str) -> None:
    assert reason(f"(?P<{name}>a)")


def test_flags_are_not_repeated() -> None:
    assert reason("a(?i)*") == "'*' repeats nothing"


def test_two_groups_of_one_name() -> None:
    assert reason("(?P<n>a)|(?P<n>b)") == "two groups have the name n"


@pytest.mark.parametrize("pattern", [r"\pL+", r"^\p{Greek}", r"(?U)a+", r"\Q.\E"])
def test_a_rule_with_a_pattern_of_re2_is_generated(project: Project, pattern: str) -> None:
    tables = minimal()
    expr = {"op": "regex", "args": [{"ref": "object.X"}, {"lit": pattern}]}
    tables["RuntimeSlaBinding"][0]["RSB_StartRule"] = rule("TimerStart", expr)
    project.metadb(tables)
    assert project.refused() == [] and project.generate()
