"""`make prove`: the invariants over at least 20,000 objects, by two processes on worlds of their
own. OZMETA_SEED=… plays the same worlds again.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from support.worlds import OCCURS

PROCESSES = 2
OBJECTS = 20_000
HERE = Path(__file__).resolve().parent


def main() -> int:
    seed = int(os.environ.get("OZMETA_SEED") or secrets.randbelow(10**6) * 10)
    worlds = os.environ.get("OZMETA_WORLDS") or "9"
    print(f"OZMETA_SEED={seed} OZMETA_WORLDS={worlds}, {PROCESSES} processes", flush=True)
    begun, counted = time.monotonic(), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        processes = []
        for number in range(PROCESSES):
            environment = os.environ | {
                "OZMETA_SEED": str(seed + number),
                "OZMETA_WORLDS": worlds,
                "OZMETA_TALLY": f"{folder}/{number}.json",
            }
            processes.append(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "pytest",
                        "-q",
                        "--capture=sys",
                        "-p",
                        "no:cacheprovider",
                        str(HERE / "test_properties.py"),
                    ],
                    env=environment,
                )
            )
        codes = [process.wait() for process in processes]
        failed = any(codes)
        for path in Path(folder).iterdir():
            counted.update(json.loads(path.read_text()))
    for what in sorted(counted):
        print(f"{counted[what]:>9,}  {what}")
    totals = ", ".join(
        f"{counted[what]:,} {what}" for what in ("objects", "events", "bindings", "worlds", "runs")
    )
    print(f"{totals} in {(time.monotonic() - begun) / 60:.1f} minutes; OZMETA_SEED={seed}")
    missing = sorted(OCCURS - counted.keys())
    if missing:
        print("never occurred:", ", ".join(missing))
    if counted["objects"] < OBJECTS and "OZMETA_WORLDS" not in os.environ:
        print(f"fewer than {OBJECTS:,} objects")
        failed = True
    return int(failed or bool(missing))


if __name__ == "__main__":
    sys.exit(main())
