"""What the generator knows about a generated model. catalogue.py has one description per model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.config import Config
from ozmeta_dbt.models.columns import AUDIT, KEY, Column, columns_of
from ozmeta_dbt.models.literals import jinja


@dataclass(frozen=True)
class Scope:
    """The binding that a model belongs to, and the models of that binding that dbt builds."""

    binding: Binding
    config: Config
    built: tuple[str, ...]

    def ref(self, model: str) -> str:
        """The call by which one model of the binding refers to another."""
        return f"ref({jinja(f'{self.binding.name}_{model}')})"


@dataclass(frozen=True)
class Call:
    """How a model's file calls its macro."""

    arguments: dict[str, str] = field(default_factory=dict)  # {name: Jinja expression}
    sets: dict[str, Any] = field(default_factory=dict)  # {name: value}, set before the call
    meta: str = ""  # Jinja for the config's `meta`, which the operations read


def always(binding: Binding) -> bool:
    return True


def nothing(binding: Binding) -> tuple[str, ...]:
    return ()


def no_columns(scope: Scope) -> list[Column]:
    return []


def no_tests(scope: Scope) -> list[Any]:
    return []


def as_it_is(scope: Scope, summary: str) -> str:
    return summary


@dataclass(frozen=True)
class Model:
    """One model of a binding. A model without `keys` is a view whose own columns say everything."""

    name: str
    summary: str  # {} stands for the object type
    call: Callable[[Scope], Call]
    columns: tuple[str, ...]  # the canonical columns (SPEC 7)
    macro: str = ""  # the package's macro, if its name differs
    purpose: str = ""  # of RuntimeTemplateBinding, which asks for the model
    wanted: Callable[[Binding], bool] = always  # whether the metadata asks for the model
    needs: Callable[[Binding], tuple[str, ...]] = nothing  # models it cannot exist without
    is_view: bool = False
    in_run: bool = True  # whether the run log waits for it
    in_rollup: bool = True  # whether a view shows it for all bindings together
    keys: tuple[str, ...] = KEY
    more: Callable[[Scope], list[Column]] = no_columns
    audit: tuple[str, ...] = AUDIT
    describe: Callable[[Scope, str], str] = as_it_is  # from the summary to the description
    is_tested: bool = True  # whether its rows are tested at all
    not_null: frozenset[str] = frozenset()
    unique: str | None = None
    unique_key: Callable[[Scope], list[str]] | None = None  # the table's key, if it is not _Key
    any_code: frozenset[str] = frozenset()  # columns of codes that may hold unknown ones
    relations: dict[str, str] = field(default_factory=dict)  # {column: the model it points to}
    tests: Callable[[Scope], list[Any]] = no_tests

    def all_columns(self, scope: Scope) -> list[Column]:
        return [
            *columns_of(self.name, (*self.keys, *self.columns)),
            *self.more(scope),
            *columns_of(self.name, self.audit),
        ]

    @property
    def is_soft_deleted(self) -> bool:
        """Whether rows that a late event undid stay in the table, marked as deleted."""
        return "_DeleteDate" in self.audit
