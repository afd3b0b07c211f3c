"""Which patterns a warehouse can't say: the generator, told of the warehouse, refuses just those
that the macros stop a run for.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from ozmeta_dbt.bindings.warehouses import what_lacks

FILES = sorted((Path(__file__).parent.parent / "macros/cross_db").rglob("*.sql"))
PATTERNS = [
    "^Case",
    "(?i)case",
    "a(?i:b)",
    "(?:a|b)+",
    "(?P<name>a)",
    "(?m)^a$",
    "(?s).",
    "(?U)a+",
    "a(?U:b+)",
    r"\pL",
    r"\p{Greek}",
    r"\PL",
    r"\C",
    r"\\C",
    r"\Q(?i)\C\E",
    r"[\w(?]",
    r"\(?a",
    "a{255}",
    "[[:alpha:]]",
    "a.*?b+?",
    r"\Aa\z",
    r"\x41",
    r"[\n\t]\.",
    r"[\pL]",
    "it's",
]  # fmt: skip; of a{1,256} Postgres itself says that it is too much
MACROS = {
    "postgres": "postgres__regex_matches",
    "snowflake": "snowflake__regex_matches",
    "databricks": "spark__regex_matches",
    "spark": "spark__regex_matches",
    "sqlserver": "sqlserver__regex_matches",
    "fabric": "fabric__regex_matches",
    "duckdb": "duckdb__regex_matches",
    "bigquery": "bigquery__regex_matches",
    "redshift": "redshift__regex_matches",
}


class Refused(Exception):
    pass


class Returned(Exception):
    pass


def raising(kind: type[Exception]) -> Any:
    def stop(value: Any) -> None:
        raise kind(value)

    return stop


class Package:
    """The macros as dbt calls them: what they return is a value, what they print is text."""

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            try:
                return getattr(macros, name)(*arguments)
            except Returned as returned:
                return returned.args[0]

        return call


PACKAGE = Package()
known = {
    "ozmeta_runtime": PACKAGE,
    "return": raising(Returned),
    "exceptions": SimpleNamespace(raise_compiler_error=raising(Refused)),
    "modules": SimpleNamespace(re=re),
    "target": SimpleNamespace(type="this engine"),
    "adapter": SimpleNamespace(dispatch=lambda name, _: getattr(PACKAGE, f"default__{name}")),
}
macros = (
    jinja2.Environment(extensions=["jinja2.ext.do"])
    .from_string("\n".join(file.read_text(encoding="utf-8") for file in FILES), known)
    .module
)


@pytest.mark.parametrize("warehouse", MACROS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_generator_and_the_macros_refuse_the_same(warehouse: str, pattern: str) -> None:
    spark = warehouse in ("databricks", "spark")
    literal = (
        "'"
        + (pattern.replace("\\", "\\\\") if spark or warehouse == "snowflake" else pattern).replace(
            "'", "\\'" if spark else "''"
        )
        + "'"
    )
    name = MACROS[warehouse] if hasattr(macros, MACROS[warehouse]) else "default__regex_matches"
    try:
        getattr(PACKAGE, name)("col", literal)
        refused = False
    except Refused:
        refused = True
    assert refused == (what_lacks(warehouse, pattern) is not None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("a.*?b+?c{2,3}?", "a.*b+c{2,3}"),
        (r"[*?]\*?", r"[*?]\*?"),
        (r"\?\??x??", r"\?\??x?"),
        (r"a\n[\t]", "a\n[\t]"),
        ("it's", "it''s"),
    ],
)
def test_snowflake_is_told_what_finds_the_same(pattern: str, written: str) -> None:
    literal = "'" + pattern.replace("\\", "\\\\").replace("'", "''") + "'"
    assert (
        PACKAGE.snowflake__regex_matches("col", literal) == f"(regexp_instr(col, '{written}') > 0)"
    )
