"""dbt projects to measure: each in a folder of its own, with a warehouse of its own beside it, and
the journal's file attached read-only, so that no measurement copies a journal.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import entities
import yaml

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent
SOURCE = {"name": "ops", "database": "store", "schema": "raw", "table": "event_journal"}


def write_project(
    folder: Path,
    journal: Path | None = None,
    memory_limit: str | None = None,
    package: bool = True,
    threads: int = 2,
) -> Path:
    """A project without models, made anew. DuckDB has two threads, dbt one: so the statements
    follow each other and their seconds add up.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    options = {"threads": threads, "temp_directory": str(folder / "temp")} | (
        {"memory_limit": memory_limit} if memory_limit else {}
    )
    warehouse: dict[str, Any] = {
        "type": "duckdb",
        "path": str(folder / "warehouse.duckdb"),
        "threads": 1,
        "config_options": options,
    }
    if journal:
        warehouse["attach"] = [{"path": str(journal), "alias": "store", "read_only": True}]
    documents = {
        "dbt_project.yml": {
            "name": "speed",
            "version": "1.0.0",
            "profile": "speed",
            "flags": {"send_anonymous_usage_stats": False},
        },
        "profiles.yml": {"speed": {"target": "duckdb", "outputs": {"duckdb": warehouse}}},
    }
    if package:  # what `dbt deps` does for a local package
        documents["packages.yml"] = {"packages": [{"local": str(PACKAGE)}]}
        (folder / "dbt_packages").mkdir()
        (folder / "dbt_packages" / "ozmeta_runtime").symlink_to(PACKAGE, target_is_directory=True)
    for name, document in documents.items():
        (folder / name).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    (folder / "models").mkdir()
    return folder


def bound_project(
    folder: Path,
    types: Sequence[tuple[str, str]],
    journal: Path | None = None,
    memory_limit: str | None = None,
    policy: str = "last_writer_wins",
    generate: bool = True,
    calendars: dict[str, Any] | None = None,
    slas: dict[str, Any] | None = None,
    threads: int = 2,
    backlog: bool = False,
) -> Path:
    """A project with a binding for each type, generated as a user would."""
    from ozmeta_dbt.project import write_models

    write_project(folder, journal, memory_limit, threads=threads)
    config = {
        "version": 1,
        "metadb": {"snapshot": "snapshot.json"},
        "journal": {"source": SOURCE},
        "bindings": {
            name: {"conflict_policy": policy, **({"slas": slas} if slas else {})}
            for name, _ in types
        },
        **({"calendars": calendars} if calendars else {}),
        **({"backlog": True} if backlog else {}),
    }
    (folder / "ozmeta.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "snapshot.json").write_text(json.dumps(entities.snapshot(types)), encoding="utf-8")
    if generate:
        write_models(folder)
    return folder


def use_buckets(folder: Path, engine: str, buckets: bool) -> None:
    """The project's own answer to whether the engine uses buckets, as docs/scale.md describes. The
    project must come first in `dispatch`.
    """
    macro = f"{engine}__prunes_by_bucket"
    answer = "true" if buckets else "false"
    (folder / "macros").mkdir(exist_ok=True)
    (folder / "macros" / "buckets.sql").write_text(
        f"{{% macro {macro}() %}}{{% do return({answer}) %}}{{% endmacro %}}\n", encoding="utf-8"
    )


def baseline_project(folder: Path, journal: Path, memory_limit: str | None = None) -> Path:
    """The models to compare with: `floor`, and those of `naive` and `alike`, which `--select` tells
    apart.
    """
    write_project(folder, journal, memory_limit, package=False)
    shutil.copytree(
        HERE / "baselines",
        folder / "models" / "baselines",
        ignore=shutil.ignore_patterns("*.py", "trivial.sql", "macros"),
    )
    shutil.copytree(HERE / "baselines" / "macros", folder / "macros")
    source = {
        "name": "ops",
        "database": SOURCE["database"],
        "schema": SOURCE["schema"],
        "tables": [{"name": SOURCE["table"]}],
    }
    (folder / "models" / "sources.yml").write_text(
        yaml.safe_dump({"version": 2, "sources": [source]}), encoding="utf-8"
    )
    return folder


def trivial_project(folder: Path, model: bool = True, package: bool = False) -> Path:
    write_project(folder, package=package)
    if model:
        shutil.copyfile(HERE / "baselines" / "trivial.sql", folder / "models" / "trivial.sql")
    return folder
