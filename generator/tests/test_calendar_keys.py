"""`calendars` of ozmeta.yml and of MetaDB: what is read, what is refused, and what is written."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import yaml
from metadb_samples import CONFIG, Project, minimal
from ozmeta_dbt.calendars import zones
from ozmeta_dbt.calendars.definition import Calendar
from ozmeta_dbt.calendars.expansion import literal, valid_since
from ozmeta_dbt.calendars.reading import read
from ozmeta_dbt.problems import Origin, Problems

DESK = {"time_zone": "Europe/Berlin", "hours": {"mon-fri": "08:00-18:00"}}
SHORT = {"from": "2026-01-01", "until": "2026-12-31"}


def configured(project: Project, calendars: Any, rows: list[dict[str, Any]] | None = None) -> None:
    text = yaml.safe_dump({"calendars": calendars}, sort_keys=False)
    project.put("ozmeta.yml", CONFIG + text)
    project.metadb({**minimal(), "EventTemplate": rows or []})


def template(code: str, spec: Any, **more: Any) -> dict[str, Any]:
    row = {"ET_ID": 1, "ET_Code": code, "ET_TemplateType": "Calendar", "ET_SpecJSON": spec}
    return row | more


def accepted(**keys: Any) -> Calendar:
    problems = Problems()
    found = read("Desk", DESK | keys, Origin("ozmeta.yml"), problems)
    assert found, problems.errors
    return found


# what is wrong, the calendar's keys, the pointer below the calendar, and a part of the message
FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    # keys and types
    ("an unknown key", {"timezone": "UTC"}, "/timezone", "did you mean 'time_zone'?"),
    ("a zone as a number", {"time_zone": 1}, "/time_zone", "is 1; expected a time zone"),
    ("an empty zone", {"time_zone": None}, "/time_zone", "is None; expected a time zone"),
    (
        "an unknown zone",
        {"time_zone": "Europe/Berln"},
        "/time_zone",
        "'Europe/Berln' is not a time zone (did you mean 'Europe/Berlin'?)",
    ),
    (
        "a zone in other case",
        {"time_zone": "europe/berlin"},
        "/time_zone",
        "did you mean 'Europe/Berlin'?",
    ),
    ("a path as a zone", {"time_zone": "../zones"}, "/time_zone", "is not a time zone"),
    ("hours as a text", {"hours": "08:00-18:00"}, "/hours", "expected {mon-fri:"),
    ("hours as a list", {"hours": ["mon"]}, "/hours", "expected {mon-fri:"),
    (
        "hours of a day as a list",
        {"hours": {"mon": ["08:00-18:00"]}},
        "/hours/mon",
        "expected windo",
    ),
    ("hours of a day as a number", {"hours": {"mon": 8}}, "/hours/mon", "is 8; expected windows"),
    ("hours of a day empty", {"hours": {"mon": None}}, "/hours/mon", "is None; expected windows"),
    ("holidays as a text", {"holidays": "2026-12-25"}, "/holidays", "expected a list such as"),
    ("holidays as a mapping", {"holidays": {"country": "DE"}}, "/holidays", "expected a list"),
    ("a holiday as a number", {"holidays": [2026]}, "/holidays/0", "2026 is not a date"),
    ("a holiday as a list", {"holidays": [["2026-12-25"]]}, "/holidays/0", "is not a date"),
    (
        "exceptions as a list",
        {"exceptions": ["2026-12-24"]},
        "/exceptions",
        "expected {2026-12-24:",
    ),
    ("an exception by a year", {"exceptions": {2026: "closed"}}, "/exceptions/2026", "not a date"),
    (
        "an exception as a number",
        {"exceptions": {"2026-12-24": 8}},
        "/exceptions/2026-12-24",
        "is 8; expected windows",
    ),
    ("valid as a text", {"valid": "2026"}, "/valid", "expected {from: 2015-01-01"),
    ("valid as a list", {"valid": ["2026-01-01"]}, "/valid", "expected {from: 2015-01-01"),
    ("valid from a number", {"valid": {"from": 2026}}, "/valid/from", "2026 is not a date"),
    ("valid until nothing", {"valid": {"until": None}}, "/valid/until", "None is not a date"),
    (
        "an unknown key of valid",
        {"valid": {"to": "2026-01-01"}},
        "/valid/to",
        "allowed: from, until",
    ),
    # days and windows
    (
        "a day in full",
        {"hours": {"monday": "08:00-18:00"}},
        "/hours/monday",
        "'monday' is not a day; expected mon, tue",
    ),
    (
        "three days",
        {"hours": {"mon-tue-wed": "08:00-18:00"}},
        "/hours/mon-tue-wed",
        "more than two",
    ),
    (
        "a day named twice",
        {"hours": {"mon-fri": "08:00-18:00", "wed": "08:00-12:00"}},
        "/hours/wed",
        "wed is named twice: here and in 'mon-fri'",
    ),
    ("no window", {"hours": {"mon": ""}}, "/hours/mon", "'' is not a window"),
    ("words", {"hours": {"mon": "9 to 5"}}, "/hours/mon", "'9 to 5' is not a window"),
    ("a missing window", {"hours": {"mon": "08:00-12:00,"}}, "/hours/mon", "'' is not a window"),
    ("minute 60", {"hours": {"mon": "08:00-17:60"}}, "/hours/mon", "17:60 is not a time of day"),
    ("hour 25", {"hours": {"mon": "08:00-25:00"}}, "/hours/mon", "25:00 is not a time of day"),
    ("24:01", {"hours": {"mon": "08:00-24:01"}}, "/hours/mon", "24:01 is not a time of day"),
    ("from 24:00", {"hours": {"mon": "24:00-25:00"}}, "/hours/mon", "is not a time of day"),
    ("24:00 as a begin", {"hours": {"mon": "24:00-02:00"}}, "/hours/mon", "begins at 24:00"),
    ("an empty week", {"hours": {}}, "/hours", "no day of the week is open"),
    ("a closed week", {"hours": {"mon-sun": "closed"}}, "/hours", "no day of the week is open"),
    (
        "a calendar that is never open",
        {"hours": {"sat": "08:00-18:00"}, "valid": {"from": "2026-01-05", "until": "2026-01-09"}},
        "",
        "the calendar is never open from 2026-01-05 to 2026-01-09",
    ),
    (
        "open on holidays only",
        {
            "hours": {"thu": "08:00-18:00"},
            "holidays": ["2026-01-01"],
            "valid": {"from": "2026-01-01", "until": "2026-01-02"},
        },
        "",
        "is never open",
    ),
    # overlaps
    (
        "windows of a day that overlap",
        {"hours": {"mon": "08:00-12:00, 11:00-18:00"}, "valid": SHORT},
        "/hours",
        "08:00-12:00 and 11:00-18:00 overlap on 2026-01-05",
    ),
    (
        "a night that runs into the morning",
        {"hours": {"mon": "22:00-06:00", "tue": "05:00-12:00"}, "valid": SHORT},
        "/hours",
        "22:00-06:00 and 05:00-12:00 overlap on 2026-01-06",
    ),
    (
        "an exception that overlaps the night before",
        {
            "hours": {"mon": "22:00-06:00"},
            "exceptions": {"2026-01-06": "05:30-07:00"},
            "valid": SHORT,
        },
        "/exceptions/2026-01-06",
        "overlap on 2026-01-06",
    ),
    (
        "an exception by night that overlaps the next morning",
        {
            "hours": {"mon-fri": "05:00-12:00"},
            "exceptions": {"2026-01-06": "22:00-06:00"},
            "valid": SHORT,
        },
        "/exceptions/2026-01-06",
        "22:00-06:00 and 05:00-12:00 overlap on 2026-01-07",
    ),
    # dates
    ("no such date", {"holidays": ["2026-02-30"]}, "/holidays/0", "'2026-02-30' is not a date"),
    ("a date as in Germany", {"holidays": ["25.12.2026"]}, "/holidays/0", "is not a date"),
    (
        "a date of long ago",
        {"valid": {"from": "1969-12-31"}},
        "/valid/from",
        "not between 1970-01-01",
    ),
    ("a date far ahead", {"valid": {"until": "2200-01-01"}}, "/valid/until", "and 2199-12-31"),
    (
        "an end before the start",
        {"valid": {"from": "2026-02-01", "until": "2026-01-01"}},
        "/valid",
        "begins on 2026-02-01 and ends before",
    ),
    # holidays by country
    ("no country", {"holidays": [{"subdivision": "BE"}]}, "/holidays/0", "country is None"),
    ("NO unquoted", {"holidays": [{"country": False}]}, "/holidays/0", "put quotes around NO"),
    ("an unknown country", {"holidays": [{"country": "XX"}]}, "/holidays/0/country", "'XX' is not"),
    (
        "an unknown subdivision",
        {"holidays": [{"country": "DE", "subdivision": "XX"}]},
        "/holidays/0/subdivision",
        "'XX' is not a subdivision of DE (there is:",
    ),
    (
        "a subdivision as a number",
        {"holidays": [{"country": "DE", "subdivision": 1}]},
        "/holidays/0/subdivision",
        "is 1; expected a code",
    ),
    (
        "an unknown key of holidays",
        {"holidays": [{"country": "DE", "state": "BE"}]},
        "/holidays/0/state",
        "allowed: country, subdivision",
    ),
]


@pytest.mark.parametrize(
    ("keys", "pointer", "message"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_named_in_ozmeta_yml(
    project: Project, keys: dict[str, Any], pointer: str, message: str
) -> None:
    configured(project, {"Desk": DESK | keys})
    said = [str(problem) for problem in project.errors()]
    assert any(
        line.startswith(f"ozmeta.yml /calendars/Desk{pointer}: ") and message in line
        for line in said
    ), said


@pytest.mark.parametrize(
    ("keys", "pointer", "message"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_named_in_metadb(
    project: Project, keys: dict[str, Any], pointer: str, message: str
) -> None:
    configured(project, {}, [template("Desk", json.dumps(DESK | keys))])
    said = [str(problem) for problem in project.errors()]
    place = f"snapshot.json /objects/templates/0/ET_SpecJSON{pointer}: "
    assert any(line.startswith(place) and message in line for line in said), said


@pytest.mark.parametrize("given", [None, "Desk", ["mon"], 5])
def test_a_calendar_that_is_no_mapping_is_refused(project: Project, given: Any) -> None:
    configured(project, {"Desk": given})
    assert [str(p) for p in project.errors()] == [
        f"ozmeta.yml /calendars/Desk: is {given!r}; expected a calendar with `time_zone` and"
        " `hours`"
    ]


def test_a_missing_key_is_named(project: Project) -> None:
    configured(project, {"Desk": {"hours": DESK["hours"]}})
    assert [str(p) for p in project.errors()] == [
        "ozmeta.yml /calendars/Desk/time_zone: is missing, and has no default"
    ]


def test_a_spec_that_is_not_json_is_refused(project: Project) -> None:
    configured(project, {}, [template("Desk", "{time_zone")])
    assert "is not JSON" in str(project.errors()[0])


def test_the_same_calendar_in_both_places_is_one(project: Project) -> None:
    configured(project, {"Desk": DESK}, [template("Desk", {**DESK, "holidays": []})])
    assert project.generate()["calendars/ozmeta_calendar_window.sql"].count(b"'code'") == 1


def test_two_calendars_of_one_code_are_refused(project: Project) -> None:
    configured(project, {"Desk": DESK}, [template("Desk", {**DESK, "time_zone": "UTC"})])
    assert [str(p) for p in project.errors()] == [
        "snapshot.json /objects/templates/0/ET_SpecJSON: the calendar 'Desk' is also in"
        " ozmeta.yml /calendars/Desk, with other keys (keep one of them, or make them equal)"
    ]


def test_other_templates_are_not_read(project: Project) -> None:
    configured(project, {}, [template("Mail", "{no JSON", ET_TemplateType="Mail")])
    status, printed = project.run("validate")
    assert (status, "JSON" in printed) == (0, False)


def test_a_calendar_is_not_a_template_of_a_table(project: Project) -> None:
    """A binding that names it gets no columns, key or indexes from it."""
    tables = minimal()
    bound = {"RB_ID": 1, "ET_ID": 1, "RTB_Purpose": "WorkflowInstance"}
    tables["RuntimeTemplateBinding"].append(bound)
    spec = {**DESK, "exceptions": {}}
    project.metadb({**tables, "EventTemplate": [template("Desk", spec)]})
    status, printed = project.run("validate")
    assert (status, "ET_SpecJSON" in printed) == (0, False), printed


def test_a_calendar_of_metadb_needs_a_code(project: Project) -> None:
    configured(project, {}, [template("", DESK)])
    assert [str(p) for p in project.errors()] == [
        "snapshot.json /objects/templates/0/ET_Code: a calendar needs ET_Code (SLA policies name"
        " it)"
    ]


def test_an_export_keeps_the_calendars_of_metadb(project: Project) -> None:
    configured(project, {}, [template("Desk", DESK)])
    before = project.generate()
    assert project.run("export", str(project.path / "exported.json"))[0] == 0
    project.put("snapshot.json", (project.path / "exported.json").read_text())
    assert project.generate() == before


def test_yaml_dates_are_the_same_as_text(project: Project) -> None:
    date = dt.date(2026, 12, 24)
    configured(project, {"Desk": DESK | {"holidays": [date], "exceptions": {date: "closed"}}})
    one = project.generate()
    text = date.isoformat()
    configured(project, {"Desk": DESK | {"holidays": [text], "exceptions": {text: "closed"}}})
    assert project.generate() == one


def test_without_calendars_nothing_is_written(project: Project) -> None:
    assert not [name for name in project.generate() if "calendar" in name]
    assert "versions" not in json.loads(project.files()["manifest.json"])["ozmeta_dbt"]


def test_windows_are_read_as_people_write_them() -> None:
    found = accepted(
        hours={"fri-mon": "9:00-12:00 , 22:00-24:00", "wed": "22:00-06:00", "tue": "closed"}
    )
    day, night = ((540, 720), (1320, 1440)), ((1320, 1800),)
    assert found.week == (day, (), night, (), day, day, day)


def test_a_window_that_ends_as_it_begins_lasts_a_day() -> None:
    assert accepted(hours={"mon": "08:00-08:00"}).week[0] == ((480, 1920),)


def test_windows_that_meet_do_not_overlap() -> None:
    accepted(hours={"mon-sun": "00:00-12:00, 12:00-24:00"})
    accepted(hours={"mon-sun": "22:00-06:00, 06:00-22:00"})


def test_overlaps_are_judged_on_dates_not_on_the_week() -> None:
    """The week overlaps, but the only such night is closed, or the calendar is not valid on it."""
    hours = {"mon": "22:00-06:00", "tue": "05:00-12:00"}
    week = {"from": "2026-01-05", "until": "2026-01-11"}
    accepted(hours=hours, valid=week, exceptions={"2026-01-05": "closed"})
    accepted(hours=hours, valid=week, holidays=["2026-01-06"])
    accepted(hours=hours, valid={"from": "2026-01-07", "until": "2026-01-12"})


def test_holidays_of_a_country_are_dates_and_an_exception_beats_them() -> None:
    found = accepted(
        valid=SHORT,
        holidays=["2026-12-31", {"country": "DE", "subdivision": "BE"}],
        exceptions={"2026-05-01": "10:00-12:00"},
    )
    assert found.windows_on(dt.date(2026, 12, 31)) == ()
    assert found.windows_on(dt.date(2026, 12, 25)) == ()
    assert found.windows_on(dt.date(2026, 5, 1)) == ((600, 720),)
    assert literal(found)["holidays"] == {
        "2026": "01-01, 03-08, 04-03, 04-06, 05-14, 05-25, 10-03, 12-25, 12-26, 12-31"
    }


def test_a_date_outside_the_validity_is_a_warning(project: Project) -> None:
    keys = {"valid": SHORT, "holidays": ["2027-12-25"], "exceptions": {"2025-12-24": "closed"}}
    configured(project, {"Desk": DESK | keys})
    _, printed = project.run("validate")
    assert "/calendars/Desk/holidays/0: 2027-12-25 has no effect" in printed
    assert "/calendars/Desk/exceptions/2025-12-24: 2025-12-24 has no effect" in printed


def test_the_generated_definition_is_readable(project: Project) -> None:
    keys = {
        "hours": {"mon-tue": "08:00-12:00, 13:00-18:00", "sat": "22:00-06:00"},
        "holidays": ["2026-12-25"],
        "exceptions": {"2026-12-24": "08:00-12:00", "2026-10-02": "closed"},
        "valid": SHORT,
    }
    configured(project, {"Desk": DESK | keys})
    files = project.generate()
    text = files["calendars/ozmeta_calendar_window.sql"].decode()
    assert text.partition("'code'")[2].splitlines() == [
        ": 'Desk',",
        "    'time_zone': 'Europe/Berlin',",
        "    'from': '2026-01-01',",
        "    'until': '2026-12-31',",
        "    'hours': {'mon': '08:00-12:00, 13:00-18:00', 'tue': '08:00-12:00, 13:00-18:00', 'sat':"
        " '22:00-06:00'},",
        "    'exceptions': {'2026-10-02': 'closed', '2026-12-24': '08:00-12:00'},",
        "    'holidays': {'2026': '12-25'},",
        "    'first_offset': '+01:00',",
        "    'offsets': {'2026': '03-29 01:00 +02:00, 10-25 01:00 +01:00'}",
        "  }",
        "] %}",
        "",
        "{{ ozmeta_runtime.calendar_window(calendars) }}",
    ]
    own = json.loads(project.files()["manifest.json"])["ozmeta_dbt"]
    assert own["versions"].keys() == {"holidays", "tzdata"}


def test_check_says_that_another_version_resolved_the_calendars(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(project, {"Desk": DESK})
    project.generate()
    status, printed = project.run("generate", "--check")
    assert (status, "all models are up to date\n" in printed) == (0, True)
    before = zones.version()
    monkeypatch.setattr(zones, "version", lambda: "2099.1")
    status, printed = project.run("generate", "--check")
    assert status == 5
    assert f"calendars may change because tzdata {before} is now 2099.1" in printed


@pytest.mark.parametrize(
    ("zone", "first", "changes"),
    [
        ("UTC", 0, []),
        ("Asia/Kathmandu", 20700, []),
        ("Australia/Lord_Howe", 39600, [("2026-04-04 15:00", 37800), ("2026-10-03 15:30", 39600)]),
        ("America/New_York", -18000, [("2026-03-08 07:00", -14400), ("2026-11-01 06:00", -18000)]),
    ],
)
def test_offsets_of_a_zone(zone: str, first: int, changes: list[tuple[str, int]]) -> None:
    found = zones.offsets(zone, dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert found[0] == (dt.datetime(2026, 1, 1), first)
    assert [(f"{moment:%Y-%m-%d %H:%M}", offset) for moment, offset in found[1:]] == changes


@pytest.mark.parametrize(
    ("zone", "first", "expected"),
    [
        ("UTC", "2026-01-01", "2026-01-01 00:00:00"),
        ("Europe/Berlin", "2026-07-01", "2026-06-30 22:00:00"),
        ("Asia/Kathmandu", "2026-01-01", "2025-12-31 18:15:00"),
        # a clock that skips midnight, and one that shows it twice
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00:00"),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00:00"),
    ],
)
def test_since_when_a_calendar_is_valid(zone: str, first: str, expected: str) -> None:
    calendar = accepted(time_zone=zone, valid={"from": first, "until": "2030-12-31"})
    assert valid_since(calendar) == expected
