"""The installed dbt package and dbt itself: whether they can read the generated models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from ozmeta_dbt import __version__
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.user_project.declarations import PROJECT_FILE, dicts, read_yaml
from ozmeta_dbt.user_project.variables import PACKAGE


def check_version(folder: Path, problems: Problems) -> None:
    """Warn if the package that dbt would use has another version, apart from its last number. A
    project without an installed package is not checked.
    """
    for place in places(folder):
        document = read_yaml(place / PROJECT_FILE)
        if not isinstance(document, dict) or document.get("name") != PACKAGE:
            continue
        version = str(document.get("version"))
        if minor(version) != minor(__version__):
            problems.warn(
                Origin(
                    f"{place.relative_to(folder) if place.is_relative_to(folder) else place}"
                    f"/{PROJECT_FILE}"
                ).at("version"),
                f"the package {PACKAGE} has version {version}, and this is ozmeta-dbt"
                f" {__version__}: dbt will refuse the generated models",
                f"install ozmeta-dbt {version}, or the package {__version__} with `dbt deps`",
            )
        return


FLAG = "require_generic_test_arguments_property"


def check_dbt(folder: Path, problems: Problems) -> None:
    """Warn if dbt 1.10 would not parse the generated tests. Later versions need no flag. Without a
    dbt next to this command, nothing is checked.
    """
    try:
        version = metadata.version("dbt-core")
    except metadata.PackageNotFoundError:
        return
    project = read_yaml(folder / PROJECT_FILE)
    flags = project.get("flags") if isinstance(project, dict) else None
    if minor(version) == "1.10" and not (isinstance(flags, dict) and flags.get(FLAG)):
        problems.warn(
            Origin(PROJECT_FILE).at("flags"),
            f"dbt {version} does not parse the generated tests without the flag {FLAG}",
            f"write `flags: {{{FLAG}: true}}`, or install dbt 1.11 or later",
        )


def minor(version: str) -> str:
    found = re.match(r"\d+\.\d+", version)
    return found[0] if found else version


def places(folder: Path) -> Iterator[Path]:
    """Where the package may be: as `dbt deps` installed it, else a local path in packages.yml."""
    project = read_yaml(folder / PROJECT_FILE)
    installed: Any = project.get("packages-install-path") if isinstance(project, dict) else None
    yield folder / (installed if isinstance(installed, str) else "dbt_packages") / PACKAGE
    for name in ("packages.yml", "dependencies.yml"):
        for entry in dicts(read_yaml(folder / name), "packages"):
            if isinstance(entry.get("local"), str):
                yield folder / entry["local"]
