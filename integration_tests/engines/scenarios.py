"""The scenarios that every engine plays: journals, definitions and runs. They contain nothing that
is specific to an engine.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import support.cases as worked_cases
import support.history_tables as history_tables
import support.inline_entity as inline_entity
import support.service_level_cases as service_level_cases
import support.service_level_groups as service_level_groups
import support.service_level_project as service_level_project
import support.service_level_worlds as service_level_worlds
import support.small_case as small_case
import support.worlds as worlds
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from ozmeta_dbt.demo.events import END, journals
from ozmeta_dbt.demo.metadata import snapshot as demo_snapshot
from ozmeta_dbt.demo.project import OZMETA
from ozmeta_dbt.project import write_models

from engines.base import JOURNAL_TYPES, Worker, payload_of, put

Rows = list[dict[str, Any]]
Tables = dict[str, list[dict[str, "str | None"]]]


@dataclass
class Step:
    """The rows that arrive, the definitions that change, and then a dbt command."""

    as_of: str
    rows: Rows = field(default_factory=list)
    command: tuple[str, ...] = ("run",)
    config: dict[str, Any] | None = None
    snapshot: dict[str, Any] | None = None
    beside: dict[str, Rows] = field(default_factory=dict)  # what arrives in tables beside


@dataclass
class Scenario:
    name: str
    config: dict[str, Any]
    steps: list[Step]
    snapshot: dict[str, Any] | None = None
    metadata: Path | None = None  # a folder of files, instead of a snapshot
    columns: dict[str, str] | None = None  # the journal's, where they are not the canonical ones
    explained: tuple[str, str] | None = None  # binding and object that are asked about at the end
    reported: bool = False  # whether the figures of the report are compared at the end
    beside: dict[str, tuple[dict[str, str], Rows]] = field(
        default_factory=dict
    )  # tables other than the journal: {name: (columns, rows)}
    models: dict[str, str] = field(
        default_factory=dict
    )  # the user's own: {name: text}; raw_table('x') is the relation of a table beside

    def payloads(self) -> set[str]:
        return {
            row["EJ_Payload"] for step in self.steps for row in step.rows if row.get("EJ_Payload")
        }

    def slas(self) -> set[str]:
        """The codes of SLAs."""
        objects = self.snapshot["objects"] if self.snapshot else {}
        policies = objects.get("runtime", {}).get("slaPolicies", [])
        return {policy["code"] for policy in policies if "code" in policy}

    def without(self, payloads: frozenset[str], slas: frozenset[str]) -> Scenario:
        """The same with no row of these payloads, and none of these SLAs."""
        for step in self.steps:
            step.rows = [row for row in step.rows if row.get("EJ_Payload") not in payloads]
        if self.snapshot and self.slas() & slas:
            runtime = self.snapshot["objects"]["runtime"]
            gone = {one["id"] for one in runtime["slaPolicies"] if one["code"] in slas}
            for name, key in (("slaPolicies", "id"), ("slaBindings", "slaId")):
                runtime[name] = [one for one in runtime[name] if one[key] not in gone]
        return self

    def play(self, worker: Worker, folder: Path) -> Iterator[tuple[str, Tables]]:
        """Play each step on the worker's engine, and return all tables after it. Schemas are named
        after the scenario, so that scenarios do not collide.
        """
        models, raw = f"oz_{self.name}", f"oz_{self.name}_raw"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.models.items():
            put(folder, f"models/{name}.sql", text)
        put(folder, "macros/raw_table.sql", history_tables.raw_table(raw))
        if self.metadata:
            (folder / "metadb").symlink_to(self.metadata, target_is_directory=True)
        config, meta = self.config, self.snapshot
        generated = False
        for number, step in enumerate(self.steps, 1):
            if not generated or step.config or step.snapshot:
                config, meta = step.config or config, step.snapshot or meta
                if meta:
                    put(folder, "metadb/snapshot.json", json.dumps(meta))
                put(folder, "ozmeta.yml", in_schema(config, raw))
                write_models(folder, check_rules=False)
                worker.open(folder, models)
            if not generated:
                worker.execute(
                    [
                        worker.engine.create_schema(raw),
                        worker.engine.create_table(
                            raw, "event_journal", self.columns or JOURNAL_TYPES
                        ),
                    ]
                )
                for name, (columns, rows) in self.beside.items():
                    worker.execute(
                        [
                            worker.engine.create_table(raw, name, columns),
                            *worker.engine.append(raw, name, rows),
                        ]
                    )
                generated = True
            for name, rows in {"event_journal": step.rows, **step.beside}.items():
                worker.execute(worker.engine.append(raw, name, rows))
            worker.dbt(*step.command, as_of=step.as_of)
            yield f"step {number}: {' '.join(step.command)} as of {step.as_of}", worker.tables()
        if self.explained:
            yield f"explain {' '.join(self.explained)}", worker.explained(*self.explained)
        if self.reported:
            yield "report", worker.reported()


def in_schema(config: dict[str, Any], schema: str) -> dict[str, Any]:
    """The same with the journal, and entities' own tables, in this schema."""
    config = copy.deepcopy(config)
    config.setdefault(
        "tests", {"quarantined_share": {"warn": 1, "error": 1}}
    )  # these journals have many refused rows
    if "source" in config["journal"]:
        config["journal"]["source"]["schema"] = schema
    for binding in config.get("bindings", {}).values():
        if "entity" in binding:
            binding["entity"]["schema"] = schema
    return config


