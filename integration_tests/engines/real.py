"""A real warehouse instead of its stand-in: OZMETA_ENGINES=real:bigquery, and OZMETA_PROFILE, its
dbt output as JSON. warehouse.py sets both, and first says what the run costs.
"""

from __future__ import annotations

import json
import os
from typing import Any

from engines.base import Engine


class Itself(Engine):
    """The engine of a real warehouse, whatever its stand-in is. Each run has its own schemas, which
    the owner of the account must drop.
    """

    def start(self) -> None:
        if not os.environ.get("OZMETA_PROFILE"):
            raise RuntimeError(
                f"OZMETA_PROFILE holds no dbt output for {self.name}"
            )  # asked for by name: not to be passed over

    def stop(self) -> None:
        pass

    def environment(self) -> dict[str, str]:
        return {}

    def version(self) -> str:
        return "the warehouse itself"

    def profile(self, schema: str) -> dict[str, Any]:
        own = f"{schema}_{os.environ.get('GITHUB_RUN_ID', 'local')}"
        return json.loads(os.environ["OZMETA_PROFILE"]) | {
            "type": self.name,
            "dataset" if self.name == "bigquery" else "schema": own,
            "threads": 4,
        }


def warehouse(stand_in: type[Engine]) -> Engine:
    return type(f"Real{stand_in.__name__}", (Itself, stand_in), {})()
