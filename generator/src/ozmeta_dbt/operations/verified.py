"""What the last `verify` found, kept in the project's target folder for the report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.facts import instant

NAME = "ozmeta_verify.json"


def place(dbt: Dbt) -> Path:
    """The file is next to dbt's own artifacts."""
    target = Path(os.environ.get("DBT_TARGET_PATH") or "target")
    return dbt.project_dir / target / NAME


def keep(dbt: Dbt, plan: dict[str, Any], answer: dict[str, Any], choice: str) -> None:
    """Add the outcome of each binding that was verified. It is no reason to fail if the folder
    can't be written.
    """
    found = last_verified(dbt) | {
        binding: {
            "as_of": instant(plan[binding]["as_of"]),
            "choice": choice,
            "rows": sum(outcome["rows"] for outcome in compared["models"].values()),
            "differing_rows": sum(
                outcome["differing_rows"] for outcome in compared["models"].values()
            ),
        }
        for binding, compared in answer.items()
    }
    try:
        place(dbt).parent.mkdir(parents=True, exist_ok=True)
        place(dbt).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    except OSError:
        return


def last_verified(dbt: Dbt) -> dict[str, Any]:
    """{binding: its outcome}. Empty if there is none, or none that can be read."""
    try:
        found = json.loads(place(dbt).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
