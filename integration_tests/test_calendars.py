"""Calendars in the warehouse: open time until an instant, and the instant at which a time has run.

Every question goes through the generated models and the macros that SLA models use. The expected
answers are those of the contract's examples, or of the reference, which looks at the local clock
every minute.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ozmeta_dbt.calendars.expansion import limits
from ozmeta_dbt.calendars.reading import read
from ozmeta_dbt.models.literals import jinja
from ozmeta_dbt.problems import Origin, Problems
from support.dbt_project_under_test import DbtProject
from support.reference_calendar import MINUTE, ReferenceCalendar, micros
from support.small_case import CONFIG, snapshot

MODELS = ("ozmeta_calendar_window", "ozmeta_calendar_piece", "looked_up")
LOOKED_UP = """\
{{% set calendars = {calendars} %}}
{{% set pieces, windows = ref('ozmeta_calendar_piece'), ref('ozmeta_calendar_window') %}}
with questions as (select * from {{{{ source('raw_questions', 'question') }}}}),
{{{{ ozmeta_runtime.open_micros(
    'started', 'questions', ['question'], calendars, pieces, 'calendar',
    {{'since_open': 'since', 'until_open': 'until'}}
) }}}}
targets as (select *, since_open + run as due_open from started),
{{{{ ozmeta_runtime.when_open(
    'thresholds', 'targets', ['question'], windows, 'calendar', 'since', {{'due': 'due_open'}}
) }}}}
select question, until_open - since_open as running, due, due_next from thresholds
"""
SOURCE = {
    "version": 2,
    "sources": [{"name": "raw_questions", "schema": "raw", "tables": [{"name": "question"}]}],
}
Keys = dict[str, Any]


class Question(NamedTuple):
    calendar: str | None  # its code
    since: int
    until: int
    run: int  # all in microseconds


class Answer(NamedTuple):
    running: int
    due: int | None
    next: int | None


def calendar_of(code: str, keys: Keys) -> Any:
    problems = Problems()
    found = read(code, keys, Origin("ozmeta.yml"), problems)
    assert found, problems.errors
    return found


class Desk:
    """A project whose only built models are those of its calendars, and the look-ups."""

    def __init__(self, folder: Path):
        self.project = DbtProject(folder, CONFIG, snapshot())
        with self.project.connect() as connection:
            connection.execute("create schema raw")
            connection.execute(
                "create table raw.question"
                " (question bigint, calendar varchar, since bigint, until bigint, run bigint)"
            )

    def configure(self, calendars: dict[str, Keys]) -> dict[str, str]:
        """Generate; returns the calendars' keys."""
        self.project.configure({**CONFIG, "calendars": calendars})
        known = [limits(calendar_of(code, keys)) for code, keys in calendars.items()]
        self.project.write("models/sources.yml", SOURCE)
        path = self.project.folder / "models" / "looked_up.sql"
        path.write_text(LOOKED_UP.format(calendars=jinja(known)), encoding="utf-8")
        return {entry["code"]: entry["key"] for entry in known}

    def ask(self, calendars: dict[str, Keys], questions: Iterable[Question]) -> list[Answer]:
        keys = self.configure(calendars)
        rows = [
            (number, keys[q.calendar] if q.calendar else None, *q[1:])
            for number, q in enumerate(questions)
        ]
        with self.project.connect() as connection:
            connection.execute("delete from raw.question")
            values = ", ".join(
                f"({n}, {repr(key) if key else 'null'}, {since}, {until}, {run})"
                for n, key, since, until, run in rows
            )
            connection.execute(f"insert into raw.question values {values}")
        self.project.run("2026-01-01", "-s", *MODELS)
        found = self.project.rows("select * from looked_up order by question")
        assert [row["question"] for row in found] == list(range(len(rows)))
        return [Answer(row["running"], row["due"], row["due_next"]) for row in found]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


# ---------------------------------------------------------------- examples of the contract

