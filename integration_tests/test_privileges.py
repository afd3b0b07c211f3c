"""The privileges of docs/operations/privileges.md on Postgres: they are sufficient, and each of
them is necessary.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest
from engines.base import JOURNAL_TYPES, DbtFailed, Worker, put
from ozmeta_dbt.project import write_models
from support.dbt_project_under_test import PACKAGE
from support.pages import parts_of
from support.small_case import CONFIG, event, meta
from support.verification import command

PAGE = PACKAGE / "docs/operations/privileges.md"
PARTS = re.compile(r"(?P<before>.*\bgrant )(?P<names>[a-z, ]+)(?P<after> on .*)")
ROLES = ("ozmeta_dbt", "ozmeta_reader", "ozmeta_notify")


def grants() -> list[str]:
    """The statements of the page, each with one privilege."""
    text = PAGE.read_text(encoding="utf-8")
    of_postgres = text[text.index("\n## Postgres") : text.index("\n## Redshift")]
    (block,) = [part.body for part in parts_of(of_postgres) if part.language == "sql"]
    found = []
    for line in block.splitlines():
        if line.strip() and not line.startswith("--"):
            statement = line.rstrip(";")
            if parts := PARTS.fullmatch(statement):
                for name in parts["names"].split(", "):
                    found.append(parts["before"] + name + parts["after"])
            else:
                found.append(statement)
    return found


def taken(grant: str) -> str:
    """The statement that revokes the privilege."""
    start, _, rest = grant.rpartition("grant ")
    what, to, role = rest.rpartition(" to ")
    assert to
    return f"{start}revoke {what} from {role}"


@dataclass
class Warehouse:
    """A database with the roles of the page, and a project whose runs use them."""

    worker: Worker
    folder: Path
    events: int = 0

    def __post_init__(self) -> None:
        self.profile = self.worker.engine.profile("runtime") | {"dbname": "analytics"}
        self.execute("create database analytics", "postgres")
        for role in ROLES:
            self.execute(f"create role {role} login")
        self.execute("revoke all on database analytics from public")
        self.execute("revoke all on schema public from public")
        types = {"text": "text", "instant": "timestamp", "integer": "bigint"}
        columns = ", ".join(f"{name} {types[type_]}" for name, type_ in JOURNAL_TYPES.items())
        self.execute(
            f"create schema runtime; create schema raw; create schema crm;"
            f" create table raw.event_journal ({columns});"
            " create table crm.cases (case_id text primary key, tenant text, title text);"
            " insert into crm.cases values ('o1', 't1', 'first'), ('o2', 't1', 'second')"
        )
        entity = {"schema": "crm", "table": "cases", "key": "case_id", "tenant": "tenant"}
        entity["write_back"] = True
        channel = {"desk": {"command": ["true"]}}
        config = CONFIG | {"bindings": {"Case": {"entity": entity}}, "notify": channel}
        snapshot = meta()
        snapshot["objects"]["runtime"]["bindings"][0]["runtimeMode"] = "Inline"
        (flow,) = snapshot["objects"]["workflows"]
        flow["states"].append({"id": "s3", "code": "Done", "isTerminal": True})
        end = {"id": "x3", "code": "End", "fromStateId": "s1", "toStateId": "s3"}
        flow["transitions"].append(end)
        put(self.folder, "metadb/snapshot.json", json.dumps(snapshot))
        put(self.folder, "ozmeta.yml", config)
        write_models(self.folder, check_rules=False)
        self.worker.open(self.folder, "runtime")
        self.becomes("ozmeta")
        self.worker.ask(open=str(self.folder))  # parsed for this database

    def execute(self, sql: str, database: str = "analytics") -> None:
        login = {name: self.profile[name] for name in ("host", "port", "user")}
        connection = psycopg2.connect(**login, dbname=database)
        connection.autocommit = True
        connection.cursor().execute(sql)
        connection.close()

    def becomes(self, user: str) -> None:
        """dbt connects as this user from now on."""
        output = self.profile | {"user": user}
        document = {"under_test": {"target": "postgres", "outputs": {"postgres": output}}}
        put(self.folder, "profiles.yml", document)

    def new_event(self) -> None:
        """Busy, and back after two hours: a breach."""
        self.events += 1
        code = "Go" if self.events % 2 else "Back"
        rows = [event(f"e{self.events}", self.events * 120, code)]
        synced = {"_SyncDate": rows[0]["_SyncDate"], "EJ_Actor": "ann"}
        rows.append(event(f"old{self.events}", 1, "End", f"old{self.events}", **synced))
        for statement in self.worker.engine.append("raw", "event_journal", rows):
            self.execute(statement)

    # ---------------------------------------------------------------- what the roles do

    def run(self) -> None:
        self.new_event()
        self.worker.dbt("run", as_of=f"2026-02-01T00:{self.events:02}:00")

    def write_inline(self) -> None:
        call = ("run-operation", "ozmeta_runtime.write_inline", "--args", '{"binding": "case"}')
        self.worker.ask(dbt=list(call), vars={})

    def command(self, *args: str) -> str:
        status, said = command(SimpleNamespace(folder=self.folder), *args)  # type: ignore[arg-type]
        if status:
            raise DbtFailed(said)
        return said

    def verify(self) -> None:
        assert "no row differs" in self.command("verify")

    def impact(self) -> None:
        assert "nothing would change" in self.command("impact")

    def purge(self) -> None:
        """It deletes signals of purged objects from the table of notify."""
        self.run()
        self.command("purge", "--no-dry-run", "--older-than", "1d")

    def erase(self) -> None:
        self.run()
        self.execute("update raw.event_journal set EJ_Actor = 'erased' where EJ_Actor = 'ann'")
        self.command("erase", "--actor", "ann")

    def read(self) -> None:
        assert "Busy" in self.command("explain", "case", "o1")
        self.command("report", "--stories", "1")

    def notify(self) -> None:
        self.command("notify")


Task = Callable[[Warehouse], None]
TASKS: dict[str, list[Task]] = {
    "ozmeta_dbt": [
        *(Warehouse.run, Warehouse.write_inline, Warehouse.verify),
        *(Warehouse.purge, Warehouse.erase, Warehouse.impact),
    ],
    "ozmeta_reader": [Warehouse.read],
    "ozmeta_notify": [Warehouse.notify],
}
# Privileges that only a later task of the role needs.
LATER = {
    "on crm.cases": Warehouse.write_inline,
    "grant create on database": Warehouse.verify,
    "for role ozmeta_notify": Warehouse.purge,
}


@pytest.fixture
def warehouse(tmp_path: Path, postgres: Worker) -> Warehouse:
    return Warehouse(postgres, tmp_path / "project")


def do(warehouse: Warehouse, tasks: list[Task]) -> None:
    for task in tasks:
        task(warehouse)


def failure(warehouse: Warehouse, tasks: list[Task]) -> str:
    """What dbt says, if one of the tasks fails."""
    try:
        do(warehouse, tasks)
    except DbtFailed as error:
        return str(error)
    return ""


def take_effect(warehouse: Warehouse, grant: str) -> None:
    """Default privileges are those of tables that are created from now on."""
    if "ozmeta_notify" in grant:
        warehouse.execute("drop table if exists runtime.ozmeta_notification")
    if "for role ozmeta_notify" in grant:
        warehouse.becomes("ozmeta_notify")
        warehouse.notify()
    elif grant.startswith("alter default privileges"):
        warehouse.becomes("ozmeta_dbt")
        warehouse.run()


def everything_works(warehouse: Warehouse) -> None:
    for role in ROLES:
        warehouse.becomes(role)
        do(warehouse, TASKS[role])


def test_the_page_s_privileges_are_enough_and_all_are_needed(warehouse: Warehouse) -> None:
    page = grants()
    assert len(page) == 17, page
    for grant in page:
        warehouse.execute(grant)
    warehouse.becomes("ozmeta_dbt")
    warehouse.run()
    warehouse.becomes("ozmeta")
    warehouse.write_inline()  # the owner of the table adds the columns
    everything_works(warehouse)
    superfluous = []
    for grant in page:
        role = grant.rpartition(" to ")[2]
        warehouse.execute(taken(grant))
        take_effect(warehouse, grant)
        warehouse.becomes(role)
        needed_by = next((task for what, task in LATER.items() if what in grant), TASKS[role][0])
        said = failure(warehouse, TASKS[role][: TASKS[role].index(needed_by) + 1])
        assert not said or re.search("permission denied|does not exist", said), (grant, said)
        superfluous += [] if said else [grant]
        warehouse.execute(grant)
        take_effect(warehouse, grant)
        if needed_by is Warehouse.purge:  # a purge that failed goes on when it is run again
            warehouse.becomes(role)
            warehouse.purge()
    assert not superfluous
    everything_works(warehouse)
