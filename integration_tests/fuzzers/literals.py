"""Hostile texts against the macros that quote, on every engine.

A scanner for each engine reads the SQL by that engine's own rules, which sqlglot does not know in
full: T-SQL joins lines at a backslash, and Spark replaces `${name}` before it parses.

What must hold for each text:

- The statement has the same tokens as that of a harmless text, and sqlglot the same tree.
- The literal's value is the text.
- The generator's Jinja and YAML literals come out as the text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import jinja2
import sqlglot
import yaml
from jinja2 import nodes
from ozmeta_dbt.models import markdown
from ozmeta_dbt.models.literals import quoted, yaml_text
from ozmeta_dbt.models.yaml_files import dumped
from sqlglot import exp
from support.rendered_macros import ENGINES, CrossDbMacros

from fuzzers.tally import Fault, Tally
from fuzzers.texts import PLAIN, hostile

DIALECTS = {
    "duckdb": "duckdb",
    "postgres": "postgres",
    "redshift": "redshift",
    "bigquery": "bigquery",
    "databricks": "databricks",
    "snowflake": "snowflake",
    "sqlserver": "tsql",
    "fabric": "tsql",
}
BACKSLASH = {"redshift", "bigquery", "databricks", "snowflake"}  # it escapes within a literal
DOUBLED = {"duckdb", "postgres", "redshift", "snowflake", "sqlserver", "fabric"}
TSQL = {"sqlserver", "fabric"}
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "f": "\f"}
LITERAL = "'\0'"
SUM = re.compile(
    rf"\({LITERAL}(?: \+ {LITERAL})+\)"
)  # of literals, as T-SQL needs for a broken line


class Unreadable(Exception):
    """The engine would refuse the SQL, or read another text than the one that is written."""


def scanned(sql: str, engine: str) -> tuple[str, list[str]]:
    """The SQL with its literals and quoted names blanked, and the values of the literals."""
    if engine == "databricks" and "'" in sql and (found := re.search(r"\$\{\S+?\}", sql)):
        raise Unreadable(f"Spark replaces {found[0]}")
    shown, values, place = [], [], 0
    while place < len(sql):
        char = sql[place]
        if char == "'":
            value, place = literal(sql, place + 1, engine)
            shown.append(LITERAL)
            values.append(value)
        elif char in '"`':
            end = sql.find(char, place + 1)
            while end >= 0 and sql[end + 1 : end + 2] == char:
                end = sql.find(char, end + 2)
            if end < 0:
                raise Unreadable("a quoted name without an end")
            shown.append(char + char)
            place = end + 1
        elif sql.startswith(("--", "/*"), place):
            shown.append("a comment")
            place += 2
        else:
            shown.append(char)
            place += 1
    text = "".join(shown)
    while engine in TSQL and (found := SUM.search(text)):  # it is one literal
        first = text[: found.start()].count(LITERAL)
        count = found[0].count(LITERAL)
        values[first : first + count] = ["".join(values[first : first + count])]
        text = text[: found.start()] + LITERAL + text[found.end() :]
    return " ".join(text.split()), values


def literal(sql: str, place: int, engine: str) -> tuple[str, int]:
    """The value of the literal whose first character is at `place`, and where it ends."""
    value: list[str] = []
    while place < len(sql):
        char, following = sql[place], sql[place + 1 : place + 2]
        if char == "'" and engine in DOUBLED and following == "'":
            value.append("'")
            place += 2
        elif char == "'":
            return "".join(value), place + 1
        elif char == "\\" and engine in BACKSLASH:
            if following == "u":
                value.append(chr(int(sql[place + 2 : place + 6], 16)))
                place += 6
            elif following in "\\'\"`":
                value.append(following)
                place += 2
            elif following in ESCAPES:
                value.append(ESCAPES[following])
                place += 2
            else:
                raise Unreadable(f"an escape that is not known: \\{following}")
        elif char == "\\" and engine in TSQL and re.match(r"\r?\n", sql[place + 1 : place + 3]):
            place += 3 if following == "\r" else 2  # the line continues
        elif char in "\n\r" and engine == "bigquery":
            raise Unreadable("a line feed in a literal")
        else:
            value.append(char)
            place += 1
    raise Unreadable("a literal without an end")


def tree(sql: str, engine: str) -> str:
    """sqlglot's tree of a statement, with literals and quoted names blanked."""
    found = sqlglot.parse(sql, dialect=DIALECTS[engine])
    for node in (
        node for statement in found if statement for node in statement.find_all(exp.Literal)
    ):
        if node.is_string:
            node.set("this", "…")
    for path in (n for s in found if s for n in s.find_all(exp.JSONPath)):
        path.set("expressions", [])
    for name in (n for s in found if s for n in s.find_all(exp.Identifier)):
        if name.args.get("quoted"):
            name.set("this", "…")
    return repr(found)


