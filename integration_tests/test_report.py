"""The report: its numbers equal SQL written by hand, and its page works in a real browser."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ozmeta_dbt.demo import load_journal, show_report, write_journal, write_project
from ozmeta_dbt.demo.events import END, journals
from ozmeta_dbt.demo.project import connect, dbt, inside
from ozmeta_dbt.operations import explain
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.project import write_models
from ozmeta_dbt.report import page
from ozmeta_dbt.report.document import BindingReport
from ozmeta_dbt.report.figures import Figure, Row
from ozmeta_dbt.report.forecast import forecast
from ozmeta_dbt.report.make import Choice, make
from rich.console import Console
from support.browser import browser
from support.dbt_project_under_test import PACKAGE, DbtProject
from support.small_case import CONFIG, event, snapshot
from support.verification import InThisProcess, command, dbt_of, in_this_process

REAL_JOURNAL = PACKAGE.parent / "shared/real_journal"
SINCE = "timestamp '2025-12-02'"  # 90 days before the demo's end
BINDINGS = ("case", "invoice", "ticket")
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}</script><b>"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo after two runs, the second of which retracts some of what the first one raised."""
    folder = tmp_path_factory.mktemp("report") / "project"
    write_project(folder, PACKAGE)
    write_journal(folder, journals(8000)[0])
    write_models(folder)
    dbt(folder, "deps")
    for days_left in (9, 0):
        until = END - dt.timedelta(days=days_left)
        load_journal(folder, until)
        dbt(folder, "run", as_of=until)
    return folder


def made(demo: Path, choice: Choice) -> list[BindingReport]:
    """The demo's profile names its database relative to the project."""
    with inside(demo):
        return make(InThisProcess(demo, demo), choice)


@pytest.fixture(scope="module")
def reports(demo: Path) -> dict[str, BindingReport]:
    return {report.name: report for report in made(demo, Choice(stories=6))}


def by_hand(demo: Path, sql: str) -> list[Row]:
    with connect(demo) as connection:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def only(figure: Figure, **values: Any) -> list[Row]:
    return [row for row in figure.rows if all(row[name] == v for name, v in values.items())]


def counted(rows: list[Row], measure: str, *keys: str) -> Counter[Any]:
    """{keys' values: sum of the measure}, without zeros."""
    found: Counter[Any] = Counter()
    for row in rows:
        found[tuple(row[key] for key in keys)] += row[measure]
    return Counter({key: count for key, count in found.items() if count})


# ---------------------------------------------------------------- the numbers


@pytest.mark.parametrize("binding", BINDINGS)
def test_running_timers(demo: Path, reports: dict[str, BindingReport], binding: str) -> None:
    hand = by_hand(
        demo,
        f"""
        select SL_Code as sla, count(*) as timers, case
            when ST_BreachedUTC is not null then 'late' when ST_IsPaused then 'paused'
            when ST_DueUTC is null then 'not_due'
            else coalesce('due_' || list_min(list_filter([4, 24, 72],
                lambda h: ST_DueUTC <= timestamp '{END}' + to_hours(h::int)))::varchar, 'later')
            end as horizon
        from {binding}_sla_cycle where _DeleteDate is null and ST_StopUTC is null group by all
        """,
    )
    found = only(reports[binding].figures["timers"], field=None)
    assert counted(found, "timers", "sla", "horizon") == counted(hand, "timers", "sla", "horizon")
    assert found


def test_running_timers_by_field(demo: Path, reports: dict[str, BindingReport]) -> None:
    hand = by_hand(
        demo,
        "select OF_Team as field_value, count(*) as timers from case_sla_cycle"
        " where _DeleteDate is null and ST_Status = 'Breached' group by all",
    )
    found = only(reports["case"].figures["timers"], field="Team", horizon="late")
    assert counted(found, "timers", "field_value") == counted(hand, "timers", "field_value")


