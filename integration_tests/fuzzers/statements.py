"""Hostile names and literals through the whole pipeline: metadata, generator, dbt, SQL.

A project is generated twice, with harmless texts and with hostile ones at the same places, and
compiled. What must hold: each statement has the same tokens and the same tree in both, with
literals blanked, and every hostile text is in some literal as it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlglot
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG

from fuzzers.literals import LITERAL, Unreadable, scanned, tree
from fuzzers.tally import Fault, Tally
from fuzzers.texts import hostile

Text = Callable[[str], str]


def project_of(text: Text) -> tuple[dict[str, Any], dict[str, Any]]:
    """ozmeta.yml and a snapshot in which every free text is `text` of what it is."""

    def rule(kind: str, expr: Any, **more: Any) -> dict[str, Any]:
        return {"version": 1, "kind": kind, "expr": expr, **more}

    def compare(op: str, ref: str, *values: str) -> dict[str, Any]:
        return {"op": op, "args": [{"ref": ref}, *({"lit": value} for value in values)]}

    field = f"object.{text('field')}"
    claim = f"user.claims.{text('claim')}"
    context = f"context.{text('context')}"
    start = {
        "op": "or",
        "args": [
            compare("eq", "transition.toState", text("state 2")),
            compare("in", field, text("value 1"), text("value 2")),
            compare("startsWith", claim, text("claim value")),
            compare("contains", context, text("context value")),
            compare("endsWith", "user.id", text("actor")),
            compare("eq", "event.type", text("event type")),
            compare("eq", "tenant.id", text("tenant 1")),
            compare("eq", "event.sourceSystem", text("source")),
            {
                "op": "eq",
                "args": [
                    {"op": "coalesce", "args": [{"ref": field}, {"lit": text("fallback")}]},
                    {"lit": text("value 3")},
                ],
            },
        ],
    }
    escalation = {
        "version": 1,
        "kind": "Escalation",
        "actions": [
            {
                "type": "EnqueueEscalation",
                "signalType": "SLA.Warned",
                "target": f"role:{text('role 1')}",
                "notes": text("notes 1"),
                "payload": {"level": 1},
            },
            {
                "type": "EnqueueEscalation",
                "target": f"principal:{text('principal')}",
                "notes": text("notes 2"),
                "payload": {"level": 2},
            },
        ],
    }
    emits = {
        "version": 1,
        "kind": "Action",
        "actions": [
            {
                "type": "EmitSignal",
                "signalType": text("signal"),
                "notes": text("notes 3"),
                "payload": {"severity": "Critical"},
            },
            {
                "type": "EmitEvent",
                "eventType": text("emitted"),
                "payload": {"why": text("payload")},
            },
            {
                "type": "EnqueueEscalation",
                "target": f"role:{text('role 2')}",
                "notes": text("notes 4"),
            },
        ],
    }
    states = [text(f"state {n}") for n in (1, 2, 3)]
    document = {
        "snapshotVersion": 1,
        "objects": {
            "tables": [{"id": "t", "code": "Case", "cdCode": "CA", "description": text("about")}],
            "security": {"roles": [{"id": f"r{n}", "code": text(f"role {n}")} for n in (1, 2, 3)]},
            "workflows": [
                {
                    "workflow": {"id": "w", "code": text("workflow"), "notes": text("about flow")},
                    "states": [
                        {"id": "s1", "code": states[0], "isInitial": True, "slaMinutes": 90},
                        {"id": "s2", "code": states[1], "description": text("about state")},
                        {"id": "s3", "code": states[2], "isTerminal": True},
                    ],
                    "transitions": [
                        {
                            "id": "x1",
                            "code": text("transition 1"),
                            "fromStateId": "s1",
                            "toStateId": "s2",
                            "actionDsl": emits,
                        },
                        {
                            "id": "x2",
                            "code": text("transition 2"),
                            "fromStateId": "s2",
                            "toStateId": "s1",
                        },
                        {
                            "id": "x3",
                            "code": text("transition 3"),
                            "fromStateId": "s2",
                            "toStateId": "s3",
                        },
                    ],
                    "events": [{"id": "e1", "code": text("event type")}],
                    "transitionEvents": [{"transitionId": "x1", "eventTypeId": "e1"}],
                    "approvalFlows": [{"id": "a", "code": text("flow")}],
                    "approvalSteps": [
                        {
                            "id": f"p{n}",
                            "approvalFlowId": "a",
                            "order": n,
                            "code": text(f"step {n}"),
                        }
                        for n in (1, 2)
                    ],
                    "approvalStepRoles": [
                        {"approvalStepId": "p1", "roleId": "r1"},
                        {"approvalStepId": "p2", "roleId": "r3"},
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
                        "approvalFlowId": "a",
                    }
                ],
                "slaPolicies": [
                    {
                        "id": "p",
                        "code": text("sla"),
                        "objectType": "Table",
                        "objectId": "t",
                        "targetMinutes": 60,
                        "warnMinutes": 30,
                        "escalationRule": escalation,
                    }
                ],
                "slaBindings": [
                    {
                        "id": "sb",
                        "bindingId": "b",
                        "slaId": "p",
                        "startRule": rule("TimerStart", start),
                        "stopRule": rule("TimerStop", compare("eq", "state.current", states[2])),
                    }
                ],
                "signalTypes": [{"code": text("signal"), "severity": "Critical"}],
            },
        },
    }
    config = CONFIG | {
        "journal": CONFIG["journal"] | {"mirror": True, "ignore_object_types": [text("ignored")]},
        "tenants": [text("tenant 1"), text("tenant 2")],
        "calendars": {
            text("calendar"): {
                "time_zone": "Europe/Berlin",
                "hours": {"mon-fri": "08:00-18:00"},
                "valid": {"from": "2026-01-01", "until": "2026-03-31"},
            }
        },
        "bindings": {
            "Case": {
                "object_types": ["Case", text("object type")],
                "calendar": {
                    "ref": field,
                    "cases": {text("value 1"): text("calendar")},
                    "default": "none",
                },
                "report_fields": [text("field")],
                "state_aliases": {text("old state"): states[1]},
                "transition_aliases": {text("old transition"): text("transition 1")},
                "event_type_aliases": {text("old event type"): text("event type")},
                "field_aliases": {text("old field"): text("field")},
                "slas": {
                    text("sla"): {
                        "pauseWhen": compare("eq", field, text("pause")),
                        "cancelWhen": compare("eq", context, text("cancel")),
                        "targets": [{"when": compare("eq", field, text("urgent")), "target": 30}],
                        "versions": [
                            {"name": text("version 1"), "target": 50},
                            {"name": text("version 2"), "from": "2026-02-01", "target": 40},
                        ],
                    }
                },
            }
        },
    }
    return config, document


def named(pieces: list[str] | None) -> tuple[Text, dict[str, str]]:
    """A text for each place. It begins with the place, so that texts stay apart and in order."""
    made: dict[str, str] = {}

    def text(place: str) -> str:
        if place not in made:
            number = len(made)
            ending = pieces[number % len(pieces)] if pieces else "Plain"
            made[place] = f"{place.replace(' ', '')}_{ending}"
        return made[place]

    return text, made


# A column is named after the letters and digits of a field. What is similar depends on the name.
OF_FIELD = re.compile(r"\b(PL_object_|PL_context_|PL_user_claims_|OF_)[A-Za-z0-9_]+")
# The number of the run that compiled it (spec 8.8).
RUN_NUMBER = re.compile(r"\b20\d{17}\b")
PAIR_COUNT = re.compile(r"cast\(\d+ as bigint\) as pair_count|(?<=as name, )cast\(\d+ as bigint\)")

# What is similar to a name is looked for by its pairs of letters: a row for each.
PAIR = f"select {LITERAL} as object_type, {LITERAL} as name, 0, {LITERAL} as pair"
PAIRS = re.compile(f"{re.escape(PAIR)}(?: union all {re.escape(PAIR)})*")
WITH_PAIRS = "unclaimed_object_type"


def blanked(sql: str) -> str:
    """SQL without the run's number, and without what depends on a text and by design holds only
    letters, digits and _.
    """
    return RUN_NUMBER.sub("0", PAIR_COUNT.sub("0", OF_FIELD.sub(r"\1x", sql)))


class Statements:
    """Compiles the project in one folder, again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.calm = self.compiled(named(None)[0])

    def compiled(self, text: Text) -> dict[str, str]:
        """{model: its SQL}"""
        self.count += 1
        project = DbtProject(self.folder / str(self.count), *project_of(text))
        project.create_journal()
        project.dbt("compile", as_of="2026-01-02T00:00:00")
        compiled = project.folder / "target/compiled/under_test/models"
        return {path.stem: blanked(path.read_bytes().decode()) for path in compiled.rglob("*.sql")}

    def check(self, pieces: list[str]) -> Iterator[str]:
        text, made = named(pieces)
        found = self.compiled(text)
        if found.keys() != self.calm.keys():
            yield f"other models: {found.keys() ^ self.calm.keys()}"
            return
        values: list[str] = []
        for model, sql in found.items():
            try:
                skeleton, own = scanned(sql, "duckdb")
                values += own
                calm = scanned(self.calm[model], "duckdb")[0]
                if PAIRS.sub(PAIR, skeleton) != PAIRS.sub(PAIR, calm):
                    yield f"{model} has other tokens"
                elif model != WITH_PAIRS and tree(sql, "duckdb") != tree(
                    self.calm[model], "duckdb"
                ):
                    yield f"{model} has another tree"
            except (Unreadable, sqlglot.errors.SqlglotError) as error:
                yield f"{model} can't be read: {error}"
        everything = "\n".join(values)
        for place in IN_LITERALS:
            if made[place] not in everything:
                yield f"the text of {place} is in no literal: {made[place]!r}"


IN_LITERALS = (
    *("state 1", "state 2", "state 3", "transition 1", "transition 2", "event type", "sla"),
    *("role 1", "principal", "notes 1", "notes 2", "signal", "notes 3", "emitted", "value 1"),
    *("claim value", "context value", "fallback", "pause", "urgent", "version 1", "old state"),
    *("old transition", "old event type", "object type", "flow", "step 1", "step 2", "cancel"),
)


def run(seed: int, inputs: int, tally: Tally, folder: Path) -> None:
    """So many texts, at all places of some projects."""
    statements = Statements(folder)
    places = len(texts_of())
    for number in range(-(-inputs // places)):
        name = f"statements {seed}-{number}"
        chance = random.Random(name)
        pieces = [hostile(chance, storable=True)[:100] for _ in range(places)]
        for wrong in statements.check(pieces):
            tally.faults.append(Fault(f"{name} {pieces!r}", wrong))
        tally.count("a text in metadata", places)


def texts_of() -> dict[str, str]:
    """The texts of the project, by place."""
    text, made = named(None)
    project_of(text)
    return made
