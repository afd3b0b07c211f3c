"""A tenant's reader sees the rows of its tenants and no others (SPEC 7.5): executed on Postgres,
rendered for the other engines.
"""

from __future__ import annotations

import os
import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlglot
from engines.base import DbtFailed, NotRun, Worker
from engines.scenarios import SCENARIOS, Scenario
from static.analyser import analyse, build
from static.projects import DIALECTS, JOURNAL, install, record
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, meta

SCHEMA = "oz_demo"
POLICIES: dict[str, Any] = {
    "readers": {"schema": "security", "table": "tenant_reader"},
    "unrestricted": ["auditor", "no such role ' {{ x }}"],
}
# Users, the roles that they are members of, and the tenants that they read.
USERS: dict[str, tuple[str, list[str]]] = {
    "acme_bi": ("", ["acme"]),
    "ann": ("others", ["globex", "initech"]),
    "void": ("", []),  # of the tenant '', which no row of the demo has
    "stranger": ("", []),  # whom the mapping does not name
}
SETUP = """
create role dbt_owner login;
create role others;
create role auditor login;
create role acme_bi login;
create role ann login in role others;
create role void login;
create role stranger login;
grant create on database postgres to dbt_owner;
create schema security;
create table security.tenant_reader (reader text, tenant_id text);
insert into security.tenant_reader values
  ('acme_bi', 'acme'), ('others', 'globex'), ('others', 'initech'), ('gone', 'acme'), (null, null),
  ('void', null), ('void', '');
grant usage on schema security to public;
grant select on security.tenant_reader to public;
alter default privileges for role dbt_owner grant select on tables to public;
alter default privileges for role dbt_owner grant usage on schemas to public;
"""
# Of all tenants together, for every reader that the mapping names.
RUN_LOGS = ("case_run", "invoice_run", "ticket_run")
# Of all tenants together, for the owner and the unrestricted.
TOTALS = ("journal_volume", "unclaimed_object_type")
# Of no tenant.
CALENDARS = ("ozmeta_calendar_window", "ozmeta_calendar_piece")


class Database:
    """The server, and who is connected to it."""

    def __init__(self, worker: Worker, monkeypatch: pytest.MonkeyPatch):
        self.worker, self.user = worker, "dbt_owner"
        profile = worker.engine.profile
        monkeypatch.setattr(worker.engine, "profile", lambda s: profile(s) | {"user": self.user})
        self.login = {name: profile("x")[name] for name in ("host", "port", "dbname")}
        self.execute("ozmeta", SETUP)

    def execute(self, user: str, sql: str) -> list[tuple[Any, ...]]:
        with psycopg2.connect(**self.login, user=user) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    def relations(self) -> dict[str, bool]:
        """{name: whether it has the column _TenantID} of all that the models made."""
        return dict(
            self.execute(
                "ozmeta",
                "select table_name, bool_or(column_name = '_tenantid') from"
                f" information_schema.columns where table_schema = '{SCHEMA}' group by table_name",
            )
        )

    def rows(self, user: str, relation: str, where: str = "true") -> list[str]:
        sql = f"select t::text from {SCHEMA}.{relation} as t where {where}"
        return sorted(row[0] for row in self.execute(user, sql))

    def becomes(self, user: str, folder: Path) -> None:
        """dbt continues as another user."""
        self.user = user
        self.worker.open(folder, SCHEMA)


@pytest.fixture
def database(postgres: Worker, monkeypatch: pytest.MonkeyPatch) -> Database:
    return Database(postgres, monkeypatch)


def is_early(object_id: str | None) -> bool:
    """Whether it is one of the first objects of its tenant: they are enough."""
    number = re.search(r"\d+$", object_id or "")
    return number is None or int(number[0]) <= 12


def demo() -> Scenario:
    """The demo's three tenants, in two runs and a full refresh, with every table there is."""
    scenario = SCENARIOS["demo"]()
    scenario.config["journal"]["mirror"] = True
    scenario.config["row_policies"] = POLICIES
    scenario.steps = [scenario.steps[0], scenario.steps[1], scenario.steps[-1]]
    for step in scenario.steps:
        step.rows = [row for row in step.rows if is_early(row["EJ_ObjectID"])]
    lead = {"EJ_ID": "lead", "EJ_ObjectType": "Lead"}  # which no binding claims
    scenario.steps[0].rows.append(scenario.steps[0].rows[0] | lead)
    return scenario


