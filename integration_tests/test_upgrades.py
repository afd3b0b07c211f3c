"""Upgrades (SPEC 8.9): a warehouse as an earlier version left it, built by that version itself, is
taken on by this one. Earlier versions are the tags of this repository, and before the first release
the commits in EARLIER.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.dbt_project_under_test import PACKAGE, DbtProject, RunFailed
from support.small_case import CONFIG, emitting, event, same_as_full_refresh

FIRST, SECOND, THIRD = (f"2026-01-01T0{hour}:00:00" for hour in (1, 2, 3))
# {commit: what changed after it}
EARLIER = {"07b1789689": "_Batch became unique to each run; purge, erase and row policies came"}


def git(*args: str) -> str:
    done = subprocess.run(["git", *args], cwd=PACKAGE, capture_output=True, text=True)
    return done.stdout if not done.returncode else ""


def versions() -> list[str]:
    return [*git("tag", "--list", "v*").split(), *EARLIER]


@pytest.fixture(params=versions())
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The package and the generator as they were."""
    version: str = request.param
    if not git("cat-file", "-t", version).startswith(("commit", "tag")):
        pytest.skip(f"NOT RUN: this checkout has no {version}, for example because it is shallow")
    folder = tmp_path / "package"
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", version, "dbt_project.yml", "macros", "models", "seeds", "generator"],
        cwd=PACKAGE,
        capture_output=True,
        check=True,
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


def as_it_was(project: DbtProject, package: Path, *commands: list[str]) -> None:
    """Run the earlier version's own commands on the project, in processes of their own."""
    linked = project.folder / "dbt_packages/ozmeta_runtime"
    linked.unlink()
    linked.symlink_to(package, target_is_directory=True)
    shutil.rmtree(project.folder / "models/ozmeta")
    shutil.rmtree(project.folder / "target", ignore_errors=True)
    environment = os.environ | {"PYTHONPATH": str(package / "generator/src")}
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=project.folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    linked.unlink()
    linked.symlink_to(PACKAGE, target_is_directory=True)
    shutil.rmtree(project.folder / "target", ignore_errors=True)


def dbt_run(as_of: str) -> list[str]:
    return ["dbt.cli.main", "run", "--vars", f"{{ozmeta_as_of: '{as_of}'}}"]


def test_a_warehouse_of_an_earlier_version_is_taken_on(tmp_path: Path, earlier: Path) -> None:
    project = DbtProject(tmp_path / "p", CONFIG | {"backlog": True}, emitting())
    project.create_journal()
    project.append(
        [event("a", 0, "Go"), event("b", 5, "Go", "o2"), event("bad", 6, EJ_Payload="{")]
    )
    as_it_was(project, earlier, ["ozmeta_dbt", "generate"], dbt_run(FIRST), dbt_run(SECOND))
    before = project.rows("select EJ_ID, TL_State, TL_Position from case_timeline order by 1")
    assert len(before) == 2
    project.configure(CONFIG | {"backlog": True}, emitting())
    project.append([event("c", 125, "Back"), event("d", 126, "Go", "o3")])
    project.run(THIRD)
    assert project.rows("select max(RUN_Number) as n from case_run") == [{"n": 3}]
    assert len(project.rows("from case_timeline")) == 4
    signals = "select RS_SignalCode, RS_SubjectKey, RS_Number from case_runtime_signal order by all"
    raised = project.rows(signals)
    assert same_as_full_refresh(project, THIRD) == {}
    assert project.rows(signals) == raised


def test_an_older_version_stops(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, CONFIG, emitting())
    project.create_journal()
    project.append([event("a", 0, "Go")])
    project.run(FIRST)
    with project.connect() as connection:
        connection.execute(
            "update case_run set _DefinitionHash ="
            " replace(_DefinitionHash, 'version:0.', 'version:9.')"
        )
    before = project.rows("from case_timeline")
    with pytest.raises(RunFailed, match=r"Version 9\.1\.0 of ozmeta_runtime made the tables"):
        project.run(SECOND)
    assert project.rows("from case_timeline") == before
    project.run(SECOND, "--full-refresh")
    project.run(THIRD)
