"""Runs each dialect macro on many values, on one engine. If two engines differ, this shows the
macro and the value, which a whole scenario does not.

PYTHONPATH=integration_tests python -m engines.probe databricks
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ozmeta_dbt.bindings.rule_nodes import rule_node
from ozmeta_dbt.bindings.warehouses import DIALECT_OF

from engines import engine
from engines.base import Worker, put

NUMBERS = [
    "0",
    "1",
    "-1",
    "007",
    "1.0",
    "1.50",
    "-0.0",
    "0.1",
    "1e2",
    "1.",
    ".5",
    "+1",
    "",
    " 1",
    "1\n",
    "9e15",
    "12345678.5",
    "0.00001",
    "0.0001",
    "0.001",
    "0.000123",
    "123456789012.25",
    "1000000000000000.5",
    "9007199254740993",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "5.0",
    "5.6",
    "x",
    "1" * 300,
    "1" * 301,
]
INSTANTS = [
    "2026-01-02",
    "2026-01-02T03:04",
    "2026-01-02 03:04:05",
    "2026-01-02T03:04:05.1",
    "2026-01-02T03:04:05.123456789",
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04Z",
    "2026-01-02T03:04:05+02",
    "2026-01-02T03:04:05-0230",
    "2026-01-02T03:04:05.5+05:45",
    "2026-02-30",
    "2024-02-29",
    "2026-01-02T24:00:00",
    "2026-01-02T25:00:00",
    "2026-01-02T03:60",
    "1969-12-31T23:59:59.999999",
    "1900-01-01",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01",
    "2026-1-2",
    "2026",
    "03:04",
    "2026-01-02T",
    "2026-01-02Z",
    "2026-01-02t03:04:05z",
    "2026-01-02T03:04:05 Z",
    "",
    "now",
    "2026-01-02\n",
]
PAYLOADS = [
    f'{{"a":{v}}}'
    for v in (
        '"x"',
        '"\\u00e9\\n\\"\\\\\\/"',
        '"\\u0000a\\\\u0000"',
        '"\\u001f\\b"',
        '""',
        '"null"',
        '"[1]"',
        "1",
        "1.0",
        "-0.0",
        "1.50",
        "1e2",
        "1E-7",
        "1.5e20",
        "1e21",
        "0.000001",
        "0.0000012",
        "12345678.5",
        "123456789012345678",
        "3.14159265358979323846",
        "true",
        "false",
        "null",
        "[]",
        "[1]",
        '[1, "1", null, 1.0, 2.50]',
        '["a","b"]',
        "[[1, 2],[]]",
        "{}",
    )
]
PAYLOADS += [
    "{}",
    " \t\n{ } ",
    "",
    "null",
    "[1]",
    '"a"',
    "{a:1}",
    '{"a":1,}',
    '{"a":1} x',
    '{"a":1}}',
    '{"a":1},{"b":2}',
    '{"a":1}] [',
    '{"a":NaN}',
    '{"a":01}',
    '{"a":"\t"}',
    '{"a":.5}',
    '{"a":+1}',
    '{"a":1.}',
    '{"a":tru}',
    '{"a"}',
    '{"a":"\\x"}',
    '{"a":"\\ud83d\\ude00"}',
    '{"A":1,"a ":2}',
    '{"o":{"a":5}}',
    '{"o":5}',
    '{"Fast Lane":1,"x.y":2,"it\'s":3,"q\\"t":4,"b\'\\"c":5,"d]e":6,"*":7,"é":8,"back\\\\slash":9}',
    "{" + '"a":{' * 60 + "}" * 61,
]
PATHS = [
    ["a"],
    ["o", "a"],
    ["Fast Lane"],
    ["x.y"],
    ["it's"],
    ['q"t'],
    ["b'\"c"],
    ["d]e"],
    ["*"],
    ["é"],
    ["back\\slash"],
]
TEXTS = [
    "a",
    "A",
    "ab",
    "a\nb",
    "a\n",
    "é",
    "É",
    " ",
    "\x0b",
    "_",
    "0",
    "it's",
    "back\\slash",
    "100%",
    "a.b",
    "",
    "ß",
    "日本",
    "foo bar",
    "[x]",
]
REGEXES = [
    "a",
    "^a$",
    "a.b",
    "(?s)a.b",
    "(?i)É",
    "[[:alpha:]]",
    "[^[:space:]]",
    r"\s",
    r"\w",
    r"\bbar\b",
    r"\d",
    r"[\s_]",
    r"\Qa.b\E",
    "(?P<n>a)",
    "a{1,2}b?",
    r"\x{e9}",
    r"\p{Lu}",
    r"\p{Han}",
    r"\pL",
    "[]x]",
    "[a&&b]",
    "(?m)^b$",
    r"\\",
    r"a\z",
    "^$",
    "'s",
]

MACRO = """\
{% macro engine_probe(numbers, instants, payloads, paths, texts, regexes) %}
  {%- set o = ozmeta_runtime -%}
  {%- set found = {} -%}
  {%- set queries = {
    'number': [numbers, [o.number_to_text(o.to_number('v')), o.to_version('v'),
        o.to_integer('v', 'text'), o.number_to_text(o.arithmetic(o.to_number('v'), '/', '3')),
        o.number_to_text(o.arithmetic(o.to_number('v'), '*', o.to_number("'" ~ '9' * 250 ~ "'")))]],
    'instant': [instants, [o.iso_to_micros('v'), o.to_micros(o.to_utc('v', 'text')),
        o.micros_to_iso(o.iso_to_micros('v')),
        o.timestamp_text(o.from_micros(o.iso_to_micros('v'))),
        o.floor_div(o.iso_to_micros('v'), 60000000), o.cast_text('v', 'datetime')]],
    'text': [texts, ['v', o.text_literal("'\\\\\\n\\t%é"), o.md5_hex(o.concat_text(['v', "'|'"])),
        o.sha256('v'), o.row_key(['v', 'cast(null as ' ~ o.type_text() ~ ')']), o.json_text('v'),
        o.starts_with('v', o.text_literal('a')), o.ends_with('v', o.text_literal('b')),
      o.contains_text('v', o.text_literal('.')), o.key_text(['v', "'a|b'"]),
          o.uuid7(o.uuid7_timestamp(o.timestamp_literal('2026-01-02 03:04:05.678')),
          o.md5_hex('v')), o.cast_text('v', 'boolean')]],
  } -%}
  {%- for rule in regexes -%}{%- do queries['text'][1].append(
      o.regex_matches('v', o.regex_pattern(rule)) if rule else "'no SQL'") -%}{%- endfor -%}
  {%- for name, query in queries.items() -%}
    {%- set rows = [] -%}
    {%- for value in query[0] -%}{%- do rows.append([loop.index, value]) -%}{%- endfor -%}
    {%- set selected = [] -%}
    {%- for sql in query[1] -%}{%- do selected.append("cast(" ~ sql ~ " as " ~ o.type_text() ~
        ") as c" ~ loop.index) -%}{%- endfor -%}
    {%- do found.update({name: o.probed("select i, " ~ selected | join(', ') ~ " from ("
        ~ o.literal_rows([['i', dbt.type_bigint()], ['v', o.type_text()]], rows)
        ~ ") as given order by i")}) -%}
  {%- endfor -%}
  {%- set rows = [] -%}
  {%- for value in payloads -%}{%- do rows.append([loop.index, value]) -%}{%- endfor -%}
  {%- set selected = [] -%}
  {%- for path in paths -%}
    {%- set raw = o.json_at('parsed', paths, loop.index0) -%}
    {%- do selected.extend([raw, o.json_scalar("(" ~ raw ~ ")"), o.json_array("(" ~ raw ~ ")")] if
        loop.first else [raw]) -%}
    {%- if loop.first -%}
      {%- for value, type in [["'a'", 'text'], ["'1.0'", 'text'], [o.to_number("'1'"), 'number'],
          ['cast(null as ' ~ o.type_text() ~ ')', 'text']] -%}
        {%- do selected.append("case when " ~ o.json_array("(" ~ raw ~ ")") ~ " is not null then " ~
            o.json_member(value, o.json_array("(" ~ raw ~ ")"), type) ~ " end") -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set cast_ones = [] -%}
  {%- for sql in selected -%}{%- do cast_ones.append("cast(" ~ sql ~ " as " ~ o.type_text() ~
      ") as c" ~ loop.index) -%}{%- endfor -%}
  {%- do found.update({
    'is_json_object': o.probed("select i, cast(" ~ o.is_json_object('v') ~ " as " ~ o.type_text() ~
        ") as c1 from (" ~ o.literal_rows([['i', dbt.type_bigint()], ['v', o.type_text()]], rows) ~
        ") as given order by i"),
    'json': o.probed("select i, " ~ cast_ones | join(', ') ~ " from (select i, " ~
        o.json_parsed('v', paths) ~ " as parsed from (" ~ o.literal_rows([['i', dbt.type_bigint()],
        ['v', o.type_text()]], rows)
      ~ ") as given where " ~ o.is_json_object('v') ~ ") as parsed order by i")}) -%}
  {%- do o.print_answer(found) -%}
{% endmacro %}
"""
PROBED = """\
{% macro probed(sql) %}
  {%- set found = [] -%}
  {%- for row in run_query(sql).rows -%}
    {%- set values = [] -%}
    {%- for value in row.values() -%}{%- do values.append(none if value is none else value | string)
        -%}{%- endfor -%}
    {%- do found.append(values) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
"""
GIVEN = {
    "numbers": NUMBERS,
    "instants": INSTANTS,
    "payloads": PAYLOADS,
    "paths": PATHS,
    "texts": TEXTS,
    "regexes": REGEXES,
}


def probe(worker: Worker, folder: Path) -> dict[str, list[list[str | None]]]:
    """{group: [[number of the value, what the macros say]]}"""
    put(folder, "macros/probe.sql", (MACRO + PROBED).replace("o.probed(", "probed("))
    worker.open(folder, "oz_probe")
    dialect = DIALECT_OF.get(worker.engine.name)
    rules = [
        rule_node({"op": "regex", "args": [{"ref": "event.type"}, regex]})
        for regex in GIVEN["regexes"]
    ]
    given = [
        rule if rule.get("patterns", {}).get(dialect, "") is not None else None for rule in rules
    ]
    return worker.ask(operation="engine_probe", args=GIVEN | {"regexes": given})


def said(found: dict[str, list[list[str | None]]]) -> dict[tuple[str, str, int], str | None]:
    """{(group, value, place of the macro): its result}, with booleans as words in lower case."""
    values = {
        "number": NUMBERS,
        "instant": INSTANTS,
        "text": TEXTS,
        "is_json_object": PAYLOADS,
        "json": PAYLOADS,
    }
    out = {}
    for group, rows in found.items():
        for number, *cells in rows:
            for place, cell in enumerate(cells, 1):
                out[group, values[group][int(number or 0) - 1], place] = (
                    cell.lower() if cell in ("True", "False") else cell
                )
    return out


def main(names: list[str]) -> None:
    found = {}
    for name in ["duckdb", *names]:
        with tempfile.TemporaryDirectory() as folder, engine(name).session(Path(folder)) as worker:
            found[name] = said(probe(worker, Path(folder) / "project"))
    ours = found.pop("duckdb")
    for name, theirs in found.items():
        differing = sorted(
            (
                key
                for key in ours.keys() | theirs.keys()
                if theirs.get(key) not in (ours.get(key), "no SQL")
            ),
            key=str,
        )
        unsaid = sum(answer == "no SQL" for answer in theirs.values())
        print(
            f"{name}: {len(ours)} answers, {len(differing)} differ,"
            f" {unsaid} of regexes that it has no SQL for"
        )
        for key in differing:
            print(
                f"  {key[0]} {key[2]} of {key[1][:80]!r}: {ours.get(key)!r}, there"
                f" {theirs.get(key)!r}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
