"""The installed dbt package: whether it has the generator's version."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
