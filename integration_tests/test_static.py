"""Checks, as text, every statement that each adapter would send for every model: for what emulators
wrongly accept, and for engines that cannot run here (issue 4).

Postgres' are rendered in the tests' own environment. `make test-static` (OZMETA_STATIC=all) makes
one for the other adapters and for dbt's new engine;
without it they are reported as NOT RUN.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from engines.base import NotRun
from ozmeta_dbt.demo.metadata import snapshot as demo_snapshot
from ozmeta_dbt.demo.project import OZMETA
from static.analyser import analyse, build
from static.checks import problems, statements
from static.projects import (
    ADAPTERS,
    DIALECTS,
    TSQL,
    dbt_v2,
    install,
    lay_out,
    metadata,
    on_duckdb,
    record,
    sources,
)
from support.dbt_project_under_test import DbtProject
from support.measured_case import CONVENTIONS

ALL = os.environ.get("OZMETA_STATIC") == "all"
STATES = {
    "first",
    "later",
    "changed",
    "refresh",
}  # of the models; the generated tests come after them


def python_with(adapter: str) -> Path:
    if ALL:
        return install()[0]
    if adapter != "postgres":
        raise NotRun("`make test-static` runs it, with an environment of its own")
    if not importlib.util.find_spec("dbt.adapters.postgres"):
        raise NotRun("dbt-postgres is not installed here, though requirements.txt names it")
    return Path(sys.executable)


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., DbtProject]:
    folder = tmp_path_factory.mktemp("static")
    return lambda tsql=False: on_duckdb(
        folder / ("tsql" if tsql else "full"), regex=not tsql, approvals=not tsql
    )


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_statement(
    adapter: str,
    projects: Callable[..., DbtProject],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("static", adapter)
    try:
        python = python_with(adapter)
    except NotRun as why:
        record_property("why", str(why))
        pytest.skip(f"NOT RUN: {why}")
    project = projects(adapter in TSQL)
    sent, failures = record(adapter, project, tmp_path / adapter, python)
    assert not failures, failures
    checked: dict[str, list[str]] = {}
    seen: dict[tuple[str, str], int] = {}
    for statement in sent:
        for sql in statements(statement["sql"], DIALECTS[adapter]):
            if sql not in checked:
                checked[sql] = [
                    f"{statement['state']} {statement['model']}: {problem}"
                    for problem in problems(sql, DIALECTS[adapter])
                ]
            seen[statement["state"], statement["model"]] = (
                seen.get((statement["state"], statement["model"]), 0) + 1
            )
    record_property("said", f"{len(checked)} different statements of {len(sent)} sent")
    models = {path.stem for path in (project.folder / "models").rglob("*.sql")}
    assert {state for state, _ in seen} == STATES | {"tests", "operations"}
    said = [statement["sql"].lower() for statement in sent if statement["state"] == "operations"]
    for beginning in ("create table", "insert into", "update", "delete from", "select"):
        assert any(sql.lstrip().startswith(beginning) for sql in said), beginning
    for state in STATES:
        assert models <= {model for at, model in seen if at == state}, (
            f"{state}: nothing was checked of"
            f" {models - {model for at, model in seen if at == state}}"
        )
    assert {
        f"well_formed_{model}"
        for model in models
        if model.startswith("case_")
        and model not in ("case_inline", "case_sla_elapsed", "case_cycle_fact")
    } <= {test for at, test in seen if at == "tests"}
    found = [problem for problems_ in checked.values() for problem in problems_]
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize("adapter", TSQL)
def test_what_tsql_cannot_say_is_said_when_it_compiles(
    adapter: str, projects: Callable[..., DbtProject], tmp_path: Path
) -> None:
    try:
        python = python_with(adapter)
    except NotRun as why:
        pytest.skip(f"NOT RUN: {why}")
    _, failures = record(adapter, projects(), tmp_path / "approvals", python, ["first"])
    assert (
        f"Approval flows can't run on {adapter}"
        in {failure["model"]: failure["message"] for failure in failures}["case_approval_event"]
    )
    _, failures = record(
        adapter,
        on_duckdb(tmp_path / "duckdb", approvals=False),
        tmp_path / "regexes",
        python,
        ["first"],
    )
    said = {failure["model"]: failure["message"] for failure in failures}["case_sla_cycle"]
    assert (
        "The regex '^(Closed|Waiting)' of a rule cannot run on" in said
        and "no regular expressions" in said
    )


# ---------------------------------------------------------------- BigQuery's grammar, names and
# types, by its own analyser


@pytest.fixture
def googlesql(record_property: Callable[[str, object], None]) -> Path:
    record_property("static", "bigquery, GoogleSQL")
    try:
        if not ALL:
            raise NotRun("`make test-static` runs it, with a Go toolchain")
        return build()
    except NotRun as why:
        record_property("why", str(why))
        pytest.skip(f"NOT RUN: {why}")


# A journal, and an entity's table, as they may well be in BigQuery.
NATIVE = {
    "_TenantID": "INT64",
    "EJ_EventTimeUTC": "DATETIME",
    "_SyncDate": "DATE",
    "EJ_Actor": "BYTES",
    "EJ_ObjectID": "BIGNUMERIC",
    "EJ_CorrelationID": "FLOAT64",
    "EJ_CausationID": "ARRAY<STRING>",
    "EJ_SourceKey": "JSON",
    "EJ_Payload": "STRUCT<transition STRUCT<code STRING>>",
    "CA_ID": "NUMERIC",
    "Title": "JSON",
}


@pytest.mark.parametrize("types", [{}, NATIVE], ids=["texts", "native"])
def test_googlesql_takes_every_statement(
    types: dict[str, str],
    googlesql: Path,
    projects: Callable[..., DbtProject],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """The statements are analysed as sent, in order. A model's table has the columns that its own
    statement gave it, and the merge of a later run is checked against them.
    """
    sent, failures = record(
        "bigquery", projects(), tmp_path / "bigquery", python_with("bigquery"), types=types
    )
    assert not failures, failures
    made = [
        f"create table db.{table} ({', '.join(f'{name} {type_}' for name, type_ in columns)})"
        for table, columns in sources("bigquery", types).items()
    ]
    answers = analyse(googlesql, made + [statement["sql"] for statement in sent])
    assert len(answers) == len(made) + len(sent) and not any(
        answer["error"] for answer in answers[: len(made)]
    ), answers[: len(made)]
    answered = list(zip(sent, answers[len(made) :], strict=True))
    refused = [
        f"{statement['state']} {statement['model']}: {answer['error']}\n{statement['sql']}"
        for statement, answer in answered
        if answer["error"]
    ]
    assert not refused, "\n".join(refused)[:20000]
    kinds = Counter(answer["kind"] for _, answer in answered)
    assert kinds.keys() == {
        "CreateTableAsSelectStmt",
        "CreateTableStmt",
        "CreateViewStmt",
        "DeleteStmt",
        "InsertStmt",
        "MergeStmt",
        "QueryStmt",
        "UpdateStmt",
    }, kinds
    record_property(
        "said",
        f"{len(sent)} statements taken: "
        + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
    )


# sqlglot and the emulator take the first two; most of the others no parser alone can tell.
REFUSED = [
    ("select 1 as a union select 2", "Expected keyword ALL or keyword DISTINCT"),
    ("select 1 as a where 1 = 0", "WHERE"),
    ("select nothing from db.raw.t", "Unrecognized name: nothing"),
    ("select a from db.raw.nothing", "Table not found"),
    ("select nothing(a) from db.raw.t", "Function not found"),
    ("select substr(n, 1) as b from db.raw.t", "No matching signature"),
    ("select a from db.raw.t where a = n", "No matching signature"),
    ("select a from db.raw.t where n", "WHERE"),
    ("select coalesce(a, n) as b from db.raw.t", "No matching signature"),
    ("select a from db.raw.t union all select n from db.raw.t", "incompatible types"),
    ("select a, count(*) as b from db.raw.t", "neither grouped nor aggregated"),
    ("select cast(a as varchar) as b from db.raw.t", "Type not found"),
    ("select n % 2 as b from db.raw.t", "%"),
    ("select a::string as b from db.raw.t", ":"),
    ("select array_agg(a) filter (where n > 1) as b from db.raw.t", "Expected end of input"),
    (
        "create or replace table db.raw.u cluster by nothing as select a from db.raw.t",
        "Unrecognized name: nothing",
    ),
    ("create or replace table db.raw.u as select a, a from db.raw.t", "duplicate name a"),
    (
        (
            "merge into db.raw.t as d using db.raw.v as s on d.a = s.a when matched then update set"
            " n = s.a"
        ),
        "cannot be assigned",
    ),
    ("select length(m) as b from db.raw.v", "No matching signature"),
]


def test_googlesql_refuses(googlesql: Path, record_property: Callable[[str, object], None]) -> None:
    made = [
        "create table db.raw.t (a string, n int64)",
        (
            "create or replace table db.raw.u cluster by a options() as (select a, n as m from"
            " db.raw.t)"
        ),
        "create or replace view db.raw.v options() as select a, m from db.raw.u;",
    ]
    answers = analyse(googlesql, made + [sql for sql, _ in REFUSED])
    assert [answer["error"] for answer in answers[: len(made)]] == [""] * len(made)
    for (sql, expected), answer in zip(REFUSED, answers[len(made) :], strict=True):
        assert expected.lower() in answer["error"].lower(), (sql, answer)
    record_property("said", f"{len(REFUSED)} wrong statements refused")


# ---------------------------------------------------------------- the checks themselves

DENIED = [
    ("tsql", "select a from t limit 1", "LIMIT"),
    ("tsql", "select a::int as b from t", "'::'"),
    ("tsql", "select a || b as c from t", "'||'"),
    ("tsql", "create or replace table t as select 1 as a", "create or replace"),
    ("tsql", "select a from t where b = true", "true and false"),
    ("tsql", "select row_number() over (order by a nulls first) as n from t", "nulls first"),
    ("tsql", "select last_value(a ignore nulls) over (order by b) as c from t", "ignore nulls"),
    ("tsql", "with recursive r as (select 1 as a) select a from r", "recursive"),
    ("tsql", "select substr(a, 1, 2) as b from t", "substr()"),
    ("tsql", "select length(a) as b from t", "length()"),
    ("tsql", "select mod(a, 2) as b from t", "mod()"),
    ("tsql", "select cast(a as text) as b from t", "a type it lacks"),
    ("tsql", "select a > 1 as b from t", "a condition as a value"),
    ("tsql", "select coalesce(a = 1, b) as c from t", "a condition as a value"),
    ("tsql", "select a from t where b", "a value as a condition"),
    ("tsql", "select case when b then 1 end as c from t", "a value as a condition"),
    ("tsql", "select a from t where not b and c = 1", "a value as a condition"),
    (
        "tsql",
        "select a from (with x as (select 1 as a) select a from x) as y",
        "a CTE within a subquery",
    ),
    ("tsql", "select max((select b from u)) as m from t", "a subquery in an aggregate"),
    ("tsql", "with x as (select a + 1 from t) select 1 as b from x", "a column without a name"),
    ("tsql", "with x as (select a from t order by a) select a from x", "order by in a subquery"),
    ("tsql", "with read as (select 1 as a) select a from read", "the word 'read'"),
    ("tsql", "select a from t where regexp_like(a, 'x')", "regexp_like()"),
    ("redshift", "select distinct on (a) a, b from t", "distinct on"),
    ("redshift", "select count(*) filter (where a = 1) as b from t", "a filter clause"),
    ("redshift", 'select a from t order by a collate "C"', "collations"),
    ("redshift", "select array_agg(a) as b from t", "arrays"),
    ("redshift", "select a -> 'b' as c from t", "JSON operators"),
    ("redshift", "select a from generate_series(1, 2) as g(a)", "generate_series()"),
    ("redshift", "select cast(a as text) as b from t", "256 bytes"),
    ("redshift", "select a from t, lateral (select 1 as b) as c", "lateral"),
    ("redshift", "select regexp_matches(a, 'x') as b from t", "regexp_matches"),
    ("redshift", "select string_agg(a, ',') as b from t", "string_agg()"),
    ("redshift", "select tag from t", "the word 'tag'"),
    ("bigquery", "select 1 as a union select 2", "DISTINCT or ALL"),
    ("bigquery", "select cast(a as text) as b from t", "a type it lacks"),
    ("bigquery", "select a % 2 as b from t", "'%'"),
    ("bigquery", "select null as a union all select null", "a null without a type in every branch"),
    ("bigquery", "create table t as select null as a", "a null without a type"),
    ("bigquery", "select 1 as a where 1 = 0", "a where without a from"),
    ("bigquery", "select 'a\nb' as c", "a line feed"),
    ("bigquery", r"select regexp_contains(a, '\d') as b from t", "sqlglot|backslash"),
    ("bigquery", "select hash from t", "the word 'hash'"),
    ("bigquery", "select a from t except select a from u", "DISTINCT or ALL"),
    ("bigquery", "select md5_hex(a) as b from t", "md5_hex()"),
    ("databricks", r"select regexp_replace(a, '\d', '') as b from t", "a backslash"),
    ("databricks", "select 'it''s' as a", "two literals"),
    (
        "databricks",
        "select last_value(a ignore nulls) over (order by b) as c from t",
        "ignore nulls",
    ),
    ("databricks", "select cast(a as float) as b from t", "32 bits"),
    ("snowflake", r"select regexp_like(a, '\d') as b from t", "a backslash"),
    ("snowflake", "select strpos(a, 'b') as c from t", "strpos()"),
    ("snowflake", "update t as held set a = 1", "update with an alias"),
    ("snowflake", "select rows from t", "the word 'rows'"),
    ("postgres", "select last_value(a) ignore nulls over (order by b) as c from t", "ignore nulls"),
    ("postgres", "select try_cast(a as int) as b from t", "safe casts"),
    ("postgres", "select select from", "sqlglot"),
]


@pytest.mark.parametrize(("dialect", "sql", "expected"), DENIED)
def test_denied(dialect: str, sql: str, expected: str) -> None:
    found = problems(sql, dialect)
    assert any(word in problem for problem in found for word in expected.split("|")), found


ALLOWED = [
    (
        "tsql",
        (
            "with x(a) as (select 1) select a, case when a = 1 and not (a in (2, 3)) then 1 else 0"
            " end as b from x where exists (select 1 as c from t where t.a = x.a)"
        ),
    ),
    (
        "tsql",
        (
            "select last_value(a) ignore nulls over (order by case when b is null then 0 else 1"
            " end, b) as c, [read] as d from [read]"
        ),
    ),
    (
        "tsql",
        (
            "update held set a = fresh.a from t as held inner join (select b, a from u) as fresh on"
            " held.b = fresh.b where held.a <> fresh.a"
        ),
    ),
    (
        "tsql",
        (
            "merge into t as d using s on d.k = s.k when matched then update set a = s.a when not"
            " matched then insert (a) values (s.a);"
        ),
    ),
    (
        "redshift",
        (
            "select last_value(a ignore nulls) over (order by b rows between unbounded preceding"
            " and current row) as c from t where d = 'distinct on (x) ::'"
        ),
    ),
    (
        "bigquery",
        (
            r"select a from t union distinct select regexp_replace(a, '\\d%', '-- union select')"
            r" from u"
        ),
    ),
    (
        "databricks",
        (
            r"with recursive w max recursion level 100 as (select 1 as a union all select a + 1"
            r" from w where a < 3) select a, '\\d \'x\'' as b from w"
        ),
    ),
    (
        "snowflake",
        (
            r"select array_size(filter(cast(try_parse_json(a) as array), m -> to_json(m) = '\\d'))"
            r" as b from t"
        ),
    ),
    (
        "postgres",
        (
            "select (array_agg(a) filter (where a is not null) over (order by b)) as c from t order"
            ' by a collate "C"'
        ),
    ),
]


@pytest.mark.parametrize(("dialect", "sql"), ALLOWED)
def test_allowed(dialect: str, sql: str) -> None:
    assert problems(sql, dialect) == []


def test_tsql_is_taken_out_of_what_executes_it() -> None:
    sent = (
        "USE [db];\n EXEC('create view v as select ''it''''s'' || b as a from t');\nEXEC('IF"
        " OBJECT_ID(''t'', ''U'') IS NOT NULL EXEC(''DROP TABLE t'');SELECT * INTO t FROM v OPTION"
        " (LABEL = ''x'');')"
    )
    found = list(statements(sent, "tsql"))
    assert [sql.split()[0].lower() for sql in found] == ["create", "select"], found
    assert any("'||'" in problem for problem in problems(found[0], "tsql")) and not problems(
        found[1], "tsql"
    )


# ---------------------------------------------------------------- dbt's own word


def test_dbt_parses_without_a_deprecation(projects: Callable[..., DbtProject]) -> None:
    folder = projects().folder
    done = parse(
        [
            sys.executable,
            "-m",
            "dbt.cli.main",
            "--show-all-deprecations",
            "--no-partial-parse",
            "--no-use-colors",
        ],
        folder,
    )
    assert (
        done.returncode == 0
        and "deprecat" not in done.stdout.lower()
        and "warning" not in done.stdout.lower()
    ), done.stdout


@pytest.mark.parametrize("adapter", ["duckdb", "bigquery", "databricks", "redshift"])
def test_dbt_v2_parses(
    adapter: str,
    projects: Callable[..., DbtProject],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("static", f"dbt v2, {adapter}")
    if not ALL:
        record_property("why", "`make test-static` runs it, with an environment of its own")
        pytest.skip("NOT RUN: `make test-static` runs it, with an environment of its own")
    dbt = dbt_v2()
    for semantic in (False, True):
        folder = tmp_path / f"semantic_{semantic}"
        lay_out(
            adapter,
            DbtProject(tmp_path / f"project_{semantic}", *metadata(semantic=semantic)),
            folder,
        )
        done = parse([str(dbt), "--show-all-deprecations"], folder)
        said = done.stdout + done.stderr
        assert done.returncode == 0 and "Finished 'parse'" in said and "[error]" not in said, said
        # metrics are written in the form that dbt-core 1.11 reads, and that has a successor which
        # only 1.12 knows
        warned = [line for line in said.splitlines() if line.startswith("[warning]")]
        assert len(warned) == semantic and all(
            "SemanticModelDeprecated" in line for line in warned
        ), said
    record_property("said", "parsed; nothing deprecated but, where there are any, the metrics")


def test_dbt_v2_parses_the_demo(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """With every convention that ozmeta.yml can switch on."""
    record_property("static", "dbt v2, the demo")
    if not ALL:
        record_property("why", "`make test-static` runs it, with an environment of its own")
        pytest.skip("NOT RUN: `make test-static` runs it, with an environment of its own")
    config = yaml.safe_load(OZMETA) | CONVENTIONS
    lay_out("duckdb", DbtProject(tmp_path / "demo", config, demo_snapshot()), tmp_path / "laid_out")
    done = parse([str(dbt_v2()), "--show-all-deprecations"], tmp_path / "laid_out")
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "Finished 'parse'" in said and "[error]" not in said, said
    warned = [line for line in said.splitlines() if line.startswith("[warning]")]
    assert all("SemanticModelDeprecated" in line for line in warned), said
    record_property("said", "parsed, with contracts, a group, exposures and freshness")


def parse(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    options = ["parse", "--project-dir", str(folder), "--profiles-dir", str(folder)]
    return subprocess.run(
        [*command, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONUTF8": "1"},
    )