@pytest.mark.parametrize("binding", BINDINGS)
def test_lists_of_objects(demo: Path, reports: dict[str, BindingReport], binding: str) -> None:
    figures = reports[binding].figures
    late = by_hand(
        demo,
        f"select ST_ObjectID as id, SL_Code as sla, ST_BreachedUTC as at from {binding}_sla_timer"
        " where _DeleteDate is null and ST_Status = 'Breached' order by ST_BreachedUTC",
    )
    rows = figures["late_objects"].rows
    assert {row["all_rows"] for row in rows} == {len(late)}
    assert [row["breached"] for row in rows] == [row["at"] for row in late][:100]
    queue = by_hand(
        demo,
        f"select EQ_AssignedToRole as role, count(*) as n, min(EQ_CreatedUTC) as oldest,"
        f" count(*) filter (EQ_Status = 'Ack') as acknowledged from {binding}_escalation_queue"
        " where _DeleteDate is null and EQ_Status in ('Open', 'Ack') group by all",
    )
    first = [row for row in figures["escalations"].rows if row["row_of_role"] == 1]
    assert {
        (row["role"], row["of_role"], row["of_role_acknowledged"], row["raised"]) for row in first
    } == {(row["role"], row["n"], row["acknowledged"], row["oldest"]) for row in queue}


def test_who_should_act_is_the_highest_open_escalation(
    demo: Path, reports: dict[str, BindingReport]
) -> None:
    hand = by_hand(
        demo,
        "select ST_ID, max(EQ_Level) as level from case_escalation_queue where _DeleteDate is null"
        " and EQ_Status <> 'Closed' group by all",
    )
    found = [row["escalation_level"] for row in reports["case"].figures["late_objects"].rows]
    assert max(level for level in found if level) == max(row["level"] for row in hand)
    assert None not in found


def test_approvals_that_wait(demo: Path, reports: dict[str, BindingReport]) -> None:
    hand = by_hand(
        demo,
        "select AS_Code as code, count(*) as n from invoice_approval_step"
        " where _DeleteDate is null and AP_Outcome = 'Pending' group by all",
    )
    rows = reports["invoice"].figures["approvals"].rows
    assert Counter(row["approval_step"] for row in rows) == {row["code"]: row["n"] for row in hand}
    assert rows


@pytest.mark.parametrize("binding", BINDINGS)
def test_outcomes(demo: Path, reports: dict[str, BindingReport], binding: str) -> None:
    hand = by_hand(
        demo,
        f"""
        select SL_Code as sla, date_trunc('day', coalesce(ST_BreachedUTC, ST_StopUTC)) as day,
            count(*) filter (ST_Outcome = 'Met') as met,
            count(*) filter (ST_Outcome = 'Missed') as missed,
            count(*) filter (ST_Outcome = 'Cancelled') as cancelled
        from {binding}_sla_cycle
        where _DeleteDate is null and ST_Outcome is not null and day >= {SINCE} group by all
        """,
    )
    figures = reports[binding].figures
    for outcome in ("met", "missed", "cancelled"):
        assert counted(figures["outcomes"].rows, outcome, "sla", "decided_on") == counted(
            hand, outcome, "sla", "day"
        )
        assert counted(only(figures["outcomes_by_field"], field=None), outcome, "sla") == counted(
            hand, outcome, "sla"
        )
        by_tenant = only(figures["outcomes_by_field"], field="Tenant")
        assert counted(by_tenant, outcome, "sla") == counted(hand, outcome, "sla")


def test_elapsed_shares(demo: Path, reports: dict[str, BindingReport]) -> None:
    hand = by_hand(
        demo,
        f"""
        select SL_Code as sla, ST_Outcome as outcome, count(*) as cycles,
            least(ST_ElapsedMinutes * 20 // ST_TargetMinutes, 60) as step
        from case_sla_elapsed
        where ST_Outcome is not null and coalesce(ST_BreachedUTC, ST_StopUTC) >= {SINCE}
        group by all
        """,
    )
    found = reports["case"].figures["elapsed_shares"].rows
    assert counted(found, "cycles", "sla", "outcome", "share_step") == counted(
        hand, "cycles", "sla", "outcome", "step"
    )