# ---------------------------------------------------------------- the scenarios


def cases() -> Scenario:
    """Every hand-worked case, in the three runs that they are worked for, and a full refresh."""
    found = worked_cases.read_cases()
    steps = []
    for run, as_of in worked_cases.AS_OF.items():
        steps.append(
            Step(
                as_of,
                [
                    worked_cases.journal_row(c, e, place)
                    for c in found
                    for place, e in enumerate(c.events)
                    if int(e.get("run") or 1) == run
                ],
            )
        )
    steps.append(Step(worked_cases.AS_OF[3], command=("run", "--full-refresh")))
    return Scenario(
        "cases",
        worked_cases.CONFIG,
        steps,
        metadata=worked_cases.CASES / "metadb",
        columns=JOURNAL_TYPES | {"EJ_EventTimeUTC": "text"},
    )


def shorten(config: dict[str, Any]) -> None:
    """Limits calendars to the years of the events, because every row of every table is compared."""
    for calendar in config["calendars"].values():
        calendar.setdefault("valid", {"from": "2025-12-01", "until": "2026-11-30"})


def service_levels() -> Scenario:
    """The hand-worked cases of service levels, in a run and an increment. `levels1` has ticks and a
    full refresh.
    """
    found = worked_cases.read_cases(service_level_cases.FOLDER)
    bindings, places = service_level_groups.together(found)
    config, snapshot = service_level_project.project_files(bindings)
    shorten(config)
    steps = [
        Step(
            worked_cases.AS_OF[last],
            [
                worked_cases.journal_row(case, event, place)
                | {"EJ_ObjectType": places[case.id].binding}
                for case in found
                for place, event in enumerate(case.events)
                if first <= int(event.get("run") or 1) <= last
            ],
        )
        for first, last in ((1, 2), (3, 3))
    ]
    return Scenario(
        "service_levels",
        config,
        steps,
        snapshot,
        columns=JOURNAL_TYPES | {"EJ_EventTimeUTC": "text"},
    )


def service_level_world(number: int) -> Scenario:
    """A random world with service levels, and a full refresh."""
    drawn = service_level_worlds.world(number, 1, 20)
    config, snapshot = drawn.files()
    shorten(config)
    steps = [
        Step(
            as_of.isoformat(),
            [
                {name: row[name] for name in JOURNAL_TYPES if name in row}
                for row in drawn.rows
                if row["run"] == run
            ],
        )
        for run, as_of in enumerate(drawn.as_of)
    ]
    steps.append(Step(drawn.as_of[-1].isoformat(), command=("run", "--full-refresh")))
    return Scenario(f"levels{number}", config, steps, snapshot)


