"""A warehouse itself instead of what stands in for it here: OZMETA_ENGINES=real:bigquery, and
OZMETA_PROFILE, its dbt output as JSON. warehouse.py asks for both and says first what it costs.
"""

from __future__ import annotations

import json
import os
from typing import Any

from engines.base import Engine


class Itself(Engine):
    """What a warehouse itself has, whatever stands for it otherwise. Each run has schemas of its
    own, which whoever owns the account drops.
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
