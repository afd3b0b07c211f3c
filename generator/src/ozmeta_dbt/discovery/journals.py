"""Which journals a discovery reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ozmeta_dbt.config import FILE_NAME, Config, ModelRef, Source, load_config
from ozmeta_dbt.problems import EXIT_INVALID, OzmetaProblem
from ozmeta_dbt.user_project.declarations import with_schemas

PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$-]*")


class NothingFound(OzmetaProblem):
    """The journals cannot be read, or contain nothing to discover. Nothing was written."""

    exit_code = EXIT_INVALID

    @property
    def summary(self) -> str:
        return "no metadata was discovered"


@dataclass(frozen=True)
class Journals:
    """The journals to read, as the macro discovery_journal takes them."""

    given: list[dict[str, Any]]
    stream: str = "EJ_SourceSystem"
    config: Config | None = None  # ozmeta.yml, if there is one
    models: list[str] = field(default_factory=list)  # those of them that dbt builds
    # what this call wrote to ozmeta.yml, so that more may be written there; none if it did not
    new_config: str | None = None


def of_models(models: list[str], config: Config, new_config: str | None = None) -> Journals:
    """The models of a history."""
    given: list[dict[str, Any]] = [
        {"name": name, "ref": name, "package": None, "columns": {}} for name in models
    ]
    return Journals(given, config.journal.stream, config, models, new_config)


def journals_to_read(project_dir: Path, relation: str | None) -> Journals:
    """The relation, or without one, the journals that ozmeta.yml names."""
    config = load_config(project_dir) if (project_dir / FILE_NAME).is_file() else None
    if relation is not None:
        stream = config.journal.stream if config else "EJ_SourceSystem"
        return Journals([relation_named(relation)], stream, config)
    if config is None:
        raise NothingFound(
            f"there is no {FILE_NAME} in {project_dir}, and so no journal to read: name a table"
            " with the columns of an event journal, --relation schema.table"
        )
    journal = with_schemas(project_dir, config).journal
    given = [of_config(each, journal.columns) for each in journal.all_journals]
    models = [each.ref for each in journal.all_journals if isinstance(each, ModelRef)]
    return Journals(given, journal.stream, config, models)


def of_config(journal: Source | ModelRef, columns: dict[str, str | None]) -> dict[str, Any]:
    if isinstance(journal, ModelRef):
        found: dict[str, Any] = {"ref": journal.ref, "package": journal.package}
    else:
        found = {
            "source": [journal.name, journal.table],
            "database": journal.database,
            "schema": journal.schema_name,
            "identifier": journal.table,
        }
    return {"name": journal.label, "columns": columns, **found}


def relation_named(text: str) -> dict[str, Any]:
    """schema.table or database.schema.table, each part plain or in double quotes."""
    parts = [quoted.replace('""', '"') or plain for quoted, plain in PART.findall(text)]
    if len(parts) not in (2, 3) or PART.sub("", text) != "." * (len(parts) - 1):
        raise NothingFound(
            f"--relation is {text!r}: expected schema.table or database.schema.table"
        )
    database = parts[0] if len(parts) == 3 else None
    return {
        "name": text,
        "database": database,
        "schema": parts[-2],
        "identifier": parts[-1],
        "columns": {},
    }


def check_readable(journals: Journals, found: list[dict[str, Any]]) -> None:
    """NothingFound if a journal is not in the warehouse, or lacks the columns of a journal."""
    unbuilt = [
        given["ref"]
        for given, seen in zip(journals.given, found, strict=True)
        if not seen["exists"] and given.get("ref")
    ]
    if unbuilt:
        raise NothingFound(
            f"the warehouse does not have {', '.join(unbuilt)} yet, which {FILE_NAME} names as the"
            f" journal: run `dbt run --select {' '.join(unbuilt)}` first (`dbt seed` for a seed),"
            " and `ozmeta-dbt generate` before it if the models come from `histories`"
        )
    for seen in found:
        if not seen["exists"]:
            raise NothingFound(
                f"the warehouse has no relation {seen['shown']}: correct the name, and check that"
                " the target is of the right database"
            )
        if seen["missing"]:
            raise NothingFound(
                f"{seen['shown']} is not an event journal: it has no column"
                f" {', '.join(seen['missing'])}. It has: {', '.join(seen['has'])}. If it is a"
                f" history of changes, describe it under `histories` in {FILE_NAME}; if only the"
                " names differ, map them under `journal.columns`"
            )


def config_of(journals: Journals, found: list[dict[str, Any]], project: str) -> str | None:
    """`journal` of a new ozmeta.yml: the model that builds the relation, or a source. None if
    ozmeta.yml cannot contain the relation's name.
    """
    given, seen = journals.given[0], found[0]
    if node := seen.get("node"):
        package = "" if node["package"] == project else f", package: {node['package']}"
        return f"{{ref: {node['name']}{package}}}"
    names = {"name": given["schema"], "schema": given["schema"], "table": given["identifier"]}
    names |= {"database": given["database"]} if given["database"] else {}
    if not all(PLAIN.fullmatch(name) for name in names.values()):
        return None
    inner = ", ".join(f"{key}: {name}" for key, name in names.items())
    return f"{{source: {{{inner}}}}}"