def world(number: int) -> Scenario:
    """A random world: late, redelivered, contradicting and malformed rows, both conflict policies,
    every kind of rule. Then runs without new rows, and a full refresh.
    """
    drawn: list[worlds.World] = []

    @seed(number)
    @settings(
        max_examples=1,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(world=worlds.worlds(2, 20))
    def draw(world: worlds.World) -> None:
        drawn.append(world)

    draw()
    world = drawn[-1]
    steps = []
    for run, as_of in enumerate(world.as_of):
        steps.append(
            Step(
                as_of.isoformat(),
                [
                    {name: row[name] for name in JOURNAL_TYPES if name in row}
                    for row in world.rows
                    if row["run"] == run
                ],
            )
        )
    steps.append(Step(world.as_of[-1].isoformat(), command=("run", "--full-refresh")))
    asked = f"'{world.as_of[1]}', '{world.as_of[1] + worlds.MINUTE * 45}'"
    return Scenario(
        f"world{number}",
        worlds.config(world.bindings),
        steps,
        worlds.snapshot(world.bindings),
        models={
            f"{binding['name'].lower()}_then": (
                f"select * from {{{{ ozmeta_runtime.state_at('{binding['name']}', {asked}) }}}}"
            )
            for binding in world.bindings
        },
    )


def changes() -> Scenario:
    """A definition that changes between runs and back: a shorter target, and a second level, for
    which the cycles need one more column. Also a retraction, runs without new events, and what
    `explain` gets to know about an object.
    """
    event, changed = small_case.event, small_case.snapshot(target=20)
    levels = [
        {"type": "EnqueueEscalation", "target": "role:Lead"},
        {"type": "EnqueueEscalation", "target": "role:Head", "payload": {"afterMinutes": 30}},
    ]
    changed["objects"]["runtime"]["slaPolicies"][0]["escalationRule"] = {
        "version": 1,
        "kind": "Escalation",
        "actions": levels,
    }
    steps = [
        Step(
            "2026-01-01T01:00:00",
            [
                event("a", 0, "Go"),
                event("b", 10, "Back"),
                event("c", 20, "Go"),
                event("d", 0, "Go", "o2"),
            ],
        ),
        Step("2026-01-01T01:30:00", snapshot=changed),
        Step(
            "2026-01-01T02:00:00",
            [
                event("e", 5, "Back", _SyncDate=dt.datetime(2026, 1, 1, 1, 45)),
                event("f", 15, "Go", "o3"),
            ],
        ),  # late: undoes a cycle
        Step("2026-01-01T03:00:00"),
        Step(
            "2026-01-01T03:00:00", [event("g", 170, "Back", "o2")], snapshot=small_case.snapshot()
        ),
        Step("2026-01-01T03:00:00", command=("run", "--full-refresh")),
        Step("2026-01-01T03:00:00", command=("test",)),
    ]
    config = small_case.CONFIG | {"backlog": True}
    return Scenario(
        "changes", config, steps, small_case.snapshot(), explained=("case", "o1"), reported=True
    )


def demo() -> Scenario:
    """A small version of the demo's sixty days: three entities, approvals, offline vans, late and
    contradicting rows. It has four runs, the generated tests, and a full refresh.
    """
    rows, van = journals(1500)
    steps, seen = [], 0
    for days_left in (20, 7, 1, 0):
        until = END - dt.timedelta(days=days_left)
        arrived = [
            typed(row) for row in rows if dt.datetime.fromisoformat(str(row["_SyncDate"])) < until
        ]
        steps.append(Step(until.isoformat(), arrived[seen:]))
        seen = len(arrived)
    home = END - dt.timedelta(minutes=1)
    steps[-1].rows += [typed(row) | {"_SyncDate": home} for row in van]
    steps += [
        Step(END.isoformat(), command=("test",)),
        Step(END.isoformat(), command=("run", "--full-refresh")),
    ]
    config = yaml.safe_load(OZMETA) | {"backlog": True}
    return Scenario("demo", config, steps, demo_snapshot(), reported=True)


def typed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the demo, whose times and numbers may be text."""
    typed = {name: None if value == "" else value for name, value in row.items()}
    for name in ("EJ_EventTimeUTC", "_SyncDate"):
        typed[name] = dt.datetime.fromisoformat(str(typed[name])) if typed[name] else None
    typed["EJ_Sequence"] = int(typed["EJ_Sequence"]) if typed["EJ_Sequence"] is not None else None
    return typed


GOOD_VALUES = [
    "0",
    "-0",
    "7",
    "0.10",
    "1.0",
    "-1.50",
    "1e3",
    "1E+2",
    "1.10e-7",
    "0.000001",
    "0.0000001",
    "1e20",
    "1e21",
    "1.5e300",
    "1e400",
    "1e-400",
    "-0.0",
    "12345678901234567890",
    "123456789012345678901234",
    "0.30000000000000004",
    "9007199254740993.0",
    "1234567890123456.7",
    '""',
    '"plain"',
    r'"a\\b\"c\/d"',
    r'"\u00e9\n\t\b\f\r"',
    r'"\u001f\u000b\\u000b"',
    r'"\ud83d\ude00"',
    r'"\u2028"',
    r'"\u0000x\u0000\u0000\\u0000"',
    '"\U0001f600 \u00e9"',
    "true",
    "false",
    "null",
    "[]",
    "{}",
    '[ 1 , 2.50, "a b" , null, true ]',
    '[{"a": 1, "b": [2, 3]}, [1, 2]]',
    '{"b": 1, "a": {"c": [1, 2]}}',
    r'["\u00e9"]',
    '" 12"',
    '"1e3"',
    '"0x10"',
    '"12."',
    '".5"',
    '"-5"',
    '"007"',
    '"TRUE"',
    '"True "',
    "[" * 40 + "]" * 40,
    '"1.5"',
    '"0.5"',
    '"' + "9" * 300 + '"',
    '"0.' + "0" * 400 + '1"',
    r'"x\ny"',
    '"a.5"',
    '"xA"',
    '"2026-02-29"',
    '"2024-02-29"',
    '"2026-01-01T10:20:30.1234567-05:30"',
    '"2026-01-01 24:00"',
    '"2026-01-01T10:20+0530"',
    '"0000-01-01"',
    '"9999-12-31T23:59:59.999999Z"',
    '"2026-13-01"',
    '"2026-01-01T25:00"',
    '"2026-01-01T10:20:30.123456"',
    '"2026-01-01 10:20:30-00:30"',
    '"2026-01-01T10:20:30+05"',
]
BAD_PAYLOADS = [
    "",
    " ",
    "{",
    "}",
    '{"a":1,}',
    '{"a":NaN}',
    '{"a":-Infinity}',
    '{"a":01}',
    "{a:1}",
    '{"a":"\t"}',
    r'{"a":"\x"}',
    "{'a':1}",
    "\ufeff{}",
    r'{"a":"\ud800"}',
    r'{"a":"\ud800\ud800"}',
    r'{"a":"\udc00x"}',
    '{"a":1}//c',
    "\x0b{}",
    "\u00a0{}",
    '{"a":.5}',
    '{"a":1.}',
    '{"a":+1}',
    "{}{}",
    "[{}]",
    '"{}"',
    "{}x",
    r'{"a":"\u00"}',
    '{"a" "b"}',
    '{"a":1 "b":2}',
    '{"a":[1,]}',
    '{"a":[1}',
    '{"a":tru}',
    '{"a":truefalse}',
    "{1:2}",
    '{"a":"}',
    '{"a"}',
    '{"a":}',
    '{"a":1}}',
    '{"a":[}]}',
    "null",
    "1",
    '{"a":1,,"b":2}',
    '{"a":- 1}',
    '{"a":"b"c"}',
    '{"a":0 0}',
    '{"":""""}',
    r"{\u007b}",
    '{"a":nUll}',
    '{"a":1e}',
    '{"a":' + "[" * 20 + "1}" + "]" * 20 + "}",
    '{"a":1,"b":[1,{"c":2},],"d":",]"}',
    '{"a":inf}',
    '{"a":-nan}',
    '{"a":' + "[" * 600 + "}" * 600 + "}",
]


