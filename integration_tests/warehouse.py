"""Plays the engines' scenarios on a real warehouse, and says first what that costs.

    export OZMETA_PROFILE='{"project": "p", "method": "oauth"}'
    python integration_tests/warehouse.py bigquery

OZMETA_PROFILE is the output of a dbt profile as JSON, without `type` and `schema`. Each scenario
has two schemas of its own, and their names begin with `oz_`.

The estimate is the number of statements times what one costs. `--count` counts them again, on
DuckDB, and stores them in engines/statements.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engines import engine
from engines.scenarios import SCENARIOS

TESTS = Path(__file__).resolve().parent
STORED = TESTS / "engines/statements.json"
TIB = 2**40
MOST_DOLLARS = 20.0


@dataclass(frozen=True)
class Price:
    """What a statement on a few rows costs: its time, or what is billed at least for its tables."""

    unit: str
    dollars: float  # of a unit
    units: float  # of a statement
    why: str

    @property
    def statement(self) -> float:
        return self.dollars * self.units


SECONDS = 1.0  # of a statement on a few rows, including the network; a guess
TABLES = 4  # that a statement reads
HOUR = 3600
PRICES = {
    "bigquery": Price(
        "TiB", 6.25, TABLES * 10 * 10**6 / TIB, f"on demand; {TABLES} tables of at least 10 MB each"
    ),
    "databricks": Price("DBU", 0.70, 4 * SECONDS / HOUR, "serverless SQL, 2X-Small: 4 DBU an hour"),
    "redshift": Price("RPU hour", 0.375, 8 * SECONDS / HOUR, "serverless, 8 RPU"),
    "snowflake": Price("credit", 3.00, SECONDS / HOUR, "X-Small: 1 credit an hour"),
}


@dataclass(frozen=True)
class Line:
    """A line of the estimate."""

    scenario: str
    statements: int
    dollars: float


def estimate(price: Price, scenarios: list[str]) -> list[Line]:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    return [Line(name, stored[name], stored[name] * price.statement) for name in scenarios]


def told(warehouse: str, price: Price, lines: list[Line]) -> str:
    total = sum(line.dollars for line in lines)
    statements = sum(line.statements for line in lines)
    width = max(len(line.scenario) for line in lines)
    rows = [f"  {n.scenario:{width}}  {n.statements:6,}  {n.dollars:7.2f}" for n in lines]
    return "\n".join(
        [
            f"What it costs to play these scenarios on {warehouse}, roughly:",
            "",
            f"  {'scenario':{width}}  {'sent':>6}  {'dollars':>7}",
            *rows,
            f"  {'all':{width}}  {statements:6,}  {total:7.2f}",
            "",
            f"It takes about {statements * SECONDS / 60:.0f} minutes,"
            f" at {SECONDS:g} second a statement.",
            f"Price: {price.dollars} dollars a {price.unit} ({price.why}). --price gives yours.",
            "Not included: storage, and the time until a warehouse suspends itself.",
        ]
    )


def count() -> dict[str, int]:
    """The statements of each scenario, as dbt sends them on DuckDB."""
    os.environ["OZMETA_COUNT"] = "1"
    found: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder, engine("duckdb").session(Path(folder)) as worker:
        for name, make in SCENARIOS.items():
            for _ in make().play(worker, Path(folder) / name):
                pass
            found[name] = worker.ask(statements=True)
            print(name, found[name], flush=True)
    return found


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("warehouse", nargs="?", choices=list(PRICES))
    parser.add_argument("--scenarios", default="", help="some of them, such as changes,cases")
    parser.add_argument("--price", type=float, help="dollars a unit")
    parser.add_argument("--estimate", action="store_true", help="only say what it costs")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--most", type=float, default=MOST_DOLLARS, help="refuse to cost more")
    parser.add_argument("--count", action="store_true", help="count the statements again")
    options = parser.parse_args(given)
    if not options.warehouse and not options.count:
        parser.error(f"say which warehouse: {', '.join(PRICES)}")
    options.scenarios = [n for n in options.scenarios.split(",") if n] or list(SCENARIOS)
    unknown = [name for name in options.scenarios if name not in SCENARIOS]
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}. There are: {', '.join(SCENARIOS)}")
    return options


def play(warehouse: str, scenarios: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-rfE"]
    command.append(f"{TESTS / 'test_engines.py'}::test_the_same_rows")
    wanted = {"OZMETA_ENGINES": f"real:{warehouse}", "OZMETA_SCENARIOS": ",".join(scenarios)}
    return subprocess.run(command, env=os.environ | wanted, check=False).returncode


def main(
    given: list[str] | None = None,
    ask: Callable[[str], str] = input,
    play: Callable[[str, list[str]], int] = play,
) -> int:
    options = arguments(given)
    if options.count:
        STORED.write_text(json.dumps(count(), indent=1) + "\n", encoding="utf-8")
        return 0
    price = PRICES[options.warehouse]
    if options.price is not None:
        price = Price(price.unit, options.price, price.units, price.why)
    lines = estimate(price, options.scenarios)
    print(told(options.warehouse, price, lines))
    if options.estimate:
        return 0
    if not os.environ.get("OZMETA_PROFILE"):
        print(
            "OZMETA_PROFILE is not set, so nothing was run. Set it to the output of your dbt"
            " profile, as JSON.",
            file=sys.stderr,
        )
        return 2
    if sum(line.dollars for line in lines) > options.most:
        print(f"That is more than --most {options.most:g}, so nothing was run.", file=sys.stderr)
        return 2
    if not options.yes and ask("Run it? [y/N] ").strip().lower() not in ("y", "yes"):
        print("Nothing was run.")
        return 0
    return play(options.warehouse, options.scenarios)


if __name__ == "__main__":
    sys.exit(main())
