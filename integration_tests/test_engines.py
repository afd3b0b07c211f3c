"""The same rows, byte for byte, on every engine: each scenario runs once on DuckDB, then on the
engine, and every column of every table is compared (SPEC 9.7).
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import NAMES, engine
from engines.base import NotRun, Worker
from engines.differing import differing
from engines.scenarios import SCENARIOS, Tables

WANTED = os.environ.get("OZMETA_ENGINES", "postgres")  # names, or all
PLAYED = (
    list(SCENARIOS)
    if "OZMETA_ENGINES" in os.environ
    else ["changes", "cases", "payloads", "hostile"]
)  # by `make test`; all by `make test-engines`
if "OZMETA_SCENARIOS" in os.environ:
    PLAYED = os.environ["OZMETA_SCENARIOS"].split(",")
OTHERS = [name for name in NAMES if name != "duckdb"] if WANTED == "all" else WANTED.split(",")

# A scenario, and the payloads and SLAs that an engine leaves out of it.
Key = tuple[str, frozenset[str], frozenset[str]]


@pytest.fixture(scope="module")
def duckdb_says(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[Key, list[tuple[str, Tables]]]]:
    """DuckDB's tables of each scenario, which is played when it is first needed."""
    folder = tmp_path_factory.mktemp("duckdb")
    with engine("duckdb").session(folder) as worker:

        class Played(dict):  # type: ignore[type-arg]
            def __missing__(self, key: Key) -> list[tuple[str, Tables]]:
                name, *left_out = key
                scenario = SCENARIOS[name]().without(*left_out)
                scenario.name += str(
                    len(self)
                    # its schemas': engines that leave out other payloads play it again, on the same
                    # DuckDB
                )
                self[key] = list(scenario.play(worker, folder / scenario.name))
                return self[key]

        yield Played()


@pytest.fixture(scope="module", params=OTHERS)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Worker | None, str]]:
    """The engine's name, a worker on it, and its version; or none, and the reason."""
    try:
        with engine(request.param).session(tmp_path_factory.mktemp(request.param)) as worker:
            yield request.param, worker, worker.engine.version()
    except NotRun as why:
        yield request.param, None, str(why)


@pytest.mark.parametrize("scenario", PLAYED)
def test_the_same_rows(
    scenario: str,
    running: tuple[str, Worker | None, str],
    duckdb_says: dict[Key, list[tuple[str, Tables]]],
    tmp_path: Path,
    record_property: Callable[[str, str], None],
) -> None:
    name, worker, said = running
    record_property("engine", name)
    record_property("scenario", scenario)
    if worker is None:
        record_property("why", said)
        pytest.skip(f"NOT RUN: {said}")
    record_property("version", said)
    if scenario in worker.engine.cannot:
        record_property("why", worker.engine.cannot[scenario])
        pytest.skip(f"NOT RUN: {worker.engine.cannot[scenario]}")
    played = SCENARIOS[scenario]()
    payloads = frozenset(filter(worker.engine.leaves_out, played.payloads()))
    slas = frozenset(played.slas().intersection(worker.engine.without_slas))
    expected = duckdb_says[scenario, payloads, slas]
    played = played.without(payloads, slas)
    for (step, there), (_, here) in zip(
        played.play(worker, tmp_path / scenario), expected, strict=True
    ):
        assert not differing(here, there), f"{step}\n" + "\n".join(differing(here, there))
    assert any(rows for rows in expected[0][1].values())


def test_verify_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    """The command that folds everything again in another schema, on engines that fold column names
    and have real schemas.
    """
    scenario = SCENARIOS["changes"]()
    scenario.steps, project = scenario.steps[:1], tmp_path / "changes"
    list(scenario.play(postgres, project))
    done = verified(project)
    assert done.returncode == 0 and "no row differs from a rebuild of all objects" in done.stdout, (
        done.stdout + done.stderr
    )
    postgres.execute(
        [
            "update oz_changes.case_workflow_instance set WS_CurrentCode = 'Open' where WI_ObjectID"
            " = 'o1'"
        ]
    )
    done = verified(project)
    assert (
        done.returncode == 1
        and "WS_CurrentCode is Open, should be Busy" in done.stdout
        and "Open → Busy by Go" in done.stdout
    ), done.stdout + done.stderr


@pytest.mark.parametrize("type_", ["timestamp", "timestamptz"])
def test_no_instant_of_arrival_on_postgres(
    type_: str, tmp_path: Path, postgres: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Infinity and minus infinity are no _SyncDate: every run looks at such rows, as at rows
    without one. The values of a scenario cannot show this.
    """
    scenario = SCENARIOS["changes"]()
    scenario.steps = scenario.steps[:1]
    monkeypatch.setattr(postgres.engine, "instant", type_)
    list(scenario.play(postgres, tmp_path / "changes"))
    late = scenario.steps[0].rows[0] | {
        "EJ_EventTimeUTC": dt.datetime(2026, 1, 1),
        "_SyncDate": None,
    }
    for name, arrival in {
        "null": "null",
        "plus": "'infinity'",
        "minus": "'-infinity'",
        "out": "'2025-01-01 00:00:00+00'",
    }.items():
        row = postgres.engine.append(
            "oz_changes_raw", "event_journal", [late | {"EJ_ID": name, "EJ_ObjectID": name}]
        )
        postgres.execute(
            [
                *row,
                (
                    f"update oz_changes_raw.event_journal set _SyncDate = {arrival} where EJ_ID ="
                    f" '{name}'"
                ),
            ]
        )
    postgres.dbt("run", as_of="2026-01-01T03:00:00")
    assert postgres.rows(
        "select EJ_ID from oz_changes.case_timeline where TL_IsUnsynced order by 1"
    ) == [["minus"], ["null"], ["plus"]]
    assert postgres.rows("select count(*) from oz_changes.case_timeline where EJ_ID = 'out'") == [
        ["0"]
    ]


def test_an_engine_that_is_not_there_is_said(tmp_path: Path) -> None:
    """An engine that did not run is reported at the end, by each scenario and by its own test,
    never as passed.
    """
    (tmp_path / "absent.py").write_text(
        "import engines.postgres\n\ndef binaries():\n    raise engines.postgres.NotRun('nobody"
        " installed it')\n\nengines.postgres.binaries = binaries\n",
        encoding="utf-8",
    )
    tests = Path(__file__).parent
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    } | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(tests)]), "OZMETA_ENGINES": "postgres"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "absent",
        "-p",
        "no:cacheprovider",
        str(tests / "test_engines.py"),
        "-k",
        "changes or verify",
        "--basetemp",
        str(tmp_path / "base"),
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("postgres "))
    assert done.returncode == 0 and "2 skipped" in done.stdout and "passed" not in done.stdout, (
        done.stdout + done.stderr
    )
    assert "0 of 2" in line and line.endswith("NOT RUN because nobody installed it")


def verified(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ozmeta_dbt", "verify"], cwd=project, capture_output=True, text=True
    )
