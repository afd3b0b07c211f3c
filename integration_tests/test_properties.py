"""SPEC 9, invariants 1 to 6, over random worlds: one test each, all of them about the same dbt
runs.

`make test` plays the same few worlds each time. `make prove` plays many others, of a seed that it
prints: OZMETA_SEED=… plays those again. Where a test
fails, Hypothesis prints how to play that world alone, and the failure is reduced to a case as in
cases/.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

# Hypothesis draws other examples when new modules appear; the tests share what they drew.
import ozmeta_dbt.project  # noqa: F401
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from support.invariants import INVARIANTS, Finding, play
from support.shrinking import failing, report, smallest
from support.worlds import World, census, rule_worlds, worlds

SEED = int(os.environ.get("OZMETA_SEED", "0"))
WORLDS = int(os.environ.get("OZMETA_WORLDS", "2"))
BINDINGS, OBJECTS = (5, 360) if "OZMETA_WORLDS" in os.environ else (2, 100)

played: dict[int, list[Finding]] = {}  # by the world's whole text
reduced: dict[tuple[int, int], str] = {}
counted: Counter[str] = Counter()


def over(
    strategy: SearchStrategy[World], examples: int
) -> Callable[[Callable[[World], None]], Callable[[], None]]:
    """Each test over the same worlds. They are not shrunk by Hypothesis: see shrinking.py."""
    profile = settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: seed(SEED)(profile(given(world=strategy)(test)))


def holds(world: World, invariant: int, wanted: tuple[int, ...] = tuple(INVARIANTS)) -> None:
    key = hash(repr((world.bindings, world.rows, world.as_of)))
    if key not in played:
        played[key] = play(world, wanted)
        if "OZMETA_TALLY" in os.environ:  # what the worlds held, for prove.py
            counted.update(census(world))
            Path(os.environ["OZMETA_TALLY"]).write_text(json.dumps(counted))
            broken = ", ".join(sorted({str(f.invariant) for f in played[key]}))
            print(
                f"{world}: {f'breaks {broken}' if broken else 'all hold'}",
                file=sys.__stderr__,
                flush=True,
            )
        world.folds.clear()
    found = [f for f in played[key] if f.invariant == invariant]
    if not found:
        return
    if (key, invariant) not in reduced:
        small = smallest(world, found, failing(invariant, all(f.object_id is None for f in found)))
        reduced[key, invariant] = report(invariant, small, found)
    raise AssertionError(reduced[key, invariant])


@over(worlds(BINDINGS, OBJECTS), WORLDS)
def test_1_increments_equal_the_reference_and_a_full_refresh(world: World) -> None:
    holds(world, 1)


@over(worlds(BINDINGS, OBJECTS), WORLDS)
def test_2_arrival_order_does_not_matter(world: World) -> None:
    holds(world, 2)


@over(worlds(BINDINGS, OBJECTS), WORLDS)
def test_3_a_second_run_and_a_redelivery_change_nothing(world: World) -> None:
    holds(world, 3)


@over(worlds(BINDINGS, OBJECTS), WORLDS)
def test_4_tenants_are_islands(world: World) -> None:
    holds(world, 4)


@over(worlds(BINDINGS, OBJECTS), WORLDS)
def test_5_instants_and_statuses_are_in_order(world: World) -> None:
    holds(world, 5)


@over(worlds(BINDINGS, OBJECTS), WORLDS)
def test_6_nothing_is_lost(world: World) -> None:
    holds(world, 6)


@over(rule_worlds(200), max(1, WORLDS // 2))
def test_rules_are_what_the_reference_makes_of_them(world: World) -> None:
    """Forty rules of the whole DSL, in one run."""
    holds(world, 1, (1,))
