"""The report's document: typed rows, sums, sentences, and a page that no text can change."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.verified import keep, last_verified
from ozmeta_dbt.problems import DbtFailed, FileProblem
from ozmeta_dbt.report import (
    compliance,
    document,
    figures,
    flow,
    headline,
    now,
    outlook,
    page,
    tables,
)
from ozmeta_dbt.report.make import Choice, check, write
from ozmeta_dbt.report.stories import Told, wanted

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&`{{7*7}}"


def figure(name: str, *rows: dict[str, Any]) -> figures.Figure:
    return figures.Figure(name, f"select 1 -- {name}", list(rows))


def timers(
    sla: str,
    horizon: str,
    count: int,
    field: str | None = None,
    value: str | None = None,
    is_rest: int = 0,
) -> dict[str, Any]:
    return {
        "field": field,
        "field_value": value,
        "is_rest": is_rest,
        "sla": sla,
        "horizon": horizon,
        "timers": count,
    }


def outcome(
    sla: str, met: int, missed: int, field: str | None = None, value: str | None = None
) -> dict[str, Any]:
    return {
        "field": field,
        "field_value": value,
        "is_rest": 0,
        "sla": sla,
        "met": met,
        "missed": missed,
        "cancelled": 0,
    }


def test_rows_get_their_types_whatever_the_driver_wrote() -> None:
    answer = {
        "figures": {
            "runs": {
                "sql": "select",
                "columns": ["run_no", "journal", "as_of", "events", "field_1"],
                "rows": [
                    ["7", "007", "2026-01-02 03:04:05.000006", "12.0", "1"],
                    ["8", None, "2026-01-02T03:04:05+02:00", "1E+2", None],
                    ["9", "x", "2026-01-02", None, "0"],
                ],
            }
        }
    }
    first, second, third = figures.read(answer)["runs"].rows
    assert first == {
        "run_no": 7,
        "journal": "007",
        "events": 12,
        "field_1": "1",
        "as_of": dt.datetime(2026, 1, 2, 3, 4, 5, 6),
    }
    assert second["as_of"] == dt.datetime(2026, 1, 2, 1, 4, 5) and second["events"] == 100
    assert third["as_of"] == dt.datetime(2026, 1, 2) and third["events"] is None


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "0 min"), (59, "59 min"), (61, "1 h 01 min"), (1440, "1 d 0 h"), (-90, "-1 h 30 min")],
)
def test_durations(minutes: int, shown: str) -> None:
    assert tables.duration(minutes) == shown


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    rows = [
        {
            "sla": "S",
            "decided_on": dt.datetime(2026, 3, day),
            "met": 1,
            "missed": day % 2,
            "cancelled": 0,
        }
        for day in (1, 2, 8, 9)
    ]
    weeks = compliance.over_time(rows, compliance.week_of)
    assert [week["start"].day for week in weeks] == [23, 2, 9]
    assert [week["share"] for week in weeks] == [0.5, 1, 0.5]
    (month,) = compliance.over_time(rows, compliance.month_of)
    assert (month["met"], month["missed"], month["start"].day) == (4, 2, 1)


def test_the_headline_names_who_is_late_most_and_why() -> None:
    found = {
        "timers": figure(
            "timers",
            timers("Solve", "late", 5),
            timers("Solve", "due_4", 2),
            timers("Solve", "later", 3),
            timers("Solve", "late", 4, "Team", "Berlin"),
            timers("Solve", "late", 1, "Team", "Oslo"),
            timers("Solve", "late", 5, "Kind", "one value"),
        ),
        "outcomes_by_field": figure(
            "outcomes_by_field",
            outcome("Solve", 6, 4),
            outcome("Solve", 6, 1, "Team", "Berlin"),
            outcome("Solve", 0, 3, "Team", "Oslo"),
        ),
        "time_of_outcomes": figure(
            "time_of_outcomes",
            *(
                {
                    "field": f,
                    "field_value": v,
                    "is_rest": 0,
                    "sla": "Solve",
                    "outcome": "Missed",
                    "state": state,
                    "stays": 3,
                    "seconds": seconds,
                }
                for f, v, state, seconds in (
                    (None, None, "Wait", 9000),
                    (None, None, "Work", 1000),
                    ("Team", "Oslo", "Work", 500),
                )
            ),
        ),
    }
    assert headline.headline(found, ["Team", "Kind"]) == [
        "5 of 10 running timers are late, and 2 more are due within 24 hours.",
        "Late most often, by Team: Berlin, 4 of 4 timers (100%); then Oslo, 1 of 1 (100%).",
        "60.0% of the cycles met their target; 4 were missed.",
        "Missed most often, by Team: Oslo, 3 of 3 cycles (100%); then Berlin, 1 of 7 (14%).",
        "Missed Solve cycles spent 90% of their time in Wait and 10% in Work.",
        "Those of Team Oslo spent 100% of their time in Work.",
    ]


def test_a_share_counts_more_than_a_number_and_few_say_little() -> None:
    part = headline.Part
    found = headline.worst(
        [part("a", 50, 1000), part("b", 30, 300), part("c", 2, 2), part("d", 0, 90)]
    )
    assert [one.value for one in found] == ["b", "a"]
    assert headline.worst([part("c", 1, 2), part("e", 0, 3)]) == [part("c", 1, 2)]


def test_working_time_is_in_hours() -> None:
    assert [tables.working_time(m).text for m in (0, 59, 60, 2400, -90, None)] == [
        "0 min",
        "59 min",
        "1 h",
        "40 h",
        "-1 h 30 min",
        "",
    ]


def test_past_accuracy_leaves_out_weeks_with_little_history() -> None:
    def week(expected: float, missed: int, unknown: int, is_within: bool) -> dict[str, Any]:
        return {
            "due": 40,
            "expected": expected,
            "missed": missed,
            "unknown": unknown,
            "is_within": is_within,
        }

    (told,) = outlook.accuracy([week(10, 8, 0, True), week(9, 12, 10, False), week(0, 4, 30, True)])
    assert "in the last 2 weeks" in told and "expected 19, and 20 were missed" in told
    assert "too high in 1 week and too low in 1." in told and "in 1 of 2 weeks" in told
    assert outlook.accuracy([week(0, 4, 30, True)]) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"has_tenant": False}, "no event has this tenant"),
        ({"since": 11}, "after the last run of case"),
    ],
)
def test_a_report_of_nothing_is_refused(found: dict[str, Any], said: str) -> None:
    answer = {"case": {"as_of": 10, "has_tenant": True} | found, "new": {"figures": {}}}
    with pytest.raises(DbtFailed, match=said):
        check(answer, Choice(tenant="acme", since="2026-01-01"))


def test_no_value_and_the_rest_of_the_values_are_told_apart() -> None:
    rows = [timers("S", "late", 1, "Team", None), timers("S", "late", 2, "Team", None, 1)]
    found = now.by_field(figure("timers", *rows), "Team")
    assert {name: counts["late"] for name, counts in found.items()} == {
        "(all other values)": 2,
        "(none)": 1,
    }


def move(source: str, target: str, events: int, anomaly: str | None = None) -> dict[str, Any]:
    return {
        "from_state": source,
        "to_state": target,
        "transition_code": "t",
        "anomaly": anomaly,
        "events": events,
    }


def test_an_arrow_is_marked_if_most_of_its_events_are_wrong() -> None:
    found = flow.arrows(
        [
            move("A", "B", 90),
            move("A", "B", 10, "IllegalTransition"),
            move("B", "A", 3, "UndeclaredTransition"),
            move("A", "C", 5, "ClockSkew"),
        ],
        [{"state": "A", "next_state": "B", "median_minutes": 61}],
    )
    wrong = {(arrow.source, arrow.target): arrow.is_wrong for arrow in found}
    assert wrong == {("A", "B"): False, ("B", "A"): True, ("A", "C"): False}
    assert flow.arrow_label(found[0]) == "100 · 1 h 01 min · 10 IllegalTransition"


def a_report(text: str) -> document.BindingReport:
    """Every text of a binding is this one."""
    listed = {
        "all_rows": 1,
        "row_no": 1,
        "object_id": text,
        "tenant": text,
        "sla": text,
        "state": text,
        "state_since": dt.datetime(2026, 1, 1),
        "started": dt.datetime(2026, 1, 1),
        "due": dt.datetime(2026, 1, 2),
        "breached": dt.datetime(2026, 1, 2),
        "elapsed_minutes": 9,
        "remaining_minutes": -3,
        "target_minutes": 6,
        "calendar": text,
        "escalation_level": 1,
        "role": text,
        "principal": text,
        "escalation_status": "Ack",
        "field_1": text,
    }
    found = {
        "timers": figure(
            "timers",
            timers(text, "late", 1),
            timers(text, "late", 1, text, text),
            timers(text, "late", 1, text, "b"),
        ),
        "late_objects": figure("late_objects", listed),
        "outcomes": figure(
            "outcomes",
            {
                "sla": text,
                "decided_on": dt.datetime(2026, 1, 1),
                "met": 1,
                "missed": 1,
                "cancelled": 0,
            },
        ),
        "outcomes_by_field": figure("outcomes_by_field", outcome(text, 1, 1)),
        "states": figure(
            "states",
            {
                "state": text,
                "is_terminal": 0,
                "objects": 1,
                "oldest_since": dt.datetime(2026, 1, 1),
            },
        ),
        "moves": figure("moves", move(text, "B", 3)),
        "runs": figure(
            "runs",
            {
                "run_no": 1,
                "journal": text,
                "as_of": dt.datetime(2026, 1, 3),
                "read_up_to": None,
                "events": 1,
                "objects": 1,
            },
        ),
    }
    story = Told(text, text, text, [("1", "2026-01-01", text, [text, text])], [text])
    return document.BindingReport(
        text, dt.datetime(2026, 1, 3), None, [text], found, {"approvals": [text]}, None, [story]
    )


def without_scripts(html: str) -> str:
    """The page without the libraries, which hold all kinds of text."""
    for script in page.SCRIPTS:
        assert page.asset(script) in html
        html = html.replace(page.asset(script), "")
    return html


def test_hostile_texts_are_inert_on_the_page() -> None:
    html = without_scripts(page.html([a_report(HOSTILE)], HOSTILE, HOSTILE))
    assert html.count("<script") == 4 and html.count("</script>") == 4
    assert "<img" not in html and "{{7*7}}" in html
    data = re.search(r'<script type="application/json" id="charts">(.*?)</script>', html, re.S)
    assert (
        data
        and "<" not in data[1]
        and HOSTILE in json.dumps(json.loads(data[1])).replace('\\"', '"')
    )


def test_the_page_needs_no_network() -> None:
    html = without_scripts(page.html([a_report("x")], "Report", None))
    assert "default-src 'none'" in html
    assert not re.search(r'(src|href)="(?!#)', html)


def test_json_has_the_same_figures(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.json"
    size = write([a_report(HOSTILE)], path, "json", "t", None)
    found = json.loads(path.read_text(encoding="utf-8"))["bindings"][HOSTILE]
    assert size == path.stat().st_size
    assert found["figures"]["late_objects"]["rows"][0]["due"] == "2026-01-02T00:00:00Z"
    assert found["figures"]["timers"]["sql"] == "select 1 -- timers"
    assert found["computed"]["met_by_month"][0]["share"] == 0.5


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here")
    with pytest.raises(FileProblem, match=r"file.r\.html can't be written"):
        write([], blocked / "r.html", "html", "t", None)
    assert blocked.read_text() == "here"


@pytest.mark.parametrize(
    ("given", "span"),
    [
        ("90d", {"days": 90}),
        ("beginning", {}),
        ("2026-03-01", {"since": "2026-03-01 00:00:00"}),
        ("2026-03-01T02:00:00+02:00", {"since": "2026-03-01 00:00:00"}),
    ],
)
def test_since(given: str, span: dict[str, Any]) -> None:
    assert Choice(since=given).span == span


@pytest.mark.parametrize("given", ["", "0d", "d", "yesterday", "2026-13-01", "9999999d", "-3d"])
def test_since_that_is_no_instant(given: str) -> None:
    with pytest.raises(DbtFailed, match="expected a date or a timestamp"):
        _ = Choice(since=given).span


def test_late_objects_have_stories_first() -> None:
    lists = {
        name: figure(name, *({"object_id": f"{name}{n}", "tenant": None} for n in range(9)))
        for name in ("late_objects", "due_objects")
    }
    found = [object_id for object_id, _ in wanted(lists, 11)]
    assert found == [*(f"late_objects{n}" for n in range(9)), "due_objects0", "due_objects1"]
    assert wanted(lists, 0) == []


def test_the_last_verify_is_kept_by_binding(tmp_path: Path) -> None:
    dbt = Dbt(tmp_path)
    assert last_verified(dbt) == {}
    for binding, differing in (("case", 2), ("order", 0)):
        keep(
            dbt,
            {binding: {"as_of": 0}},
            {binding: {"models": {"timeline": {"rows": 10, "differing_rows": differing}}}},
            "of all objects",
        )
    found = last_verified(dbt)
    assert found["case"] == {
        "as_of": "1970-01-01 00:00:00",
        "choice": "of all objects",
        "rows": 10,
        "differing_rows": 2,
    }
    assert found["order"]["differing_rows"] == 0
    (tmp_path / "target/ozmeta_verify.json").write_text("{")
    assert last_verified(dbt) == {}
