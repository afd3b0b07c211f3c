"""A part of `make soak`: the first 32 hours, with a purge at the thirtieth."""

from __future__ import annotations

from pathlib import Path

from engines.base import Worker
from soak import soak


def test_the_first_hours_of_a_soak(tmp_path: Path, postgres: Worker) -> None:
    made = soak(tmp_path, postgres, runs=32, seed=21, every=30)
    assert made.tally["purged objects"] > 0
    assert made.tally["killed runs"] == made.tally["runs at once"] == 3
    assert made.tally["runs of a part"] == 1
    assert made.tally["changed definitions"] == 2
