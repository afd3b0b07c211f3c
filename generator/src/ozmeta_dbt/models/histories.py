"""The models of histories: each table of a system that keeps a history, as an EventJournal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ozmeta_dbt.config import CANONICAL_COLUMNS, Config
from ozmeta_dbt.histories.definition import CHANGES, EVENTS, OBJECTS, History, Part, Relation
from ozmeta_dbt.models.columns import columns_of
from ozmeta_dbt.models.conventions import TAG, config_of
from ozmeta_dbt.models.literals import Code, jinja, yaml_text
from ozmeta_dbt.models.markdown import plain, table
from ozmeta_dbt.models.properties import column, well_formed
from ozmeta_dbt.models.sql_files import calling, file_of, row_policy, setting, table_config
from ozmeta_dbt.models.yaml_files import OneLine, dumped

FOLDER = "histories"
PROPERTIES = f"{FOLDER}/_histories.yml"
MODEL = "history"  # what the package's macros call a model of a history
COLUMNS = columns_of(MODEL, CANONICAL_COLUMNS)
FILLED = ["EJ_ID", "EJ_EventType", "EJ_EventTimeUTC", "EJ_ObjectType", "EJ_ObjectID"]
MACROS = {kind: f"ozmeta_runtime.journal_from_{kind}" for kind in (CHANGES, EVENTS, OBJECTS)}
SUMMARIES = {
    CHANGES: "The changes of each {} in {}, as an event journal.",
    EVENTS: "The events of each {} in {}, as an event journal.",
    OBJECTS: "The creation and the deletion of each {} in {}, as an event journal.",
}
IN_GENERAL = "A table of a system that keeps a history of its objects, as an event journal."
# Snowflake wants these names in quotes, and loaders write them in capitals there.
RESERVED = ("case", "group", "order", "user")


def history_files(histories: list[History], config: Config) -> dict[str, str]:
    if not histories:
        return {}
    files = {f"{FOLDER}/{part.model}.sql": model_sql(part, config) for part in parts_of(histories)}
    sources = [source(history) for history in histories if history.tables]
    models = [model_yaml(history, part, config) for history in histories for part in history.parts]
    document = {"version": 2, **({"sources": sources} if sources else {}), "models": models}
    return files | {PROPERTIES: dumped(document)}


def parts_of(histories: list[History]) -> Iterator[Part]:
    for history in histories:
        yield from history.parts


def model_sql(part: Part, config: Config) -> str:
    """Mappings are set above the call, so that a review shows what changed."""
    sets = [
        setting(name, literal(value))
        for name, value in part.arguments.items()
        if isinstance(value, dict)
    ]
    arguments = [
        f"{name}={name if isinstance(value, dict) else jinja(literal(value))}"
        for name, value in part.arguments.items()
    ]
    table = table_config(MODEL, f"unique_key={jinja('EJ_ID')}")
    rows = row_policy("tenant", config.row_policies)
    return file_of(table, *rows, "", *sets, "", calling(MACROS[part.kind], arguments))


def literal(value: Any) -> Any:
    """The same value, its relations as the calls by which dbt knows them."""
    if isinstance(value, dict):
        return {name: literal(item) for name, item in value.items()}
    if isinstance(value, Relation):
        return Code(call_of(value))
    return value


def call_of(relation: Relation) -> str:
    if relation.source is None:
        return f"ref({jinja(relation.name)})"
    return f"source({jinja(relation.source)}, {jinja(relation.name)})"


def source(history: History) -> dict[str, Any]:
    what = history.title or history.name
    return {
        "name": history.source,
        "schema": history.schema,
        **({"database": history.database} if history.database else {}),
        "description": yaml_text(f"What the loader writes of {what}."),
        "tables": [
            {
                "name": name,
                **quoted(name),
                "description": f"Read by {', '.join(readers(history, name))}.",
                "columns": [
                    OneLine({"name": yaml_text(own), "description": yaml_text(told)})
                    for own, told in columns.items()
                ],
            }
            for name, columns in history.tables.items()
        ],
    }


def quoted(name: str) -> dict[str, Any]:
    if name.lower() not in RESERVED:
        return {}
    snowflake = f"{{{{ '{name.upper()}' if target.type == 'snowflake' else '{name}' }}}}"
    return {"identifier": snowflake, "quoting": OneLine({"identifier": True})}


def readers(history: History, table: str) -> list[str]:
    """The models of a history that read a table of its source."""
    wanted = Relation(table, history.source)
    return [part.model for part in history.parts if wanted in relations_in(dict(part.arguments))]


def relations_in(value: Any) -> Iterator[Relation]:
    if isinstance(value, Relation):
        yield value
    for item in value.values() if isinstance(value, dict) else ():
        yield from relations_in(item)


def model_yaml(history: History, part: Part, config: Config) -> dict[str, Any]:
    tags = [f"{TAG}_history_{history.name}"]
    meta = {"ozmeta_history": history.name, "ozmeta_object_type": history.object_type}
    return {
        "name": part.model,
        "description": yaml_text(summary(history, part)),
        **config_of(config, MODEL, tags=tags, meta=meta),
        "data_tests": [well_formed(part.model, list(FILLED), ["EJ_ID"], {}, live=False)],
        "columns": [column(own, typed=config.contracts) for own in COLUMNS],
    }


def summary(history: History, part: Part) -> str:
    place = f"{history.schema}." if part.relation.source else ""
    return SUMMARIES[part.kind].format(history.object_type, place + part.relation.name)


def section(histories: list[History]) -> list[str]:
    """What the page of the generated folder says of them."""
    if not histories:
        return []
    rows = [
        [f"`{part.model}`", plain(summary(history, part))]
        for history in histories
        for part in history.parts
    ]
    return ["## Histories", "", *table(["Table", "Contents"], rows), ""]
