"""The copy of a project that `impact` works in, and the schema beside that `verify` and `impact`
drop, whatever happens.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from metadb_samples import Project
from ozmeta_dbt.impact.project_copy import copy_project
from ozmeta_dbt.operations import verify
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.problems import FileProblem, Problems
from ozmeta_dbt.project import read_project
from ozmeta_dbt.user_project.variables import PACKAGE

DBT_PROJECT = """\
name: mine
profile: mine
model-paths: [models, ../shared/models]
packages-install-path: ../../packages
"""


@pytest.fixture
def there(project: Project) -> Project:
    """A project in a folder, with folders of its own, beside it and above."""
    root = project.path
    project.path = root / "up/mine"
    project.output = project.path / "models/ozmeta"
    for name in ("ozmeta.yml", "snapshot.json"):
        project.put(name, (root / name).read_text(encoding="utf-8"))
    project.put("dbt_project.yml", DBT_PROJECT)
    project.put("models/own/late.sql", "select 1")
    project.put("macros/own.sql", "own")
    project.put("target/manifest.json", "{}")
    for name in ("up/shared/models/a.sql", f"packages/{PACKAGE}/dbt_project.yml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("version: 0.1.0", encoding="utf-8")
    return project


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def copied(project: Project, folder: Path) -> Path:
    return copy_project(read_project(project.path, Problems()), folder)


def test_the_copy_has_other_models_and_the_rest_of_the_project(
    there: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there.generate()
    snapshot = (there.path / "snapshot.json").read_text(encoding="utf-8")
    assert '"SL_TargetMinutes": 60' in snapshot
    there.put("snapshot.json", snapshot.replace('"SL_TargetMinutes": 60', '"SL_TargetMinutes": 61'))
    before = files(there.path.parent.parent)
    copy = copied(there, tmp_path_factory.mktemp("copy"))
    assert files(there.path.parent.parent) == before
    assert not (copy / "target").exists()
    for name in ("models/own/late.sql", "macros/own.sql", "../shared/models/a.sql"):
        assert (copy / name).read_bytes() == (there.path / name).read_bytes()
    assert (copy / "../../packages" / PACKAGE / "dbt_project.yml").is_file()
    made = {
        name: text for name, text in files(copy / "models/ozmeta").items() if name.endswith(".sql")
    }
    changed = [
        name for name, text in made.items() if before[f"up/mine/models/ozmeta/{name}"] != text
    ]
    assert changed and all("'target_minutes': 61" in made[name].decode() for name in changed)
    # what is written in the copy stays there
    (copy / "models/ozmeta/manifest.json").write_text("{}", encoding="utf-8")
    assert files(there.path.parent.parent) == before


def test_models_that_were_never_generated(
    there: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = copied(there, tmp_path_factory.mktemp("copy"))
    assert (copy / "models/ozmeta/manifest.json").is_file() and not there.output.exists()


def test_a_model_that_was_edited_by_hand(
    there: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there.generate()
    there.put("models/ozmeta/case/case_timeline.sql", "select 1")
    with pytest.raises(FileProblem, match=r"edited by hand.*case_timeline\.sql"):
        copied(there, tmp_path_factory.mktemp("copy"))


def test_without_links_it_copies(
    there: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: Any, **options: Any) -> None:
        raise OSError("no privilege")

    monkeypatch.setattr(Path, "symlink_to", refused)
    copy = copied(there, tmp_path_factory.mktemp("copy"))
    assert (copy / "macros/own.sql").read_text(encoding="utf-8") == "own"
    assert not (copy / "macros").is_symlink()


class Calls(Dbt):
    """Keeps what is asked of dbt."""

    def __call__(self, *args: str) -> str:
        assert self.profiles_dir
        profile = yaml.safe_load((self.profiles_dir / "profiles.yml").read_text(encoding="utf-8"))
        CALLED.append((args[1], profile["mine"]["outputs"]["dev"]["schema"]))
        return ""


CALLED: list[tuple[str, str]] = []


def told_to_stop(dbt: Dbt) -> None:
    with verify.scratch(dbt, "__0a__ozmeta_verify"):
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(5)


def test_the_schema_beside_is_dropped_if_the_command_is_told_to_stop(tmp_path: Path) -> None:
    outputs = {"dev": {"type": "postgres", "schema": "desk"}}
    profiles = tmp_path / "profiles.yml"
    profiles.write_text(yaml.safe_dump({"mine": {"target": "dev", "outputs": outputs}}))
    handler = signal.getsignal(signal.SIGTERM)
    CALLED.clear()
    dbt = Calls(tmp_path, tmp_path)
    with pytest.raises(SystemExit) as stopped:
        told_to_stop(dbt)
    assert stopped.value.code == 143
    assert CALLED == [("ozmeta_runtime.verify_clean", "desk__0a__ozmeta_verify")]
    assert signal.getsignal(signal.SIGTERM) is handler
    with verify.scratch(dbt):
        pass
    assert len(CALLED) == 1  # the comparison drops it