YEARS = {"from": "2010-01-01", "until": "2030-12-31"}
CALENDARS: dict[str, Keys] = {
    "NewYorkNight": {"time_zone": "America/New_York", "hours": {"sun": "01:00-04:00"}},
    "NewYorkOne": {"time_zone": "America/New_York", "hours": {"sun": "00:00-01:00"}},
    "NewYorkTwo": {"time_zone": "America/New_York", "hours": {"sun": "00:00-02:00"}},
    "BerlinNight": {"time_zone": "Europe/Berlin", "hours": {"sun": "01:00-02:30, 02:30-04:00"}},
    "BerlinDesk": {"time_zone": "Europe/Berlin", "hours": {"mon-fri": "08:00-18:00"}},
    "BerlinLong": {
        "time_zone": "Europe/Berlin",
        "hours": {"mon-fri": "08:00-20:00"},
        "holidays": ["2016-11-01"],
    },
    "NewYorkDesk": {"time_zone": "America/New_York", "hours": {"mon-fri": "09:00-17:00"}},
    "UtcDesk": {"time_zone": "UTC", "hours": {"mon-fri": "10:00-18:00"}},
    "Always": {"time_zone": "Europe/Berlin", "hours": {"mon-sun": "00:00-24:00"}},
    "Shift": {
        "time_zone": "UTC",
        "hours": {"mon-sun": "22:00-06:00"},
        "exceptions": {"2026-01-02": "closed"},
        "valid": {"from": "2026-01-01", "until": "2026-01-05"},
    },
}
CALENDARS = {code: {"valid": YEARS, **keys} for code, keys in CALENDARS.items()}

# calendar, since, until, minutes to run -> minutes that ran until then, when they have run, the
# next instant at which the clock advances
EXAMPLES: dict[str, tuple[str | None, str, str, float, float, str | None, str | None]] = {
    "a Sunday in New York on which summer time begins": (
        *("NewYorkNight", "2014-03-09", "2014-03-10", 120, 120),
        *("2014-03-09 08:00", "2014-03-16 05:00"),
    ),
    "a Sunday in New York on which summer time ends": (
        *("NewYorkNight", "2014-11-02", "2014-11-03", 240, 240),
        *("2014-11-02 09:00", "2014-11-09 06:00"),
    ),
    "an end at the time at which the repeated hour begins is the second one": (
        *("NewYorkOne", "2014-11-02", "2014-11-03", 120, 120),
        *("2014-11-02 06:00", "2014-11-09 05:00"),
    ),
    "the clock shows the time after the repeated hour once": (
        *("NewYorkTwo", "2014-11-02", "2014-11-03", 180, 180),
        *("2014-11-02 07:00", "2014-11-09 05:00"),
    ),
    "windows that overlap in UTC count once": (
        *("BerlinNight", "2024-10-26", "2024-10-28", 240, 240),
        *("2024-10-27 03:00", "2024-11-03 00:00"),
    ),
    "an hour in Berlin": (
        *("BerlinDesk", "2013-03-21 09:30", "2013-03-21 10:00", 60, 30),
        *("2013-03-21 10:30", "2013-03-21 10:30"),
    ),
    "two hours after a holiday": (
        *("BerlinLong", "2016-11-01 13:56:21", "2016-11-02 07:30", 120, 30),
        *("2016-11-02 09:00", "2016-11-02 09:00"),
    ),
    "a week-end on which summer time begins": (
        *("NewYorkDesk", "2021-03-12 21:30", "2021-03-14 12:00", 60, 30),
        *("2021-03-15 13:30", "2021-03-15 13:30"),
    ),
    "half an hour on Thursday, half an hour on Friday": (
        *("UtcDesk", "2026-01-08 17:30", "2026-01-10 12:00", 60, 510),
        *("2026-01-09 10:30", "2026-01-09 10:30"),
    ),
    "used up at closing, the next instant is the next opening": (
        *("UtcDesk", "2026-01-05 10:00", "2026-01-05 23:00", 480, 480),
        *("2026-01-05 18:00", "2026-01-06 10:00"),
    ),
    "nothing to run, at night": (
        *("UtcDesk", "2026-01-05 20:00", "2026-01-05 21:00", 0, 0),
        *("2026-01-05 20:00", "2026-01-06 10:00"),
    ),
    "nothing to run, before the calendar ever opens": (
        *("UtcDesk", "2001-01-01", "2001-01-02", 0, 0),
        *("2001-01-01", "2010-01-01 10:00"),
    ),
    "from before the calendar is valid": (
        *("UtcDesk", "2001-01-01", "2010-01-01 11:00", 90, 60),
        *("2010-01-01 11:30", "2010-01-01 11:30"),
    ),
    "beyond the end of the calendar": (
        *("UtcDesk", "2030-12-31 17:00", "2031-06-01", 61, 60),
        *(None, None),
    ),
    "up to the last instant of the calendar": (
        *("UtcDesk", "2030-12-31 17:00", "2031-06-01", 60, 60),
        *("2030-12-31 18:00", None),
    ),
    "always open, across many days": (
        *("Always", "2026-01-01 12:00", "2026-03-01 12:00", 43200, 84960),
        *("2026-01-31 12:00", "2026-01-31 12:00"),
    ),
    "a closed day does not cut the window of the evening before": (
        *("Shift", "2026-01-01 20:00", "2026-01-03 20:00", 600, 480),
        *("2026-01-04 00:00", "2026-01-04 00:00"),
    ),
    "the validity cuts the last night at midnight": (
        *("Shift", "2026-01-05 20:00", "2026-01-07 00:00", 120, 120),
        *("2026-01-06 00:00", None),
    ),
    "the night before the validity runs into it": (
        *("Shift", "2025-12-31 20:00", "2026-01-01 12:00", 360, 360),
        *("2026-01-01 06:00", "2026-01-01 22:00"),
    ),
    "no calendar: all time is open": (
        *(None, "1960-05-01 12:00", "1960-05-01 12:10", 15, 10),
        *("1960-05-01 12:15", "1960-05-01 12:15"),
    ),
}


