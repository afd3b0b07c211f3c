"""The reference's service levels: every row of the contract's table, and the steps one by one.

The hand-worked cases in cases/service_levels are in test_service_level_cases.py.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import support.reference_fold as ref
from support.service_levels.calendar import Calendar
from support.service_levels.policy import known_calendar
from support.small_service_levels import cycle, cycles, document, equals, folded, level, moved, on

Row = dict[str, Any]

UTC_DESK = {"time_zone": "UTC", "hours": {"mon-fri": "10:00-18:00"}}
BERLIN = {"time_zone": "Europe/Berlin", "hours": {"mon-fri": "08:00-18:00"}}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def day(text: str) -> dt.datetime:
    """A time of Thursday 2026-01-01, or with `+1` before it of the next day."""
    days, _, clock = text.rpartition(" ")
    return at(f"2026-01-01 {clock}") + dt.timedelta(days=int(days or 0))


# ---------------------------------------------------------------- worked by hand, in order


def test_due_in_berlin() -> None:
    found = cycle({}, [moved(at("2013-03-21 09:30"))], at("2013-03-21 10:00"), **on(BERLIN))
    assert found["ST_DueUTC"] == at("2013-03-21 10:30")


def test_due_on_the_day_after_a_closed_day() -> None:
    desk = {
        "time_zone": "Europe/Berlin",
        "hours": {"mon-fri": "08:00-20:00"},
        "exceptions": {"2016-11-01": "closed"},
    }
    events = [moved(at("2016-11-01 13:56:21"))]
    found = cycle({"target": 120}, events, at("2016-11-01 20:00"), **on(desk))
    assert found["ST_DueUTC"] == at("2016-11-02 09:00")


def test_due_after_summer_time_began() -> None:
    desk = {"time_zone": "America/New_York", "hours": {"mon-fri": "09:00-17:00"}}
    found = cycle({}, [moved(at("2021-03-12 21:30"))], at("2021-03-13"), **on(desk))
    assert found["ST_DueUTC"] == at("2021-03-15 13:30")


def test_half_an_hour_on_each_of_two_days() -> None:
    events = [moved(at("2026-01-01 17:30")), moved(at("2026-01-03 12:00"), "Solved")]
    found = cycle({}, events, at("2026-01-05"), **on(UTC_DESK))
    assert found["ST_DueUTC"] == found["ST_BreachedUTC"] == at("2026-01-02 10:30")
    assert found["ST_Outcome"] == "Missed"


@pytest.mark.parametrize(
    ("as_of", "status", "breached"),
    [
        ("2026-01-05 23:00", "Running", None),
        ("2026-01-06 10:00", "Running", None),
        ("2026-01-06 10:00:00.000001", "Breached", "2026-01-05 18:00"),
    ],
)
def test_a_target_used_up_at_closing(as_of: str, status: str, breached: str | None) -> None:
    found = cycle({"target": 480}, [moved(at("2026-01-05 10:00"))], at(as_of), **on(UTC_DESK))
    assert found["ST_DueUTC"] == at("2026-01-05 18:00")
    assert found["ST_Status"] == status
    assert found["ST_BreachedUTC"] == (at(breached) if breached else None)
    if not breached:
        assert found["ST_NextUTC"] == at("2026-01-06 10:00")


def test_a_stop_at_night_is_in_time() -> None:
    events = [moved(at("2026-01-05 10:00")), moved(at("2026-01-05 23:00"), "Solved")]
    found = cycle({"target": 480}, events, at("2026-01-07"), **on(UTC_DESK))
    assert (found["ST_DueUTC"], found["ST_Outcome"]) == (at("2026-01-05 18:00"), "Met")


PENDING = {"pauseWhen": equals("state.current", "Pending")}


def test_paused_until_the_next_day() -> None:
    policy = {"options": PENDING}
    events = [moved(day("09:00"), "Open"), moved(day("09:40"), "Pending")]
    found = cycle(policy, events, day("1 12:00"))
    assert (found["ST_Status"], found["ST_IsPaused"]) == ("Running", True)
    assert (found["ST_ElapsedMinutes"], found["ST_RemainingMinutes"]) == (40, 20)
    assert found["ST_DueUTC"] is found["ST_NextUTC"] is found["ST_BreachedUTC"] is None
    later = cycle(policy, [*events, moved(day("1 12:30"), "Open")], day("1 12:40"))
    assert later["ST_DueUTC"] == later["ST_NextUTC"] == day("1 12:50")
    assert later["ST_IsPaused"] is False


SALES = {"cancelWhen": equals("object.Team", "Sales")}


def test_cancelled() -> None:
    events = [moved(day("09:00")), moved(day("09:30"), Team="Sales")]
    found = cycle({"options": SALES}, events, day("11:00"))
    assert found["ST_Status"] == "Stopped" and found["ST_Outcome"] == "Cancelled"
    assert found["ST_StopUTC"] == day("09:30") and found["ST_BreachedUTC"] is None


def priorities(**minutes: int) -> list[Row]:
    return [
        {"when": equals("object.Priority", name), "target": target}
        for name, target in minutes.items()
    ]


NORMAL_URGENT = priorities(Normal=480, Urgent=60)
MADE_URGENT = [
    moved(day("09:00"), Priority="Normal"),
    moved(day("12:00"), Priority="Urgent"),
    moved(day("12:30"), "Solved"),
]


def test_a_lowered_target_is_breached_by_the_event_that_lowers_it() -> None:
    options = {"targets": NORMAL_URGENT, "onTargetChange": "retarget"}
    found = cycle({"options": options}, MADE_URGENT, day("13:00"))
    assert found["ST_BreachedUTC"] == day("12:00") and found["ST_DueUTC"] == day("10:00")
    assert (found["ST_Outcome"], found["ST_TargetMinutes"]) == ("Missed", 60)


def test_keep_keeps_the_target_of_the_start() -> None:
    found = cycle({"options": {"targets": NORMAL_URGENT}}, MADE_URGENT, day("13:00"))
    assert (found["ST_Outcome"], found["ST_TargetMinutes"]) == ("Met", 480)
    assert found["ST_DueUTC"] == day("17:00")


def test_retargeted_while_paused() -> None:
    targets = priorities(High=240, VeryHigh=120)
    options = {"targets": targets, "onTargetChange": "retarget"} | PENDING
    events = [
        moved(day("09:00"), "Open", Priority="High"),
        moved(day("10:00"), "Pending"),
        moved(day("11:00"), Priority="VeryHigh"),
        moved(day("12:00"), "Open"),
        moved(day("12:30"), "Solved"),
    ]
    found = cycle({"options": options}, events, day("14:00"))
    assert (found["ST_DueUTC"], found["ST_Outcome"]) == (day("13:00"), "Met")
    assert found["ST_ElapsedMinutes"] == 90


def test_the_time_between_two_answers() -> None:
    answer = equals("event.type", "Answer")
    policy = {"start": document(answer, onBoth="restart"), "stop": document(answer)}
    events = [moved(day(clock), type_="Answer") for clock in ("09:10", "09:50", "12:00")]
    first, second, third = cycles(policy, events, day("12:30"))
    assert (first["ST_StopUTC"], first["ST_Outcome"]) == (day("09:50"), "Met")
    assert (second["ST_StopUTC"], second["ST_BreachedUTC"]) == (day("12:00"), day("10:50"))
    assert (third["ST_StartUTC"], third["ST_Status"]) == (day("12:00"), "Running")


def test_a_version_counts_for_the_cycles_that_start_under_it() -> None:
    versions = [{"target": 240}, {"from": "2026-01-02", "target": 120}]
    policy = {"target": 120, "options": {"versions": versions}}
    events = [moved(day("09:00")), moved(day("11:30"), "Solved")]
    found = cycle(policy, events, day("9 12:00"))
    assert (found["ST_Outcome"], found["ST_TargetMinutes"]) == ("Met", 240)
    assert found["ST_PolicyVersion"] is None
    later = [event | {"time": event["time"] + dt.timedelta(days=1)} for event in events]
    found = cycle(policy, later, day("9 12:00"))
    assert (found["ST_Outcome"], found["ST_PolicyVersion"]) == ("Missed", "2026-01-02")


def ladder(*levels: Row) -> Row:
    return {"version": 1, "kind": "Escalation", "actions": list(levels)}


UNLESS = {"unlessAcknowledged": True}
ACKNOWLEDGED = "Escalation.Acknowledged"


def test_an_acknowledgement_prevents_the_levels_after_it() -> None:
    policy = {"escalation": ladder(level(0), level(5, **UNLESS), level(10, **UNLESS))}
    events = [moved(day("09:00")), moved(day("10:03"), type_=ACKNOWLEDGED)]
    found = folded(policy, events, day("12:00"))
    assert [(row["EQ_Level"], row["EQ_Status"]) for row in found["escalation_queue"]] == [
        (1, "Ack")
    ]
    assert found["sla_cycle"][0]["ST_EscalationLevel"] == 1
    assert found["sla_cycle"][0]["ST_NextUTC"] is None


def test_a_stop_makes_the_due_instant_of_a_paused_cycle_known() -> None:
    events = [moved(day("09:00"), "Open"), moved(day("09:40"), "Pending")]
    assert cycle({"options": PENDING}, events, day("12:00"))["ST_DueUTC"] is None
    events.append(moved(day("11:00"), "Solved"))
    found = cycle({"options": PENDING}, events, day("12:00"))
    assert (found["ST_DueUTC"], found["ST_Outcome"]) == (day("11:20"), "Met")


def test_a_comment_moves_nothing() -> None:
    options = {"targets": NORMAL_URGENT, "onTargetChange": "retarget"}
    events = [moved(day("17:00"), Priority="Urgent"), moved(day("20:00"))]
    found = cycle({"options": options}, events, day("1 10:01"), **on(UTC_DESK))
    assert found["ST_Status"] == "Breached" and found["ST_BreachedUTC"] == day("18:00")


def test_a_resumed_cycle_that_used_up_its_target_exactly_is_met() -> None:
    policy = {"start": document(equals("transition.toState", "Open"), onRestart="resume")}
    events = [
        moved(day("09:00"), "Open"),
        moved(day("10:00"), "Solved"),
        moved(day("11:00"), "Open"),
        moved(day("11:00"), "Solved"),
    ]
    found = cycle(policy, events, day("12:00"))
    assert (found["ST_Outcome"], found["ST_BreachedUTC"]) == ("Met", None)
    assert found["ST_ElapsedMinutes"] == 60


def test_a_null_start_rule_begins_when_the_policy_applies() -> None:
    events = [moved(day("09:00"), Team="Sales"), moved(day("09:05"), Team="Support")]
    found = cycle({"options": SALES}, events, day("09:30"))
    assert (found["ST_StartUTC"], found["ST_DueUTC"]) == (day("09:05"), day("10:05"))


def test_an_acknowledgement_in_the_evening() -> None:
    policy = {"escalation": ladder(level(0), level(60, **UNLESS))}
    events = [moved(day("16:00")), moved(day("18:30"), type_=ACKNOWLEDGED)]
    found = folded(policy, events, day("1 12:00"), **on(UTC_DESK))
    assert found["sla_cycle"][0]["ST_BreachedUTC"] == day("17:00")
    assert [row["EQ_Level"] for row in found["escalation_queue"]] == [1]
    later = [events[0], moved(day("1 10:00:01"), type_=ACKNOWLEDGED)]
    found = folded(policy, later, day("1 12:00"), **on(UTC_DESK))
    assert [row["EQ_Level"] for row in found["escalation_queue"]] == [1, 2]


# ---------------------------------------------------------------- calendars


def minutes(keys: Row, since: str, until: str) -> float:
    spans = (
        min(end, at(until)) - start
        for start, end in Calendar(keys).open_from(at(since))
        if start < at(until)
    )
    return sum(spans, dt.timedelta()) / dt.timedelta(minutes=1)


NEW_YORK_NIGHT = {"time_zone": "America/New_York", "hours": {"sun": "01:00-04:00"}}


@pytest.mark.parametrize(
    ("keys", "since", "until", "expected"),
    [
        (NEW_YORK_NIGHT, "2014-03-09", "2014-03-10", 120),
        (NEW_YORK_NIGHT, "2014-11-02", "2014-11-03", 240),
        (
            {"time_zone": "Europe/Berlin", "hours": {"sun": "01:00-02:30, 02:30-04:00"}},
            *("2024-10-26", "2024-10-28", 240),
        ),
        # a window that ends when the repeated hour begins: its end is the second 01:00
        (
            {"time_zone": "America/New_York", "hours": {"sun": "00:00-01:00"}},
            *("2014-11-02", "2014-11-03", 120),
        ),
        # one that ends with the repeated hour: the clock shows 02:00 once
        (
            {"time_zone": "America/New_York", "hours": {"sun": "00:00-02:00"}},
            *("2014-11-02", "2014-11-03", 180),
        ),
        # the same in Berlin, where the repeated hour begins at 02:00
        (
            {"time_zone": "Europe/Berlin", "hours": {"sun": "01:00-02:00"}},
            "2024-10-26",
            "2024-10-28",
            120,
        ),
        # the night before a closed day runs to its end
        (
            {"time_zone": "UTC", "hours": {"mon-sun": "22:00-06:00"}, "holidays": ["2026-01-02"]},
            *("2026-01-01", "2026-01-04", 6 * 60 + 8 * 60 + 2 * 60),
        ),
        # a window in the gap of the spring is empty
        (
            {"time_zone": "Europe/Berlin", "hours": {"sun": "02:10-02:50"}},
            "2026-03-28",
            "2026-03-31",
            0,
        ),
        # a date that the zone skipped
        (
            {"time_zone": "Pacific/Apia", "hours": {"fri": "00:00-24:00"}},
            "2011-12-29",
            "2012-01-01",
            0,
        ),
        # summer time of half an hour
        (
            {"time_zone": "Australia/Lord_Howe", "hours": {"sun": "00:00-24:00"}},
            "2026-04-03",
            "2026-04-08",
            24 * 60 + 30,
        ),
        # an exception beats a holiday
        (
            {
                "time_zone": "UTC",
                "hours": {"thu": "08:00-18:00"},
                "holidays": ["2026-01-01"],
                "exceptions": {"2026-01-01": "08:00-12:00"},
            },
            *("2026-01-01", "2026-01-02", 240),
        ),
        # valid: both dates included, and nothing outside
        (
            {
                "time_zone": "UTC",
                "hours": {"mon-sun": "22:00-06:00"},
                "valid": {"from": "2026-01-02", "until": "2026-01-02"},
            },
            *("2025-12-01", "2026-02-01", 8 * 60),
        ),
    ],
)
def test_open_minutes(keys: Row, since: str, until: str, expected: int) -> None:
    assert minutes(keys, since, until) == expected


def test_beyond_its_validity_a_calendar_knows_no_due_instant() -> None:
    desk = UTC_DESK | {"valid": {"from": "2026-01-01", "until": "2026-01-01"}}
    found = cycle({"target": 481}, [moved(day("10:00"))], day("9 12:00"), **on(desk))
    assert found["ST_DueUTC"] is found["ST_NextUTC"] is found["ST_BreachedUTC"] is None
    assert found["ST_Status"] == "Running"


def test_a_calendar_is_read_once() -> None:
    keys = json.dumps(UTC_DESK)
    assert known_calendar(keys) is known_calendar(keys)


def test_the_calendar_of_a_region() -> None:
    options = {
        "calendar": {
            "ref": "object.Region",
            "cases": {"EU": "Berlin", "US": "none"},
            "default": "Desk",
        }
    }
    known = {"calendars": {"Berlin": BERLIN, "Desk": UTC_DESK}}
    for region, code, due in (
        ("EU", "Berlin", "08:00"),
        ("US", None, "07:30"),
        ("", "Desk", "11:00"),
    ):
        events = [moved(day("06:30"), Region=region), moved(day("06:40"), Region="EU")]
        found = cycle({"options": options}, events, day("06:50"), **known)
        assert (found["ST_Calendar"], found["ST_DueUTC"]) == (code, day(due)), region


# ---------------------------------------------------------------- reports and signals


def test_reported_fields() -> None:
    events = [
        moved(day("09:00"), Team="Desk", Size=2.0, Tags=["a"]),
        moved(day("09:30"), Team="Field"),
    ]
    found = folded({}, events, day("09:40"), report_fields=["Team", "Size", "Tags", "None"])
    fields = {"OF_Team": "Desk", "OF_Size": "2", "OF_Tags": None, "OF_None": None}
    assert fields.items() <= found["sla_cycle"][0].items()
    assert (fields | {"OF_Team": "Field"}).items() <= found["workflow_instance"][0].items()


def test_signals_before_an_instant_are_backfilled() -> None:
    policy = {"warn": 30, "escalation": ladder(level(0))}
    binding = {"signals_from": "2026-01-01T10:00:00"}
    tables = folded(policy, [moved(day("09:00"))], day("12:00"))
    assert {row["RS_Kind"] for row in ref.signals(tables, {})} == {"Raised"}
    assert [
        (row["RS_SignalCode"], row["RS_ScheduledUTC"], row["RS_Kind"])
        for row in ref.signals(tables, binding)
    ] == [
        ("SLA.Warned", day("09:30"), "Backfilled"),
        ("SLA.Breached", day("10:00"), "Raised"),
        ("Escalation.Raised", day("10:00"), "Raised"),
    ]
