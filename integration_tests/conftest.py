"""Reports at the end of a test run which engines it ran on. An engine that could not run is
reported, not silently skipped. Runs can also be interrupted.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import engine
from engines.base import NotRun, Worker

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # what a shell starts in the background ignores it, as would the runs that tests interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def postgres(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, str], None]
) -> Iterator[Worker]:
    """A worker on Postgres, for a single test. If Postgres is not installed, the test is skipped
    and the summary says so.
    """
    record_property("engine", "postgres")
    record_property("scenario", request.node.name)
    try:
        with engine("postgres").session(tmp_path / "server") as worker:
            record_property("version", worker.engine.version())
            yield worker
    except NotRun as why:
        record_property("why", str(why))
        pytest.skip(f"NOT RUN: {why}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rendered(terminalreporter)
    engines: dict[str, dict[str, list[str]]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            said = dict(getattr(report, "user_properties", []))
            if "engine" in said:
                found = engines.setdefault(
                    said["engine"],
                    {
                        "version": [said.get("version", "")],
                        "passed": [],
                        "failed": [],
                        "skipped": [],
                        "seconds": [],
                    },
                )
                found["failed" if outcome == "error" else outcome].append(
                    said.get("why", said["scenario"])
                )
                found["seconds"].append(str(report.duration))
    if not engines:
        return
    terminalreporter.section("engines, compared with DuckDB")
    rows = [("engine", "version", "scenarios", "seconds", "result")]
    for name, found in engines.items():
        result = (
            "FAILED: " + ", ".join(found["failed"])
            if found["failed"]
            else f"NOT RUN because {found['skipped'][0]}"
            if found["skipped"]
            else "the same rows"
        )
        rows.append(
            (
                name,
                found["version"][0] or "-",
                (
                    f"{len(found['passed'])} of"
                    f" {sum(len(found[o]) for o in ('passed', 'failed', 'skipped'))}"
                ),
                f"{sum(map(float, found['seconds'])):.0f}",
                result,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        terminalreporter.line(
            " | ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]
            )
        )


def rendered(terminalreporter: pytest.TerminalReporter) -> None:
    """Reports for which adapters every statement was rendered and parsed, which versions of dbt
    ran, and what was not run.
    """
    lines = []
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            said = dict(getattr(report, "user_properties", []))
            if "static" in said:
                lines.append(
                    f"{said['static']:22} | "
                    + {
                        "passed": said.get("said", "passed"),
                        "skipped": f"NOT RUN because {said.get('why')}",
                    }.get(outcome, "FAILED")
                )
    if lines:
        terminalreporter.section("rendered and parsed as text, and other versions of dbt")
        for line in lines:
            terminalreporter.line(line)