@pytest.fixture(scope="module")
def answers(desk: Desk) -> dict[str, Answer]:
    questions = [
        Question(code, micros(since), micros(until), int(run * MINUTE))
        for code, since, until, run, *_ in EXAMPLES.values()
    ]
    return dict(zip(EXAMPLES, desk.ask(CALENDARS, questions), strict=True))


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_worked_by_hand(answers: dict[str, Answer], name: str) -> None:
    *_, running, due, following = EXAMPLES[name]
    expected = Answer(
        int(running * MINUTE),
        None if due is None else micros(due),
        None if following is None else micros(following),
    )
    assert answers[name] == expected


def test_a_run_adds_only_calendars_that_changed(desk: Desk) -> None:
    one, other = ({"valid": YEARS, **CALENDARS[code]} for code in ("UtcDesk", "Shift"))
    counts = "select CW_Calendar, count(*) as n from ozmeta_calendar_window group by 1"
    desk.configure({"A": one, "B": other})
    desk.project.run("2026-01-01", "-s", *MODELS)
    written = desk.project.rows(counts)
    keys = desk.configure({"A": one, "B": {**other, "holidays": ["2026-01-03"]}})
    desk.project.run("2026-01-01", "-s", *MODELS)
    now = desk.project.rows(counts)
    added = [row["CW_Calendar"] for row in now if row not in written]
    assert added == [keys["B"]] and all(row in now for row in written)


def test_pieces_cover_all_time_of_a_calendar_once(desk: Desk, answers: dict[str, Answer]) -> None:
    gaps = desk.project.rows(
        "select * from (select *, lead(CP_From) over (partition by CP_Calendar order by CP_From) as"
        " following from ozmeta_calendar_piece) where following <> CP_To or CP_From >= CP_To or"
        " CP_Day <> CP_From // 86400000000 or CP_To > (CP_Day + 1) * 86400000000 or CP_IsOpen not"
        " in (0, 1)"
    )
    assert gaps == []


# ---------------------------------------------------------------- random calendars

ZONES = (
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "UTC",
)
SIX = 6 * 60
CHANGES = ((3, 10), (3, 25), (4, 1), (9, 20), (10, 25), (11, 1), (12, 28))  # month, day


