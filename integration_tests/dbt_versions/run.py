"""Runs dbt commands in one process. Arguments: the project, and the commands as JSON. Out: dbt's
version, and what each command said.
"""

from __future__ import annotations

import json
import sys
from typing import Any

sys.path.pop(0)  # this folder
from dbt.cli.main import dbtRunner
from dbt.version import __version__


def main(folder: str, commands: list[list[str]]) -> None:
    options = ["--project-dir", folder, "--profiles-dir", folder, "--quiet", "--no-use-colors"]
    done = []
    for command in commands:
        said: list[str] = []

        def hear(event: Any, said: list[str] = said) -> None:
            if event.info.level in ("warn", "error"):
                said.append(f"{event.info.name}: {event.info.msg}")

        result = dbtRunner(callbacks=[hear]).invoke([*command, *options])
        done.append({"success": result.success, "said": said})
    print("DONE " + json.dumps({"version": __version__, "commands": done}))


main(sys.argv[1], json.loads(sys.argv[2]))
