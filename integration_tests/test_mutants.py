"""The mutants of mutants.py still apply; `make mutants` runs them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import mutants
import pytest


@pytest.mark.parametrize("mutant", mutants.mutants(), ids=lambda mutant: mutant.name)
def test_mutant_applies(mutant: mutants.Mutant) -> None:
    assert mutants.mutated(mutant) != (mutants.REPOSITORY / "macros" / mutant.file).read_text(encoding="utf-8")


def test_no_two_mutants_of_a_name_or_a_change() -> None:
    every = mutants.mutants()
    assert max(Counter(mutant.name for mutant in every).values()) == 1
    assert max(Counter((mutant.file, mutant.old, mutant.new) for mutant in every).values()) == 1


@pytest.mark.parametrize("old, new, broken", [
    ("where EJ_EventTimeUTC <= {{ as_of }}", "where EJ_EventTimeUTC <= no_such_column", True),
    ("where EJ_EventTimeUTC <= {{ as_of }}", "where EJ_EventTimeUTC <= {{ as_of }} and 1 = 0", False),
], ids=["a statement that fails", "wrong rows"])  # fmt: skip
def test_the_runner_tells_wrong_rows_from_a_statement_that_fails(old: str, new: str, broken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "HANDY", [])
    monkeypatch.setattr(mutants, "OTHERS", "no_such_test_*.py")
    found = mutants.verdict(mutants.Mutant("one", "fold/order.sql", old, new, "", "", "order-1"), tmp_path)
    assert found.test is not None and (found.invalid is not None) == broken