def test_where_the_time_went(demo: Path, reports: dict[str, BindingReport]) -> None:
    """A minute-by-minute reading: the state at the start of each minute of a few missed cycles."""
    stays = by_hand(
        demo,
        """
        select c._Key as cycle, t.TL_State as state, epoch_us(greatest(t.TL_EffectiveUTC,
            c.ST_StartUTC)) as since, epoch_us(least(coalesce(t.next_at, timestamp '9999-01-01'),
            coalesce(c.ST_StopUTC, (select max(RUN_AsOfUTC) from case_run)))) as until
        from case_sla_cycle as c
        inner join (
            select *, lead(TL_EffectiveUTC) over (partition by _ObjectKey order by TL_Position)
                as next_at
            from case_timeline where TL_Position is not null
        ) as t on t._ObjectKey = c._ObjectKey
        where c._DeleteDate is null and c.ST_Outcome = 'Missed' and c.SL_Code = 'Resolve'
        """,
    )
    seconds: Counter[str] = Counter()
    for row in stays:
        if row["until"] > row["since"]:
            seconds[row["state"]] += row["until"] - row["since"]
    found = {
        row["state"]: row["seconds"]
        for row in only(
            reports["case"].figures["time_of_outcomes"], field=None, sla="Resolve", outcome="Missed"
        )
        if row["seconds"]
    }
    # the report rounds each stay down to a second
    assert found.keys() == {state for state, micros in seconds.items() if micros >= 1_000_000}
    for state, whole in found.items():
        assert whole == pytest.approx(seconds[state] / 1_000_000, abs=len(stays))


@pytest.mark.parametrize("binding", BINDINGS)
def test_transitions_and_stays(demo: Path, reports: dict[str, BindingReport], binding: str) -> None:
    figures = reports[binding].figures
    moves = by_hand(
        demo,
        f"select TL_FromState as a, TL_ToState as b, count(*) as n from {binding}_timeline"
        f" where TL_IsApplied and TL_EffectiveUTC >= {SINCE} group by all",
    )
    assert counted(figures["moves"].rows, "events", "from_state", "to_state") == counted(
        moves, "n", "a", "b"
    )
    stays = by_hand(
        demo,
        f"""
        with entered as (
            select *, lead(TL_EffectiveUTC) over (partition by _ObjectKey order by TL_Position)
                as left_at
            from {binding}_timeline
            where TL_Position = 1 or TL_IsApplied and TL_FromState <> TL_ToState
        )
        select TL_State as state, count(*) as stays,
            quantile_disc(epoch_us(left_at - TL_EffectiveUTC) // 60000000, 0.5) as median,
            quantile_disc(epoch_us(left_at - TL_EffectiveUTC) // 60000000, 0.9) as p90
        from entered where left_at >= {SINCE} group by all
        """,
    )
    found = only(figures["stays"], next_state=None)
    assert {
        (row["state"], row["stays"], row["median_minutes"], row["p90_minutes"]) for row in found
    } == {(row["state"], row["stays"], row["median"], row["p90"]) for row in stays}


@pytest.mark.parametrize("binding", BINDINGS)
def test_trust(demo: Path, reports: dict[str, BindingReport], binding: str) -> None:
    figures = reports[binding].figures
    (arrivals,) = by_hand(
        demo,
        f"""
        select count(*) as events,
            count(*) filter (_SyncDate < EJ_EventTimeUTC) as before_it_happened,
            count(*) filter (_SyncDate - EJ_EventTimeUTC >= interval 7 day) as later
        from {binding}_timeline where not TL_IsUnsynced and _SyncDate >= {SINCE}
        """,
    )
    for name, count in arrivals.items():
        assert sum(row[name] for row in figures["arrivals"].rows) == count
    refused = by_hand(
        demo,
        f"select QR_Reason as reason, sum(QR_Rows)::int as n from {binding}_quarantine"
        " where _DeleteDate is null group by all",
    )
    assert counted(figures["refused_rows"].rows, "journal_rows", "reason") == counted(
        refused, "n", "reason"
    )
    anomalies = by_hand(
        demo,
        f"select TL_Anomaly as anomaly, count(*) as n from {binding}_timeline"
        f" where TL_Anomaly is not null and TL_EffectiveUTC >= {SINCE} group by all",
    )
    assert counted(figures["anomalies"].rows, "events", "anomaly") == counted(
        anomalies, "n", "anomaly"
    )
    signals = by_hand(
        demo, f"select RS_Kind as kind, count(*) as n from {binding}_runtime_signal group by all"
    )
    assert counted(figures["signals"].rows, "signals", "kind") == counted(signals, "n", "kind")