def payloads() -> Scenario:
    """All kinds of JSON: every kind of value under a field that rules read as text, number,
    boolean, instant and array, and texts that are not a JSON object.
    """
    ref = {"ref": "object.A"}
    later = {"op": "dateAdd", "args": [{"lit": "minute"}, {"lit": 90.5, "type": "number"}, ref]}
    rules = {
        "Text": {"op": "gte", "args": [ref, {"lit": "a"}]},
        "Number": {"op": "gt", "args": [ref, {"lit": 1, "type": "number"}]},
        "True": {"op": "eq", "args": [ref, {"lit": True, "type": "boolean"}]},
        "Instant": {"op": "lt", "args": [ref, {"ref": "now.utc"}]},
        "Member": {"op": "contains", "args": [ref, {"lit": "a b"}]},
        "Members": {"op": "in", "args": [{"lit": 2.5, "type": "number"}, ref]},
        "Times": {
            "op": "gt",
            "args": [{"op": "mul", "args": [ref, ref]}, {"lit": 0, "type": "number"}],
        },
        "Over": {
            "op": "isNull",
            "args": [{"op": "div", "args": [{"lit": 1000000000000, "type": "number"}, ref]}],
        },
        "Sum": {
            "op": "startsWith",
            "args": [{"op": "add", "args": [ref, {"lit": 0.5, "type": "number"}]}, {"lit": "1"}],
        },
        "Later": {"op": "endsWith", "args": [later, {"lit": ".123456Z"}]},
        "Regex": {"op": "regex", "args": [ref, {"lit": r"^(?:\w+\.\d{1,2}|x.y|.*\bplain\b)$"}]},
        "Half": {"op": "regex", "args": [ref, {"lit": r"(?i)tRu|[^x]\x41|(?P<name>[\w.])5$"}]},
        "Minutes": {
            "op": "gt",
            "args": [
                {"op": "dateDiffMinutes", "args": [ref, {"ref": "now.utc"}]},
                {"lit": 100, "type": "number"},
            ],
        },
        "Ends": {"op": "endsWith", "args": [ref, {"lit": "0"}]},
        "Holds": {"op": "contains", "args": [ref, {"lit": "."}]},
        "Absent": {"op": "isNull", "args": [ref]},
    }
    meta = small_case.snapshot()
    runtime = meta["objects"]["runtime"]
    for number, (code, rule) in enumerate(rules.items()):
        runtime["slaPolicies"].append(
            {
                "id": f"r{number}",
                "code": code,
                "objectType": "Table",
                "objectId": "t",
                "targetMinutes": 60,
            }
        )
        runtime["slaBindings"].append(
            {
                "bindingId": "b",
                "slaId": f"r{number}",
                "startRule": {"version": 1, "kind": "TimerStart", "expr": rule},
            }
        )
    rows = [
        small_case.event(f"good{n:02}", n, EJ_ObjectID=f"g{n:02}", EJ_Payload=payload_of(value))
        for n, value in enumerate(GOOD_VALUES)
    ]
    rows += [
        small_case.event(f"bad{n:02}", n, EJ_ObjectID=f"b{n:02}", EJ_Payload=payload)
        for n, payload in enumerate(BAD_PAYLOADS)
    ]
    rows += [
        small_case.event(f"part{n}", n, EJ_ObjectID=f"p{n}", EJ_Payload='{"object":' + value + "}")
        for n, value in enumerate(
            (
                '["A"]',
                '"A"',
                "1",
                "null",
                '{"a": 1}',
                '[{"A": 1}]',
                '{"A": {"A": 1}}',
                '{"B": ",]", "A": "info NaN"}',
            )
        )
    ]
    return Scenario("payloads", small_case.CONFIG, [Step("2026-01-02T00:00:00", rows)], meta)