def check_readers(database: Database) -> None:
    relations = database.relations()
    assert {"case_timeline", "sla_timer", "case_backlog", "case_journal"} <= relations.keys()
    assert {name for name, has in relations.items() if not has} == {*RUN_LOGS, *TOTALS, *CALENDARS}
    for relation, has_tenant in relations.items():
        whole = database.rows("dbt_owner", relation)
        assert whole or relation.endswith("_quarantine"), relation
        assert database.rows("auditor", relation) == whole, relation
        for user, (_, tenants) in USERS.items():
            if has_tenant:
                named = ", ".join(f"'{tenant}'" for tenant in tenants) or "null"
                expected = database.rows("dbt_owner", relation, f"_TenantID in ({named})")
                if tenants and "quarantine" not in relation:
                    assert 0 <= len(expected) < len(whole), relation
            elif relation in RUN_LOGS:
                expected = [] if user == "stranger" else whole
            else:
                expected = whole if relation in CALENDARS else []
            assert database.rows(user, relation) == expected, (user, relation)
    for relation in ("case_workflow_instance", "sla_timer", "case_runtime_signal"):
        assert database.rows("acme_bi", relation), relation


def policies(database: Database) -> dict[str, int]:
    return dict(
        database.execute(
            "ozmeta", "select cast(polrelid as regclass)::text, oid::bigint from pg_policy"
        )
    )


def test_readers_on_postgres(tmp_path: Path, postgres: Worker, database: Database) -> None:
    folder = tmp_path / "demo"
    scenario = demo()
    seen: list[set[tuple[str, ...]]] = []
    done = threading.Event()

    def look() -> None:
        """What a reader sees while a full refresh replaces the tables."""
        connection = psycopg2.connect(**database.login, user="acme_bi")
        connection.autocommit = True
        cursor = connection.cursor()
        while not done.is_set():
            for relation in ("case_timeline", "workflow_instance", "case_sla_timer"):
                with suppress(psycopg2.Error):  # dropped while the query began
                    cursor.execute(f"select distinct _TenantID from {SCHEMA}.{relation}")
                    seen.append(set(cursor.fetchall()))
            done.wait(0.02)
        connection.close()

    looking = threading.Thread(target=look, daemon=True)
    kept: dict[str, int] = {}
    for step, _ in scenario.play(postgres, folder):
        if step.startswith("step 1"):
            kept = policies(database)
            assert len(kept) > 25
        elif step.startswith("step 2"):
            assert policies(database) == kept, "an increment leaves the policies alone"
            looking.start()
        else:
            done.set()
            looking.join()
            assert policies(database).keys() == kept.keys()
        check_readers(database)
    assert len(seen) > 20 and set().union(*seen) == {("acme",)}

    # someone takes a policy away
    table = f"{SCHEMA}.case_timeline"
    database.execute("dbt_owner", f"drop policy ozmeta_rows on {table}")
    database.execute("dbt_owner", f"alter table {table} disable row level security")
    whole_timeline = database.rows("dbt_owner", "case_timeline")
    assert database.rows("stranger", "case_timeline") == whole_timeline
    postgres.ask(operation="apply_row_policies", args={"dry_run": True})
    assert database.rows("stranger", "case_timeline") == whole_timeline
    postgres.ask(operation="apply_row_policies", args={})
    check_readers(database)

    # `explain` and `report`, as a reader runs them
    ids = f"select WI_ObjectID from {SCHEMA}.case_workflow_instance group by WI_ObjectID having "
    of_several = "min(_TenantID) = 'acme' and max(_TenantID) > 'acme' order by 1 limit 1"
    ((of_acme,),) = database.execute("ozmeta", ids + of_several)
    of_others = database.execute("ozmeta", ids + "min(_TenantID) > 'acme' order by 1 limit 1")
    whole = postgres.explained("case", of_acme)
    report = postgres.ask(operation="report_facts", args={"tenant": "acme", "days": 60})
    database.becomes("acme_bi", folder)
    own = postgres.explained("case", of_acme)
    for model, rows in own.items():
        theirs = [row for row in whole[model] if row.get("_TenantID", "acme") == "acme"]
        assert rows == theirs or model in ("steps", "unclaimed"), model
    assert len(own["timeline"]) < len(whole["timeline"])
    assert postgres.ask(operation="report_facts", args={"tenant": "acme", "days": 60}) == report
    without = postgres.ask(operation="report_facts", args={"days": 60})
    assert report["case"]["figures"]["states"]["rows"]
    for binding, found in without.items():
        for name, figure in found["figures"].items():
            values = {value for row in figure["rows"] for value in row}
            assert not values & {"globex", "initech"}, (binding, name)
            assert figure["rows"] or not report[binding]["figures"][name]["rows"], name
    for (object_id,) in of_others:
        answer = postgres.explained("case", object_id)
        assert not answer["timeline"] and not answer["quarantine"]
    database.becomes("stranger", folder)
    answer = postgres.ask(operation="report_facts", args={})
    assert all("as_of" not in found for found in answer.values())


