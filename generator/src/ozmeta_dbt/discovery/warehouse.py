"""Which tables the warehouse has, and which columns they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ozmeta_dbt.models.histories import RESERVED
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.problems import DbtFailed


@dataclass(frozen=True)
class Place:
    """Where the tables of a loader are."""

    schema: str
    database: str | None = None

    def table(self, name: str) -> dict[str, Any]:
        """As the macro discovery_table takes it."""
        found = {"name": name, "schema": self.schema, "identifier": name}
        found |= {"database": self.database} if self.database else {}
        return found | ({"reserved": True} if name.lower() in RESERVED else {})


@dataclass(frozen=True)
class Seen:
    """A table as the warehouse has it."""

    name: str
    shown: str
    exists: bool
    has: tuple[str, ...] = ()
    node: Mapping[str, str] | None = None  # the model, seed or snapshot that builds it

    def column(self, name: str) -> str | None:
        """The column of that name, in any case, as the table spells it."""
        return next((own for own in self.has if own.lower() == name.lower()), None)

    @property
    def listed(self) -> str:
        return ", ".join(self.has)


def asked(dbt: Dbt, operation: str, **args: Any) -> Any:
    """The answer of an operation of discover, which always prints one."""
    answer = dbt.operation(operation, **args)
    if answer is None:
        raise DbtFailed("dbt printed no answer: install this version of the package (dbt deps)")
    return answer


def look(dbt: Dbt, tables: Iterable[Mapping[str, Any]]) -> dict[str, Seen]:
    """{name: table}"""
    return {
        each["name"]: Seen(
            each["name"], each["shown"], each["exists"], tuple(each["has"]), each.get("node")
        )
        for each in asked(dbt, "discover_tables", tables=list(tables))
    }
