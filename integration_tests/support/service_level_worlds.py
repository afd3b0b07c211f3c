"""Random worlds with service levels: policies with every option, calendars, and events that arrive
late. A seed draws the same world again.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import support.reference_fold as ref
from support.dbt_project_under_test import DbtProject
from support.invariants import Finding
from support.service_level_cases import WORKFLOW
from support.service_level_cases import binding as binding_of
from support.service_level_project import project_files
from support.worlds import MINUTE, NAMES, World

Row = dict[str, Any]

# A Thursday in winter, and days before the clocks change somewhere
DAYS = (
    "2026-01-08",
    "2026-03-07",
    "2026-03-28",
    "2026-04-04",
    "2026-10-03",
    "2026-10-24",
    "2026-10-31",
)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
HOURS = (
    "09:00-17:00",
    "08:00-12:00, 13:00-16:30",
    "22:00-06:00",
    "00:00-24:00",
    "01:30-03:30, 12:00-20:00",
    "11:00-11:20",
)
CALENDARS = tuple(f"C{number}" for number in range(6))
TENANTS = ("t1", "t2")
MINUTES = ("ST_ElapsedMinutes", "ST_RemainingMinutes", "ST_NextUTC")
# the signals that are raised now: those whose last row has an odd number
LATEST_SIGNALS = """
    select *
    from {name}_runtime_signal
    qualify row_number() over (partition by _SignalKey order by RS_Number desc) = 1
        and RS_Number % 2 = 1