def hostile() -> Scenario:
    """Codes, roles, notes and literals of rules that look like SQL, Jinja or an escape. Then the
    generated tests.
    """
    meta, texts = (
        small_case.snapshot(sla="S" + small_case.HOSTILE[2], second=small_case.HOSTILE[1]),
        small_case.HOSTILE,
    )
    pack = meta["objects"]["workflows"][0]
    for number, text in enumerate(texts):
        if text != texts[1]:
            pack["states"].append({"id": f"h{number}", "code": text})
        actions = [
            {
                "type": "EnqueueEscalation",
                "target": f"role:{text}",
                "notes": text,
                "signalType": text,
            }
        ]
        pack["transitions"].append(
            {
                "id": f"g{number}",
                "code": text,
                "fromStateId": "s1",
                "toStateId": "s2" if text == texts[1] else f"h{number}",
                "actionDsl": {"version": 1, "kind": "Action", "actions": actions},
            }
        )
    meta["objects"]["runtime"]["slaPolicies"][0]["code"] = texts[0]
    meta["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"] = {
        "op": "in",
        "args": [{"ref": f"object.{texts[0]}"}, *({"lit": text} for text in texts)],
    }
    rows = [
        small_case.event(
            text,
            n,
            EJ_ObjectID=f"o{n}{text}",
            EJ_Payload=json.dumps({"transition": {"code": text}, "object": {texts[0]: text}}),
        )
        for n, text in enumerate(texts)
    ]
    return Scenario(
        "hostile",
        small_case.CONFIG,
        [
            Step("2026-01-01T02:00:00", rows),
            Step("2026-01-01T03:00:00"),
            Step("2026-01-01T03:00:00", command=("test",)),
        ],
        meta,
    )


