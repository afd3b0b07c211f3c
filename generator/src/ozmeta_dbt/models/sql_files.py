"""SQL files as the generator writes them: Jinja calls, on lines of at most 120 characters."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt import __version__
from ozmeta_dbt.config import RowPolicies
from ozmeta_dbt.models.literals import WIDTH, jinja
from ozmeta_dbt.models.yaml_files import HEADER

# The package compares this version with its own. Without its last number, so that a patch release
# does not change every file.
MINOR_VERSION = ".".join(__version__.split(".")[:2])
SQL_HEADER = HEADER.replace("ozmeta-dbt", f"ozmeta-dbt {MINOR_VERSION}")


def calling(macro: str, arguments: list[str]) -> str:
    """A call that prints its result: on one line if that fits, else one argument per line."""
    flat = f"{{{{ {macro}({', '.join(arguments)}) }}}}"
    if len(flat) <= WIDTH:
        return flat
    return f"{{{{ {macro}(\n" + ",\n".join(f"  {argument}" for argument in arguments) + "\n) }}"


def setting(name: str, value: Any) -> str:
    start, end = f"{{% set {name} = ", " %}"
    return start + jinja(value, beside=len(start + end)) + end


def table_config(model: str, *more: str) -> str:
    """The config of an incremental table. more: further arguments, as Jinja"""
    arguments = ", ".join([jinja(model), *more])
    return calling("config", [f"**ozmeta_runtime.table_config({arguments})"])


def view_config(*more: str) -> str:
    """The config of a view. more: further arguments, as Jinja"""
    return calling("config", ["materialized=ozmeta_runtime.materialization('view')", *more])


def row_policy(kind: str, policies: RowPolicies | None) -> list[str]:
    """The lines by which only a tenant's readers see a model's rows. kind: see the macro
    row_policy_config
    """
    if policies is None:
        return []
    given = {
        "readers": policies.readers.model_dump(by_alias=True, exclude_none=True),
        "unrestricted": policies.unrestricted,
    }
    call = f"**ozmeta_runtime.row_policy_config({jinja(kind)}, row_policies)"
    return [setting("row_policies", given), calling("config", [call])]


def file_of(*lines: str) -> str:
    return "\n".join(["{#- " + SQL_HEADER + " -#}", *lines, ""])
