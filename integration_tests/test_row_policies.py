"""A tenant's reader sees the rows of its tenants and no others (SPEC 7.5): executed on Postgres,
rendered for the other engines.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from engines.base import DbtFailed, Worker
from engines.scenarios import SCENARIOS, Scenario

SCHEMA = "oz_demo"
POLICIES: dict[str, Any] = {
    "readers": {"schema": "security", "table": "tenant_reader"},
    "unrestricted": ["auditor", "no such role ' {{ x }}"],
}
# Users, the roles that they are members of, and the tenants that they read.
USERS: dict[str, tuple[str, list[str]]] = {
    "acme_bi": ("", ["acme"]),
    "ann": ("others", ["globex", "initech"]),
    "stranger": ("", []),
}
SETUP = """
create role dbt_owner login;
create role others;
create role auditor login;
create role acme_bi login;
create role ann login in role others;
create role stranger login;
grant create on database postgres to dbt_owner;
create schema security;
create table security.tenant_reader (reader text, tenant_id text);
insert into security.tenant_reader values
  ('acme_bi', 'acme'), ('others', 'globex'), ('others', 'initech'), ('gone', 'acme'), (null, null),
  ('stranger', null), ('stranger', '');
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
        """dbt goes on as another user."""
        self.user = user
        self.worker.open(folder, SCHEMA)


@pytest.fixture
def database(postgres: Worker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    yield Database(postgres, monkeypatch)


def demo() -> Scenario:
    """The demo's three tenants, in two runs and a full refresh, with every table there is."""
    scenario = SCENARIOS["demo"]()
    scenario.config["journal"]["mirror"] = True
    scenario.config["row_policies"] = POLICIES
    scenario.steps = [scenario.steps[0], scenario.steps[1], scenario.steps[-1]]
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
                if user != "stranger" and "quarantine" not in relation:
                    assert 0 <= len(expected) < len(whole), relation
            elif relation in RUN_LOGS:
                expected = whole
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
        with psycopg2.connect(**database.login, user="acme_bi") as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            while not done.is_set():
                for relation in ("case_timeline", "workflow_instance", "case_sla_timer"):
                    cursor.execute(f"select distinct _TenantID from {SCHEMA}.{relation}")
                    seen.append(set(cursor.fetchall()))
                done.wait(0.02)
        connection.close()

    looking = threading.Thread(target=look)
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

    # someone drops a policy, and a table has none
    for statement in ("drop policy ozmeta_rows on", "alter table"):
        more = " disable row level security" if statement == "alter table" else ""
        database.execute("dbt_owner", f"{statement} {SCHEMA}.case_timeline{more}")
    assert len(database.rows("stranger", "case_timeline")) > 1000
    postgres.ask(operation="apply_row_policies", args={"dry_run": True})
    assert len(database.rows("stranger", "case_timeline")) > 1000
    postgres.ask(operation="apply_row_policies", args={})
    check_readers(database)

    # `explain` and `report`, as a reader runs them
    of_acme = database.execute("ozmeta", f"select WI_ObjectID from {SCHEMA}.case_workflow_instance"
        " group by 1 having min(_TenantID) <> max(_TenantID) order by 1 limit 1")[0][0]
    of_others = database.execute("ozmeta", f"select WI_ObjectID from {SCHEMA}.case_workflow_instance"
        " group by 1 having min(_TenantID) > 'acme' order by 1 limit 1")
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