def inline() -> Scenario:
    """Entities' own tables with their runtime columns, composite keys, and the Semantic layer."""
    columns = JOURNAL_TYPES | {"region": "text", "number": "text"}
    cases = [
        {"case_id": 1, "tenant_id": "t1"},
        {"case_id": 1, "tenant_id": "t2"},
        {"case_id": 2, "tenant_id": "t1"},
        {"case_id": None, "tenant_id": "t1"},
        {"case_id": 1, "tenant_id": None},
    ]
    parcels = [
        {"region": region, "number": number}
        for region, number in (("a|b", "c"), ("a", "b|c"), ("a\\", "|c"), ("a", None), ("", "c"))
    ]
    beside = {
        "cases": ({"case_id": "integer", "tenant_id": "text"}, cases),
        "parcels": ({"region": "text", "number": "text"}, parcels),
    }
    steps = [
        Step("2026-01-01T01:10:00", inline_entity.FIRST),
        Step("2026-01-01T02:00:00", inline_entity.SECOND),
        Step("2026-01-01T02:00:00", command=("run", "--full-refresh")),
        Step("2026-01-01T02:00:00", command=("test",)),
    ]
    config = inline_entity.config(
        inline_entity.ENTITY | {"write_back": True}, key=["region", "number"]
    )
    return Scenario(
        "inline", config, steps, inline_entity.snapshot(), columns=columns, beside=beside
    )


def written() -> Scenario:
    """The runtime columns in an entity's own table: they are added and updated."""
    scenario = inline()
    write = (
        "run-operation",
        "ozmeta_runtime.write_inline",
        "--args",
        json.dumps({"binding": "case"}),
    )
    first, second, *_ = scenario.steps
    return replace(
        scenario,
        name="written",
        steps=[first, Step(first.as_of, command=write), second, Step(second.as_of, command=write)],
    )


def signals() -> Scenario:
    """The signal log and the journal's mirror: signals are raised, retracted by a late event, and
    kept by a full refresh.
    """
    event = small_case.event
    config = small_case.CONFIG | {"journal": small_case.CONFIG["journal"] | {"mirror": True}}
    steps = [
        Step(
            "2026-01-01T00:40:00",
            [
                event("a", 0, "Go"),
                event("b", 100, "Back", EJ_CorrelationID="c"),
                event("bad", 1, EJ_Payload="{"),
            ],
        ),
        Step("2026-01-01T02:00:00"),
        Step(
            "2026-01-01T04:00:00",
            [
                event("late", 50, "Back", _SyncDate=dt.datetime(2026, 1, 1, 3, 30)),
                event("a", 0, "Go", _SyncDate=dt.datetime(2026, 1, 1, 3, 30)),
            ],
        ),
        Step("2026-01-01T04:00:00", command=("run", "--full-refresh")),
        Step(
            "2026-01-01T05:00:00",
            [event("later still", 51, "Go", _SyncDate=dt.datetime(2026, 1, 1, 4, 10))],
        ),
        Step("2026-01-01T05:00:00", command=("test",)),
    ]
    return Scenario("signals", config, steps, small_case.emitting())


