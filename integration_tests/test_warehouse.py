"""The command that plays the scenarios on a real warehouse: it says what it costs, and runs nothing
that nobody agreed to. No warehouse is reached here.
"""

from __future__ import annotations

import json

import pytest
import warehouse
from engines.scenarios import SCENARIOS
from warehouse import PRICES, STORED, main

Played = list[tuple[str, list[str]]]


def call(monkeypatch: pytest.MonkeyPatch, *given: str, answer: str = "n") -> tuple[int, Played]:
    played: Played = []

    def play(name: str, scenarios: list[str]) -> int:
        played.append((name, scenarios))
        return 7

    monkeypatch.setenv("OZMETA_PROFILE", "{}")
    return main(list(given), ask=lambda _: answer, play=play), played


def test_every_scenario_is_counted() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert list(stored) == list(SCENARIOS)
    for name, make in SCENARIOS.items():
        assert stored[name] > 15 * len(make().steps), name  # a run sends 30 and more


@pytest.mark.parametrize("name", list(PRICES))
def test_it_says_what_it_costs_and_asks(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, name, "--scenarios", "changes,cases", answer="no") == (0, [])
    said = capsys.readouterr().out
    assert f"these scenarios on {name}" in said and "Nothing was run." in said
    ran = call(monkeypatch, name, "--scenarios", "changes,cases", answer="y")
    assert ran == (7, [(name, ["changes", "cases"])])
    assert call(monkeypatch, name, "--estimate") == (0, [])
    assert call(monkeypatch, name, "--yes") == (7, [(name, list(SCENARIOS))])


def test_the_estimate_is_the_statements_by_the_price(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        warehouse,
        "estimate",
        lambda price, names: [warehouse.Line("changes", 3600, 3600 * price.statement)],
    )
    call(monkeypatch, "snowflake", "--estimate", "--price", "2")
    assert "3,600     2.00" in capsys.readouterr().out  # an hour of an X-Small warehouse


def test_nothing_runs_without_a_profile_or_above_the_limit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "snowflake", "--yes", "--most", "0.01") == (2, [])
    assert "more than --most 0.01" in capsys.readouterr().err
    monkeypatch.delenv("OZMETA_PROFILE")
    assert main(["snowflake", "--yes"]) == 2
    assert "OZMETA_PROFILE is not set" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "say which warehouse: bigquery"),
        (["oracle"], "invalid choice"),
        (["bigquery", "--scenarios", "changez"], "no such scenario: changez. There are:"),
    ],
)
def test_wrong_arguments(given: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(given)
    assert stopped.value.code == 2 and said in capsys.readouterr().err
