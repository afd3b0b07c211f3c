"""The mutants of mutants.py still apply; `make mutants` runs them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import mutants
import pytest


@pytest.mark.parametrize("mutant", mutants.mutants(), ids=lambda mutant: mutant.name)
def test_mutant_applies(mutant: mutants.Mutant) -> None:
    assert mutants.mutated(mutant) != (mutants.REPOSITORY / mutant.path).read_text(encoding="utf-8")


def test_no_two_mutants_of_a_name_or_a_change() -> None:
    every = mutants.mutants()
    assert max(Counter(mutant.name for mutant in every).values()) == 1
    assert max(Counter((mutant.file, mutant.old, mutant.new) for mutant in every).values()) == 1


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ("where EJ_EventTimeUTC <= {{ as_of }}", "where EJ_EventTimeUTC <= no_such_column", True),
        (
            "where EJ_EventTimeUTC <= {{ as_of }}",
            "where EJ_EventTimeUTC <= {{ as_of }} and 1 = 0",
            False,
        ),
    ],
    ids=["a statement that fails", "wrong rows"],
)
def test_the_runner_tells_wrong_rows_from_a_statement_that_fails(
    old: str, new: str, broken: bool, tmp_path: Path
) -> None:
    """Run in a separate process, which forks, and with only this case."""
    mutant = mutants.Mutant("one", "fold/order_ctes.sql", old, new, "", "", "order-1")
    script = (
        "import mutants as m; from pathlib import Path; m.HANDY, m.OTHERS = [], 'none'; v ="
        f" m.verdict(m.{mutant!r}, Path({str(tmp_path)!r})); print(v.test, '|', v.invalid)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(mutants.__file__).parent,
        capture_output=True,
        text=True,
    )
    assert "order-1: " in run.stdout and ("| None" not in run.stdout) == broken, (
        run.stdout + run.stderr
    )
