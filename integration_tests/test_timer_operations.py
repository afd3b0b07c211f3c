"""`explain` and `verify` of SLA timers with service level options (spec 5.10 to 5.17)."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from engines.base import Worker
from engines.scenarios import Scenario, Step
from ozmeta_dbt.operations.explain import objects, show
from ozmeta_dbt.operations.verify import verify
from ozmeta_dbt.problems import DbtFailed
from rich.console import Console
from support.dbt_project_under_test import DbtProject
from support.service_level_cases import binding
from support.service_level_project import project_files
from support.verification import EVERYTHING, dbt_of, tampered, told, verified

DESK = 'O\'Desk [bold]"{{ x }}"[/]'
VERSION = "v2 [red]O'Hara[/] {% raw %}"
CALENDARS: dict[str, Any] = {
    DESK: {
        "time_zone": "UTC",
        "hours": {"mon-fri": "10:00-18:00"},
        "valid": {"from": "2025-12-01", "until": "2026-12-31"},
    },
    "Ends": {
        "time_zone": "UTC",
        "hours": {"mon-fri": "08:00-20:00"},
        "valid": {"from": "2025-12-01", "until": "2026-01-02"},
    },
}
PENDING = {"op": "eq", "args": [{"ref": "state.current"}, {"lit": "Pending"}]}
OPENED = {"op": "eq", "args": [{"ref": "transition.toState"}, {"lit": "Open"}]}
WAITS = {"op": "eq", "args": [{"ref": "transition.toState"}, {"lit": "Pending"}]}
SOLVED = {"op": "eq", "args": [{"ref": "transition.toState"}, {"lit": "Solved"}]}


def priority(value: str) -> dict[str, Any]:
    return {"op": "eq", "args": [{"ref": "object.Priority"}, {"lit": value}]}


def team(value: str) -> dict[str, Any]:
    return {"op": "eq", "args": [{"ref": "object.Team"}, {"lit": value}]}


AS_OF = "2026-01-02T19:45:00"
AGENT = {"op": "eq", "args": [{"ref": "event.type"}, {"lit": "Agent.Wrote"}]}
BINDINGS: dict[str, Any] = {
    "Ticket": {
        "report_fields": ["Priority"],
        "slas": {
            "State.Pending": {"target": 60, "calendar": "Ends", "state": "Pending"},
            "Ladder": {
                "target": 60,
                "start": OPENED,
                "calendar": DESK,
                "cancelWhen": team("Sales"),
                "levels": [{}, {"payload": {"afterMinutes": 30, "unlessAcknowledged": True}}],
            },
            "Plain": {"target": 60, "start": OPENED},
            "Ranked": {
                "target": 480,
                "warn": 420,
                "start": OPENED,
                "stop": SOLVED,
                "targets": [
                    {"when": priority("Urgent"), "target": 60, "warn": 30},
                    {"when": priority("High"), "target": 240},
                ],
                "onTargetChange": "retarget",
                "pauseWhen": PENDING,
            },
            "Solve": {
                "target": 120,
                "warn": 90,
                "start": OPENED,
                "stop": SOLVED,
                "onRestart": "resume",
                "calendar": DESK,
                "pauseWhen": PENDING,
                "versions": [
                    {"name": VERSION, "target": 120},
                    {"from": "2026-01-02T00:00:00Z", "target": 180, "warn": 90},
                ],
            },
        },
    },
    "Message": {
        "slas": {
            "Again": {"target": 60, "start": AGENT, "stop": AGENT, "onBoth": "restart"},
            "Back": {"target": 90, "start": OPENED, "stop": WAITS, "onRestart": "continue"},
            "Urgent": {
                "target": 60,
                "start": priority("Urgent"),
                "stop": WAITS,
                "trigger": "becomesTrue",
            },
        }
    },
}


def event(
    id: str, at: str, object_id: str, to: str | None = None, of: str = "Ticket", **given: Any
) -> dict[str, Any]:
    """An event at a time such as `1 09:30`, the first of January 2026 at half past nine."""
    day, clock = at.split(" ")
    time = dt.datetime.fromisoformat(f"2026-01-{int(day):02d}T{clock}")
    payload: dict[str, Any] = {"transition": {"toState": to}} if to else {}
    if fields := given.pop("fields", None):
        payload["object"] = fields
    return {
        "EJ_ID": id,
        "_TenantID": "t1",
        "EJ_EventType": given.get("type", "X"),
        "EJ_EventTimeUTC": time,
        "EJ_ObjectType": of,
        "EJ_ObjectID": object_id,
        "EJ_Payload": json.dumps(payload | given.get("payload", {})),
        "_SyncDate": time,
    }


def events() -> list[dict[str, Any]]:
    """The first of January 2026 is a Thursday."""
    low, urgent = {"Priority": "Low"}, {"Priority": "Urgent"}
    ack = {"type": "Escalation.Acknowledged", "payload": {"escalation": {"slaCode": "Ladder"}}}
    return [
        event("a", "1 08:00", "o1", "Open", fields=low),
        event("b", "1 10:40", "o1", "Pending"),
        event("ack", "1 11:10", "o1", **ack),
        event("c", "1 11:30", "o1", "Open", fields=urgent),
        event("d", "1 12:00", "o1", "Solved"),
        event("e", "1 19:00", "o1", "Open"),
        event("f", "2 11:00", "o1", "Pending"),
        event("g", "1 09:00", "moved", "Open"),
        event("g2", "1 09:00", "missed", "Open"),
        event("h", "1 10:20", "moved", fields={"Team": "Sales"}),
        event("h2", "1 12:00", "missed", fields={"Team": "Sales"}),
        event("i", "2 09:00", "late", "Open", fields=urgent),
        event("j", "2 19:30", "ends", "Pending"),
        event("w", "2 17:30", "waits", "Open"),
        event("x", "2 17:50", "waits", "Pending"),
        event("k", "1 09:00", "idle"),
        event("m1", "1 09:10", "m_restarts", type="Agent.Wrote", of="Message"),
        event("m2", "1 09:50", "m_restarts", type="Agent.Wrote", of="Message"),
        event("m3", "1 12:00", "m_restarts", "Open", fields=urgent, of="Message"),
        event("m4", "1 12:20", "m_restarts", "Pending", of="Message"),
        event("m5", "1 12:50", "m_restarts", "Open", of="Message"),
        event("n1", "1 09:00", "m_waits", "Open", of="Message"),
        event("n2", "1 09:20", "m_waits", "Pending", of="Message"),
        event("m6", "1 13:00", "m_idle", of="Message"),
    ]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """Folded in three runs."""
    config, snapshot = project_files(
        {name: binding(name, keys, CALENDARS) for name, keys in BINDINGS.items()}
    )
    project = DbtProject(tmp_path_factory.mktemp("timers"), config, snapshot)
    project.create_journal()
    since = dt.datetime.min
    for as_of in ("2026-01-01T10:30:00", "2026-01-01T20:00:00", AS_OF):
        until = dt.datetime.fromisoformat(as_of)
        project.append(row for row in events() if since < row["_SyncDate"] <= until)
        project.run(as_of)
        since = until
    return project


def story(project: DbtProject, object_id: str, binding: str = "ticket") -> list[str]:
    return shortened(told(project, object_id, binding, width=400))


def shortened(said: str) -> list[str]:
    """What explain shows of an object below the heading, with short dates and D for the desk."""
    said = said.replace(DESK, "D").replace(VERSION, "V")
    lines = re.sub(r"2026-01-0(\d) (\d\d:\d\d):00", r"\1 \2", said).splitlines()
    return [line for line in lines[2:] if "UndeclaredTransition" not in line]


STORIES = {  # a line that begins with | continues the one before
    "o1": """
        1 1 08:00 X (a) New → Open
        starts Ladder, due 1 11:00
        Ladder has a target of 60 min of open time in D
        the clock of Ladder waits: D is closed until 1 10:00
        starts Plain, due 1 09:00
        starts Ranked, due 1 09:00 under its last target of 60 min
        Ranked has a target of 480 min (warning at 420 min)
        starts Solve, due 2 10:50
        Solve has a target of 120 min (warning at 90 min) of open time in D
        version V of Solve counts, for starts until 2 00:00
        the clock of Solve waits: D is closed until 1 10:00
        1 09:00 time passes Plain is breached: still running when it was due
        2 1 10:40 X (b) Open → Pending
        pauses Ranked after 160 min: pauseWhen is true
        pauses Solve after 40 min: pauseWhen is true
        starts State.Pending, due 1 11:40
        State.Pending has a target of 60 min of open time in Ends
        1 11:00 time passes Ladder is breached: its 60 min are used up, and its clock runs on
        raises Critical SLA.Breached level 1 of Ladder to nobody
        3 1 11:10 Escalation.Acknowledged (ack) acknowledges Critical SLA.Breached level 1 of
        | Ladder to nobody
        4 1 11:30 X (c) Pending → Open
        stops State.Pending after 50 min of its 60 min, in time by 10 min
        resumes Ranked after a pause of 50 min: pauseWhen is no longer true
        the target of Ranked changes from 480 min (warning at 420 min) to 60 min (warning at
        | 30 min) after 160 min
        resumes Solve after a pause of 50 min: pauseWhen is no longer true
        Ranked is warned at once: 160 min have run, more than 30 min
        Ranked is breached at once: 160 min have run, more than its target of 60 min
        1 11:30 time passes does not raise SLA.Breached level 2 of Ladder: level 1 was
        | answered at 1 11:10 by Escalation.Acknowledged (ack)
        5 1 12:00 X (d) Open → Solved
        stops Ladder after 120 min of its 60 min, 60 min late
        stops Plain, 3 h late
        stops Ranked after 190 min of its 60 min, 130 min late
        pauses Solve after 70 min: it is stopped
        closes Critical SLA.Breached level 1 of Ladder to nobody
        6 1 19:00 X (e) Solved → Open
        starts Ladder (cycle 2), due 2 11:00
        Ladder (cycle 2) has a target of 60 min of open time in D
        the clock of Ladder (cycle 2) waits: D is closed until 2 10:00
        starts Plain (cycle 2), due 1 20:00
        starts Ranked (cycle 2), due 1 20:00
        Ranked (cycle 2) has a target of 60 min (warning at 30 min)
        resumes Solve after a pause of 7 h
        the clock of Solve waits: D is closed until 2 10:00
        1 19:30 time passes Ranked (cycle 2) is warned: 30 min have run
        1 20:00 time passes Plain (cycle 2) is breached: still running when it was due
        Ranked (cycle 2) is breached: its 60 min are used up, and its clock runs on
        2 10:20 time passes Solve is warned: 90 min have run
        2 10:50 time passes Solve is breached: its 120 min are used up, and its clock runs on
        7 2 11:00 X (f) Open → Pending
        pauses Ranked (cycle 2) after 960 min: pauseWhen is true
        pauses Solve after 130 min: pauseWhen is true
        starts State.Pending (cycle 2), due 2 12:00
        State.Pending (cycle 2) has a target of 60 min of open time in Ends
        2 11:00 time passes Ladder (cycle 2) is breached: its 60 min are used up, and its
        | clock runs on
        raises Critical SLA.Breached level 1 of Ladder to nobody
        2 11:30 time passes raises Critical SLA.Breached level 2 of Ladder to nobody
        2 12:00 time passes State.Pending (cycle 2) is breached: its 60 min are used up, and
        | its clock runs on
        raises Critical SLA.Breached level 1 of State.Pending to nobody
        clock: Ladder (cycle 2): 480 of 60 min have run in D, 420 min over the target, D is
        | closed until 5 10:00
        clock: Ranked (cycle 2): 960 of 60 min have run, 900 min over the target, paused since
        | 2 11:00
        clock: Solve: 130 of 120 min have run in D, 10 min over the target, paused since 2
        | 11:00, D is closed until 5 10:00
        clock: State.Pending (cycle 2): 525 of 60 min have run in Ends, 465 min over the
        | target
    """,
    "missed": """
        1 1 09:00 X (g2) New → Open
        starts Ladder, due 1 11:00
        Ladder has a target of 60 min of open time in D
        the clock of Ladder waits: D is closed until 1 10:00
        starts Plain, due 1 10:00
        starts Ranked, due 1 17:00
        Ranked has a target of 480 min (warning at 420 min)
        starts Solve, due 1 12:00
        Solve has a target of 120 min (warning at 90 min) of open time in D
        version V of Solve counts, for starts until 2 00:00
        the clock of Solve waits: D is closed until 1 10:00
        1 10:00 time passes Plain is breached: still running when it was due
        1 11:00 time passes Ladder is breached: its 60 min are used up, and its clock runs on
        raises Critical SLA.Breached level 1 of Ladder to nobody
        1 11:30 time passes Solve is warned: 90 min have run
        raises Critical SLA.Breached level 2 of Ladder to nobody
        2 1 12:00 X (h2) cancels Ladder after 120 min: cancelWhen is true, outcome Missed,
        | since it had been breached
        closes Critical SLA.Breached level 1 of Ladder to nobody
        closes Critical SLA.Breached level 2 of Ladder to nobody
        1 12:00 time passes Solve is breached: its 120 min are used up, and its clock runs on
        1 16:00 time passes Ranked is warned: 420 min have run
        1 17:00 time passes Ranked is breached: its 480 min are used up, and its clock runs on
        clock: Ranked: 2085 of 480 min have run, 1605 min over the target
        clock: Solve: 960 of 120 min have run in D, 840 min over the target, D is closed until
        | 5 10:00
    """,
    "waits": """
        1 2 17:30 X (w) New → Open
        starts Ladder, due 5 10:30
        Ladder has a target of 60 min of open time in D
        starts Plain, due 2 18:30
        starts Ranked, due time not known: it is paused now
        Ranked has a target of 480 min (warning at 420 min)
        starts Solve, due time not known: it is paused now
        Solve has a target of 180 min (warning at 90 min) of open time in D
        version 2026-01-02T00:00:00Z of Solve counts, for starts from 2 00:00 on
        2 2 17:50 X (x) Open → Pending
        pauses Ranked after 20 min: pauseWhen is true
        pauses Solve after 20 min: pauseWhen is true
        starts State.Pending, due 2 18:50
        State.Pending has a target of 60 min of open time in Ends
        2 18:30 time passes Plain is breached: still running when it was due
        2 18:50 time passes State.Pending is breached: its 60 min are used up, and its clock
        | runs on
        raises Critical SLA.Breached level 1 of State.Pending to nobody
        to come: Ladder: running, next threshold 5 10:30
        clock: Ladder: 30 of 60 min have run in D, 30 min remain, D is closed until 5 10:00
        clock: Ranked: 20 of 480 min have run, 460 min remain, paused since 2 17:50, so its
        | due time is not known
        clock: Solve: 20 of 180 min have run in D, 160 min remain, paused since 2 17:50, so
        | its due time is not known, D is closed until 5 10:00
        clock: State.Pending: 115 of 60 min have run in Ends, 55 min over the target
    """,
    "ends": """
        1 2 19:30 X (j) New → Pending
        starts State.Pending, due time not known: Ends is valid only until 2026-01-02
        State.Pending has a target of 60 min of open time in Ends
        clock: State.Pending: 15 of 60 min have run in Ends, 45 min remain, due time not
        | known: Ends is valid only until 2026-01-02
    """,
    "idle": """
        1 1 09:00 X (k) nothing
    """,
    "m_restarts": """
        1 1 09:10 Agent.Wrote (m1) starts Again, due 1 10:10
        2 1 09:50 Agent.Wrote (m2) stops Again, in time by 20 min
        starts Again (cycle 2), due 1 10:50
        1 10:50 time passes Again (cycle 2) is breached: still running when it was due
        3 1 12:00 X (m3) New → Open
        starts Back, due 1 13:30
        Back has a target of 90 min
        starts Urgent, due 1 13:00
        4 1 12:20 X (m4) Open → Pending
        stops Back, but its clock goes on if it starts again
        stops Urgent, in time by 40 min
        5 1 12:50 X (m5) Pending → Open
        starts Back again: the 30 min since its stop count
        1 13:30 time passes Back is breached: its 90 min are used up, and its clock runs on
        clock: Back: 1905 of 90 min have run, 1815 min over the target
    """,
    "m_waits": """
        1 1 09:00 X (n1) New → Open
        starts Back, due 1 10:30
        Back has a target of 90 min
        2 1 09:20 X (n2) Open → Pending
        stops Back after 20 min of its 90 min, in time by 70 min; no outcome yet, since it may
        | start again
    """,
    "m_idle": """
        1 1 13:00 X (m6) nothing
    """,
}


@pytest.mark.parametrize("object_id", STORIES)
def test_explain_tells_what_the_clock_of_each_timer_did(
    project: DbtProject, object_id: str
) -> None:
    """o1 has most of the options, on several timers. The others add one thing each."""
    binding = "message" if object_id.startswith("m_") else "ticket"
    assert story(project, object_id, binding) == expected(object_id)


def expected(object_id: str) -> list[str]:
    lines = re.sub(r"\n +\| ", " ", STORIES[object_id]).strip().splitlines()
    return [line.strip() for line in lines]


def test_explain_tells_the_same_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    config, snapshot = project_files({"Ticket": binding("Ticket", BINDINGS["Ticket"], CALENDARS)})
    rows = [row for row in events() if row["EJ_ObjectType"] == "Ticket"]
    scenario = Scenario("timers", config, [Step(AS_OF, rows)], snapshot)
    list(scenario.play(postgres, tmp_path / "timers"))
    out = Console(file=io.StringIO(), width=400, highlight=False)
    for facts in objects(postgres.explained("ticket", "o1")).values():
        show("ticket", "o1", facts, out)
    said = [" ".join(line.split()) for line in out.file.getvalue().splitlines() if line.strip()]
    assert shortened("\n".join(said)) == expected("o1")


def test_a_timer_without_options_is_told_as_ever(project: DbtProject) -> None:
    """Beside timers with options, which have a target, a calendar and a clock to tell of."""
    plain = [line for line in story(project, "o1") if "Plain" in line]
    assert plain == [
        "starts Plain, due 1 09:00",
        "1 09:00 time passes Plain is breached: still running when it was due",
        "stops Plain, 3 h late",
        "starts Plain (cycle 2), due 1 20:00",
        "1 20:00 time passes Plain (cycle 2) is breached: still running when it was due",
    ]


def verified_with_facts(project: DbtProject) -> tuple[bool, str]:
    out = Console(file=io.StringIO(), width=250, highlight=False)
    return verify(dbt_of(project), [], EVERYTHING, 5, 20, False, out), out.file.getvalue()


def test_verify_builds_the_calendars_only_in_its_own_schema(project: DbtProject) -> None:
    """In a project whose schemas do not heed the target, nothing is written."""
    macros = project.folder / "macros"
    macros.mkdir(exist_ok=True)
    (macros / "names.sql").write_text(
        "{% macro generate_schema_name(custom, node) %}main{% endmacro %}"
    )
    tampered(project, "create table kept as from ozmeta_calendar_piece")
    tampered(project, "update ozmeta_calendar_piece set CP_Open = CP_Open + 1")
    before = project.rows("select sum(CP_Open) as n from ozmeta_calendar_piece")
    with pytest.raises(DbtFailed, match=r"verify would write to.*ozmeta_calendar"):
        verified(project)
    assert project.rows("select sum(CP_Open) as n from ozmeta_calendar_piece") == before
    (macros / "names.sql").unlink()
    tampered(
        project,
        "delete from ozmeta_calendar_piece",
        "insert into ozmeta_calendar_piece from kept",
        "drop table kept",
    )


def test_verify_finds_what_somebody_changed(project: DbtProject) -> None:
    """Nothing at first, though the calendar tables have rows of an older definition."""
    tampered(
        project,
        "insert into ozmeta_calendar_window select * replace ('old' as CW_Calendar, _Key || 'x' as"
        " _Key) from ozmeta_calendar_window limit 5",
    )
    same, said = verified_with_facts(project)
    assert same and "no row differs" in said
    assert re.search(r"ozmeta_calendar_piece +\d+ +0 *\n", said)
    changes = {
        "o1": "ST_BreachedUTC = null where SL_Code = 'Ranked' and ST_CycleNo = 2",
        "moved": "ST_Outcome = 'Met' where SL_Code = 'Ladder'",
        "late": "ST_TargetMinutes = 90, ST_PolicyVersion = 'x' where SL_Code = 'Solve'",
        "waits": "ST_IsPaused = false where SL_Code = 'Solve'",
        "missed": "OF_Priority = 'High' where SL_Code = 'Plain'",
    }
    tampered(
        project,
        *(
            f"update ticket_sla_cycle set {change} and ST_ObjectID = '{object_id}'"
            for object_id, change in changes.items()
        ),
        "update ticket_workflow_instance set OF_Priority = 'High' where WI_ObjectID = 'o1'",
        "update ozmeta_calendar_piece set CP_Open = CP_Open + 1 where CP_Code = 'Ends'",
        "delete from ozmeta_calendar_window where CW_Code like 'O%' and CW_FromUTC > '2026-06-01'",
    )
    same, said = verified_with_facts(project)
    assert not same
    for line in (
        "sla_cycle: ST_BreachedUTC is null, should be 2026-01-01 20:00:00",
        "sla_cycle: ST_Outcome is Met, should be Cancelled",
        "sla_cycle: ST_TargetMinutes is 90, should be 180",
        "sla_cycle: ST_PolicyVersion is x, should be 2026-01-02T00:00:00Z",
        "sla_cycle: ST_IsPaused is false, should be true",
        "sla_cycle: OF_Priority is High, should be null",
        "sla_timer: ST_Outcome is Met, should be Cancelled",
        "workflow_instance: OF_Priority is High, should be Urgent",
        "ozmeta_calendar_piece differs from the definition of the calendar Ends.",
        f"ozmeta_calendar_window differs from the definition of the calendar {DESK}.",
        "-s ozmeta_calendar_window ozmeta_calendar_piece",
        # the story of the rebuilt rows has the steps of the clock
        "pauses Solve after 20 min: pauseWhen is true",
    ):
        assert line in said, line
    with project.connect() as connection:
        schemas = connection.execute("select schema_name from information_schema.schemata")
        assert not [name for (name,) in schemas.fetchall() if "ozmeta_verify" in name]
