"""`ozmeta-dbt init --example` in a fresh dbt project, and exactly the commands that it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_project_under_test import PACKAGE

BIN = Path(sys.executable).parent


def fresh(folder: Path, **project: object) -> Path:
    folder.mkdir()
    outputs = {"dev": {"type": "duckdb", "path": str(folder / "w.duckdb")}}
    documents = {
        "dbt_project.yml": {"name": "mine", "version": "1.0.0", "profile": "mine", "flags": {"send_anonymous_usage_stats": False}, **project},
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
    return subprocess.run(command, shell=True, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)


def snapshot_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and "dbt_packages" not in p.parts}


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
        ask = lambda sql: connection.execute(sql).fetchall()  # noqa: E731
        assert ask("select count(*) from ozmeta_example_events") == [(20,)]
        assert ask("select count(*) from example_ticket_timeline") == [(18,)]
        assert ask("select QR_Reason from example_ticket_quarantine") == [("MalformedPayload",)]
        instances = "select _TenantID, WI_ObjectID, WS_CurrentCode from example_ticket_workflow_instance order by 1, 2"
        assert ask(instances) == [
            ("acme", "T-1", "Closed"), ("acme", "T-2", "Closed"), ("acme", "T-3", "InProgress"),
            ("globex", "T-1", "Closed"), ("globex", "T-2", "Open"), ("globex", "T-3", "InProgress"),
        ]  # fmt: skip
        timers = "select ST_Status, ST_BreachedUTC is not null, count(*) from example_ticket_sla_timer group by 1, 2 order by 1, 2"
        assert ask(timers) == [("Breached", True, 2), ("Stopped", False, 2), ("Stopped", True, 1)]
        assert ask("select EQ_Status, count(*) from example_ticket_escalation_queue group by 1 order by 1") == [("Closed", 1), ("Open", 2)]


@pytest.mark.parametrize("there", ["ozmeta.yml", "metadb/SlaPolicy.yml", "metadb/Role.csv", "seeds/ozmeta_example_events.csv"])
def test_nothing_is_overwritten(tmp_path: Path, there: str) -> None:
    folder = fresh(tmp_path / "mine")
    (folder / there).parent.mkdir(exist_ok=True)
    (folder / there).write_text("mine")
    before = snapshot_of(folder)
    told = shell("ozmeta-dbt init --example", folder)
    assert told.returncode == 3 and there.split("/Role")[0] in told.stderr
    assert snapshot_of(folder) == before