def test_a_mapping_that_is_not_there_fails_the_run(
    tmp_path: Path, postgres: Worker, database: Database
) -> None:
    """A table without its policy is never committed."""
    database.execute("ozmeta", "drop table security.tenant_reader")
    with pytest.raises(DbtFailed, match="tenant_reader"):
        list(demo().play(postgres, tmp_path / "demo"))
    assert "case_timeline" not in database.relations()


# ---------------------------------------------------------------- the other engines, as text

UNRESTRICTED = ["serviceAccount:dbt@p.example", "group:o'hara {{ x }}"]
# What a run sends for the model of each kind, besides its own statement. {who} is the condition on
# the unrestricted, {reader} that on a row of the mapping.
WHO = {
    "snowflake": (
        "(('serviceAccount:dbt@p.example' = current_user() or"
        " is_role_in_session('serviceAccount:dbt@p.example')) or ('group:o''hara {{ x }}' ="
        " current_user() or is_role_in_session('group:o''hara {{ x }}')))"
    ),
    "databricks": (
        "(('serviceAccount:dbt@p.example' = current_user() or"
        " is_account_group_member('serviceAccount:dbt@p.example')) or ('group:o\\'hara {{ x }}' ="
        " current_user() or is_account_group_member('group:o\\'hara {{ x }}')))"
    ),
}
GRANTEES = "('serviceAccount:dbt@p.example', 'group:o\\'hara {{ x }}')"
READERS = {
    "snowflake": (
        "exists (select 1 from db.security.tenant_reader as readers where {tenant}"
        "(readers.reader = current_user() or is_role_in_session(readers.reader)))"
    ),
    "databricks": (
        "exists (select 1 from `db`.`security`.`tenant_reader` as readers where {tenant}"
        "(readers.reader = current_user() or is_account_group_member(readers.reader)))"
    ),
}
OF_TENANT = {
    "snowflake": "cast(readers.tenant_id as TEXT) = tenant and ",
    "databricks": "cast(readers.tenant_id as string) = tenant and ",
}


def shared(adapter: str) -> list[str]:
    """What is sent once, before the first model."""
    who, readers = WHO[adapter], READERS[adapter]
    conditions = {
        "tenant": f"{who} or {readers.replace('{tenant}', OF_TENANT[adapter])}",
        "reader": f"{who} or {readers.replace('{tenant}', '')}",
        "nobody": who,
    }
    found = [f"select case when {who} then 1 else 0 end as reads_all_rows"]
    for kind, condition in conditions.items():
        if adapter == "snowflake":
            policy = f"row access policy {{}}db.runtime.ozmeta_{kind}"
            found.append(
                "create " + policy.format("if not exists ") + " as (tenant varchar) returns"
                f" boolean -> {condition}"
            )
            found.append("alter " + policy.format("") + f" set body -> {condition}")
        else:
            found.append(
                f"create or replace function `db`.`runtime`.`ozmeta_{kind}`(tenant string) returns"
                f" boolean return {condition}"
            )
    return found


def of_a_table(adapter: str, table: str, kind: str) -> list[str]:
    column = "_TenantID" if kind == "tenant" else "_Key"
    if adapter == "snowflake":
        return [
            (
                "select count(*) from table(db.information_schema.policy_references("
                f"ref_entity_name => 'db.runtime.{table}', ref_entity_domain => 'table')) where"
                f" policy_name = 'OZMETA_{kind.upper()}'"
            ),
            (
                f"alter table db.runtime.{table} add row access policy"
                f" db.runtime.ozmeta_{kind} on ({column})"
            ),
        ]
    if adapter == "databricks":
        return [
            f"alter table `db`.`runtime`.`{table}` set row filter `db`.`runtime`.`ozmeta_{kind}`"
            f" on ({column})"
        ]
    relation, found = f"`db`.`runtime`.`{table}`", []
    filters = {
        "tenant": (
            "_TenantID in (select cast(readers.tenant_id as string) from"
            " `db`.`security`.`tenant_reader` as readers where readers.reader = session_user())"
        ),
        "reader": (
            "session_user() in (select readers.reader from `db`.`security`.`tenant_reader` as"
            " readers)"
        ),
    }
    policies = [("ozmeta_unrestricted", GRANTEES, "true")]
    if kind in filters:
        policies.append(("ozmeta_rows", "('allAuthenticatedUsers')", filters[kind]))
    for name, grantees, condition in policies:
        found.append(
            f"create or replace row access policy {name} on {relation} grant to {grantees} filter"
            f" using ({condition})"
        )
    return found


