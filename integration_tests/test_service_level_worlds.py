"""SPEC 9, invariants 1 to 6, over random worlds with service levels.

`make test` plays the same few worlds each time. More of them:

    OZMETA_SERVICE_LEVEL_OBJECTS=20000 pytest -s integration_tests/test_service_level_worlds.py

A failure names the seed of its world. With OZMETA_SEED, a test plays that world again and reduces
the failure to a small case, which takes minutes.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pprint import pformat
from typing import Any

import pytest
from support.invariants import Finding, play
from support.service_level_worlds import OCCURS, census, world
from support.shrinking import failing, report, smallest
from support.worlds import World

SEED = os.environ.get("OZMETA_SEED")
WANTED = int(os.environ.get("OZMETA_SERVICE_LEVEL_OBJECTS", "0"))
BINDINGS, OBJECTS = (1, 1250) if WANTED else (1, 80)
WORLDS = -(-WANTED // (BINDINGS * OBJECTS)) or (1 if SEED else 3)
FIRST = int(SEED or 0)

counted: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def figures() -> Iterator[None]:
    """For a long run: what occurred in the worlds."""
    yield
    if WANTED:
        print("\n".join(f"{counted[what]:>9,}  {what}" for what in sorted(counted)))


def definition(binding: dict[str, Any]) -> str:
    """For the report of a failure."""
    keys = ("auto_close", "calendar", "report_fields", "slas", "calendars")
    return pformat({key: binding[key] for key in keys}, sort_dicts=False)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + WORLDS))
def test_service_levels_keep_the_invariants(seed: int) -> None:
    begun, drawn = time.monotonic(), world(seed, BINDINGS, OBJECTS)
    found = play(drawn)
    if WANTED:
        counted.update(census(drawn) + Counter(differences=len(found)))
        seconds = time.monotonic() - begun
        print(f"seed {seed}: {drawn}, {len(found)} differences, {seconds:.0f} s", flush=True)
    assert not found, reduced(drawn, found) if SEED else f"OZMETA_SEED={seed}: {shown(found)}"


def shown(found: list[Finding]) -> str:
    lines = [f"{len(found)} differences, such as", *map(str, found[:3])]
    return "\n".join(lines)


def reduced(drawn: World, found: list[Finding]) -> str:
    invariant = found[0].invariant
    first = [f for f in found if f.invariant == invariant]
    return report(invariant, smallest(drawn, first, failing(invariant)), first, definition)


def test_every_option_occurs() -> None:
    """The same kind of worlds, without dbt."""
    found: Counter[str] = Counter()
    for seed in range(20):
        found.update(census(world(seed, 1, 30)))
    assert not OCCURS - found.keys(), sorted(OCCURS - found.keys())
