"""dbt-duckdb's plugin ozmeta_dbt.duckdb_lock, in a dbt project without this package."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from ozmeta_dbt.operations.dbt import failure, locked

FILES = {
    "dbt_project.yml": "name: shop\nversion: 1.0.0\nprofile: shop\n",
    "models/order.sql": "select 1 as id\n",
}
PLUGIN = "plugins: [{module: ozmeta_dbt.duckdb_lock, config: %s}]"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def dbt_run(folder: Path, config: str) -> tuple[int, str]:
    profile = f"{{type: duckdb, path: shop.duckdb, {PLUGIN % config}}}"
    (folder / "profiles.yml").write_text(
        f"shop: {{target: dev, outputs: {{dev: {profile}}}}}\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "run", "--profiles-dir", "."],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_a_run_on_a_file_that_is_open_ends_with_a_sentence(shop: Path) -> None:
    path = shop / "shop.duckdb"
    with duckdb.connect(str(path)):
        code, said = dbt_run(shop, "{}")
    assert code == 2, said
    assert f"another process has {path} open" in said and "(PID " in said
    assert "Traceback" not in said
    code, said = dbt_run(shop, "{}")
    assert code == 0, said


def test_a_run_waits_until_the_file_is_closed(shop: Path) -> None:
    held = duckdb.connect(str(shop / "shop.duckdb"))
    held.execute("create table kept as select 7 as seven")
    timer = threading.Timer(6, held.close)
    timer.start()
    code, said = dbt_run(shop, "{wait_seconds: 300}")
    timer.join()
    assert code == 0, said
    with duckdb.connect(str(shop / "shop.duckdb")) as connection:
        assert connection.execute('select id, seven from "order", kept').fetchall() == [(1, 7)]


@pytest.mark.parametrize("given", [-1, "soon", True, math.nan, None, [1]])
def test_a_wait_that_is_no_number_of_seconds_is_refused(given: object) -> None:
    with pytest.raises(DbtRuntimeError, match=r"wait_seconds .* expected a number of seconds"):
        BasePlugin.create("ozmeta_dbt.duckdb_lock", config={"wait_seconds": given})


def test_an_unknown_option_is_refused(shop: Path) -> None:
    code, said = dbt_run(shop, "{wait_secs: 5}")
    assert code == 2 and "has no option 'wait_secs': expected wait_seconds" in said, said


@pytest.mark.parametrize(
    ("said", "file", "process"),
    [
        (
            'IO Error: Could not set lock on file "/a/b (c).duckdb": Conflicting lock is held in'
            " /usr/bin/python (PID 7) by user ann. See also the documentation",
            "/a/b (c).duckdb",
            "/usr/bin/python (PID 7)",
        ),
        (
            'IO Error: Cannot open file "C:\\a.duckdb": The process cannot access the file because'
            " it is being used by another process.\r\n\n\nFile is already open in\nC:\\Program"
            " Files (x86)\\x.exe (PID 42)",
            "C:\\a.duckdb",
            "C:\\Program Files (x86)\\x.exe (PID 42)",
        ),
    ],
)
def test_what_duckdb_says_on_unix_and_on_windows(said: str, file: str, process: str) -> None:
    sentence = locked(said)
    assert sentence and sentence.startswith(f"another process has {file} open,")
    assert sentence.endswith(f"It is {process}.")
    assert locked(f"Database Error\n  Runtime Error\n    {sentence}\n") == sentence


def test_another_fault_is_not_taken_for_a_lock() -> None:
    assert locked('IO Error: Cannot open file "/a.duckdb": Permission denied') is None


def test_an_operation_s_error_is_said_without_dbt_s_list_of_macros() -> None:
    said = """22:13:00  Encountered an error while running operation: Compilation Error in macro \
explain_facts (macros/operations/explain_facts.sql)
  This project has no binding 'Kase'. It has: case.
    Did you mean case?
  > in macro binding_named (macros/operations/binding_named.sql)
  > called by macro explain_facts (macros/operations/explain_facts.sql)
"""
    problem = failure("run-operation", said)
    assert str(problem) == "This project has no binding 'Kase'. It has: case. Did you mean case?"
    assert problem.exit_code == 2
    other = failure("run", said)
    assert other.exit_code == 10 and "> called by macro" in str(other)
    assert failure("run-operation", "Database Error\n  no such table").exit_code == 10
