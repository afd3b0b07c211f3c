"""The options of an SLA policy as its model's file has them, except for on_restart. Options with
their default value are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ozmeta_dbt.bindings.definitions import CalendarChoice, Options, PolicyVersion, Target
from ozmeta_dbt.bindings.dsl import Rule
from ozmeta_dbt.bindings.rule_nodes import rule_node

DEFAULTS = Options()


def options_literal(options: Options) -> dict[str, Any]:
    values: dict[str, Any] = {
        "calendar": calendar_literal(options.calendar),
        "trigger": changed(options, "trigger"),
        "on_both": changed(options, "on_both"),
        "pause_when": node_of(options.pause_when),
        "cancel_when": node_of(options.cancel_when),
        "targets": targets_literal(options.targets) or None,
        "on_target_change": changed(options, "on_target_change"),
        "versions": [version_literal(version) for version in options.versions] or None,
    }
    return {key: value for key, value in values.items() if value is not None}


def changed(options: Options, key: str) -> Any:
    value = getattr(options, key)
    return None if value == getattr(DEFAULTS, key) else value


def node_of(rule: Rule | None) -> Any:
    return rule_node(rule.expr) if rule else None


def calendar_literal(choice: CalendarChoice) -> Any:
    if not choice.ref:
        return choice.code
    return {"ref": choice.ref, "cases": dict(choice.cases), "default": choice.code}


def targets_literal(targets: Iterable[Target]) -> list[dict[str, Any]]:
    return [
        {"when": node_of(target.when), "target_minutes": target.target_minutes}
        | ({} if target.warn_minutes is None else {"warn_minutes": target.warn_minutes})
        for target in targets
    ]


def version_literal(version: PolicyVersion) -> dict[str, Any]:
    """Only what the version itself sets. `none` is a value, too."""
    given = {"name": version.name, "from": version.start, "target_minutes": version.target_minutes}
    literal: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if version.gives_warn:
        literal["warn_minutes"] = version.warn_minutes
    if version.targets is not None:
        literal["targets"] = targets_literal(version.targets)
    if version.calendar is not None:
        literal["calendar"] = calendar_literal(version.calendar)
    return literal
