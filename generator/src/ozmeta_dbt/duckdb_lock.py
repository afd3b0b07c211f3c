"""A plugin for dbt-duckdb: a sentence instead of a traceback if another process has the file open.

In an output of profiles.yml:

    plugins:
      - module: ozmeta_dbt.duckdb_lock
        config: {wait_seconds: 60}   # how long to wait for the other process; 0 without it
"""

from __future__ import annotations

import time
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from ozmeta_dbt.operations.dbt import locked

EVERY_SECONDS = 1.0


class Plugin(BasePlugin):  # type: ignore[misc]  # dbt-duckdb has no types for mypy
    def initialize(self, plugin_config: dict[str, Any]) -> None:
        # plugin_config also has the settings of the output
        plugins = (self.creds.plugins if self.creds else None) or []
        own = next((plugin.config for plugin in plugins if plugin.module == __name__), None)
        if unknown := sorted((own or {}).keys() - {"wait_seconds"}):
            raise DbtRuntimeError(
                f"the plugin {__name__} has no option {unknown[0]!r}: expected wait_seconds"
            )
        given = plugin_config.get("wait_seconds", 0)
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not given >= 0:
            raise DbtRuntimeError(
                f"wait_seconds of the plugin {__name__} is {given!r}: expected a number"
                " of seconds, such as 60"
            )
        self.wait_seconds = float(given)

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """dbt-duckdb calls this before it opens the file. DbtRuntimeError if it can't be opened."""
        until = time.monotonic() + self.wait_seconds
        while sentence := self.refusal(creds.path, config):
            if time.monotonic() >= until:
                raise DbtRuntimeError(sentence)
            time.sleep(min(EVERY_SECONDS, max(0.0, until - time.monotonic())))

    @staticmethod
    def refusal(path: str, config: dict[str, Any]) -> str | None:
        try:
            duckdb.connect(path, config=dict(config)).close()
        except duckdb.IOException as error:
            return locked(str(error))  # dbt-duckdb meets any other error itself
        return None
