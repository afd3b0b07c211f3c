"""Writes the folder: all files or none, and never over an existing file."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from ozmeta_dbt.metadb.readers import ENDINGS
from ozmeta_dbt.metadb.rows import TABLES
from ozmeta_dbt.models import writer
from ozmeta_dbt.models.manifest import read_bytes
from ozmeta_dbt.problems import FileProblem


@dataclass(frozen=True)
class Settled:
    """What becomes of each file, by its name."""

    new: list[str]
    same: list[str]
    different: list[str]
    diff: str  # old: what is there; new: what was discovered

    @property
    def is_same(self) -> bool:
        return not self.new and not self.different


def compare(folder: Path, files: dict[str, str]) -> Settled:
    """How the files differ from the existing ones. FileProblem if the folder has a table in a file
    of another kind, because MetaDB would then have the table twice.
    """
    others = [
        f"{table}{ending}"
        for table in TABLES
        for ending in ENDINGS
        if f"{table}{ending}" not in files and os.path.lexists(folder / f"{table}{ending}")
    ]
    twice = [name for name in others if any(name.split(".")[0] == f.split(".")[0] for f in files)]
    if twice:
        raise FileProblem(
            f"{folder} has {', '.join(twice)}, and a discovery writes that table as .yml: choose"
            " another folder with --output. Nothing was written"
        )
    new: list[str] = []
    same: list[str] = []
    different: list[str] = []
    parts: list[str] = []
    for name, text in sorted(files.items()):
        path = folder / name
        if path.is_dir():
            raise FileProblem(f"{path} is a folder. Nothing was written")
        current = read_bytes(path)
        if current == text.encode():
            same.append(name)
            continue
        (new if current is None else different).append(name)
        old = (current or b"").decode("utf-8", "replace").splitlines(keepends=True)
        if old and not old[-1].endswith("\n"):
            old[-1] += "\n"
        before = "/dev/null" if current is None else f"a/{name}"
        parts += difflib.unified_diff(old, text.splitlines(keepends=True), before, f"b/{name}")
    return Settled(new, same, different, "".join(parts))


def write(root: Path, files: dict[str, str]) -> None:
    """Write all of the files or none."""
    writer.apply(writer.Plan(root, write=files))
