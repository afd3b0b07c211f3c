"""Generated models beside what the user's own dbt project has."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ozmeta_dbt.operations.verify import Choice, verify
from rich.console import Console
from support.dbt_project_under_test import DbtProject, RunFailed
from support.small_case import CONFIG, event, snapshot
from support.verification import dbt_of

AS_OF = "2026-01-01T04:00:00"
STAGED = "select * from raw.event_journal\n"


def with_journal(journal: dict[str, Any]) -> dict[str, Any]:
    return {
        **copy.deepcopy(CONFIG),
        "journal": {
            **{k: v for k, v in CONFIG["journal"].items() if k not in ("source", "sources")},
            **journal,
        },
    }


def made(folder: Path, model: str, config: dict[str, Any]) -> DbtProject:
    (folder / "models").mkdir(parents=True)
    (folder / "models/stg_events.sql").write_text(model)
    project = DbtProject(folder, config, snapshot())
    project.create_journal()
    project.append([event("a", 0, "Go"), event("b", 75, "Back")])
    return project


@pytest.mark.parametrize("kind", ["view", "table", "incremental"])
def test_a_journal_that_is_a_model(tmp_path: Path, kind: str) -> None:
    project = made(
        tmp_path / "p",
        f"{{{{ config(materialized='{kind}') }}}}\n{STAGED}",
        with_journal({"ref": "stg_events"}),
    )
    project.run(AS_OF)
    assert [r["TL_Journal"] for r in project.rows("select TL_Journal from case_timeline")] == [
        "stg_events"
    ] * 2
    project.append([event("c", 90, "Go")])
    project.run("2026-01-01T05:00:00", "--select", "+case_run")
    assert project.rows("select count(distinct EJ_ID) as n from case_timeline")[0]["n"] == 3
    assert verify(dbt_of(project), [], Choice((), 1.0, ""), 60, 3, False, Console(quiet=True))


def test_an_ephemeral_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    project = made(
        tmp_path / "p",
        "{{ config(materialized='ephemeral') }}\n" + STAGED,
        with_journal({"ref": "stg_events"}),
    )
    with pytest.raises(RunFailed, match="The journal stg_events is an ephemeral model"):
        project.run(AS_OF)


@pytest.mark.parametrize("tables", [["event_journal"], ["other"], ["other", "event_journal"]])
def test_a_source_that_the_project_declares(tmp_path: Path, tables: list[str]) -> None:
    config = with_journal({"source": {"name": "ops", "table": "event_journal"}})
    project = made(tmp_path / "p", STAGED, config)
    project.write(
        "models/sources.yml",
        {"sources": [{"name": "ops", "schema": "raw", "tables": [{"name": t} for t in tables]}]},
    )
    project.configure(config)
    project.run(AS_OF)
    assert project.rows("select count(*) as n from case_timeline")[0]["n"] == 2


@pytest.mark.parametrize("model", ["escalation_queue", "sla_cycle", "runtime_signal"])
def test_a_disabled_model_breaks_no_other(tmp_path: Path, model: str) -> None:
    config = with_journal({"ref": "stg_events"})
    project = made(tmp_path / "p", STAGED, config)
    tree = {"ozmeta": {"case": {f"case_{model}": {"+enabled": False}}}}
    project.settings(models={"under_test": tree})
    project.configure(config)
    project.dbt("run", "--warn-error", as_of=AS_OF)
    built = {
        row["table_name"]
        for row in project.rows(
            "select table_name from information_schema.tables where table_schema = 'main'"
        )
    }
    assert (
        f"case_{model}" not in built
        and {"case_timeline", "case_run", "case_workflow_instance"} <= built
    )
    assert project.rows("select count(*) as n from case_run")[0]["n"] == 1
