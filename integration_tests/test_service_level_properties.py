"""Properties of the reference's service levels that hold for any policy and events.

More worlds: OZMETA_SERVICE_LEVELS=1000 pytest integration_tests/test_service_level_properties.py
"""

from __future__ import annotations

import datetime as dt
import os
import random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import support.reference_fold as ref
from support.small_service_levels import equals, folded, level, moved

Row = dict[str, Any]

WORLDS = int(os.environ.get("OZMETA_SERVICE_LEVELS", "60"))
START = dt.datetime(2026, 1, 8, 6)  # a Thursday
MINUTE, TICK = dt.timedelta(minutes=1), dt.timedelta(microseconds=1)
RANK = {"Running": 0, "Warned": 1, "Breached": 2, "Stopped": 3}
INSTANTS = ("ST_StartUTC", "ST_WarnedUTC", "ST_BreachedUTC")
SEEN = ("ST_Status", "ST_WarnedUTC", "ST_BreachedUTC", "ST_EscalationLevel")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Adelaide", "Asia/Kathmandu"]
HOURS = ["09:00-17:00", "08:00-12:00, 13:00-16:30", "22:00-06:00", "00:00-24:00", "11:00-11:20"]


def random_calendar(rng: random.Random) -> Row:
    hours = {"mon-fri": rng.choice(HOURS)}
    if rng.random() < 0.4:
        hours["sat"] = rng.choice([h for h in HOURS if h != "00:00-24:00"][:2])
    keys: Row = {"time_zone": rng.choice(ZONES), "hours": hours}
    if rng.random() < 0.3:
        keys["holidays"] = ["2026-01-09"]
    if rng.random() < 0.3:
        keys["exceptions"] = {"2026-01-10": "10:00-10:45"}
    if rng.random() < 0.2:
        keys["valid"] = {"from": "2026-01-08", "until": rng.choice(["2026-01-09", "2026-01-12"])}
    return keys


def random_options(rng: random.Random) -> Row:
    found: Row = {"onRestart": rng.choice(["newCycle", "ignore", "resume", "continue"])}
    if rng.random() < 0.5:
        found["pauseWhen"] = equals("state.current", "Pending")
    if rng.random() < 0.3:
        found["cancelWhen"] = equals("object.Team", "Sales")
    if rng.random() < 0.6:
        found["targets"] = [
            {"when": equals("object.Priority", "Urgent"), "target": 60, "warn": 20},
            {"when": equals("object.Priority", "High"), "target": 90},
        ]
        found["onTargetChange"] = rng.choice(["keep", "retarget", "retarget"])
    return found


def random_policy(rng: random.Random) -> Row:
    signals = [{"signalType": "SLA.Warned"}, {}]
    actions = [
        level(rng.choice([0, 0, 10, 30]), unlessAcknowledged=rng.random() < 0.5, level=number)
        | rng.choice(signals)
        for number in range(1, rng.randint(1, 5))
    ]
    return {
        "target": rng.choice([60, 150, 480]),
        "warn": rng.choice([None, 30, 45]),
        "start": {"version": 1, "kind": "TimerStart", "expr": equals("transition.toState", "Open")},
        "options": random_options(rng),
        "escalation": {"version": 1, "kind": "Escalation", "actions": actions},
    }


def random_events(rng: random.Random) -> list[Row]:
    """Many events at one instant, and many exactly at a threshold."""
    time, found = START, []
    for _ in range(rng.randint(1, 12)):
        time += rng.choice([0, 0, 10, 20, 30, 60, 90, 400, 1440]) * MINUTE
        fields = {}
        if rng.random() < 0.4:
            fields["Priority"] = rng.choice(["Urgent", "High", "Low"])
        if rng.random() < 0.2:
            fields["Team"] = rng.choice(["Sales", "Support", "Support"])
        kind = rng.choice(["X", "X", "X", "Escalation.Acknowledged", "Escalation.Closed"])
        state = rng.choice([None, "Open", "Open", "Pending", "Solved"])
        found.append(moved(time, state, kind, **fields))
    return found


