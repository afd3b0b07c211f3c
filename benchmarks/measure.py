"""One `dbt run`, measured: a process of its own, so that memory is its own and nothing is warm that
a user's run would find cold.

python measure.py PROJECT AS_OF [dbt's arguments]     prints {"sql", "cpu", "wall", "peak_mb",
"models", "models_cpu"} as JSON. `sql` and `cpu` are the seconds of the statements, by the clock and
of both processors, without dbt's own.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner


def peak_mb() -> float:
    """The most memory this process ever held. Linux counts that of the process it was forked from
    into ru_maxrss, and not into VmHWM.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 1024
    )


def main(folder: str, as_of: str, *args: str) -> int:
    options = [
        "--project-dir",
        folder,
        "--profiles-dir",
        folder,
        "--quiet",
        "--no-use-colors",
        "--vars",
        json.dumps({"ozmeta_as_of": as_of}),
    ]
    manifest = dbtRunner().invoke(["parse", *options]).result
    seconds: dict[str, float] = {}
    cpu: dict[str, float] = {}
    begun_at = 0.0

    def note(event: Any) -> None:
        """Seconds of each statement, by model: dbt's own time is not SQL time. dbt has one thread,
        so the processors' time between a statement's two events belongs to that statement.
        """
        nonlocal begun_at
        if event.info.name == "SQLQuery":
            begun_at = time.process_time()
        elif event.info.name == "SQLQueryStatus":
            name = event.data.node_info.node_name
            seconds[name] = seconds.get(name, 0) + event.data.elapsed
            cpu[name] = cpu.get(name, 0) + time.process_time() - begun_at

    begun = time.perf_counter()
    result = dbtRunner(manifest=manifest, callbacks=[note]).invoke(["run", *options, *args])
    wall = time.perf_counter() - begun
    if not result.success:
        print(
            "\n".join(
                f"{r.node.name}: {r.message}" for r in result.result or [] if r.status != "success"
            )
            or result.exception
        )
        return 1
    print(
        json.dumps(
            {
                "sql": sum(seconds.values()),
                "cpu": sum(cpu.values()),
                "wall": wall,
                "peak_mb": peak_mb(),
                "models": {name: s for name, s in seconds.items() if name},
                "models_cpu": {name: s for name, s in cpu.items() if name},
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