def columns() -> Scenario:
    """A journal whose times and numbers are text, and whose columns have other names."""
    types = {
        "event_id": "text",
        "_TenantID": "text",
        "EJ_EventType": "text",
        "happened_at": "text",
        "EJ_ObjectType": "text",
        "EJ_ObjectID": "integer",
        "EJ_Payload": "text",
        "EJ_Sequence": "text",
        "_SyncDate": "instant",
    }
    config = copy.deepcopy(small_case.CONFIG)
    config["journal"]["columns"] = {"EJ_ID": "event_id", "EJ_EventTimeUTC": "happened_at"}
    times = [
        "2026-01-01T02:00:00+02:00",
        "2026-01-01 00:10:00.5",
        "2026-01-01T00:20Z",
        "2026-02-30 00:00:00",
        "soon",
        "",
        "2026-01-01",
        "2026-01-01 00:30:00-0030",
        None,
        "9999-12-31T23:59:59Z",
    ]
    sequences = ["10", "9", "many", "9223372036854775808", "-3", "1.0", "007", "1.5", None, ""]
    rows = [
        {
            "event_id": f"e{n}",
            "_TenantID": "t1",
            "EJ_EventType": "X",
            "happened_at": time,
            "EJ_ObjectType": "Case",
            "EJ_ObjectID": 7,
            "EJ_Payload": json.dumps({"transition": {"code": code}}),
            "EJ_Sequence": sequence,
            "_SyncDate": dt.datetime(2026, 1, 1, 0, 20, 0, n),
        }
        for n, (time, sequence, code) in enumerate(
            zip(times, sequences, ["Go", "Back"] * 5, strict=True)
        )
    ]
    return Scenario(
        "columns",
        config,
        [Step("2026-01-01T01:00:00", rows), Step("2026-01-01T01:30:00", rows[:2])],
        small_case.snapshot(),
        columns=types,
    )


def histories() -> Scenario:
    """Changes, comments and tickets of another system become journals, which feed a binding: three
    loads, a run with nothing new, and a full refresh.
    """
    changes = [
        history_tables.first_changes(),
        history_tables.second_changes(),
        history_tables.third_changes(),
    ]
    loads = zip(changes, history_tables.comments(), history_tables.tickets(), strict=True)
    steps = [
        Step(as_of, beside=dict(zip(("changes", "comments", "tickets"), load, strict=True)))
        for as_of, load in zip(
            ("2026-04-01T08:20:00", "2026-04-01T09:00:00", "2026-04-02T10:00:00"),
            loads,
            strict=True,
        )
    ]
    steps.append(Step("2026-04-03T00:00:00"))
    steps.append(Step("2026-04-03T00:00:00", command=("run", "--full-refresh")))
    given = {"users": history_tables.USERS, "states": history_tables.STATES}
    return Scenario(
        "histories",
        small_case.CONFIG
        | {"journal": {"sources": [{"ref": name} for name in history_tables.JOURNALS]}},
        steps,
        small_case.snapshot(),
        beside={
            name: (columns, given.get(name, [])) for name, columns in history_tables.COLUMNS.items()
        },
        models=history_tables.MODELS,
    )


SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "histories": histories,
    "changes": changes,
    "cases": cases,
    "payloads": payloads,
    "hostile": hostile,
    "columns": columns,
    "inline": inline,
    "written": written,
    "signals": signals,
    "demo": demo,
    "service_levels": service_levels,
    "levels1": lambda: service_level_world(1),
    "world1": lambda: world(1),
    "world2": lambda: world(2),
    "world5": lambda: world(5),
}