@st.composite
def windows(draw: st.DrawFn, by_night: bool) -> str:
    """Disjoint windows of a date. At night, they begin after six, and the last one ends at six on
    the next day at the latest.
    """
    first = SIX if by_night else 0
    size = draw(st.sampled_from((0, 1, 1, 2, 3)))
    # clocks change at whole and half hours
    minute = st.integers(first, 1440) | st.integers(first // 30, 48).map(lambda half: half * 30)
    points = draw(st.lists(minute, min_size=2 * size, max_size=2 * size, unique=True))
    times = sorted(points)
    spans = [[start, end] for start, end in zip(times[::2], times[1::2], strict=True)]
    if spans and by_night and draw(st.booleans()):
        spans[-1][1] = draw(st.integers(0, SIX) | st.integers(0, 12).map(lambda half: half * 30))
    if len(spans) > 1 and draw(st.booleans()):
        spans[0][1] = spans[1][0]  # they meet
    parts = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans]
    return ", ".join(parts) or "closed"


@st.composite
def calendars(draw: st.DrawFn) -> Keys:
    """A few weeks around a date on which clocks may change."""
    by_night = draw(st.booleans())
    month, day = draw(
        st.sampled_from(((3, 10), (3, 25), (4, 1), (9, 20), (10, 25), (11, 1), (12, 28)))
    )
    middle = dt.date(draw(st.integers(1975, 2060)), month, day)
    first = middle - dt.timedelta(days=draw(st.integers(0, 12)))
    last = first + dt.timedelta(days=draw(st.integers(6, 24)))
    dates = st.dates(first - dt.timedelta(days=1), last).map(dt.date.isoformat)
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    hours = {d: draw(windows(by_night)) for d in days if draw(st.integers(0, 4))}
    assert_open = {"sun": f"{'06' if by_night else '01'}:00-24:00"}
    return {
        "time_zone": draw(st.sampled_from(ZONES)),
        "hours": hours if set(hours.values()) - {"closed"} else assert_open,
        "exceptions": draw(st.dictionaries(dates, windows(by_night), max_size=4)),
        "holidays": draw(st.lists(dates, max_size=3)),
        "valid": {"from": first.isoformat(), "until": last.isoformat()},
    }


def is_accepted(keys: Keys) -> bool:
    """Whether the calendar is ever open, despite its holidays and exceptions."""
    return read("x", keys, Origin("x"), Problems()) is not None


def questions_about(code: str, reference: ReferenceCalendar, rng: random.Random) -> list[Question]:
    start, end = reference.start * MINUTE, (reference.valid[1] + 3 * 1440) * MINUTE
    edges = [
        (reference.start + minute) * MINUTE
        for minute in range(1, len(reference.clock))
        if (reference.before[minute + 1] > reference.before[minute])
        != (reference.before[minute] > reference.before[minute - 1])
    ] or [start]

    def instant() -> int:
        if rng.random() < 0.5:
            return rng.choice(edges) + rng.choice((-1, 0, 0, 1))
        return rng.randint(start - 5 * 86_400_000_000, end)

    def run() -> int:
        total = reference.before[-1]
        kind = rng.randrange(4)
        if kind == 0:
            return 0
        if kind == 1:
            return rng.randint(1, total + MINUTE)
        if kind == 2:
            return rng.randint(0, 600) * MINUTE
        here, there = (reference.open_until(rng.choice(edges)) for _ in range(2))
        return abs(there - here)

    found = [Question(code, instant(), instant(), run()) for _ in range(60)]
    # used up exactly at an edge
    for _ in range(20):
        since, until = sorted((instant(), rng.choice(edges)))
        run_until = reference.open_until(until) - reference.open_until(since)
        found.append(Question(code, since, until, run_until))
    return found


@settings(
    max_examples=3,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(calendars().filter(is_accepted), min_size=16, max_size=20), st.integers(0, 2**32))
def test_random_calendars_equal_the_reference(desk: Desk, drawn: list[Keys], seed: int) -> None:
    rng = random.Random(seed)
    named = {f"C{number}": keys for number, keys in enumerate(drawn)}
    references = {code: ReferenceCalendar(keys) for code, keys in named.items()}
    questions = [q for code, ref in references.items() for q in questions_about(code, ref, rng)]
    expected = [
        Answer(
            ref.open_until(q.until) - ref.open_until(q.since),
            ref.has_run(q.since, q.run),
            ref.advances(q.since, q.run),
        )
        for q in questions
        for ref in [references[q.calendar or ""]]
    ]
    for question, answer, wanted in zip(
        questions, desk.ask(named, questions), expected, strict=True
    ):
        assert answer == wanted, (named[question.calendar or ""], question)
