"""A copy of the user's dbt project with other generated models. It consists of links to the user's
own files, so it is cheap to make, and dbt writes its artifacts elsewhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ozmeta_dbt.models import writer
from ozmeta_dbt.problems import FileProblem
from ozmeta_dbt.project import Project
from ozmeta_dbt.user_project.declarations import PROJECT_FILE, read_yaml

LEFT_OUT = {"target", "logs", ".git"}  # what dbt writes, and what it never reads


def copy_project(project: Project, folder: Path) -> Path:
    """Make the copy below an empty folder, and generate the models of the metadata there. Returns
    the copy's own folder.
    """
    real = project.folder.resolve()
    document = read_yaml(real / PROJECT_FILE)
    outside = [path for path in paths_of(document) if ".." in Path(path).parts]
    depth = max((Path(path).parts.count("..") for path in outside), default=0)
    copy = folder.joinpath(*["up"] * depth, "project")
    copy.mkdir(parents=True)
    output = Path(project.config.output)
    link_children(real, copy, LEFT_OUT | {output.parts[0]})
    for number in range(1, len(output.parts)):
        part, rest = Path(*output.parts[:number]), output.parts[number]
        (copy / part).mkdir()
        if (real / part).is_dir():
            link_children(real / part, copy / part, {rest})
    if (real / output).is_dir():
        shutil.copytree(real / output, copy / output)
    for path in outside:
        there = Path(os.path.normpath(copy / path))
        if not there.exists() and (real / path).exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            link((real / path).resolve(), there)
    plan = replace(project, folder=copy).to_write()
    if plan.edited:
        raise FileProblem(
            "edited by hand since they were generated: "
            + ", ".join(f"{project.config.output}/{name}" for name in plan.edited)
            + ". `ozmeta-dbt generate` would not write over them, so nobody can say what it would"
            " change. Look with `ozmeta-dbt generate --diff`, and generate with --force or move"
            " what you need elsewhere"
        )
    writer.apply(plan)
    return copy


def paths_of(document: Any) -> Iterator[str]:
    """The folders that dbt_project.yml names."""
    for key, value in document.items() if isinstance(document, dict) else []:
        if str(key).endswith("-paths") and isinstance(value, list):
            yield from (path for path in value if isinstance(path, str))
        if key == "packages-install-path" and isinstance(value, str):
            yield value


def link_children(real: Path, copy: Path, but: set[str]) -> None:
    for child in sorted(real.iterdir()):
        if child.name not in but:
            link(child, copy / child.name)


def link(real: Path, place: Path) -> None:
    """A symbolic link, or a copy where the system allows no links."""
    try:
        place.symlink_to(real, target_is_directory=real.is_dir())
    except OSError:
        shutil.copytree(real, place) if real.is_dir() else shutil.copy2(real, place)