# What each macro is asked for with a text. The value says whether a literal is the text itself.
Call = Callable[[CrossDbMacros, str], str]
CALLS: dict[str, tuple[Call, bool]] = {
    "text_literal": (lambda m, text: f"select {m.text_literal(text)} as a from t", True),
    "text_literals": (
        lambda m, text: f"select b from t where a in ({m.text_literals([text, 'x', text])})",
        True,
    ),
    "literal_rows": (
        lambda m, text: m.literal_rows([["a", "text"], ["b", "bigint"]], [[text, 1], ["x", 2]]),
        True,
    ),
    "concat_text": (
        lambda m, text: f"select {m.concat_text([m.text_literal(text), 'a'])} as a from t",
        True,
    ),
    "quote_name": (lambda m, text: f"select {m.quote_name(text)} as a from t", False),
    "json": (
        lambda m, text: (
            f"select {m.json_parsed('p', [['object', text], [text, 'x']])} as a,"
            f" {m.json_at('q', [['object', text], [text, 'x']], 0)} as b from t"
        ),
        False,
    ),
}
# Spark's path has another form for a key that holds a double quote, and for one that holds both
FORMS = (PLAIN, 'a"b', "a'\"b")


@cache
def macros(engine: str) -> CrossDbMacros:
    return CrossDbMacros(engine)


@cache
def harmless(engine: str, name: str, with_tree: bool) -> set[tuple[str, str]]:
    found = set()
    for text in FORMS if name == "json" else (PLAIN,):
        sql = CALLS[name][0](macros(engine), text)
        found.add((scanned(sql, engine)[0], tree(sql, engine) if with_tree else ""))
    return found


def check(engine: str, name: str, text: str, with_tree: bool) -> str:
    """What does not hold for a text in a macro's SQL on an engine; empty if all does."""
    call, is_value = CALLS[name]
    # the macros' own `adapter` puts backticks around a name, which few of the dialects know
    with_tree = with_tree and len(text) < 500 and name != "quote_name"
    try:
        sql = call(macros(engine), text)
        skeleton, values = scanned(sql, engine)
        parsed = tree(sql, engine) if with_tree and not is_sum(text, engine) else None
    except (Unreadable, sqlglot.errors.SqlglotError) as error:
        return f"{error}: {sql}"
    known = harmless(engine, name, with_tree)
    if skeleton not in {one for one, _ in known}:
        return f"other tokens than for a harmless text: {sql}"
    if parsed is not None and parsed not in {one for _, one in known}:
        return f"another tree than for a harmless text: {sql}"
    if is_value and text not in values:
        return f"another value: {values}"
    return ""


def is_sum(text: str, engine: str) -> bool:
    return engine in TSQL and re.search(r"\\\r?\n", text) is not None


# ---------------------------------------------------------------- the generator's own quoting

JINJA = jinja2.Environment()


def check_generator(text: str) -> str:
    """What does not hold for a text in the generator's literals; empty if all does."""
    try:
        body = JINJA.parse("{{ " + quoted(text) + " }}").body
    except jinja2.TemplateSyntaxError as error:
        return f"not a Jinja literal, {error}: {quoted(text)}"
    found = body[0].nodes if len(body) == 1 and isinstance(body[0], nodes.Output) else []
    if len(found) != 1 or not isinstance(found[0], nodes.Const):
        return f"not a Jinja literal: {quoted(text)}"
    if found[0].value != text:
        return f"another Jinja literal: {quoted(text)}"
    file = dumped({"models": [{"name": "x", "description": yaml_text(text)}, {"name": "y"}]})
    document = yaml.safe_load(file)
    shape: Any = {"models": [{"name": "x", "description": ""}, {"name": "y"}]}
    described = document["models"][0]["description"]
    document["models"][0]["description"] = ""
    if document != shape:
        return f"other YAML: {file}"
    if JINJA.from_string(described).render() != text:
        return f"another YAML text: {file}"
    shown = markdown.plain(text)
    if any(sign in shown for sign in "{}<\n"):
        return f"markup in Markdown: {shown}"
    label = re.sub(r"#\d+;", "", markdown.label(text))
    if not all(char.isalnum() or char in " _.…" for char in label):
        return f"markup in Mermaid: {label}"
    return ""


def run(seed: int, inputs: int, tally: Tally) -> None:
    """So many texts, each on every engine; one in eight is parsed with sqlglot as well."""
    for number in range(max(1, inputs // (len(ENGINES) + 1))):
        name = f"literals {seed}-{number}"
        chance = random.Random(name)
        text = hostile(chance, storable=True)
        call = chance.choice(list(CALLS))
        for engine in ENGINES:
            wrong = check(engine, call, text, number % 8 == 0)
            tally.count("a text on an engine")
            if wrong:
                tally.faults.append(Fault(f"{name} {call} {engine} {text!r}", wrong))
        if wrong := check_generator(text):
            tally.faults.append(Fault(f"{name} generator {text!r}", wrong))
        tally.count("a text in the generator")
