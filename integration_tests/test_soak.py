"""A part of `make soak`: the first 32 hours, with a purge at the thirtieth."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engines import engine
from engines.base import Worker
from soak import is_as_predicted, soak


def test_the_first_hours_of_a_soak_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    check(tmp_path, postgres)


def test_the_first_hours_of_a_soak_on_duckdb(tmp_path: Path) -> None:
    with engine("duckdb").session(tmp_path / "warehouse") as worker:
        tally = check(tmp_path, worker)
    refused = "runs at once that ended so: another process had DuckDB's file open"
    assert tally[refused] > 0


def test_what_a_soak_fails_on() -> None:
    steady, flat = [1.0] * 9, [500.0, 100.0, 90.0]
    assert is_as_predicted(steady, flat)
    assert is_as_predicted([1.0, 9.0, 1.0, *steady], flat)  # medians: one slow run is no trend
    assert not is_as_predicted([*steady, *[2.1] * 9], flat)
    assert not is_as_predicted(steady, [500.0, 100.0, 161.0])


def check(folder: Path, first: Worker) -> Counter[str]:
    made = soak(folder, first, runs=32, seed=21, every=30)
    assert made.tally["purged objects"] > 0
    assert made.tally["killed runs"] == made.tally["runs at once"] == 3
    assert made.tally["runs of a part"] == 1
    assert made.tally["changed definitions"] == 2
    return made.tally
