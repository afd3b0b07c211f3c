"""No server that the tests start outlives them, however they end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from engines import engine
from engines.base import NotRun
try:
    with engine("postgres").session(Path(sys.argv[1])) as worker:
        print(worker.engine.server.process.pid, worker.process.pid, flush=True)
        sys.stdin.read()
except NotRun as why:
    print("NOT RUN:", why, flush=True)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="elsewhere only Ctrl-C and an ordinary end are seen to",
)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_tests(how: signal.Signals, tmp_path: Path) -> None:
    tests = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert tests.stdin and tests.stdout
    said = tests.stdout.readline()
    if said.startswith("NOT RUN"):
        pytest.skip(said)
    watched = [os.pidfd_open(int(pid)) for pid in said.split()]
    assert len(watched) == 2
    tests.send_signal(how)
    assert tests.wait(30) != 0
    for process in watched:
        assert select.select([process], [], [], 30)[0], "still there"
        os.close(process)