class World:
    def __init__(self, seed: int):
        rng = random.Random(seed)
        self.policy, self.events = random_policy(rng), random_events(rng)
        self.binding: Row = {}
        if rng.random() < 0.6:
            self.binding = {"calendars": {"Desk": random_calendar(rng)}, "calendar": "Desk"}

    def fold(self, as_of: dt.datetime) -> dict[str, list[Row]]:
        return folded(self.policy, self.events, as_of, **self.binding)

    def times(self) -> list[dt.datetime]:
        return sorted({event["time"] for event in self.events})

    def is_open(self, minute: dt.datetime) -> bool:
        """Whether the desk is open in a minute: what its clock shows then."""
        if not self.binding:
            return True
        keys = self.binding["calendars"]["Desk"]
        zone = ZoneInfo(keys["time_zone"])
        local = minute.replace(tzinfo=dt.timezone.utc).astimezone(zone).replace(tzinfo=None)
        valid = keys.get("valid", {})
        if not valid.get("from", "") <= str(local.date()) <= valid.get("until", "9"):
            return False
        return any(
            begin <= (local - dt.datetime.combine(date, dt.time())) // MINUTE < end
            for date in (local.date(), local.date() - dt.timedelta(days=1))
            for begin, end in windows(keys, date)
        )


def windows(keys: Row, date: dt.date) -> list[tuple[int, int]]:
    names = {"mon-fri": range(5), "sat": [5]}
    text = next((h for n, h in keys["hours"].items() if date.weekday() in names[n]), None)
    text = None if str(date) in keys.get("holidays", []) else text
    text = keys.get("exceptions", {}).get(str(date), text)
    found = []
    for window in text.split(",") if text else []:
        begin, end = (int(c[:2]) * 60 + int(c[3:]) for c in window.strip().split("-"))
        found.append((begin, end if end > begin else end + 1440))
    return found


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_status_only_goes_forward(seed: int) -> None:
    world = World(seed)
    before: dict[int, Row] = {}
    moments = {time + later for time in world.times() for later in (0 * TICK, TICK, 45 * MINUTE)}
    for as_of in sorted(moments):
        rows = world.fold(as_of)["sla_cycle"]
        for row in rows:
            last = before.get(row["ST_CycleNo"], row)
            assert row["ST_StartUTC"] == last["ST_StartUTC"]
            assert row["ST_WarnedUTC"] == last["ST_WarnedUTC"] or not last["ST_WarnedUTC"]
            assert row["ST_BreachedUTC"] == last["ST_BreachedUTC"] or not last["ST_BreachedUTC"]
            assert (row["ST_Outcome"] == "Missed") == (row["ST_BreachedUTC"] is not None)
            if world.policy["options"]["onRestart"] in ("newCycle", "ignore"):
                assert RANK[row["ST_Status"]] >= RANK[last["ST_Status"]]
            known = [i for i in (row[c] for c in INSTANTS) if i]
            assert known == sorted(known)
            assert row["ST_ElapsedMinutes"] >= last["ST_ElapsedMinutes"]
        before = {row["ST_CycleNo"]: row for row in rows}


def seen(tables: dict[str, list[Row]]) -> list[tuple]:
    return [tuple(row[column] for column in SEEN) for row in tables["sla_cycle"]] + sorted(
        (row["EQ_Level"], row["EQ_CreatedUTC"]) for row in tables["escalation_queue"]
    )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_nothing_changes_before_the_next_instant_and_something_does_after_it(seed: int) -> None:
    world = World(seed)
    times = world.times()
    for time, following in zip(times, [*times[1:], dt.datetime(2026, 3, 1)], strict=True):
        as_of = time
        while as_of < following:
            now = world.fold(as_of)
            instants = [row["ST_NextUTC"] for row in now["sla_cycle"] if row["ST_NextUTC"]]
            upcoming = min(instants, default=following)
            quiet = min(upcoming, following) - TICK
            if quiet > as_of:
                assert seen(world.fold(quiet)) == seen(now)
            if upcoming >= following:
                break
            after = upcoming + TICK
            assert after > as_of
            assert seen(world.fold(after)) != seen(now) or after >= following
            as_of = after


