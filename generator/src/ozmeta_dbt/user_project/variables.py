"""The dbt variables that the package reads, and variables in dbt_project.yml that are likely
misspelt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ozmeta_dbt.documents import loads_yaml
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import nearest, one_of, plain

PACKAGE = "ozmeta_runtime"
# every variable that a macro of the package reads
KNOWN_VARS = (
    "ozmeta_as_of",
    "ozmeta_bring_back_purged",
    "ozmeta_correction",
    "ozmeta_erase",
    "ozmeta_verify",
)
FILE = "dbt_project.yml"


def check(project: Path, problems: Problems) -> None:
    """Warn about each variable that no macro reads. dbt reports everything else that is wrong with
    the file.
    """
    try:
        document = loads_yaml((project / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return
    if isinstance(document, dict) and isinstance(document.get("vars"), dict):
        check_scope(
            document["vars"],
            Origin(FILE).at("vars"),
            {str(document.get("name")), PACKAGE},
            problems,
        )


def check_scope(scope: dict[Any, Any], at: Origin, packages: set[str], problems: Problems) -> None:
    """Variables of every package, and, under the name of one, those of that package."""
    for key, value in scope.items():
        name = str(key)
        if name in packages and isinstance(value, dict):
            check_scope(value, at.at(name), set(), problems)
        elif isinstance(value, dict) and nearest(name, [PACKAGE]):
            problems.warn(
                at.at(name),
                f"{name!r} is not a package, so these variables reach no macro",
                f"did you mean {PACKAGE!r}?",
            )
        elif name not in KNOWN_VARS and (
            plain(name).startswith("ozmeta") or nearest(name, KNOWN_VARS)
        ):
            problems.warn(
                at.at(name),
                f"{name!r} is not a variable of {PACKAGE}: it has no effect",
                one_of(name, KNOWN_VARS),
            )
