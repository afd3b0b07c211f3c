"""The mutants of mutants.py still apply; `make mutants` runs them."""

from __future__ import annotations

from collections import Counter

import mutants
import pytest


@pytest.mark.parametrize("mutant", mutants.mutants(), ids=lambda mutant: mutant.name)
def test_mutant_applies(mutant: mutants.Mutant) -> None:
    assert mutants.mutated(mutant) != (mutants.REPOSITORY / "macros" / mutant.file).read_text(encoding="utf-8")


def test_no_two_mutants_of_a_name_or_a_change() -> None:
    every = mutants.mutants()
    assert max(Counter(mutant.name for mutant in every).values()) == 1
    assert max(Counter((mutant.file, mutant.old, mutant.new) for mutant in every).values()) == 1