# How the adapter creates a table together with its policy.
CREATED_WITH = {
    "snowflake": "with row access policy db.runtime.ozmeta_{kind} on ({column})",
    "databricks": "with row filter `db`.`runtime`.`ozmeta_{kind}` on (`{column}`)",
}
KINDS = {
    "case_timeline": "tenant",
    "case_journal": "tenant",
    "case_quarantine": "tenant",
    "case_run": "reader",
    "journal_volume": "nobody",
}
CONDITION = re.compile(r"(?:boolean (?:->|return)|set body ->|filter using) (.*)|select case when")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """Played on DuckDB, where the option has no effect."""
    policies = {"readers": POLICIES["readers"], "unrestricted": UNRESTRICTED}
    journal = {"mirror": True, "columns": {"EJ_ID": "event_id", "EJ_Sequence": None}}
    config = CONFIG | {"journal": CONFIG["journal"] | journal, "row_policies": policies}
    project = DbtProject(tmp_path_factory.mktemp("row_policies"), config, meta())
    project.create_journal(JOURNAL)
    project.run("2026-01-06T00:00:00")
    return project


def python_with_adapters() -> Path:
    if os.environ.get("OZMETA_STATIC") != "all":
        pytest.skip("NOT RUN: `make test-static` runs it, with an environment of its own")
    return install()[0]


@pytest.mark.parametrize("adapter", ["bigquery", "databricks", "snowflake"])
def test_statements(adapter: str, project: DbtProject, tmp_path: Path) -> None:
    python = python_with_adapters()
    sent, failures = record(adapter, project, tmp_path / adapter, python)
    assert not failures, failures
    texts = {"first": [], "later": [], "operations": []}  # type: dict[str, list[tuple[str, str]]]
    for statement in sent:
        if statement["state"] in texts:
            texts[statement["state"]].append(
                (statement["model"], " ".join(statement["sql"].split()))
            )
    for state in ("first", "later"):
        found = [sql for _, sql in texts[state]]
        for sql in shared(adapter) if adapter in WHO else []:
            assert found.count(sql) == 1, (state, sql)
        for table, kind in KINDS.items():
            of_model = [sql for model, sql in texts[state] if model == table]
            for sql in of_a_table(adapter, table, kind):
                assert sql in of_model, (state, sql)
            column = "_TenantID" if kind == "tenant" else "_Key"
            created = CREATED_WITH.get(adapter, "").format(kind=kind, column=column).lower()
            assert state == "later" or any(
                sql.lower().startswith("create or replace") and created in sql.lower()
                for sql in of_model
            )
    # Snowflake lists its relations in upper case, and dbt quotes what it has listed.
    told = {plain(sql) for _, sql in texts["operations"]}
    assert {plain(sql) for sql in of_a_table(adapter, "case_timeline", "tenant")} <= told
    every = {sql for found in texts.values() for _, sql in found}
    conditions = [match[1] for sql in every if (match := CONDITION.search(sql)) and match[1]]
    assert len(conditions) > 2
    for condition in conditions:
        sqlglot.parse_one(f"select 1 from t where {condition}", dialect=DIALECTS[adapter])
    if adapter == "bigquery":
        program = analyser_or_skip()
        made = [
            "create table db.security.tenant_reader (reader string, tenant_id string)",
            *(f"create table db.runtime.{table} (_TenantID string)" for table in KINDS),
        ]
        policies = [sql for t, kind in KINDS.items() for sql in of_a_table(adapter, t, kind)]
        answers = analyse(program, made + policies)
        assert not [answer for answer in answers if answer["error"]], answers
        assert {a["kind"] for a in answers[len(made) :]} == {"CreateRowAccessPolicyStmt"}


def plain(sql: str) -> str:
    return sql.lower().replace('"', "")


def analyser_or_skip() -> Path:
    try:
        return build()
    except NotRun as why:
        pytest.skip(f"NOT RUN: {why}")


def test_an_engine_without_policies_stops_dbt(project: DbtProject, tmp_path: Path) -> None:
    python = python_with_adapters()
    with pytest.raises(AssertionError, match="this package has none for redshift"):
        record("redshift", project, tmp_path / "redshift", python, ["first"])


def test_duckdb_has_no_hooks(project: DbtProject) -> None:
    for node in project.manifest.nodes.values():
        hooks = (getattr(node.config, name, None) for name in ("pre_hook", "post_hook"))
        assert not any(hooks), node.name
