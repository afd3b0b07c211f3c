"""`ozmeta-dbt init --example` in a fresh dbt project, and exactly the commands that it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from support.dbt_project_under_test import PACKAGE

BIN = Path(sys.executable).parent


def fresh(folder: Path, **project: object) -> Path:
    folder.mkdir()
    outputs = {"dev": {"type": "duckdb", "path": str(folder / "w.duckdb")}}
    documents = {
        "dbt_project.yml": {
            "name": "mine",
            "version": "1.0.0",
            "profile": "mine",
            "flags": {"send_anonymous_usage_stats": False},
            **project,
        },
        "profiles.yml": {"mine": {"target": "dev", "outputs": outputs}},
        "packages.yml": {"packages": [{"local": str(PACKAGE)}]},
    }
    for name, document in documents.items():
        (folder / name).write_text(yaml.safe_dump(document))
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages/ozmeta_runtime").symlink_to(PACKAGE, target_is_directory=True)
    return folder


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )


def snapshot_of(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and "dbt_packages" not in p.parts
    }


@pytest.mark.parametrize("project", [{}, {"seed-paths": ["data"], "model-paths": ["dbt/models"]}])
def test_the_printed_commands_run(tmp_path: Path, project: dict[str, object]) -> None:
    folder = fresh(tmp_path / "mine", **project)
    told = shell("ozmeta-dbt init --example", folder)
    assert told.returncode == 0, told.stdout + told.stderr
    commands = [line.strip() for line in told.stdout.split("next:")[1].splitlines() if line.strip()]
    assert len(commands) == 4
    for command in commands:
        done = shell(command, folder)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    with duckdb.connect(str(folder / "w.duckdb")) as connection:

        def ask(sql: str) -> list[tuple]:
            return connection.execute(sql).fetchall()

        assert ask("select count(*) from ozmeta_example_events") == [(20,)]
        assert ask("select count(*) from example_ticket_timeline") == [(18,)]
        assert ask("select QR_Reason from example_ticket_quarantine") == [("MalformedPayload",)]
        instances = (
            "select _TenantID, WI_ObjectID, WS_CurrentCode from example_ticket_workflow_instance"
            " order by 1, 2"
        )
        assert ask(instances) == [
            ("acme", "T-1", "Closed"),
            ("acme", "T-2", "Closed"),
            ("acme", "T-3", "InProgress"),
            ("globex", "T-1", "Closed"),
            ("globex", "T-2", "Open"),
            ("globex", "T-3", "InProgress"),
        ]
        timers = (
            "select ST_Status, ST_BreachedUTC is not null, count(*) from example_ticket_sla_timer"
            " group by 1, 2 order by 1, 2"
        )
        assert ask(timers) == [("Breached", True, 2), ("Stopped", False, 2), ("Stopped", True, 1)]
        assert ask(
            "select EQ_Status, count(*) from example_ticket_escalation_queue group by 1 order by 1"
        ) == [("Closed", 1), ("Open", 2)]


@pytest.mark.parametrize(
    "there",
    ["ozmeta.yml", "metadb/SlaPolicy.yml", "metadb/Role.csv", "seeds/ozmeta_example_events.csv"],
)
def test_nothing_is_overwritten(tmp_path: Path, there: str) -> None:
    folder = fresh(tmp_path / "mine")
    (folder / there).parent.mkdir(exist_ok=True)
    (folder / there).write_text("mine")
    before = snapshot_of(folder)
    told = shell("ozmeta-dbt init --example", folder)
    assert told.returncode == 3 and there.split("/Role")[0] in told.stderr
    assert snapshot_of(folder) == before


PAGE = (PACKAGE / "docs/get-started.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def test_the_page_quotes_the_example_as_it_is() -> None:
    for path in sorted((PACKAGE / "generator/src/ozmeta_dbt/example/metadb").glob("*.yml")):
        assert f"`metadb/{path.name}`\n\n```yaml\n{path.read_text().rstrip()}\n```" in PAGE, (
            f"{path.name} differs in docs/get-started.md"
        )


def test_every_command_and_query_of_the_page_runs(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "mine")
    first, later = blocks("sh")
    for command in first.strip().splitlines():
        done = shell(command, folder)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (
        "WARN=" in done.stdout and "quarantined_share" in done.stdout
    )  # the warning that the page speaks of
    looks, ddl = blocks("sql")
    asked = re.findall(r"^\| [^|]+\? \| `(select [^`]+)` \|$", PAGE, re.M)
    assert len(asked) == 3
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        for query in re.sub(r"--.*", "", looks).split(";")[:-1]:
            assert connection.execute(query).fetchall(), query
        for query in asked:
            connection.execute(query).fetchall()
        connection.execute("create schema raw")
        connection.execute(ddl)
    assert shell("ozmeta-dbt explain example_ticket T-1 --tenant acme", folder).returncode == 0
    assert shell("ozmeta-dbt verify", folder).returncode == 0
    # the journal of the page in place of the example's, with the page's payload
    (folder / "ozmeta.yml").write_text(blocks("yaml")[-1])
    payload = blocks("json")[0]
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        columns = (
            "EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC, EJ_ObjectType, EJ_ObjectID,"
            " EJ_Payload, _SyncDate"
        )
        row = [
            "1",
            "acme",
            "Ticket.Started",
            "2026-01-01 09:00",
            "ExampleTicket",
            "4711",
            payload,
            "2026-01-01 09:00",
        ]
        connection.execute(
            f"insert into raw.event_journal ({columns}) values ({', '.join('?' * len(row))})", row
        )
    for command in [*later.strip().splitlines(), "dbt run --full-refresh"]:
        command = command.split("#")[0].strip()
        done = shell(command, folder)
        assert (done.returncode == 0) == (command != "dbt run"), (
            f"{command}\n{done.stdout}{done.stderr}"
        )
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        found = connection.execute(
            "select WI_ObjectID, WS_CurrentCode from example_ticket_workflow_instance where"
            " _DeleteDate is null"
        )
        assert found.fetchall() == [("4711", "InProgress")]
