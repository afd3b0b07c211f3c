"""The hand-made tables of a system with a preset, loaded in steps, and what they should become."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import yaml

from support.dbt_project_under_test import DbtProject

FOLDER = Path(__file__).resolve().parent.parent / "histories"
LOADED = "_fivetran_synced"
# what the events of an object tell, in the form of expected.yml
FACTS = """
select
    EJ_ObjectID, EJ_EventType, EJ_Actor, EJ_Payload,
    strftime(EJ_EventTimeUTC, '%Y-%m-%d %H:%M:%S.%f') as at
from {model}
order by EJ_ObjectID, EJ_EventTimeUTC, EJ_Sequence nulls first, EJ_Actor, EJ_EventType, EJ_Payload
"""


class HistoryCase:
    """histories/<name>: a CSV file per table, and expected.yml.

    loads: the times at which the loader ran. A row is there from the first one after its stamp on.
    upsert: {table: key}: tables in which a row replaces the one with its key
    history: the keys of ozmeta.yml
    states: the workflow's, the first one first
    events: {model: [{object, at, type?, by?, to?, fields?, context?, changed?, role?}]}
    instances: {object: {state, since, by?}} after the last load
    at_once: what is different if only the last rows are loaded: event types `without` rows, and
        `instances`
    """

    def __init__(self, name: str, folder: Path, tables: Path = FOLDER):
        self.name, self.folder, self.tables = name, folder, tables / name
        text = self.tables.joinpath("expected.yml").read_text(encoding="utf-8")
        self.expected = yaml.safe_load(text)
        self.expected.setdefault("history", {"preset": name})
        self.models = list(self.expected.get("events", {}))
        self.schema = self.expected["history"].get("schema", name)

    def project(self) -> DbtProject:
        return DbtProject(self.folder, self.config(), self.snapshot())

    def config(self) -> dict[str, Any]:
        return {
            "version": 1,
            "metadb": {"snapshot": "metadb/snapshot.json"},
            "journal": {"sources": [{"ref": model} for model in self.models]},
            "histories": {self.name: self.expected["history"]},
        }

    def snapshot(self) -> dict[str, Any]:
        """A workflow in which every state may follow every other one."""
        states = self.expected["states"]
        return {
            "snapshotVersion": 1,
            "objects": {
                "tables": [{"id": "t", "code": self.object_type}],
                "workflows": [
                    {
                        "workflow": {"id": "w", "code": "Flow"},
                        "states": [
                            {"id": state, "code": state, "isInitial": state == states[0]}
                            for state in states
                        ],
                        "transitions": [
                            {
                                "id": f"{one} {other}",
                                "code": f"{one} to {other}",
                                "fromStateId": one,
                                "toStateId": other,
                            }
                            for one, other in permutations(states, 2)
                        ],
                    }
                ],
                "runtime": {
                    "bindings": [
                        {
                            "id": "b",
                            "objectType": "Table",
                            "objectId": "t",
                            "workflowId": "w",
                            "instanceKeyStrategy": "ObjectID",
                        }
                    ]
                },
            },
        }

    @property
    def object_type(self) -> str:
        from ozmeta_dbt.histories.presets import presets

        history = self.expected["history"]
        preset = presets()[history["preset"], history.get("loader", "fivetran")]
        return str(history.get("object_type", preset.keys.object_type))

    def load(
        self, project: DbtProject, until: str, called: Callable[[str], str] = lambda name: name
    ) -> None:
        """Set the tables to the state that they had at a time.

        called: the name of a table or a column
        """
        with project.connect() as connection:
            connection.execute(f"create schema if not exists {self.schema}")
            for path in sorted(self.tables.glob("*.csv")):
                key = self.expected.get("upsert", {}).get(path.stem)
                latest = (
                    f"qualify row_number() over (partition by {key} order by {LOADED} desc) = 1"
                )
                names = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
                columns = ", ".join(f'"{name}" as "{called(name)}"' for name in names)
                connection.execute(
                    f'create or replace table {self.schema}."{called(path.stem)}" as'
                    f" select {columns} from read_csv('{path}', sample_size=-1)"
                    f" where {LOADED} < timestamp '{until}' {latest if key else ''}"
                )

    # ------------------------------------------------------------ what came out

    def events(self, project: DbtProject, model: str) -> list[dict[str, Any]]:
        return [told(row) for row in project.rows(FACTS.format(model=model))]

    def wanted(self, model: str, at_once: bool = False) -> list[dict[str, Any]]:
        without = self.at_once.get("without", []) if at_once else []
        every = [filled(event, self.object_type) for event in self.expected["events"][model]]
        return [event for event in every if event["type"] not in without]

    @property
    def at_once(self) -> dict[str, Any]:
        found: dict[str, Any] = self.expected.get("at_once", {})
        return found

    def instances(self, project: DbtProject) -> dict[str, dict[str, Any]]:
        binding = self.object_type.lower()
        rows = project.rows(
            "select WI_ObjectID, WS_CurrentCode, WI_LastActor, strftime(WI_CurrentSinceUTC,"
            f" '%Y-%m-%d %H:%M:%S.%f') as since from {binding}_workflow_instance"
        )
        return {
            row["WI_ObjectID"]: {
                "state": row["WS_CurrentCode"],
                "since": row["since"],
                "by": row["WI_LastActor"],
            }
            for row in rows
        }

    def wanted_instances(self, at_once: bool = False) -> dict[str, dict[str, Any]]:
        others = self.at_once.get("instances", {}) if at_once else {}
        return {
            str(object_id): {"by": None, **found, "since": stamp(found["since"])}
            for object_id, found in (self.expected["instances"] | others).items()
        }

    def ids(self, project: DbtProject) -> set[str]:
        """The ids of all events, without those that a single load does not show."""
        rows = " union all ".join(f"select EJ_ID, EJ_EventType from {name}" for name in self.models)
        without = self.at_once.get("without", [])
        return {row["EJ_ID"] for row in project.rows(rows) if row["EJ_EventType"] not in without}


def told(row: dict[str, Any]) -> dict[str, Any]:
    payload = json.loads(row["EJ_Payload"] or "{}")
    context = payload.get("context", {})
    return {
        "object": row["EJ_ObjectID"],
        "at": row["at"],
        "type": row["EJ_EventType"],
        "by": row["EJ_Actor"],
        "to": payload.get("transition", {}).get("toState"),
        "fields": payload.get("object", {}),
        "context": {key: value for key, value in context.items() if key != "changed"},
        "changed": context.get("changed", []),
        "role": payload.get("user", {}).get("roles", [None])[0],
    }


def filled(event: dict[str, Any], object_type: str) -> dict[str, Any]:
    """An event of expected.yml with all that it leaves out."""
    empty = {"by": None, "to": None, "fields": {}, "context": {}, "changed": [], "role": None}
    type_ = f"{object_type}.{'StatusChanged' if 'to' in event else 'Changed'}"
    whole = {"type": type_, **empty, **event}
    return whole | {"object": str(event["object"]), "at": stamp(event["at"])}


def stamp(text: str) -> str:
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction:0<6}"
