"""How long the objects of a binding are kept, as MetaDB and ozmeta.yml say (SPEC 8.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ozmeta_dbt.config import BindingChoices
from ozmeta_dbt.metadb.rows import EventType, RetentionPolicy, RuntimeSignalType
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import did_you_mean

ANY_SIGNAL = "*"


@dataclass
class Retention:
    days: int | None = None  # that every object is kept at least
    event_days: dict[str, int] = field(default_factory=dict)  # with an event of this type
    signal_days: dict[str, int] = field(default_factory=dict)  # after it was noticed; * is any
    hold: list[dict[str, str]] = field(default_factory=list)  # {object, tenant?}
    held_by: str | None = None  # the policy that holds all objects

    @property
    def literal(self) -> dict[str, Any]:
        """What the models carry. What is not stated is left out."""
        found = {
            "days": self.days,
            "event_days": self.event_days,
            "signal_days": self.signal_days,
            "hold": self.hold,
            "held_by": self.held_by,
        }
        return {key: value for key, value in found.items() if value not in (None, {}, [])}


def retention(
    label: str,
    names: set[str],
    tenant_in_key: bool,
    event_aliases: dict[str, str],
    choices: BindingChoices,
    rows: MetaRows,
    problems: Problems,
) -> Retention:
    """The retention of a binding.

    label: what ozmeta.yml calls the binding
    names: the table's name and its short code, of which a RetentionPolicy may have one
    event_aliases: {old event type: current name}
    """
    keys, at = choices.retention, Origin("ozmeta.yml").at("bindings", label, "retention")
    found = Retention(days=keys.days)
    for place, held in enumerate(keys.hold):
        if held.tenant is not None and not tenant_in_key:
            problems.error(
                at.at("hold", place, "tenant"),
                f"the tenant is not part of the key of {label}",
                "give the object alone",
            )
        found.hold.append(held.model_dump(exclude_none=True))
    policy = policy_of(keys.policy, names, rows, at, problems)
    if policy is not None and policy.legal_hold:
        found.held_by = policy.code
    if keys.days is None:
        found.days = policy.retention_days if policy is not None else None
        stated = {
            row.code: row.retention_days
            for row in rows.of(EventType)
            if row.retention_days is not None
        }
        old = {name: stated[new] for name, new in event_aliases.items() if new in stated}
        found.event_days = dict(sorted((old | stated).items()))
    found.signal_days = {
        row.code: row.retention_days
        for row in sorted(rows.of(RuntimeSignalType), key=lambda row: row.code)
        if row.retention_days
    }
    if keys.signal_days is not None:
        found.signal_days = {ANY_SIGNAL: keys.signal_days}
    return found


def policy_of(
    code: str | None, names: set[str], rows: MetaRows, at: Origin, problems: Problems
) -> RetentionPolicy | None:
    """The policy that ozmeta.yml names, or else the one with the name of the table."""
    policies = {row.code: row for row in rows.of(RetentionPolicy) if row.is_enabled}
    if code is None:
        plain = {name.casefold() for name in names}
        return next((row for row in policies.values() if row.code.casefold() in plain), None)
    if code not in policies and rows.complete("RetentionPolicy"):
        problems.error(
            at.at("policy"),
            f"MetaDB has no enabled RetentionPolicy {code!r}",
            did_you_mean(code, policies),
        )
    return policies.get(code)