def test_every_delivered_row_is_accounted_for(
    demo: Path, reports: dict[str, BindingReport]
) -> None:
    """The admitted, refused and repeated rows together are the journal's rows. All rows have bound
    types.
    """
    parts = ("events", "refused_rows", "delivered_again")
    counts = [reports[binding].figures["journals"].rows for binding in BINDINGS]
    (hand,) = by_hand(demo, "select count(*) as n from raw.event_journal")
    assert sum(row[part] for (row,) in counts for part in parts) == hand["n"]
    (again,) = by_hand(
        demo,
        "select count(*) - count(distinct (EJ_ObjectType, EJ_ObjectID, EJ_ID, _TenantID,"
        " EJ_Payload, EJ_EventTimeUTC, EJ_EventType)) as n from raw.event_journal"
        " where EJ_ID is not null",
    )
    assert 0 < sum(row["delivered_again"] for (row,) in counts) <= again["n"]


@pytest.mark.parametrize("binding", BINDINGS)
def test_forecast(demo: Path, reports: dict[str, BindingReport], binding: str) -> None:
    figure = reports[binding].figures["forecast"]
    now = [row for row in figure.rows if row["weeks_ago"] == 0]
    hand = by_hand(
        demo,
        f"""
        select SL_Code as sla, count(*) as cycles, case
            when ST_BreachedUTC is not null then 'late' when ST_Outcome = 'Cancelled' then
            'cancelled' when ST_StopUTC is not null then 'stopped' else 'open' end as position
        from {binding}_sla_elapsed where ST_StartUTC < timestamp '{END}' group by all
        """,
    )
    assert counted(now, "cycles", "sla", "position") == counted(hand, "cycles", "sla", "position")
    (due,) = by_hand(
        demo,
        f"select count(*) as n from {binding}_sla_elapsed where ST_Status in ('Running', 'Warned')"
        f" and ST_DueUTC < timestamp '{END}' + interval 7 day",
    )
    found = forecast(figure.rows)
    assert sum(day["due"] for day in found["by_day"]) == due["n"]
    (missed,) = by_hand(
        demo,
        f"""
        select count(*) as n from {binding}_sla_elapsed
        where ST_StartUTC < timestamp '{END}' - interval 14 day
            and ST_BreachedUTC > timestamp '{END}' - interval 14 day
            and ST_BreachedUTC < timestamp '{END}' - interval 7 day
        """,
    )
    (week,) = [week for week in found["replayed"] if week["weeks_ago"] == 2]
    assert week["missed"] == missed["n"]


def test_the_forecast_of_the_demo_is_good_most_of_the_time(
    reports: dict[str, BindingReport],
) -> None:
    weeks = [
        week
        for report in reports.values()
        for week in forecast(report.figures["forecast"].rows)["replayed"]
        if week["weeks_ago"] <= 6
    ]
    assert len(weeks) == 18
    assert sum(week["is_within"] for week in weeks) >= 12


def test_stories_are_those_of_explain(demo: Path, reports: dict[str, BindingReport]) -> None:
    asked = reports["case"].stories[0]
    with inside(demo):
        answer = InThisProcess(demo, demo).operation(
            "explain_facts", binding="case", object=asked.object_id
        )
    (facts,) = [
        one for one in explain.objects(answer).values() if explain.tenant(one) == asked.tenant
    ]
    story = explain.story("case", asked.object_id, facts)
    assert asked.heading == story.heading and asked.notes == story.notes
    assert [line[2] for line in asked.lines] == [line.what for line in story.lines]
    assert [line[3] for line in asked.lines] == [
        [text for _, text in line.effects] for line in story.lines
    ]
    assert {len(report.stories) for report in reports.values()} == {6}


