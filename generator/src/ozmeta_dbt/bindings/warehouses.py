"""What a warehouse cannot run, reported when the models are generated (`warehouses` in
ozmeta.yml).

The package's macros stop a run for the same reasons (`macros/cross_db/`). docs/cross-db.md lists
them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.bindings.regexes import DIALECTS, UnsupportedError
from ozmeta_dbt.config import FILE_NAME, Warehouse
from ozmeta_dbt.problems import Origin, Problems

T_SQL: tuple[Warehouse, ...] = ("sqlserver", "fabric")
# the syntax of regular expressions that a warehouse has, if it is not RE2's
DIALECT_OF: dict[Warehouse, str] = {
    "postgres": "postgres",
    "snowflake": "snowflake",
    "databricks": "spark",
    "spark": "spark",
}


def check(bindings: list[Binding], warehouses: list[Warehouse], problems: Problems) -> None:
    """An error if a binding can never run on one of these warehouses, and a warning if some of its
    objects will stop a run.
    """
    for warehouse in dict.fromkeys(warehouses):
        for binding in bindings:
            for at, pattern in patterns(binding):
                if lacks := what_lacks(warehouse, pattern):
                    problems.error(
                        at,
                        f"the regex {pattern!r} can't run on {warehouse}: it has no {lacks}",
                        "use startsWith, endsWith, contains or in, or leave that warehouse"
                        " out of `warehouses`",
                    )
            if warehouse in T_SQL:
                check_steps(binding, warehouse, problems)


def check_steps(binding: Binding, warehouse: Warehouse, problems: Problems) -> None:
    """T-SQL cannot recurse event by event."""
    here = Origin(FILE_NAME).at("bindings", binding.object_type)
    if binding.approvals:
        problems.error(
            here,
            f"approval flows can't run on {warehouse}: votes are counted event by event",
            "disable its flows, or leave that warehouse out of `warehouses`",
        )
    if binding.choices.conflict_policy == "first_writer_wins":
        problems.warn(
            here.at("conflict_policy"),
            f"on {warehouse} a run stops at the first event that first_writer_wins has to reject",
            "last_writer_wins marks it and goes on",
        )
    elif unclear := sorted(set(leading_apart(binding))):
        problems.warn(
            here,
            f"on {warehouse} a run stops at the first {' or '.join(unclear)}: it leads to different"
            " states, so which one depends on the state the object is in",
            "a code for each target",
        )


def leading_apart(binding: Binding) -> Iterator[str]:
    """Codes and event types whose transitions lead to different states. The target of such an event
    depends on the current state (SPEC 4.5).
    """
    targets: dict[str, str] = {}
    for transition in binding.workflow.transitions:
        for name in (repr(transition.code), *(f"event {event!r}" for event in transition.events)):
            if targets.setdefault(name, transition.to_state) != transition.to_state:
                yield name


def patterns(binding: Binding) -> Iterator[tuple[Origin, str]]:
    """The regexes of the rules that become SQL, and the place of each."""
    for sla in binding.slas:
        for rule in sla.rules:
            yield from patterns_of(rule.expr, rule.expr_at)


def patterns_of(expr: Any, at: Origin) -> Iterator[tuple[Origin, str]]:
    if isinstance(expr, dict) and "op" in expr:
        for index, arg in enumerate(expr["args"]):
            if expr["op"] == "regex" and index == 1:
                yield at.at("args", index), arg
            yield from patterns_of(arg, at.at("args", index))


def what_lacks(warehouse: Warehouse, pattern: str) -> str | None:
    """The part of an RE2 pattern that the warehouse does not support; none if it supports all."""
    if warehouse in T_SQL:
        return "regular expressions"
    if warehouse in DIALECT_OF:
        try:
            DIALECTS[DIALECT_OF[warehouse]](pattern)
        except UnsupportedError as error:
            return str(error)
    return None
