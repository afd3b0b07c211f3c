"""Faults (SPEC 8, 9): runs that are killed, that meet errors of the warehouse or another run, and
journals and definitions that change meanwhile.

After any fault, each table is either as it was before the run, or as reference_fold computes it
from the whole journal as of the run: nothing is half-written. At the end of every sequence of
faults, one clean run makes every table equal to reference_fold and a full refresh, and no journal
row is lost.

More sequences: OZMETA_SEQUENCES=200 pytest integration_tests/test_faults.py -k sequence
One alone, told step by step: python integration_tests/test_faults.py 17
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import support.reference_fold as ref
from support.dbt_project_under_test import JOURNAL_COLUMNS, MODELS, DbtProject, canonical
from support.faulty_runs import INJECTED, Fault, Outcome, Run, dbt_runs, warm_processes

SEQUENCES = int(os.environ.get("OZMETA_SEQUENCES", "6"))
MINUTE = dt.timedelta(minutes=1)
START = dt.datetime(2026, 3, 1)
LOOKBACK = 60
EVERYTHING = ("--select", "under_test")
OWN_MODELS = ("--select", "path:models/ozmeta/case")  # all but the rollup views, which hold nothing
SEVERITIES = {"SLA.Warned": "Info", "SLA.Breached": "Critical", "Escalation.Raised": "Warning"}


# ---------------------------------------------------------------- definitions


@dataclass(frozen=True)
class Definitions:
    """What MetaDB says of a case, and what may be changed in it while timers run."""

    policy: str = "last_writer_wins"
    auto_close: bool = True
    target: int = 60
    field: str | None = "Priority"  # the payload field by which the Pickup timer starts
    has_pause: bool = True  # the transition from Open to Waiting
    has_timers: bool = True
    has_overall: bool = True  # the SLA over the whole case
    raises: bool = True  # reopening raises an escalation
    object_types: tuple[str, ...] = ("Case", "CA")

    def binding(self) -> dict[str, Any]:
        """As reference_fold reads it."""

        def to(*states: str) -> dict[str, Any]:
            return {
                "op": "in",
                "args": [{"ref": "transition.toState"}, *({"lit": s} for s in states)],
            }

        def rule(kind: str, expr: dict[str, Any], restart: str | None = None) -> dict[str, Any]:
            return {"version": 1, "kind": kind, "expr": expr} | (
                {"params": {"onRestart": restart}} if restart else {}
            )

        urgent: dict[str, Any] = to("Open")
        if self.field == "Priority":
            urgent = {
                "op": "and",
                "args": [urgent, {"op": "gte", "args": [{"ref": "object.Priority"}, {"lit": 5}]}],
            }
        elif self.field:
            urgent = {
                "op": "or",
                "args": [
                    {"op": "eq", "args": [{"ref": f"object.{self.field}"}, {"lit": "big"}]},
                    {"op": "eq", "args": [{"ref": "object.Priority"}, {"lit": "High"}]},
                ],
            }
        ladder = [
            {"type": "EnqueueEscalation", "signalType": "SLA.Warned", "target": "role:Lead"},
            {"type": "EnqueueEscalation", "target": "role:Manager"},
            {
                "type": "EnqueueEscalation",
                "payload": {"afterMinutes": 2 * self.target, "level": 7},
                "target": "principal:duty",
                "notes": "Still not done",
            },
        ]
        slas: list[dict[str, Any]] = []
        if self.has_timers:
            slas = [
                {
                    "code": "Resolve",
                    "target": self.target,
                    "warn": self.target // 2,
                    "start": rule("TimerStart", to("Open")),
                    "stop": rule("TimerStop", to("Waiting", "Done")),
                    "escalation": {"version": 1, "kind": "Escalation", "actions": ladder},
                },
                {
                    "code": "Pickup",
                    "target": 90,
                    "warn": None,
                    "start": rule("TimerStart", urgent, "resume"),
                    "stop": rule("TimerStop", to("Waiting", "Done")),
                    "escalation": None,
                },
                {"code": "State.Waiting", "target": 45, "state": "Waiting"},
            ]
            if self.has_overall:
                slas.append(
                    {
                        "code": "Overall",
                        "target": 600,
                        "warn": 300,
                        "start": rule("TimerStart", {"lit": True}, "ignore"),
                        "stop": None,
                        "escalation": None,
                    }
                )
        raised = (
            [
                {
                    "type": "EnqueueEscalation",
                    "signalType": "Escalation.Raised",
                    "target": "role:Lead",
                    "payload": {},
                }
            ]
            if self.raises
            else []
        )
        moves = [
            ("Start", "New", "Open"),
            ("Pause", "Open", "Waiting"),
            ("Resume", "Waiting", "Open"),
            ("Close", "Open", "Done"),
            ("Close", "Waiting", "Done"),
            ("Reopen", "Done", "Open"),
            ("Next", "New", "Open"),
            ("Next", "Open", "Done"),
        ]
        transitions = [
            {
                "code": code,
                "from": a,
                "to": b,
                "enabled": code != "Pause" or self.has_pause,
                "events": ["Case.Closed"] if code == "Close" else [],
                "actions": raised if code == "Reopen" else [],
            }
            for code, a, b in moves
        ]
        return {
            "name": "Case",
            "object_types": list(self.object_types),
            "tenant_in_key": True,
            "needs_tenant": True,
            "policy": self.policy,
            "auto_close": self.auto_close,
            "stream": "EJ_SourceSystem",
            "severities": SEVERITIES,
            "slas": slas,
            "workflow": {
                "id": "w",
                "start": "New",
                "states": ["New", "Open", "Waiting", "Done"],
                "terminal": ["Done"],
                "transitions": transitions,
            },
        }

    def snapshot(self) -> dict[str, Any]:
        """As MetaDB exports it."""
        binding = self.binding()
        workflow, policies = binding["workflow"], [s for s in binding["slas"] if "state" not in s]
        minutes = {s["state"]: s["target"] for s in binding["slas"] if "state" in s}
        return {
            "snapshotVersion": 1,
            "objects": {
                "tables": [{"id": "t", "code": "Case", "cdCode": "CA", "requiresTenant": True}],
                "workflows": [
                    {
                        "workflow": {
                            "id": "w",
                            "code": "Flow",
                            "objectType": "Table",
                            "objectId": "t",
                        },
                        "states": [
                            {
                                "id": s,
                                "code": s,
                                "isInitial": s == "New",
                                "isTerminal": s == "Done",
                                "slaMinutes": minutes.get(s),
                            }
                            for s in workflow["states"]
                        ],
                        "transitions": [
                            {
                                "id": f"x{n}",
                                "code": t["code"],
                                "fromStateId": t["from"],
                                "toStateId": t["to"],
                                "isEnabled": t["enabled"],
                                "actionDsl": (
                                    {"version": 1, "kind": "Action", "actions": t["actions"]}
                                    if t["actions"]
                                    else ""
                                ),
                            }
                            for n, t in enumerate(workflow["transitions"])
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
                            "runtimeMode": "Sidecar",
                            "instanceKeyStrategy": "Tenant+ObjectID",
                        }
                    ],
                    "slaPolicies": [
                        {
                            "id": s["code"],
                            "code": s["code"],
                            "objectType": "Table",
                            "objectId": "t",
                            "targetMinutes": s["target"],
                            "warnMinutes": s["warn"],
                            "escalationRule": s["escalation"],
                        }
                        for s in policies
                    ],
                    "slaBindings": [
                        {
                            "id": f"r{s['code']}",
                            "bindingId": "b",
                            "slaId": s["code"],
                            "startRule": s["start"],
                            "stopRule": s["stop"],
                        }
                        for s in policies
                    ],
                    "signalTypes": [
                        {"code": code, "severity": severity}
                        for code, severity in SEVERITIES.items()
                    ],
                    "eventTypes": [{"id": "Case.Closed", "code": "Case.Closed"}],
                    "transitionEvents": [
                        {"transitionId": f"x{n}", "eventTypeId": e}
                        for n, t in enumerate(workflow["transitions"])
                        for e in t["events"]
                    ],
                },
            },
        }

    def config(self) -> dict[str, Any]:
        return {
            "version": 1,
            "metadb": {"snapshot": "metadb/snapshot.json"},
            "journal": {
                "source": {"name": "ops", "schema": "raw", "table": "event_journal"},
                "lookback_minutes": LOOKBACK,
            },
            "bindings": {
                "Case": {
                    "conflict_policy": self.policy,
                    "auto_close": self.auto_close,
                    "object_types": list(self.object_types),
                }
            },
        }

    def changed(self, rng: random.Random) -> Definitions:
        changes = [
            ("target", [20, 60, 200]),
            ("field", ["Priority", "Kind", None]),
            ("has_pause", [True, False]),
            ("has_timers", [True, False]),
            ("has_overall", [True, False]),
            ("raises", [True, False]),
            ("auto_close", [True, False]),
            ("policy", ["last_writer_wins", "first_writer_wins"]),
        ]
        name, values = rng.choice(changes)
        return replace(self, **{name: rng.choice([v for v in values if v != getattr(self, name)])})


# ---------------------------------------------------------------- journals


@dataclass
class Journal:
    """Rows as applications might append them, batch by batch. No row appears further behind the
    read rows than the lookback.
    """

    rng: random.Random
    rows: list[dict[str, Any]] = field(default_factory=list)
    counters: dict[tuple, int] = field(default_factory=dict)

    def batch(
        self, since: dt.datetime, until: dt.datetime, count: int, shape: int
    ) -> list[dict[str, Any]]:
        """Rows that reach the journal from `since` to `until`, a run's as_of. shape: the form that
        the payloads have by now.
        """
        rng = self.rng
        newest = max((min(r["_SyncDate"], since) for r in self.rows), default=since)
        behind = newest - LOOKBACK * MINUTE  # nothing may appear from further back
        found: list[dict[str, Any]] = []
        for _ in range(count):
            chance = rng.random()
            if chance < 0.12 and self.rows:  # delivered again, and maybe otherwise
                again = dict(rng.choice(self.rows + found)) | {
                    "_SyncDate": self.moment(since, until)
                }
                found.append(again | (self.content(again, shape) if rng.random() < 0.6 else {}))
                continue
            recent = [r for r in self.rows if r["_SyncDate"] >= behind]
            if chance < 0.2 and recent:  # an older delivery of what may have been read
                row = dict(rng.choice(recent))
                found.append(
                    row
                    | {"_SyncDate": max(behind, row["_SyncDate"] - rng.choice([0, 1, 20]) * MINUTE)}
                    | self.content(row, shape)
                )
                continue
            arrived = self.moment(since, until)
            if (
                chance < 0.35 and self.rows
            ):  # behind what was read, and that to the lookback's very edge
                arrived = rng.choice([behind, self.moment(behind, newest)])
            elif chance < 0.38:
                arrived = until + rng.choice([1, 90]) * MINUTE  # a slip of some clock
            happened = (
                arrived
                - rng.choice([0, 0, 1, 30, rng.randint(0, 400), rng.randint(0, 4000)]) * MINUTE
            )
            if rng.random() < 0.08:
                happened = until + rng.randint(0, 500) * MINUTE  # pending
            found.append(self.row(happened, arrived, shape))
        self.rows += found
        return found

    def moment(self, since: dt.datetime, until: dt.datetime) -> dt.datetime:
        return since + self.rng.randint(0, max(0, (until - since) // MINUTE)) * MINUTE

    def row(self, happened: dt.datetime, arrived: dt.datetime, shape: int) -> dict[str, Any]:
        rng = self.rng
        tenant, object_id, station = (
            rng.choice(["t1", "t1", "t2"]),
            f"o{rng.randint(1, 9)}",
            rng.choice([None, "", "crm", "phone 7"]),
        )
        counter = self.counters[tenant, object_id, station] = (
            self.counters.get((tenant, object_id, station), 0) + 1
        )
        row = dict.fromkeys(ref.EJ) | {
            "EJ_ID": f"e{len(self.rows)}-{rng.randrange(10**6)}",
            "_TenantID": tenant,
            "EJ_EventType": rng.choice(
                ["Case.Moved"] * 6 + ["Case.Closed", "Escalation.Acknowledged", "Escalation.Closed"]
            ),
            "EJ_EventTimeUTC": happened,
            "EJ_Actor": rng.choice(["ann", "bob", None]),
            "EJ_ObjectType": rng.choice(["Case", "Case", "CA"]),
            "EJ_ObjectID": object_id,
            "EJ_SourceSystem": station,
            "EJ_Payload": self.payload(shape),
            "EJ_Sequence": counter if rng.random() < 0.5 else None,
            "_SyncDate": arrived,
        }
        if rng.random() < 0.04:
            column, value = rng.choice(
                [
                    ("EJ_ID", None),
                    ("EJ_ObjectID", None),
                    ("EJ_EventType", None),
                    ("EJ_EventTimeUTC", None),
                    ("_TenantID", None),
                    ("EJ_Payload", "{"),
                    ("EJ_Payload", "[1]"),
                ]
            )
            row[column] = value
        return row

    def content(self, row: dict[str, Any], shape: int) -> dict[str, Any]:
        """Other content that the same event might have."""
        happened = row["EJ_EventTimeUTC"]
        return self.rng.choice(
            [
                {"EJ_Payload": self.payload(shape)},
                {
                    "EJ_EventTimeUTC": (
                        happened and happened + self.rng.choice([-30, 5, 900]) * MINUTE
                    )
                },
                {"EJ_Actor": "eve"},
                {"EJ_EventType": "Case.Closed"},
            ]
        )

    def payload(self, shape: int) -> str | None:
        """The fields' types change with the shape: a number, a text, an object, a part that is
        none, missing; new fields come.
        """
        rng = self.rng
        said: dict[str, Any] = {}
        if rng.random() < 0.75:
            said["code"] = rng.choice(
                ["Start", "Start", "Pause", "Resume", "Close", "Reopen", "Next", "Nope"]
            )
        if rng.random() < 0.15:
            said["toState"] = rng.choice(["Open", "Waiting", "Done", "Nowhere"])
        if rng.random() < 0.15:
            said["rowVersion"] = rng.choice([0, 1, 2, "1", 2.5])
        number = rng.randint(1, 9)
        shapes: list[dict[str, Any]] = [
            {"object": {"Priority": number}},
            {"object": {"Priority": rng.choice([str(number), "High"])}},
            {"object": {"Priority": {"level": number}, "Kind": rng.choice(["big", "small"])}},
            {"object": {"Kind": rng.choice(["big", 7, None])}, "context": {"channel": "web"}},
            {"object": rng.choice([[], "big", None])},
        ]
        document: dict[str, Any] = {"transition": said} | (
            shapes[shape] if rng.random() < 0.6 else {}
        )
        if shape == 4 and rng.random() < 0.3:
            document["transition"] = said.get("code")
        if rng.random() < 0.2:
            document["escalation"] = {
                "level": rng.choice([1, 2, 7]),
                "slaCode": rng.choice(["Resolve", "Pickup", None]),
            }
        return json.dumps(document)


# ---------------------------------------------------------------- a project, and what its tables
# have to be


Tables = dict[str, list[tuple]]


class Project(DbtProject):
    """A project whose runs go through `dbt_runs`, in this process or another. Its tables are
    checked after each run.
    """

    def __init__(
        self,
        folder: Path,
        definitions: Definitions,
        runner: Callable[[Path, list[Run]], list[Outcome]],
        threads: int = 1,
    ):
        super().__init__(folder, definitions.config(), definitions.snapshot(), threads)
        self.database.unlink(missing_ok=True)
        Path(f"{self.database}.wal").unlink(missing_ok=True)
        self.create_journal()
        self.definitions, self.runner, self.as_of = definitions, runner, START
        self.journal: list[dict[str, Any]] = []
        self.beside: Outcome | None = None
        self.completed: set[tuple[int]] = set()  # the numbers of the runs that completed

    def define(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.configure(definitions.config(), definitions.snapshot())

    def load(self, rows: list[dict[str, Any]]) -> None:
        names = list(JOURNAL_COLUMNS)
        self.journal += rows
        if not rows:
            return
        with self.connect() as connection:
            connection.executemany(
                f"insert into raw.event_journal ({', '.join(names)}) values"
                f" ({', '.join('?' * len(names))})",
                [[r.get(n) for n in names] for r in rows],
            )

    def go(
        self, as_of: dt.datetime, *args: str, fault: Fault | None = None, beside: Run | None = None
    ) -> Outcome:
        """One run, and everything that must be true after it, whether or not it completed.
        `beside`: another run, while this one is held.
        """
        before, committed = self.look()
        self.as_of = as_of
        outcome, *others = self.runner(
            self.folder,
            [
                Run(str(as_of), (*args, *(() if "--select" in args else OWN_MODELS)), fault),
                *([beside] if beside else []),
            ],
        )
        self.beside = others[0] if others else None
        after, now = self.look()
        wanted = self.wanted()
        partial = "--select" in args and args != EVERYTHING
        for model in self.generated():
            rows = after.get(model, [])
            if rows != wanted[model] and (
                (outcome.success and not partial) or rows != before.get(model, [])
            ):
                raise AssertionError(
                    f"{model} is {'wrong' if outcome.success else 'half-written'}, as_of {as_of},"
                    f" {self.definitions}\n{difference(wanted[model], rows)}"
                )
        if now != committed + 1 and (now != committed or (outcome.success and not partial)):
            raise AssertionError(f"the run log went from {committed} to {now}, with {outcome}")
        return outcome

    def generated(self) -> list[str]:
        return [
            model
            for model in MODELS
            if (self.folder / f"models/ozmeta/case/case_{model}.sql").exists()
        ]

    def look(self) -> tuple[Tables, int]:
        """The tables and the number of completed runs. In each table, every key occurs once, and
        each row belongs to a completed run or to a later one.
        """
        tables, committed, runs = {}, 0, "select 0"
        with self.connect() as connection:
            existing = {
                name
                for (name,) in connection.execute(
                    "select table_name from information_schema.tables where table_schema = 'main'"
                ).fetchall()
            }
            if "case_run" in existing:
                runs = "select RUN_Batch from case_run"
                self.completed.update(connection.execute(runs).fetchall())
                committed = len(self.completed)
            for model in (*MODELS, "run"):
                if f"case_{model}" not in existing:
                    continue
                key = "(_ObjectKey, EJ_ID)" if model == "timeline" else "_Key"
                doubles, lost = connection.execute(
                    f"select count(*) - count(distinct {key}), count(*) filter (where _Batch not in"
                    f" ({runs}) and _Batch < (select max(RUN_Batch) from ({runs}) as t(RUN_Batch)))"
                    f" from case_{model}"
                ).fetchone()
                if doubles or lost:
                    raise AssertionError(
                        f"case_{model} has {doubles} keys twice and {lost} rows of a run that did"
                        " not complete, older than the last that did"
                    )
                if model != "run":
                    columns, live = (
                        canonical(model),
                        "" if model == "timeline" else " where _DeleteDate is null",
                    )
                    rows = connection.execute(
                        f"select {', '.join(columns)} from case_{model}{live}"
                    ).fetchall()
                    tables[model] = comparable(
                        model, [dict(zip(columns, row, strict=True)) for row in rows]
                    )
        return tables, committed

    def wanted(self) -> Tables:
        return {
            model: comparable(model, rows)
            for model, rows in ref.fold(
                self.journal, self.definitions.binding(), self.as_of
            ).items()
        }

    def finish(self, as_of: dt.datetime) -> None:
        """One clean run repairs everything, as a full refresh would, and nothing is lost."""
        self.clean(as_of, *EVERYTHING)
        self.nothing_is_lost()
        increments, _ = self.look()
        self.clean(as_of, "--full-refresh")
        refreshed, _ = self.look()
        for model in self.generated():
            if increments[model] != refreshed[model]:
                raise AssertionError(
                    f"{model} differs from a full"
                    f" refresh\n{difference(refreshed[model], increments[model])}"
                )

    def clean(self, as_of: dt.datetime, *args: str) -> None:
        outcome = self.go(as_of, *args)
        if (
            "Run once with --full-refresh" in outcome.message
        ):  # a rule needs what was never read: no silent mix
            outcome = self.go(as_of, "--full-refresh")
        if not outcome.success:
            raise AssertionError(f"a clean run failed: {outcome}")

    def nothing_is_lost(self) -> None:
        timeline = {
            (r["_TenantID"], r["EJ_ObjectID"], r["EJ_ID"]): r
            for r in self.rows("from case_timeline")
        }
        quarantine = {
            (
                r["_TenantID"],
                r["QR_ObjectID"],
                r["QR_EventID"],
                r["QR_EventType"],
                r["QR_EventTime"],
                r["QR_Actor"],
                r["QR_Payload"],
                r["_SyncDate"],
            )
            for r in self.rows("from case_quarantine where _DeleteDate is null")
        }
        for row in (r for r in self.journal if r["EJ_ObjectType"] in self.definitions.object_types):
            kept = timeline.get((row["_TenantID"], row["EJ_ObjectID"], row["EJ_ID"]))
            said = ("EJ_EventType", "EJ_EventTimeUTC", "EJ_Actor", "EJ_Sequence")
            refused = (
                row["_TenantID"],
                row["EJ_ObjectID"],
                row["EJ_ID"],
                row["EJ_EventType"],
                row["EJ_EventTimeUTC"] and str(row["EJ_EventTimeUTC"]),
                row["EJ_Actor"],
                row["EJ_Payload"],
                row["_SyncDate"],
            )
            if refused not in quarantine and not (kept and all(kept[c] == row[c] for c in said)):
                raise AssertionError(f"lost: {row}")


def comparable(model: str, rows: list[dict[str, Any]]) -> list[tuple]:
    """Rows by their canonical columns, in any order. The content of a quarantined row is text."""

    def plain(column: str, value: Any) -> Any:
        return (
            None
            if column == "QR_Journal"
            else (
                str(value)
                if column in ("QR_EventTime", "QR_Sequence") and value is not None
                else value
            )
        )

    return sorted((tuple(plain(c, row.get(c)) for c in canonical(model)) for row in rows), key=repr)


def difference(wanted: list[tuple], found: list[tuple]) -> str:
    lines = [f"  wanted {row}" for row in wanted if row not in found][:5] + [
        f"  found  {row}" for row in found if row not in wanted
    ][:5]
    return "\n".join(lines)


# ---------------------------------------------------------------- sequences of faults


def random_fault(rng: random.Random, models: tuple[str, ...] = (), statements: int = 76) -> Fault:
    """A fault at any statement of a run, or at a statement that computes or merges one of these
    models.
    """
    at: int | tuple[str, ...] = rng.randint(8, statements)
    if models and rng.random() < 0.5:
        model = rng.choice(models)
        at = rng.choice(
            [
                ("insert into", f'case_{model}"'),
                ("create temporary table", f"case_{model}__dbt_tmp"),
            ]
        )
    kind, when = (
        rng.choice(["kill", "kill", "kill", "error", "error", "interrupt"]),
        rng.choice(["before", "during", "after"]),
    )
    return Fault(
        kind, at, "after" if kind == "error" and when == "during" else when, rng.uniform(0, 20)
    )


def play(seed: int, folder: Path, tell: Callable[[str], None] = lambda text: None) -> None:
    """Plays one sequence. A difference raises an error that names the step."""
    rng = random.Random(seed)
    definitions = Definitions(
        rng.choice(["last_writer_wins", "first_writer_wins"]),
        rng.random() < 0.7,
        field=rng.choice(["Priority", None]),
        has_timers=rng.random() < 0.8,
    )
    project = Project(folder, definitions, dbt_runs, threads=rng.choice([1, 2]))
    journal, shape = Journal(rng), 0
    as_of = START + 1500 * MINUTE
    project.load(journal.batch(START, as_of, rng.choice([0, 3, 80]), shape))
    told = [f"{definitions}", f"first load, {len(project.journal)} rows, as_of {as_of}"]

    def say(text: str) -> None:
        told.append(text)
        tell(text)

    for text in told:
        tell(text)
    try:
        fault = random_fault(rng, statements=36) if rng.random() < 0.3 else None
        say(f"run with {fault}: {project.go(as_of, fault=fault)}")
        for step in range(rng.randint(3, 5)):
            since, as_of = as_of, as_of + rng.choice([0, 1, 45, 60, 61, 240, 900]) * MINUTE
            shape = rng.choice([shape, rng.randrange(5)])
            rows = journal.batch(since, as_of, rng.choice([0, 1, 5, 20]), shape)
            project.load(rows)
            earlier = project.definitions
            if rng.random() < 0.4:
                project.define(earlier.changed(rng))
            say(
                f"step {step + 1}: {len(rows)} rows of shape {shape}, as_of"
                f" {as_of}{'' if project.definitions == earlier else f', {project.definitions}'}"
            )
            for _ in range(rng.choice([0, 1, 1, 2])):
                say(disturbed_run(project, as_of, rng))
            if project.definitions != earlier and rng.random() < 0.4:
                project.define(earlier)
                say("  and the definitions back as they were")
            if rng.random() < 0.4:
                project.clean(as_of)
                say("  a clean run")
        project.finish(as_of + rng.choice([0, 500]) * MINUTE)
    except Exception as error:
        steps = "\n".join(told)
        raise AssertionError(f"sequence {seed}: {error}\n{steps}") from error


def disturbed_run(project: Project, as_of: dt.datetime, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.12:
        done = project.generated()[: rng.randint(1, 5)]
        return (
            f"  stopped after {done}: {project.go(as_of, '--select', *(f'case_{m}' for m in done))}"
        )
    if chance < 0.24:
        fault = Fault(
            "hold", rng.randint(8, 24)
        )  # no run that goes to its end has fewer statements
        outcome = project.go(as_of, fault=fault, beside=Run(str(as_of), OWN_MODELS))
        stopped = "Run once with --full-refresh" in outcome.message
        if (
            stopped and project.beside and "Run once with --full-refresh" in project.beside.message
        ):  # each before it came to that statement
            return f"  both stopped, {fault} never came: {outcome}"
        if (
            not (outcome.success or stopped)
            or not project.beside
            or project.beside.success
            or "Could not set lock" not in project.beside.message
        ):
            raise AssertionError(f"two runs at once: {outcome}, {project.beside}")
        return f"  two at once, {fault}: {outcome} and {project.beside}"
    args = ("--full-refresh",) if chance < 0.34 else ()
    fault = (
        random_fault(rng, statements=79)
        if args
        else random_fault(rng, (*project.generated(), "run"))
    )
    return f"  {' '.join(args)} {fault}: {project.go(as_of, *args, fault=fault)}"


def played(seed: int, folder: Path) -> None:
    """Runs in a warm process. Its folder stays the same, so that its manifests stay valid."""
    play(seed, folder / str(os.getpid()))


# ---------------------------------------------------------------- tests


@pytest.fixture(scope="module")
def warm() -> Iterator[ProcessPoolExecutor]:
    with warm_processes(2) as executor:
        yield executor


@pytest.fixture
def project(warm: ProcessPoolExecutor, tmp_path: Path) -> Project:
    return Project(
        tmp_path,
        Definitions(field=None),
        lambda folder, runs: warm.submit(dbt_runs, folder, runs).result(),
    )


def event(
    id: str, minute: int, code: str | None = None, object_id: str = "o1", **columns: Any
) -> dict[str, Any]:
    at = START + minute * MINUTE
    said = json.dumps({"transition": {"code": code}})
    return (
        dict.fromkeys(ref.EJ)
        | {
            "EJ_ID": id,
            "_TenantID": "t1",
            "EJ_EventType": "Case.Moved",
            "EJ_EventTimeUTC": at,
            "EJ_ObjectType": "Case",
            "EJ_ObjectID": object_id,
            "EJ_Payload": said,
            "_SyncDate": at,
        }
        | columns
    )


def merge(model: str, kind: str, when: str = "before", after_ms: float = 0) -> Fault:
    return Fault(kind, ("insert into", f'case_{model}"'), when, after_ms)


def grow(project: Project, since: int, until: int) -> None:
    """Many rows at once: one a second, of 2000 objects in turn."""
    with project.connect() as connection:
        connection.execute(
            """
            insert into raw.event_journal (EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC,
                EJ_ObjectType, EJ_ObjectID, EJ_Payload, _SyncDate)
            select 'k' || n, 't1', 'Case.Moved', ? + to_seconds(n), 'Case', 'o' || (n % 2000),
                '{"transition":{"code":"' || ['Start', 'Pause', 'Resume', 'Close', 'Reopen'][1 + n
                    // 2000 % 5] || '"}}', ? + to_seconds(n)
            from range(?, ?) as r(n)""",
            [START, START, since, until],
        )
    project.journal = project.rows("from raw.event_journal")


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        ("kill", ["timeline before", "timeline after", "sla_cycle after", "run before"]),
        ("error", ["timeline after", "escalation_queue before", "run after"]),
        ("interrupt", ["timeline before", "escalation_queue after"]),
    ],
)
def test_a_run_that_ends_at_a_merge(project: Project, kind: str, at: list[str]) -> None:
    """The run ends before the merge, within its transaction, or after it but before dbt knows.
    Several such runs follow each other, then a clean one.
    """
    project.load([event("a", 0, "Start"), event("b", 0, "Start", "o2")])
    project.clean(START + 20 * MINUTE)
    for number, (model, when) in enumerate(text.split() for text in at):
        project.load(
            [
                event(f"c{number}", 21 + number, "Pause" if number % 2 else "Resume"),
                event(f"d{number}", 50 + number, object_id="o3", EJ_Payload="{"),
            ]
        )
        outcome = project.go(START + (60 + 20 * number) * MINUTE, fault=merge(model, kind, when))
        assert outcome.success is (None if kind == "kill" else False)
        assert kind != "error" or INJECTED in outcome.message
    project.finish(START + 300 * MINUTE)


def test_a_run_that_is_killed_amid_large_merges(project: Project) -> None:
    """kill -9 while DuckDB writes: 10,000 rows in each merge."""
    grow(project, 0, 2_000)
    project.clean(START + 3 * 60 * MINUTE)
    for number, (model, after_ms) in enumerate(
        [("timeline", 5), ("timeline", 25), ("sla_cycle", 10)]
    ):
        grow(project, 2_000 + number * 3_000, 5_000 + number * 3_000)
        assert (
            project.go(
                START + (4 + number) * 60 * MINUTE, fault=merge(model, "kill", "during", after_ms)
            ).success
            is None
        )
    project.finish(START + 10 * 60 * MINUTE)


def test_a_commit_that_went_through_and_was_not_heard_of(project: Project) -> None:
    """dbt reports each model as failed, although its rows exist. The run log then shows the real
    state.
    """
    project.load([event("a", 0, "Start")])
    project.clean(START + 20 * MINUTE)
    project.load([event("b", 30, "Pause")])
    for at in (22, 38, 68, 71, 73):
        project.go(START + at * MINUTE, fault=Fault("error", at, "after"))
    project.finish(START + 200 * MINUTE)


@pytest.mark.parametrize(
    "at",
    [
        ("alter table", 'case_timeline"'),
        ("alter table", 'case_sla_cycle__dbt_tmp"'),
        ("drop table", 'case_escalation_queue__dbt_backup"'),
        ("alter table", 'case_run"'),
    ],
)
def test_a_full_refresh_that_is_killed(project: Project, at: tuple[str, ...]) -> None:
    """Killed during the swap of old and new tables: one of them is complete, and increments
    continue from there.
    """
    project.load([event("a", 0, "Start"), event("b", 1, "Start", "o2")])
    project.clean(START + 70 * MINUTE)
    project.load([event("c", 75, "Pause")])
    assert (
        project.go(START + 80 * MINUTE, "--full-refresh", fault=Fault("kill", at, "after")).success
        is None
    )
    project.load([event("d", 90, "Resume")])
    project.finish(START + 300 * MINUTE)


def test_a_full_refresh_by_other_definitions_that_dies(project: Project) -> None:
    """The tables that it rebuilt lack objects that the other tables still show, and no row says so.
    The next increment finds these objects.
    """
    project.define(replace(project.definitions, object_types=("Case", "Kase"), has_overall=True))
    project.load(
        [
            event("a", 0, "Start"),
            event("b", 0, "Nope", "o2"),
            event("c", 0, "Start", "o3", EJ_ObjectType="Kase"),
            event("d", 0, "Reopen", "o4", EJ_ObjectType="Kase"),
            event("kase", 1, EJ_ObjectType="Kase", EJ_Payload="{"),
            event("ca", 1, EJ_ObjectType="CA", EJ_Payload="{"),
            event("late", 600),
        ]
    )
    project.clean(START + 700 * MINUTE)
    project.define(replace(project.definitions, has_overall=False))
    assert (
        project.go(
            START + 710 * MINUTE,
            "--full-refresh",
            fault=Fault("kill", ("create", "table", 'case_escalation_queue__dbt_tmp"')),
        ).success
        is None
    )
    project.clean(START + 720 * MINUTE)
    for minute, types in ((730, ("Case", "CA")), (750, ("Case", "Kase"))):
        project.define(replace(project.definitions, object_types=types))
        assert (
            project.go(
                START + minute * MINUTE,
                "--full-refresh",
                fault=Fault("kill", ("create", "table", 'case_quarantine__dbt_tmp"')),
            ).success
            is None
        )
        project.clean(START + (minute + 10) * MINUTE)
    project.finish(START + 770 * MINUTE)


def test_two_runs_at_once(project: Project) -> None:
    """The later run fails and says why. The earlier one is not disturbed, although it is in the
    middle of a merge. (On Postgres, both runs proceed; overlaps.py tests that.)
    """
    project.load([event("a", 0, "Start"), event("b", 1, "Start", "o2")])
    project.clean(START + 20 * MINUTE)
    project.load([event("c", 30, "Pause")])
    for model in ("timeline", "run"):
        project.as_of += 30 * MINUTE
        first = project.go(
            project.as_of, fault=merge(model, "hold"), beside=Run(str(project.as_of), OWN_MODELS)
        )
        assert first.success and project.beside and project.beside.success is False
        assert (
            "Could not set lock on file" in project.beside.message
            and "Conflicting lock is held in" in project.beside.message
        )
    project.finish(START + 300 * MINUTE)


def test_a_payload_whose_schema_changes(project: Project) -> None:
    """A field is a number, a text, an object, an array, null or missing, or its part of the payload
    is not an object. New fields appear, and a rule needs one of them.
    """
    project.define(Definitions(field="Priority"))
    parts: list[Any] = [
        {"Priority": 7},
        {"Priority": "7"},
        {"Priority": {"level": 7}},
        {"Priority": [7]},
        {"Priority": None},
        {},
        "Priority",
        {"Priority": "High", "Kind": "big"},
        {"Priority": 7.5, "Kind": {"a": 1}},
    ]
    for number, part in enumerate(parts):
        document = {"transition": {"code": "Start"}, "object": part, f"new{number}": [number]}
        project.load(
            [
                event(
                    f"{number}",
                    30 * number,
                    object_id=f"o{number}",
                    EJ_Payload=json.dumps(document),
                ),
                event(
                    f"same {number}",
                    30 * number,
                    "Pause" if number % 2 else "Resume",
                    EJ_Payload=json.dumps(document),
                ),
            ]
        )
        if number % 2 == 0:
            project.clean(START + 30 * number * MINUTE)
    project.clean(START + 300 * MINUTE)
    started = {
        row["ST_ObjectID"] for row in project.rows("from case_sla_timer where SL_Code = 'Pickup'")
    }
    assert started == {"o0", "o1", "o8"} | {
        row["ST_ObjectID"]
        for row in project.rows(
            "from case_sla_timer where SL_Code = 'Pickup' and ST_ObjectID = 'o1'"
        )
    }
    project.define(Definitions(field="Kind"))
    stopped = project.go(START + 310 * MINUTE)
    assert (
        stopped.success is False
        and "payload field object.Kind" in stopped.message
        and "Run once with --full-refresh" in stopped.message
    )
    project.finish(START + 310 * MINUTE)


def test_definitions_that_change_and_change_back_with_a_crash_between(project: Project) -> None:
    """Definitions change while timers run: a target changes, a transition or an SLA is removed.
    Each such run is killed at another model, and the next run has the old definition again.
    """
    own = project.definitions
    project.load([event("a", 0, "Start"), event("b", 30, "Pause"), event("c", 50, "Start", "o2")])
    project.clean(START + 60 * MINUTE)
    changes = [
        (replace(own, target=20), "runtime_signal"),
        (replace(own, has_pause=False), "sla_cycle"),
        (replace(own, has_overall=False), "escalation_queue"),
    ]
    for number, (changed, model) in enumerate(changes):
        project.define(changed)
        assert (
            project.go(START + (70 + 20 * number) * MINUTE, fault=merge(model, "kill")).success
            is None
        )
        project.define(own)
        project.clean(START + (80 + 20 * number) * MINUTE)
    project.define(changes[0][0])
    project.finish(START + 300 * MINUTE)


def test_a_definition_by_which_timers_appear_where_there_was_none(project: Project) -> None:
    """No row exists that could show by which definitions it was folded. Neither does a row of an
    escalation that a transition raises from now on.
    """
    project.define(replace(project.definitions, has_overall=False, raises=False))
    project.load([event("a", 0, "Nope"), event("b", 1, "Nope", "o2")])
    project.clean(START + 10 * MINUTE)
    project.define(replace(project.definitions, has_overall=True))
    project.clean(START + 20 * MINUTE)
    assert [row["SL_Code"] for row in project.rows("from case_sla_timer")] == ["Overall", "Overall"]
    project.load([event("c", 12, "Reopen")])  # illegal, and applied: the last writer wins
    project.clean(START + 30 * MINUTE)
    project.define(replace(project.definitions, raises=True))
    project.clean(START + 40 * MINUTE)
    assert [row["EQ_SignalCode"] for row in project.rows("from case_escalation_queue")] == [
        "Escalation.Raised"
    ]


def test_timers_that_are_dropped_and_wanted_again(project: Project) -> None:
    """Their models did not run meanwhile, and the events of that time must not be missing."""
    own = project.definitions
    project.load([event("a", 0, "Start"), event("b", 1, "Start", "o2")])
    project.clean(START + 10 * MINUTE)
    project.define(replace(own, has_timers=False, raises=False))
    project.load([event("c", 20, "Close"), event("d", 21, "Start", "o3")])
    project.clean(START + 30 * MINUTE)
    project.define(own)
    project.finish(START + 400 * MINUTE)


def test_rows_that_appear_behind_what_was_read(project: Project) -> None:
    """Rows are found up to the very edge of the lookback. Only a full refresh finds rows beyond it,
    as README says under Limits.
    """
    project.load([event("a", 300, "Start")])
    project.clean(START + 300 * MINUTE)
    edge = START + (300 - LOOKBACK) * MINUTE
    project.load(
        [
            event("edge", 0, "Start", "o2", _SyncDate=edge),
            event("pair", 0, "Start", "o3", _SyncDate=START + 299 * MINUTE),
        ]
    )
    project.clean(START + 300 * MINUTE)
    project.load(
        [event("pair", 0, "Nope", "o3", _SyncDate=edge)]
    )  # an older delivery of what was read: this one counts, the other gives way
    project.clean(START + 310 * MINUTE)
    journal = list(project.journal)
    beyond = event("beyond", 0, "Start", "o4", _SyncDate=edge - dt.timedelta(microseconds=1))
    project.load([beyond])
    project.journal = journal  # what the increment is to know of
    project.clean(START + 320 * MINUTE)
    project.journal = [*journal, beyond]
    project.clean(START + 320 * MINUTE, "--full-refresh")


@pytest.fixture(scope="module")
def sequences(
    warm: ProcessPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, Future]:
    """All of them at once, two at a time."""
    folder = tmp_path_factory.mktemp("sequences")
    return {seed: warm.submit(played, seed, folder) for seed in range(SEQUENCES)}


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_a_sequence_of_faults(sequences: dict[int, Future], seed: int) -> None:
    sequences[seed].result()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        play(int(sys.argv[1]), Path(os.environ.get("OZMETA_KEEP") or folder) / "sequence", print)
