from __future__ import annotations

from pathlib import Path

import pytest
from metadb_samples import GOLDEN, Project


@pytest.fixture
def project(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Project:
    return Project(tmp_path, capsys, monkeypatch)


@pytest.fixture
def golden(project: Project) -> Project:
    for name in ("ozmeta.yml", "snapshot.json"):
        project.put(name, (GOLDEN / name).read_text(encoding="utf-8"))
    return project