def walk(world: World, row: Row, asked: list[tuple], end: dt.datetime) -> Row:
    """A cycle minute by minute. asked: (instant, target, warn, paused) of each of its events."""
    ran, reached = 0, {0: row["ST_StartUTC"]}
    target = warn = since = None
    paused, warned, breached = True, None, None
    queue = list(asked)

    def judge(now: dt.datetime, *, at_end: bool) -> None:
        nonlocal warned, breached
        if target is None or breached:
            return
        at = reached.get(warn)
        if at and not warned and (at < now or (at_end and at == now)):
            warned = max(at, since)
        if ran > target:
            breached = max(reached[target], since)

    now = row["ST_StartUTC"]
    while True:
        while queue and queue[0][0] == now:
            _, new_target, new_warn, paused = queue.pop(0)
            if (new_target, new_warn) != (target, warn):
                judge(now, at_end=False)
                target, warn, since = new_target, new_warn, now
        judge(now, at_end=True)
        if now == end:
            break
        if not paused and world.is_open(now):
            ran += 1
            reached[ran] = now + MINUTE
        now += MINUTE
    return {"ST_WarnedUTC": warned, "ST_BreachedUTC": breached, "ST_ElapsedMinutes": ran}


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_cycle_equals_a_walk_minute_by_minute(seed: int) -> None:
    """For cycles without gaps: their events are those from the start until before the stop."""
    world = World(seed)
    world.policy["options"] |= {"onRestart": "newCycle"}
    options = world.policy["options"]
    as_of = world.times()[-1] + 500 * MINUTE
    events, fields, state = [], {}, "New"
    for event in world.events:
        fields = fields | event["payload"]["object"]
        state = event["payload"].get("transition", {}).get("toState", state)
        own = (world.policy["target"], world.policy["warn"])
        if options.get("targets"):
            own = {"Urgent": (60, 20), "High": (90, None)}.get(fields.get("Priority"), own)
        paused = "pauseWhen" in options and state == "Pending"
        events.append((event["time"], *own, paused))
    tables = world.fold(as_of)
    places = {row["EJ_ID"]: row["TL_Position"] - 1 for row in tables["timeline"]}
    assert list(places.values()) == list(range(len(events)))
    starts = [cycle_start(world, row) for row in tables["sla_cycle"]]
    for row, first in zip(tables["sla_cycle"], starts, strict=True):
        asked = []
        for place in range(first, len(events)):
            if place > first and row["ST_StopUTC"] and is_end(world, place):
                break
            asked.append(events[place])
        if options.get("onTargetChange", "keep") == "keep":
            asked = [(time, *asked[0][1:3], paused) for time, _, _, paused in asked]
        found = walk(world, row, asked, row["ST_StopUTC"] or as_of)
        assert found == {column: row[column] for column in found}, row["ST_CycleNo"]


def is_end(world: World, place: int) -> bool:
    """Whether an event would stop or cancel a running cycle."""
    event = world.events[place]
    teams = [e["payload"]["object"].get("Team") for e in world.events[: place + 1]]
    team = next((t for t in reversed(teams) if t), None)
    states = [e["payload"].get("transition", {}).get("toState") for e in world.events[:place]]
    before = next((s for s in reversed(states) if s), "New")
    solved = event["payload"].get("transition", {}).get("toState") == "Solved" != before
    return solved or ("cancelWhen" in world.policy["options"] and team == "Sales")


def cycle_start(world: World, row: Row) -> int:
    """The place of the event that starts a cycle, by the id that it gives to the cycle."""
    received = min(event["time"] for event in world.events)
    for place in range(len(world.events)):
        if row["SC_ID"] == ref.identifier(received, "SC", "t", "T", "o", "S", str(place)):
            return place
    raise AssertionError(row["SC_ID"])