def test_the_demo_writes_its_report_from_any_folder(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its profile names the database relative to the project."""
    monkeypatch.setattr(Dbt, "__call__", in_this_process)
    monkeypatch.chdir(tmp_path)
    out = Console(file=io.StringIO(), width=200)
    show_report(demo, out)
    assert "The report is" in out.file.getvalue()  # type: ignore[attr-defined]
    assert (demo / "target/ozmeta_report.html").stat().st_size > 1_000_000
    assert not any(tmp_path.iterdir())


# ---------------------------------------------------------------- options and bad input


def test_one_tenant_and_a_later_since(demo: Path) -> None:
    since = "2026-02-20"
    choice = Choice(bindings=("Case",), tenant="acme", since=since, rows=3, stories=0)
    (report,) = made(demo, choice)
    hand = by_hand(
        demo,
        "select count(*) filter (ST_Outcome = 'Missed') as missed, count(*) filter (ST_Status ="
        " 'Breached') as late from case_sla_cycle where _DeleteDate is null and _TenantID = 'acme'"
        f" and (ST_Status = 'Breached' or coalesce(ST_BreachedUTC, ST_StopUTC) >= date '{since}')",
    )[0]
    late = report.figures["late_objects"].rows
    assert len(late) == 3 and late[0]["all_rows"] == hand["late"]
    assert {row["tenant"] for row in late} == {"acme"}
    assert "Tenant" not in report.fields and report.since == dt.datetime(2026, 2, 20)
    decided = sum(row["missed"] for row in report.figures["outcomes"].rows)
    (missed,) = by_hand(
        demo,
        "select count(*) as n from case_sla_cycle where _DeleteDate is null and _TenantID = 'acme'"
        f" and ST_BreachedUTC >= date '{since}'",
    )
    assert decided == missed["n"] > 0


def test_the_sql_of_each_figure_gives_its_rows(
    demo: Path, reports: dict[str, BindingReport]
) -> None:
    for report in reports.values():
        for figure in report.figures.values():
            assert len(by_hand(demo, figure.sql)) == len(figure.rows), figure.name


def test_files_and_formats(demo: Path) -> None:
    project: Any = SimpleNamespace(folder=demo)
    status, printed = command(project, "report", "--binding", "ticket", "--stories", "0")
    assert status == 0 and "target/ozmeta_report.html" in printed
    size = (demo / "target/ozmeta_report.html").stat().st_size
    assert 1_000_000 < size < 5_000_000
    status, printed = command(project, "report", "--format", "json", "--out", "r.json")
    document = json.loads((demo / "r.json").read_text(encoding="utf-8"))
    assert status == 0 and document["bindings"].keys() == set(BINDINGS)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--binding", "nope"], "has no binding 'nope'"),
        (["--since", "soon"], "expected a date or a timestamp"),
        (["--since", "2030-01-01"], "which is after the last run of"),
        (["--tenant", "nobody"], "no event has this tenant"),
    ],
)
def test_bad_options_write_nothing(demo: Path, given: list[str], said: str) -> None:
    status, printed = command(
        SimpleNamespace(folder=demo),
        "report",
        "--out",
        "not.html",
        *given,  # type: ignore[arg-type]
    )
    assert status != 0 and said in " ".join(printed.split())
    assert status == 2 or given[0] == "--binding"  # dbt runs in this process: see support
    assert not (demo / "not.html").exists()


def test_before_the_first_run(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, CONFIG, snapshot())
    project.create_journal()
    status, printed = command(project, "report")
    assert status != 0 and "does not exist yet. Run dbt first." in printed
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T00:30:00", "--empty")
    (report,) = make(dbt_of(project), Choice())
    assert report.as_of is None
    assert "No run of this binding is complete yet" in page.html([report], "t", None)


def test_rare_values_of_a_field_are_added_up(tmp_path: Path) -> None:
    """23 teams: those with two late timers and the first of the others have rows of their own."""
    project = DbtProject(
        tmp_path, CONFIG | {"bindings": {"Case": {"report_fields": ["Team"]}}}, snapshot()
    )
    project.create_journal()
    rows = []
    for number in range(23):
        for copy in range(2 if number >= 20 else 1):
            row = event(f"e{number}_{copy}", 0, "Go", f"o{number}_{copy}")
            payload = {"object": {"Team": f"T{number:02}"}, "transition": {"code": "Go"}}
            rows.append(row | {"EJ_Payload": json.dumps(payload)})
    project.append(rows)
    project.run("2026-01-01T03:00:00")
    (report,) = make(dbt_of(project), Choice(stories=0))
    found = only(report.figures["timers"], field="Team", horizon="late")
    kept = {row["field_value"]: row["timers"] for row in found if not row["is_rest"]}
    (rest,) = [row for row in found if row["is_rest"]]
    assert kept == {f"T{n:02}": 2 for n in range(20, 23)} | {f"T{n:02}": 1 for n in range(17)}
    assert (rest["field_value"], rest["timers"]) == (None, 3)
    (whole,) = only(report.figures["timers"], field=None, horizon="late")
    assert whole["timers"] == 26


def test_models_that_are_not_built_are_named(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, CONFIG, snapshot())
    project.create_journal()
    project.append([event("a", 0, "Go"), event("b", 90, "Back")])
    project.run("2026-01-01T03:00:00")
    (report,) = make(dbt_of(project), Choice())
    assert report.missing == {"approvals": ["approval_step"]}
    assert report.headline[:2] == [
        "1 of 1 running timers are late, and 0 more are due within 24 hours.",
        "0.0% of the cycles met their target; 1 were missed.",
    ]
    html = page.html([report], "t", None)
    assert "approvals: the project does not build approval_step." in html


@pytest.mark.skipif(not REAL_JOURNAL.is_dir(), reason="NOT RUN: the real journal is not here")
def test_the_real_journal(tmp_path: Path) -> None:
    project = DbtProject(
        tmp_path, CONFIG, json.loads((REAL_JOURNAL / "snapshot.json").read_text()), threads=2
    )
    project.create_journal()
    with project.connect() as connection:
        connection.execute(
            f"insert into raw.event_journal select * from '{REAL_JOURNAL}/event_journal.parquet'"
        )
        as_of = connection.execute("select max(_SyncDate) from raw.event_journal").fetchone()[0]
    project.run(as_of.isoformat())
    (report,) = make(dbt_of(project), Choice(since="beginning", stories=5))
    hand = project.rows(
        "select SL_Code as sla, count(*) filter (ST_Outcome = 'Met') as met, count(*) filter"
        " (ST_Outcome = 'Missed') as missed, count(*) filter (ST_Status = 'Breached') as late"
        " from incident_sla_cycle where _DeleteDate is null group by all"
    )
    figures = report.figures
    whole = only(figures["outcomes_by_field"], field=None)
    assert counted(whole, "met", "sla") == counted(hand, "met", "sla")
    assert counted(whole, "missed", "sla") == counted(hand, "missed", "sla")
    late = only(figures["timers"], field=None, horizon="late")
    assert counted(late, "timers", "sla") == counted(hand, "late", "sla")
    (events,) = project.rows("select count(*) as n from incident_timeline")
    assert sum(row["events"] for row in figures["journals"].rows) == events["n"]
    assert sum(row["events"] for row in figures["arrivals"].rows) == events["n"]
    assert len(report.stories) == 5 and len(page.html([report], "t", None)) < 5_000_000


# ---------------------------------------------------------------- in a browser


def hostile(reports: dict[str, BindingReport]) -> list[BindingReport]:
    """The same figures, with a hostile text in each text."""

    def poisoned(row: Row) -> Row:
        kept = ("field", "horizon", "position", "outcome", "escalation_status", "anomaly", "kind")
        return {
            name: f"{HOSTILE}{value}" if isinstance(value, str) and name not in kept else value
            for name, value in row.items()
        }

    return [
        BindingReport(
            HOSTILE,
            report.as_of,
            report.since,
            report.fields,
            {
                name: Figure(name, HOSTILE + figure.sql, [poisoned(row) for row in figure.rows])
                for name, figure in report.figures.items()
            },
            {HOSTILE: [HOSTILE]},
            None,
            report.stories,
        )
        for report in reports.values()
    ]


@pytest.fixture(scope="module")
def opened(
    reports: dict[str, BindingReport], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """Opens the report: (colour scheme, width, whether its texts are hostile) to the page and what
    went wrong in it.
    """
    folder = tmp_path_factory.mktemp("pages")
    (folder / "plain.html").write_text(page.html([*reports.values()], "Report", None), "utf-8")
    (folder / "hostile.html").write_text(page.html(hostile(reports), HOSTILE, HOSTILE), "utf-8")

    with browser() as found:

        def open_page(scheme: str = "light", width: int = 1300, name: str = "plain") -> Any:
            view = found.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
            wrong: list[str] = []
            view.on("console", lambda message: wrong.append(message.text))
            view.on("pageerror", lambda error: wrong.append(str(error)))
            view.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
            view.on(
                "request",
                lambda asked: None if asked.url.startswith("file:") else wrong.append(asked.url),
            )
            view.goto((folder / f"{name}.html").as_uri())
            return view, wrong

        yield open_page


def show_every_view(view: Any) -> None:
    """Picks each view of each block, so that each chart is drawn."""
    for place in range(view.locator("[data-views]").count()):
        select = view.locator("[data-views]").nth(place)
        for option in range(select.locator("option").count()):
            select.select_option(str(option))


@pytest.mark.parametrize(
    ("scheme", "width", "name"),
    [
        ("light", 1300, "plain"),
        ("dark", 1300, "plain"),
        ("light", 390, "plain"),
        ("light", 1300, "hostile"),
    ],
)
def test_every_chart_is_drawn_without_an_error(
    opened: Any, scheme: str, width: int, name: str
) -> None:
    view, wrong = opened(scheme, width, name)
    show_every_view(view)
    assert view.locator("[data-chart]:not(:has(path, rect))").count() == 0
    assert view.locator("[data-chart]").count() > 40
    assert wrong == []
    assert view.evaluate("document.documentElement.scrollWidth") == width
    assert view.evaluate("document.documentElement.dataset.theme") == scheme
    assert view.locator("img").count() == 0
    view.close()


def test_a_table_sorts_and_searches(opened: Any) -> None:
    view, wrong = opened()
    table = view.locator("#late_objects-0")
    header = table.locator("th button", has_text="late for")
    place = table.locator("th").all_inner_texts().index("late for (wall clock)")
    cells = f"""[...document.querySelectorAll('#late_objects-0 tbody tr')]
        .filter(row => !row.hidden).map(row => Number(row.children[{place}].dataset.value))"""
    for order in (sorted, lambda values: sorted(values, reverse=True)):
        header.click()
        values = view.evaluate(cells)
        assert values == order(values) and len(values) > 5
    assert table.locator("th[aria-sort=descending]").inner_text().startswith("late for")
    word = table.locator("tbody tr").first.locator("td").first.inner_text()
    table.locator("[data-search]").fill(word)
    assert 0 < len(view.evaluate(cells)) < len(values)
    assert "rows" in table.locator(".found").inner_text()
    assert wrong == []
    view.close()


def test_an_object_leads_to_its_story(opened: Any, reports: dict[str, BindingReport]) -> None:
    view, wrong = opened()
    link = view.locator("#late_objects-0 td a").first
    object_id = link.inner_text()
    link.focus()
    view.keyboard.press("Enter")
    story = view.locator("details.story[open]")
    story.wait_for()  # the page hears of the new address a little later
    assert story.count() == 1 and object_id in story.locator("summary").inner_text()
    assert story.locator("tbody tr").count() > 2
    assert wrong == []
    view.close()


def test_the_theme_can_be_changed_and_the_page_printed(opened: Any, tmp_path: Path) -> None:
    view, wrong = opened("dark")
    view.locator("#theme").click()
    assert view.evaluate("document.documentElement.dataset.theme") == "light"
    view.locator("#theme").click()
    view.pdf(path=str(tmp_path / "report.pdf"))
    assert (tmp_path / "report.pdf").stat().st_size > 50_000
    assert view.evaluate("document.documentElement.dataset.theme") == "dark"
    assert wrong == []
    view.close()
