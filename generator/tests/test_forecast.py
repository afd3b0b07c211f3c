"""The forecast: chances from curves, ranges, and what earlier forecasts would have said."""

from __future__ import annotations

from typing import Any

import pytest
from ozmeta_dbt.report.forecast import forecast
from ozmeta_dbt.report.survival import ENOUGH, STEPS, Curve, Estimate


def curve(**cells: int) -> Curve:
    """stopped_10=5: five cycles stopped in step 10; late=3: three reached the target."""
    found = Curve()
    for name, cycles in cells.items():
        position, _, step = name.partition("_")
        found.add(position, int(step or 0), cycles)
    return found


def row(**given: Any) -> dict[str, Any]:
    return {
        "weeks_ago": 0,
        "sla": "Solve",
        "field_value": None,
        "is_rest": 0,
        "position": "open",
        "history": 1,
        "step": 0,
        "due_in": None,
        "breached_later": 0,
        "cycles": 1,
    } | given


def test_without_censored_cycles_a_curve_is_the_share_that_is_left() -> None:
    found = curve(stopped_0=10, stopped_25=30, late=60).open_shares()
    assert found[0] == 1
    assert found[1] == pytest.approx(0.9)
    assert found[26] == pytest.approx(0.6)
    assert found[STEPS] == pytest.approx(0.6)


def test_a_censored_cycle_counts_up_to_its_step() -> None:
    """By hand: 100 reach step 0, and 20 of them are censored there. 80 reach step 10, where 40
    stop: half of those that came so far.
    """
    found = curve(cancelled_0=20, stopped_10=40, late=40)
    assert found.reached[0] == 100 and found.reached[1] == 80 and found.reached[11] == 40
    assert found.open_shares()[STEPS] == pytest.approx(0.5)


def test_the_chance_to_miss_grows_as_the_clock_runs() -> None:
    chances = curve(stopped_0=20, stopped_20=30, stopped_40=25, late=25).chances()
    assert chances[0] and chances[21] and chances[41]
    assert chances[0].missed == pytest.approx(0.25)
    assert chances[21].missed == pytest.approx(0.5)
    assert chances[41].missed == pytest.approx(1) and chances[41].is_certain
    assert not chances[40] or not chances[40].is_certain


def test_too_little_history_gives_no_chance() -> None:
    chances = curve(stopped_10=5, late=ENOUGH - 1).chances()
    assert chances[10] is not None and chances[11] is None


def test_the_range_of_many_timers_is_narrower_than_all_of_them() -> None:
    chance = curve(stopped_10=50, late=50).chances()[0]
    estimate = Estimate()
    estimate.add(chance, 400)
    low, high = estimate.range
    assert estimate.expected == pytest.approx(200)
    assert (low, high) == (180, 220)  # 1.96 standard deviations of 400 draws
    estimate.add(None, 7)
    assert estimate.range == (180, 227) and estimate.unknown == 7


def test_the_range_begins_at_what_is_certain() -> None:
    certain = curve(stopped_10=50, late=50).chances()[20]
    estimate = Estimate()
    estimate.add(certain, 5)
    assert estimate.range == (5, 5) and estimate.certain == 5


HISTORY = [
    row(field_value="High", position="stopped", step=10, cycles=10),
    row(field_value="High", position="late", step=49, cycles=30),
    row(field_value="Low", position="stopped", step=10, cycles=60),
    row(field_value="New", position="stopped", step=45, cycles=1),
]


def test_a_timer_is_compared_with_its_own_value_or_else_its_sla() -> None:
    def expected(value: str) -> float:
        timer = row(field_value=value, step=5, due_in=2, history=0, cycles=100)
        return forecast([*HISTORY, timer])["by_sla"][0]["expected"]

    assert expected("High") == 75.0
    assert expected("Low") == 0.0
    # one cycle is too little: 30 of all 101 were late
    assert expected("New") == pytest.approx(100 * 30 / 101, abs=0.05)
    assert expected("Unseen") == expected("New")


def test_days_and_what_is_left_out() -> None:
    timers = [
        row(field_value="High", step=5, due_in=0, cycles=4),
        row(field_value="High", step=5, due_in=6, cycles=8),
        row(field_value="High", step=5, due_in=7, cycles=16),
        row(field_value="High", step=5, due_in=None, cycles=32),
    ]
    found = forecast([*HISTORY, *timers])
    assert [day["due"] for day in found["by_day"]] == [4, 0, 0, 0, 0, 0, 8]
    assert (found["later"], found["not_due"]) == (16, 32)
    assert found["by_sla"][0]["due"] == 12


def test_an_earlier_forecast_uses_only_the_rows_of_its_week() -> None:
    then = [entry | {"weeks_ago": 3} for entry in HISTORY]
    open_then = [
        row(weeks_ago=3, field_value="High", step=20, due_in=1, cycles=6, breached_later=1),
        row(weeks_ago=3, field_value="High", step=20, due_in=1, cycles=4),
        row(weeks_ago=3, field_value="High", step=20, due_in=7, cycles=9, breached_later=1),
    ]
    (week,) = forecast([*then, *open_then])["replayed"]
    assert (week["weeks_ago"], week["due"], week["missed"]) == (3, 10, 6)
    assert week["certain"] == 10  # nobody has stopped after step 10
    assert not week["is_within"]
