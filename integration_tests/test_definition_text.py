"""Which part of a model's file is its definition: definition_text, which the run log hashes."""

from __future__ import annotations

import pytest
from support.dbt_project_under_test import PACKAGE
from support.rendered_macros import CrossDbMacros

GENERATED = """{#- Written by ozmeta-dbt 0.1 from MetaDB. -#}
{{ config(**ozmeta_runtime.table_config('timeline')) }}

{% set rule = {
  'op': 'eq', 'args': [{'ref': 'object.Note'}, {'lit': 'a  -- b #} {# c'}], 'target': 60
} %}

{{ ozmeta_runtime.timeline(binding='case', rule=rule) }}
"""
WRITTEN_BY_HAND = """{{ config(materialized='table', tags=['a)', "}}"]) }}
-- it's a comment
select 'a  --b' as x, "c  /* d */" as y from {{ ref('case_timeline') }} /* and
more */
where z = '' -- the end
"""


MACROS = CrossDbMacros("duckdb", PACKAGE / "macros/run/definition_text.sql")


def definition(text: str) -> str:
    return str(MACROS.definition_text(text))


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (GENERATED, "Written by ozmeta-dbt 0.1 from MetaDB.", "It's by ozmeta-dbt 9.9"),
        (GENERATED, "{{ ozmeta_runtime.t", '{# it\'s "new" {{ x }} #}{{ ozmeta_runtime.t'),
        (GENERATED, "{{ ozmeta_runtime.t", "-- it's new\n{{ ozmeta_runtime.t"),
        (GENERATED, "'timeline')", "'timeline'), tags=['x) }}', 'y'], meta={'a': {'b': 1}}"),
        (GENERATED, "'op': 'eq', 'args'", "'op':   'eq',\n\n\t'args'"),
        (WRITTEN_BY_HAND, "materialized='table', ", ""),
        (WRITTEN_BY_HAND, "{{ config(", "{{- config (\n  alias='x', "),
        (WRITTEN_BY_HAND, "it's a comment", 'no "comment'),
        (WRITTEN_BY_HAND, "and\nmore", "less"),
        (WRITTEN_BY_HAND, "where z", "  where\n z"),
    ],
)
def test_what_changes_no_rows_leaves_the_definition(text: str, old: str, new: str) -> None:
    assert definition(changed(text, old, new)) == definition(text)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (GENERATED, "'eq'", "'ne'"),
        (GENERATED, "60", "61"),
        (GENERATED, "-- b", "-- c"),
        (GENERATED, "#} {# c", "#} {# d"),
        (GENERATED, "a  --", "a --"),
        (GENERATED, "binding='case'", "binding='other'"),
        (WRITTEN_BY_HAND, "a  --b", "a --b"),
        (WRITTEN_BY_HAND, "a  --b", "a  --c"),
        (WRITTEN_BY_HAND, "c  /* d */", "c  /* e */"),
        (WRITTEN_BY_HAND, "z = ''", "z = '''-- x'"),
        (WRITTEN_BY_HAND, "ref('case_timeline')", "ref('other_timeline')"),
        (WRITTEN_BY_HAND, "select", "select distinct"),
    ],
)
def test_what_may_change_rows_changes_the_definition(text: str, old: str, new: str) -> None:
    assert definition(changed(text, old, new)) != definition(text)


@pytest.mark.parametrize(
    "text",
    [
        r"select 'it\'s -- a' as x",
        r"select 'a\' || ' -- a' as x",
        "select $$ it's -- a$$ as x",
        "select 'x{{ a }}  -- a' as x",
        "select 1 -- {{ a }}\n",
        "select 'open -- a",
    ],
)
def test_text_that_may_be_misread_stays_as_it_is(text: str) -> None:
    assert definition("{# 1 #}" + text) == text.strip()


def test_a_literal_stays_as_it_is() -> None:
    assert "'a  -- b #} {# c'" in definition(GENERATED)
    assert "config" not in definition(GENERATED)
    assert definition("select 'a' 'b'") != definition("select 'a''b'")
