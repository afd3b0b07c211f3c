"""`make fuzz`: hostile metadata, texts, journals and messages at scale, by two processes.

    python integration_tests/fuzz.py --inputs 60000 --seed 7

A fault names its seed and its number, such as `metadata 7-123`. `--only metadata --again 7-123`
plays that input again. docs/operations/hostile-input.md says what must hold.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fuzzers import journals, literals, messages, metadata, pages, statements
from fuzzers.tally import Tally

INPUTS = 60_000
# The share of the inputs of each part. A mutated project takes 0.1 s, a text on an engine 2 ms, and
# a journal two runs of dbt, however many rows it has.
SHARES = {
    "metadata": 0.07,
    "literals": 0.54,
    "messages": 0.05,
    "statements": 0.005,
    "journals": 0.3,
    "pages": 0.035,
}
PROCESSES = (("metadata", "messages"), ("literals", "statements", "journals", "pages"))


def run_metadata(seed: int, inputs: int, tally: Tally, folder: Path) -> None:
    metadata.run(seed, inputs, tally, folder)


def run_journals(seed: int, inputs: int, tally: Tally, folder: Path) -> None:
    journals.run(seed, inputs, tally, folder, calm(folder))


def run_pages(seed: int, inputs: int, tally: Tally, folder: Path) -> None:
    pages.run(seed, inputs, tally, calm(folder).reports)


CALM: dict[Path, journals.Calm] = {}


def calm(folder: Path) -> journals.Calm:
    """Journals and pages share it, because it needs two runs of dbt and a report."""
    place = folder.parent / "calm"
    if place not in CALM:
        CALM[place] = journals.Calm(place)
    return CALM[place]


PARTS: dict[str, Callable[[int, int, Tally, Path], None]] = {
    "metadata": run_metadata,
    "literals": lambda seed, inputs, tally, folder: literals.run(seed, inputs, tally),
    "messages": lambda seed, inputs, tally, folder: messages.run(seed, inputs, tally),
    "statements": statements.run,
    "journals": run_journals,
    "pages": run_pages,
}


def played(parts: tuple[str, ...], seed: int, inputs: int, folder: str) -> Tally:
    tally = Tally()
    for part in parts:
        begun, before = time.monotonic(), tally.inputs
        place = Path(folder) / part
        place.mkdir()
        PARTS[part](seed, max(1, round(inputs * SHARES[part])), tally, place)
        seconds = time.monotonic() - begun
        print(f"{tally.inputs - before:>9,} {part} in {seconds / 60:.1f} minutes", flush=True)
    return tally


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=sorted(PARTS), action="append")
    parser.add_argument("--again", metavar="SEED", help="with --only metadata: one input again")
    given = parser.parse_args(arguments)
    begun, tally = time.monotonic(), Tally()
    with tempfile.TemporaryDirectory() as folder:
        if given.again:
            outcome, fault = metadata.Bench(Path(folder)).check(given.again)
            print(fault or outcome)
            return int(fault is not None)
        chosen = [
            tuple(part for part in parts if not given.only or part in given.only)
            for parts in PROCESSES
        ]
        folders = [tempfile.mkdtemp(dir=folder) for _ in chosen]
        with multiprocessing.get_context("spawn").Pool(len(chosen)) as pool:
            jobs = [
                (parts, given.seed, given.inputs, place)
                for parts, place in zip(chosen, folders, strict=True)
            ]
            for found in pool.starmap(played, jobs):
                tally.add(found)
    for outcome, number in sorted(tally.outcomes.items()):
        print(f"{number:>9,}  {outcome}")
    for fault in tally.faults[:50]:
        print(f"\nFAULT {fault}")
    minutes = (time.monotonic() - begun) / 60
    print(
        f"{tally.inputs:,} inputs in {minutes:.1f} minutes, {len(tally.faults)} faults;"
        f" --seed {given.seed}"
    )
    return int(bool(tally.faults))


if __name__ == "__main__":
    sys.exit(main())
