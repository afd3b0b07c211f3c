"""RE2 patterns in the syntax of each engine. The engines' own tests run such patterns."""

from __future__ import annotations

import pytest
from ozmeta_dbt.bindings.regexes import DIALECTS, UnsupportedError, translations

WORD = "[0-9A-Za-z_]"


@pytest.mark.parametrize(
    "pattern", ["^Case", "^(Closed|Waiting)", "[A-Z]{2,3}-[0-9]+", r"\d\w", "it's", "[[:alpha:]]"]
)
def test_most_patterns_are_the_same_everywhere(pattern: str) -> None:
    own = translations(pattern)
    assert set(own) <= ({"spark"} if "[[:" in pattern else set())


@pytest.mark.parametrize(
    ("dialect", "pattern", "expected"),
    [
        ("postgres", "a.b", r"a[^\n]b"),
        ("postgres", "(?s)a.b", "(?c)a.b"),
        ("postgres", "(?im)^a$", "(?iw)^a$"),
        ("postgres", r"\ba\B\z", r"\ya\Y\Z"),
        ("postgres", r"\Qa.b\E.", r"a\.b[^\n]"),
        ("postgres", r"\x41\x{1F600}", r"\U00000041\U0001F600"),
        ("postgres", "(?P<name>a)(?:b)", "(a)(?:b)"),
        ("postgres", r"[.\w]", r"[.\w]"),
        ("postgres", r"\s\S", r"[\t\n\f\r ][^\t\n\f\r ]"),
        ("postgres", r"[^\s[.]", r"[^\t\n\f\r \[.]"),
        ("postgres", r"[\d-b][[:space:]-b]", r"[\d\-b][[:space:]\-b]"),
        ("postgres", r"[\x41-C\101]\12", r"[\U00000041-C\U00000041]\U0000000A"),
        ("postgres", "a{,3}{2}", r"a\{,3}{2}"),
        ("spark", "a.b", "(?d)a.b"),
        ("spark", "^a$", r"^a\z"),
        ("spark", "(?m)^a$", "(?d)(?m)^a$"),
        ("spark", "(?i)a", "(?iu)a"),
        ("spark", "a(?i-s:b)", "a(?iu-s:b)"),
        ("spark", "(?P<i>a)", "(a)"),
        ("spark", r"\s\S\v", r"[\t\n\f\r ][^\t\n\f\r ]\x0B"),
        ("spark", r"\b", f"(?:(?<!{WORD})(?={WORD})|(?<={WORD})(?!{WORD}))"),
        ("spark", r"[^[:alpha:][:^word:][&^\s]", r"[^\p{Alpha}\W\[\&\^\t\n\f\r ]"),
        ("spark", r"[[:^xdigit:]]\p{Greek}\PL", r"[\P{XDigit}]\p{IsGreek}\P{L}"),
        ("spark", r"\p{^Greek}\P{^Lu}\p{Yi}[\pN]", r"\P{IsGreek}\p{Lu}\p{IsYi}[\p{N}]"),
        ("spark", r"\0\12\x41[\v\101]", r"\x{0}\x{A}\x{41}[\x0B\x{41}]"),
        ("spark", "{a{,3}{2}", r"\{a\{,3}{2}"),
        ("snowflake", "a.*?b+?c{2,3}?", "a.*b+c{2,3}"),
        ("snowflake", r"[*?]\*?", r"[*?]\*?"),
        ("snowflake", r"\?\??x??", r"\?\??x?"),
        ("snowflake", r"a\n[\t]", "a\n[\t]"),
    ],
)
def test_a_pattern_in_the_syntax_of(dialect: str, pattern: str, expected: str) -> None:
    assert DIALECTS[dialect](pattern) == expected
    assert translations(pattern).get(dialect, pattern) == expected


@pytest.mark.parametrize(
    ("dialect", "pattern", "lacks"),
    [
        ("postgres", "a(?i)b", "'(?i)'"),
        ("postgres", r"\PL", r"'\\P'"),
        ("postgres", r"[a\p{Greek}]", r"'\\p'"),
        ("postgres", "[[:^alpha:]]", "'[:^alpha:]'"),
        ("postgres", "a$?", "repetitions of '^', '$' and the like"),
        ("spark", r"\p{Any}", r"'\\p{Any}'"),
        ("postgres", "a{1,256}", "repetitions beyond 255"),
        ("spark", "a(?U:b+)", "'(?U:'"),
        ("spark", r"\C", r"'\\C'"),
        ("snowflake", "(?:a|b)", "groups that begin with '(?'"),
        ("snowflake", r"a\z", r"'\\z'"),
        ("snowflake", r"[\pL]", r"'\\p'"),
    ],
)
def test_a_part_that_a_dialect_lacks(dialect: str, pattern: str, lacks: str) -> None:
    with pytest.raises(UnsupportedError) as raised:
        DIALECTS[dialect](pattern)
    assert str(raised.value) == lacks
    assert translations(pattern)[dialect] is None
