"""The actions of rules: what they emit, and which escalation levels they raise."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ozmeta_dbt.bindings.definitions import Emit, Level
from ozmeta_dbt.bindings.dsl import Action
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.documents import described
from ozmeta_dbt.metadb.rows import MAX_MINUTES, SlaPolicy
from ozmeta_dbt.words import did_you_mean, nearest, one_of


class ActionResolver:
    def __init__(self, lookups: Lookups):
        self.lookups, self.rows, self.problems = lookups, lookups.rows, lookups.problems

    def emits(self, actions: Iterable[Action]) -> list[Emit]:
        """What EmitSignal and EmitEvent emit. A transition emits each signal and event once."""
        found: dict[tuple[str, str], Emit] = {}
        for action in actions:
            if action.type == "EmitSignal" and action.signal:
                found.setdefault(
                    ("signal", action.signal),
                    Emit(
                        signal=action.signal,
                        severity=self.severity(action, action.signal, "Info"),
                        notes=action.notes,
                    ),
                )
            elif action.type == "EmitEvent" and action.event:
                found.setdefault(
                    ("event", action.event),
                    Emit(
                        event=action.event,
                        payload=json.dumps(
                            action.payload, sort_keys=True, ensure_ascii=False, default=str
                        ),
                    ),
                )
        return list(found.values())

    def severity(self, action: Action, signal: str, default: str) -> str:
        severity = action.payload.get("severity", self.lookups.severities.get(signal, default))
        if severity not in ("Info", "Warning", "Critical"):
            self.problems.error(
                action.origin.at("payload", "severity"),
                f"{severity!r} is not a severity",
                one_of(str(severity), ("Info", "Warning", "Critical")),
            )
        return str(severity)

    def levels(
        self,
        actions: list[Action],
        default_signal: str,
        policy: SlaPolicy | None = None,
        is_warned: bool = False,
    ) -> list[Level]:
        """The escalation levels that actions raise, checked (SPEC 5 and 6).

        is_warned: whether the policy has warn minutes under any version or target
        """
        levels: list[Level] = []
        for place, action in enumerate(actions, 1):
            signal = action.signal or default_signal
            if policy and signal not in ("SLA.Warned", "SLA.Breached"):
                self.problems.error(
                    action.origin.at("signalType"),
                    f"{signal!r} raises no level of an SLA",
                    "SLA.Warned or SLA.Breached",
                )
                continue
            if policy and signal == "SLA.Warned" and not is_warned:
                self.problems.error(
                    action.origin.at("signalType"),
                    f"{policy.code} has no SL_WarnMinutes, and no `warn` in its options, so it is"
                    " never warned",
                    "give it one, or use SLA.Breached",
                )
                continue
            level = self.whole(action, "level", place, 1, 1_000_000)
            after = self.whole(action, "afterMinutes", 0, 0, MAX_MINUTES)
            severity = self.severity(
                action, signal, "Critical" if signal == "SLA.Breached" else "Warning"
            )
            assignee, _, name = (action.target or "").partition(":")
            if action.target and (assignee not in ("role", "principal") or not name):
                self.problems.error(
                    action.origin.at("target"),
                    f"{action.target!r} names nobody; expected role:<code> or principal:<name>",
                    self.near_assignee(action.target),
                )
            roles = {r.code for r in self.lookups.roles.values()}
            if (
                assignee == "role"
                and name
                and roles
                and name not in roles
                and self.rows.complete("Role")
            ):
                self.problems.warn(
                    action.origin.at("target"),
                    f"there is no role {name!r}",
                    did_you_mean(name, roles),
                )
            if any(other.signal == signal and other.level == level for other in levels):
                self.problems.error(
                    action.origin.at("payload", "level"), f"level {level} of {signal} occurs twice"
                )
            levels.append(
                Level(
                    level,
                    signal,
                    after,
                    severity,
                    name if assignee == "role" else None,
                    name if assignee == "principal" else None,
                    action.notes,
                    self.unless_acknowledged(action, is_of_sla=policy is not None),
                )
            )
        return levels

    def unless_acknowledged(self, action: Action, is_of_sla: bool) -> bool:
        value = action.payload.get("unlessAcknowledged", False)
        at = action.origin.at("payload", "unlessAcknowledged")
        if not isinstance(value, bool):
            self.problems.error(at, f"is {described(value)}; expected true or false")
        elif value and not is_of_sla:
            self.problems.warn(
                at,
                "has no effect, because a transition raises only one level",
                "use it in the escalation rule of an SLA",
            )
        return value is True and is_of_sla

    def default_levels(self) -> list[Level]:
        return [
            Level(1, "SLA.Breached", 0, self.lookups.severities.get("SLA.Breached", "Critical"))
        ]

    def near_assignee(self, target: str) -> str:
        """A hint for a target that is neither a role nor a principal."""
        roles = [role.code for role in self.lookups.roles.values()]
        kind, colon, name = target.partition(":")
        if colon and name and (near := nearest(kind, ("role", "principal"))):
            return f"did you mean '{near}:{name}'?"
        role = nearest(target, roles)
        return f"did you mean 'role:{role}'?" if role else ""

    def whole(self, action: Action, key: str, default: int, least: int, most: int) -> int:
        value = action.payload.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.problems.error(
                action.origin.at("payload", key),
                f"is {value!r}; expected a whole number from {least} to {most}",
            )
            return default
        return value
