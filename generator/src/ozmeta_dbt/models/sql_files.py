"""SQL files as the generator writes them: Jinja calls, on lines of at most 120 characters."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.models.literals import WIDTH, jinja
from ozmeta_dbt.models.yaml_files import HEADER

INCREMENTAL = (
    "materialized='incremental'",
    "unique_key='_Key'",
    "on_schema_change='append_new_columns'",
)


def calling(macro: str, arguments: list[str]) -> str:
    """A call that prints its result: on one line if that fits, else one argument per line."""
    flat = f"{{{{ {macro}({', '.join(arguments)}) }}}}"
    if len(flat) <= WIDTH:
        return flat
    return f"{{{{ {macro}(\n" + ",\n".join(f"  {argument}" for argument in arguments) + "\n) }}"


def setting(name: str, value: Any) -> str:
    start, end = f"{{% set {name} = ", " %}"
    return start + jinja(value, beside=len(start + end)) + end


def file_of(*lines: str) -> str:
    return "\n".join(["{#- " + HEADER + " -#}", *lines, ""])
