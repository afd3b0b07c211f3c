"""Asks GoogleSQL's own analyser, on which BigQuery is built, about the grammar, names and types of
statements. It is a Go program (googlesql/), because the analyser is available as a Go module.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from engines.base import HOME, NotRun, run

SOURCE = Path(__file__).with_name("googlesql")


def build() -> Path:
    """The program, built once for each text of its source. The first time takes some minutes and 7
    GB of memory: the analyser is a hundred megabytes of Go.
    """
    go = shutil.which("go")
    if not go:
        raise NotRun("no Go toolchain is on the PATH")
    program, ready = HOME / "googlesql/analyser", HOME / "googlesql/ready"
    wanted = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(SOURCE.iterdir()))
    ).hexdigest()
    if not ready.is_file() or ready.read_text() != wanted:
        ready.unlink(missing_ok=True)
        run([go, "build", "-mod=readonly", "-buildvcs=false", "-o", str(program), "."], cwd=SOURCE)
        ready.write_text(wanted)
    return program


def analyse(program: Path, statements: list[str]) -> list[dict[str, Any]]:
    """The kind of each statement, and why it is refused, if it is. Tables that one statement
    creates exist for those after it.
    """
    done = subprocess.run(
        [str(program)],
        input="\n".join(map(json.dumps, statements)),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