"""
TICK = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)


class ServiceLevelWorld(World):
    def files(self) -> tuple[Row, Row]:
        return project_files({b["name"]: b for b in self.bindings})

    def more(self, project: DbtProject, run: int) -> list[Finding]:
        """The minutes of each cycle, the reported fields, and the log of signals."""
        return [
            Finding(1, f"after run {run + 1}", binding["name"], *key, lines)
            for binding in self.bindings
            for key, lines in unequal(project, binding, self.fold(run)[binding["name"]]).items()
        ]


def unequal(project: DbtProject, binding: Row, tables: Row) -> dict[tuple, list[str]]:
    """{(tenant, object id): lines}"""
    name = binding["name"].lower()
    reported = [f"OF_{field}" for field in binding["report_fields"]]
    live = "where _DeleteDate is null"
    compared = {
        f"{name}_sla_elapsed": (
            tables["sla_cycle"],
            ["_TenantID", "ST_ObjectID", "SC_ID", *MINUTES, *reported],
        ),
        f"{name}_sla_timer": (tables["sla_timer"], ["_TenantID", "ST_ObjectID", "ST_ID", *MINUTES]),
        f"{name}_workflow_instance {live}": (
            tables["workflow_instance"],
            ["_TenantID", "WI_ObjectID", *reported],
        ),
        f"({LATEST_SIGNALS.format(name=name)})": (
            list(raised_signals(tables, binding)),
            ["_TenantID", "RS_ObjectID", "RS_SignalCode", "SL_Code", "RS_Level"],
        ),
    }
    found: dict[tuple, list[str]] = {}
    for source, (rows, columns) in compared.items():
        expected = Counter(tuple(row[column] for column in columns) for row in rows)
        built = project.rows(f"select {', '.join(columns)} from {source}")
        actual = Counter(tuple(row.values()) for row in built)
        for label, rest in (("SPEC", expected - actual), ("dbt ", actual - expected)):
            for row in rest.elements():
                text = ", ".join(f"{c}={v}" for c, v in zip(columns, row, strict=True))
                found.setdefault(row[:2], []).append(f"  {label} {source}: {text}")
    return found


def raised_signals(tables: Row, binding: Row) -> Iterator[Row]:
    for tenant in TENANTS:
        own = {
            model: [row for row in tables[model] if row["_TenantID"] == tenant]
            for model in ("sla_cycle", "escalation_queue")
        }
        yield from (row | {"_TenantID": tenant} for row in ref.signals(own, binding))


def world(seed: int, bindings: int, objects: int, policies: int = 6) -> ServiceLevelWorld:
    """objects: of each binding; policies: at most as many of each binding"""
    rng = random.Random(f"service levels {seed}")
    start = dt.datetime.fromisoformat(rng.choice(DAYS)) + dt.timedelta(hours=6)
    calendars = {code: random_calendar(rng, start) for code in CALENDARS}
    defined = [
        random_binding(rng, name, calendars, start, policies) for name in list(NAMES)[:bindings]
    ]
    as_of = random_runs(rng, start)
    return ServiceLevelWorld(defined, random_journal(rng, defined, objects, start, as_of), as_of)


def random_runs(rng: random.Random, start: dt.datetime) -> list[dt.datetime]:
    """Three runs with rows, and three for which only time passes: one of them by a microsecond."""
    first = start + rng.choice([300, 540, 600]) * MINUTE
    second = start + DAY + rng.choice([60, 120]) * MINUTE
    round_time = start + 4 * DAY + 200 * MINUTE
    return [first, second, start + 2 * DAY, round_time, round_time + TICK, start + 12 * DAY]


# ---------------------------------------------------------------- definitions


def equals(ref: str, value: str) -> Row:
    return {"op": "eq", "args": [{"ref": ref}, {"lit": value}]}


def random_calendar(rng: random.Random, start: dt.datetime) -> Row:
    def date(days: int) -> str:
        return str((start + days * DAY).date())

    hours = {rng.choice(["mon-fri", "mon-fri", "mon-sun"]): rng.choice(HOURS)}
    if "mon-fri" in hours and rng.random() < 0.4:
        hours["sat"] = rng.choice(HOURS[:2])
    keys: Row = {"time_zone": rng.choice(ZONES), "hours": hours}
    if rng.random() < 0.3:
        keys["holidays"] = [date(1)]
    if rng.random() < 0.3:
        keys["exceptions"] = {date(2): rng.choice(["10:00-10:45", "closed", "23:00-01:00"])}
    if rng.random() < 0.2:
        keys["valid"] = {"from": date(0), "until": date(rng.choice([3, 5]))}
    return keys


def random_binding(
    rng: random.Random, name: str, calendars: Row, start: dt.datetime, policies: int
) -> Row:
    drawn = [random_policy(rng, start) for _ in range(rng.randint(2, policies))]
    # a state has one SLA, and its code comes from the state
    states = {keys["state"]: keys for keys in drawn if "state" in keys}
    slas = {f"S{number}": keys for number, keys in enumerate(drawn) if "state" not in keys}
    slas |= {f"State.{state}": keys for state, keys in states.items()}
    keys: Row = {"slas": slas, "auto_close": rng.random() < 0.7}
    if rng.random() < 0.3:
        keys["calendar"] = rng.choice(CALENDARS)
    if rng.random() < 0.5:
        keys["report_fields"] = rng.choice([["Priority"], ["Team", "Priority"]])
    made = binding_of(name, keys, calendars)
    return made | {"object_types": [name, NAMES[name]], "workflow": WORKFLOW | {"id": f"wf-{name}"}}


def random_policy(rng: random.Random, start: dt.datetime) -> Row:
    """In the form of cases/service_levels."""
    if rng.random() < 0.1:  # MetaDB has no warning and no ladder for a state
        keys: Row = {"state": rng.choice(["Open", "Pending"]), "target": 60, "levels": [{}]}
        return keys | random_conditions(rng) | random_clock(rng)
    keys = {"target": rng.choice([60, 150, 480]), "warn": rng.choice([None, 30, 45])}
    keys |= random_rules(rng) | random_conditions(rng) | random_clock(rng)
    if rng.random() < 0.5:
        keys["targets"] = random_targets(rng)
        keys["onTargetChange"] = rng.choice(["keep", "retarget", "retarget"])
    if rng.random() < 0.3:
        keys["versions"] = random_versions(rng, start)
    return keys | {"levels": random_levels(rng, warns=keys["warn"] is not None)}


def random_rules(rng: random.Random) -> Row:
    """A null start rule, one that is true on an event, or one that is true for a while."""
    keys: Row = {}
    kind = rng.random()
    if kind < 0.6:
        keys["start"] = equals("transition.toState", "Open")
    elif kind < 0.85:
        keys["start"] = rng.choice(
            [equals("object.Priority", "Urgent"), equals("state.current", "Open")]
        )
        keys["trigger"] = rng.choice(["event", "becomesTrue"])
    if rng.random() < 0.3:
        keys["stop"] = rng.choice(
            [
                equals("transition.toState", "Pending"),
                equals("transition.toState", "Open"),
                equals("object.Team", "Support"),
            ]
        )
    if rng.random() < 0.7:
        keys["onRestart"] = rng.choice(["newCycle", "ignore", "resume", "continue"])
    if rng.random() < 0.3 and keys.get("onRestart") in (None, "newCycle", "ignore"):
        keys["onBoth"] = "restart"
    return keys


def random_conditions(rng: random.Random) -> Row:
    keys: Row = {}
    if rng.random() < 0.5:
        keys["pauseWhen"] = rng.choice(
            [equals("state.current", "Pending"), equals("object.Team", "Support")]
        )
    if rng.random() < 0.3:
        keys["cancelWhen"] = equals("object.Team", "Sales")
    return keys


def random_clock(rng: random.Random) -> Row:
    kind = rng.random()
    if kind < 0.45:
        return {"calendar": rng.choice(CALENDARS)}
    if kind < 0.65:
        cases = {"Urgent": rng.choice(CALENDARS), "Low": "none"}
        default = rng.choice([*CALENDARS, "none"])
        return {"calendar": {"ref": "object.Priority", "cases": cases, "default": default}}
    return {}


def random_targets(rng: random.Random) -> list[Row]:
    found = [
        {"when": equals("object.Priority", "Urgent"), "target": 60, "warn": rng.choice([10, 20])},
        {"when": equals("object.Priority", "High"), "target": rng.choice([30, 90])},
    ]
    return found[: rng.randint(1, 2)]


def random_versions(rng: random.Random, start: dt.datetime) -> list[Row]:
    found: list[Row] = [
        {"target": 150},
        {
            "from": f"{(start + 2 * MINUTE * 60).isoformat()}Z",
            "target": 240,
            "warn": rng.choice([None, 5]),
        },
        {"from": str((start + DAY).date()), "name": "third"}
        | rng.choice(
            [
                {"targets": random_targets(rng)},
                {"targets": None},
                {"calendar": rng.choice(CALENDARS)},
                {"calendar": "none"},
                {},
            ]
        ),
    ]
    return found[rng.choice([0, 0, 1]) :]


def random_levels(rng: random.Random, *, warns: bool) -> list[Row]:
    found = []
    for number in rng.sample(range(1, 6), rng.randint(0, 4)):
        payload: Row = {"level": number, "afterMinutes": rng.choice([0, 0, 10, 30])}
        if rng.random() < 0.5:
            payload["unlessAcknowledged"] = True
        level: Row = {"payload": payload, "target": rng.choice(["role:Desk", "principal:ann"])}
        if warns and rng.random() < 0.5:
            level["signalType"] = "SLA.Warned"
        found.append(level)
    return found


# ---------------------------------------------------------------- journals


def random_journal(
    rng: random.Random,
    bindings: list[Row],
    objects: int,
    start: dt.datetime,
    as_of: list[dt.datetime],
) -> list[Row]:
    """As support.worlds.random_journal. An object id is in two tenants."""
    rows = [
        row
        for binding in bindings
        for number in range(objects)
        for row in random_object(rng, binding, TENANTS[number % 2], f"O{number // 2}", start, as_of)
    ]
    for row, other in zip(rows, rng.sample(rows, len(rows)), strict=True):
        row["other_sync"] = other["_SyncDate"]
    return rows


def random_object(
    rng: random.Random,
    binding: Row,
    tenant: str,
    object_id: str,
    start: dt.datetime,
    as_of: list[dt.datetime],
) -> list[Row]:
    """Many events share an instant, and many are exactly at a threshold."""
    time, found = start, []
    codes = [sla["code"] for sla in binding["slas"]]
    for number in range(rng.randint(1, 12)):
        time += rng.choice([0, 0, 10, 20, 30, 60, 90, 400, 1440]) * MINUTE
        type_, payload = random_event(rng, codes)
        run = rng.choice([0, 0, 0, 1, 1, 2])
        found.append(
            {
                "EJ_ID": f"{object_id}-{number}",
                "_TenantID": tenant,
                "EJ_EventType": type_,
                "EJ_EventTimeUTC": time,
                "EJ_Actor": None,
                "EJ_ObjectType": binding["object_types"][rng.random() < 0.1],
                "EJ_ObjectID": object_id,
                "EJ_CorrelationID": None,
                "EJ_CausationID": None,
                "EJ_SourceSystem": rng.choice([None, None, "crm"]),
                "EJ_SourceKey": None,
                "EJ_Payload": json.dumps(payload),
                "EJ_PayloadHash": None,
                "EJ_Sequence": number if rng.random() < 0.2 else None,
                "_SyncDate": as_of[run] - rng.choice([0, 1, 30]) * MINUTE,
                "run": run,
                "again": rng.random() < 0.2,
            }
        )
    return found


def random_event(rng: random.Random, codes: list[str]) -> tuple[str, Row]:
    payload: Row = {"object": {}}
    if rng.random() < 0.4:
        payload["object"]["Priority"] = rng.choice(["Urgent", "High", "Low"])
    if rng.random() < 0.2:
        payload["object"]["Team"] = rng.choice(["Sales", "Support", "Support"])
    if state := rng.choice([None, "Open", "Open", "Pending", "Solved"]):
        payload["transition"] = {"toState": state}
    type_ = rng.choice(["X", "X", "X", "Escalation.Acknowledged", "Escalation.Closed"])
    if type_ != "X" and rng.random() < 0.5:
        payload["escalation"] = rng.choice(
            [{"level": rng.randint(1, 5)}, {"slaCode": rng.choice(codes)}]
        )
    return type_, payload


# ---------------------------------------------------------------- what the worlds contain

OCCURS = {
    "auto_close: False",
    "calendar",
    "calendar by a field",
    "cancelWhen",
    "clocks change in a cycle",
    "continue",
    "ignore",
    "keep",
    "level of a warning",
    "level raised",
    "level with unlessAcknowledged",
    "newCycle",
    "null start rule",
    "outcome Cancelled",
    "outcome Met",
    "outcome Missed",
    "outcome None",
    "pauseWhen",
    "paused now",
    "report_fields",
    "restart",
    "resume",
    "retarget",
    "state",
    "status Breached",
    "status Running",
    "status Stopped",
    "status Warned",
    "stop rule",
    "trigger becomesTrue",
    "version None",
    "version third",
    "vanished cycle",
}


def census(world: World) -> Counter[str]:
    """How often each of OCCURS occurs, counted in cycles, and the totals."""
    found = Counter(
        worlds=1,
        bindings=len(world.bindings),
        objects=world.objects(),
        events=len(world.rows),
        runs=len(world.as_of),
    )
    for binding in world.bindings:
        name, slas = binding["name"], {sla["code"]: sla for sla in binding["slas"]}
        ids: list[set[str]] = []
        for run in range(len(world.as_of)):
            tables = world.fold(run)[name]
            ids.append({row["SC_ID"][14:] for row in tables["sla_cycle"]})
            for row in tables["sla_cycle"]:
                found[f"status {row['ST_Status']}"] += 1
                found["paused now"] += row["ST_IsPaused"]
        found["vanished cycle"] += sum(
            len(before - after) for before, after in itertools.pairwise(ids)
        )
        for row in tables["sla_cycle"]:
            found["cycles"] += 1
            found.update(features(binding, slas[row["SL_Code"]], row, world.as_of[-1]))
        for row in tables["escalation_queue"]:
            found["level raised"] += 1
            found["level of a warning"] += row["EQ_SignalCode"] == "SLA.Warned"
    return +found


def features(binding: Row, sla: Row, row: Row, as_of: dt.datetime) -> list[str]:
    """What a cycle is about."""
    options = sla["options"]
    found = [f"outcome {row['ST_Outcome']}"]
    found += [options[key] for key in ("onRestart", "onTargetChange", "onBoth") if key in options]
    found += [key for key in ("pauseWhen", "cancelWhen") if key in options]
    if options.get("trigger") == "becomesTrue":
        found.append("trigger becomesTrue")
    if "versions" in options:
        found.append(f"version {row['ST_PolicyVersion']}")
    if "state" in sla:
        found.append("state")
    elif not sla["start"]:
        found.append("null start rule")
    if sla["stop"]:
        found.append("stop rule")
    if not binding["auto_close"]:
        found.append("auto_close: False")
    if binding["report_fields"]:
        found.append("report_fields")
    if isinstance(options.get("calendar"), dict):
        found.append("calendar by a field")
    if row["ST_Calendar"]:
        found.append("calendar")
        zone = ZoneInfo(binding["calendars"][row["ST_Calendar"]]["time_zone"])
        ends = (row["ST_StartUTC"], row["ST_StopUTC"] or as_of)
        offsets = {at.replace(tzinfo=dt.timezone.utc).astimezone(zone).utcoffset() for at in ends}
        if len(offsets) > 1:
            found.append("clocks change in a cycle")
    if any((a.get("payload") or {}).get("unlessAcknowledged") for a in actions(sla)):
        found.append("level with unlessAcknowledged")
    return found


def actions(sla: Row) -> list[Row]:
    return sla["escalation"]["actions"]
