"""The options of an SLA policy (SPEC 5): from the params of its start rule, and from `slas` in
ozmeta.yml. Every key is checked, and refused with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ozmeta_dbt.bindings.calendar_choices import CalendarReader
from ozmeta_dbt.bindings.definitions import CalendarChoice, Options, Target
from ozmeta_dbt.bindings.dsl import Rule, bare_rule, beyond_levels
from ozmeta_dbt.bindings.policy_versions import VersionReader
from ozmeta_dbt.bindings.values import known_keys, same, whole_minutes
from ozmeta_dbt.config import SlaKeys
from ozmeta_dbt.documents import described
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import one_of

RESTARTS = ("newCycle", "ignore", "resume", "continue")
CHOICES = {
    "trigger": ("event", "becomesTrue"),
    "onBoth": ("stop", "restart"),
    "onRestart": RESTARTS,
    "onTargetChange": ("keep", "retarget"),
}
KEYS = [info.alias or name for name, info in SlaKeys.model_fields.items()]
LEVEL = "object.*, state.current and literals"


@dataclass(frozen=True)
class Given:
    """A value, and where it is."""

    value: Any
    at: Origin


def given_keys(keys: BaseModel) -> dict[str, Any]:
    """The keys that a part of ozmeta.yml has, by the names that it uses."""
    names = {name: info.alias or name for name, info in type(keys).model_fields.items()}
    return {names[name]: getattr(keys, name) for name in names if name in keys.model_fields_set}


class OptionReader:
    """Reads the options of policies. calendars: the codes that exist, faulty ones included"""

    def __init__(self, calendars: set[str], problems: Problems):
        self.problems = problems
        self.calendars = CalendarReader(calendars, problems)

    def options(
        self,
        code: str,
        start: Rule | None,
        chosen: Mapping[str, Any],
        chosen_at: Origin,
        default: CalendarChoice,
    ) -> Options:
        """start: the policy's start rule, whose params count; chosen: what ozmeta.yml gives, at
        `chosen_at`; default: the calendar of the binding
        """
        params = start.params if start else {}
        params_at = start.origin.at("params") if start else chosen_at
        known_keys(params, KEYS, params_at, "an SLA policy", self.problems)
        found = {key: Given(value, params_at.at(key)) for key, value in params.items()}
        for key, value in chosen.items():
            at = chosen_at.at(key)
            if key in found and not same(found[key].value, value):
                self.problems.error(
                    at,
                    f"{code} has {key} {described(value)} here and {described(found[key].value)} at"
                    f" {found[key].at}",
                    "keep one of them, or make them equal",
                )
            found.setdefault(key, Given(value, at))
        return self.read(found, start, default)

    def read(self, found: dict[str, Given], start: Rule | None, default: CalendarChoice) -> Options:
        calendar = found.get("calendar")
        targets = found.get("targets")
        options = Options(
            calendar=(self.calendars.choice(calendar.value, calendar.at) if calendar else default),
            pause_when=self.rule(found.get("pauseWhen")),
            cancel_when=self.rule(found.get("cancelWhen")),
            trigger=self.choice("trigger", found),
            on_both=self.choice("onBoth", found),
            on_restart=self.choice("onRestart", found),
            targets=tuple(self.targets(targets.value, targets.at)) if targets else (),
            on_target_change=self.choice("onTargetChange", found),
        )
        if versions := found.get("versions"):
            reader = VersionReader(self.targets, self.calendars.choice, self.problems)
            options.versions = tuple(reader.versions(versions.value, versions.at))
        self.check(options, found, start)
        return options

    def rule(self, given: Given | None) -> Rule | None:
        if given is None or given.value is None:
            return None
        return bare_rule(given.value, given.at, self.problems)

    def choice(self, key: str, found: dict[str, Given]) -> str:
        allowed = CHOICES[key]
        given = found.get(key)
        if given is None or given.value is None:
            return allowed[0]
        if not isinstance(given.value, str):
            self.problems.error(given.at, f"is {described(given.value)}", one_of("", allowed))
        elif given.value not in allowed:
            hint = one_of(given.value, allowed)
            self.problems.error(given.at, f"{given.value!r} is unknown", hint)
        else:
            return given.value
        return allowed[0]

    def targets(self, given: Any, at: Origin) -> Iterator[Target]:
        if given is None:
            return
        if not isinstance(given, list):
            self.problems.error(
                at,
                f"is {described(given)}; expected a list of targets",
                'such as [{"when": expr, "target": 60, "warn": 45}]',
            )
            return
        for place, entry in enumerate(given):
            if (target := self.target(entry, at.at(place))) is not None:
                yield target

    def target(self, given: Any, at: Origin) -> Target | None:
        if not isinstance(given, dict):
            self.problems.error(
                at,
                f"is {described(given)}; expected a target with `when` and `target`",
                'such as {"when": expr, "target": 60, "warn": 45}',
            )
            return None
        before = len(self.problems.errors)
        known_keys(given, ("when", "target", "warn"), at, "a target", self.problems)
        when = None
        if given.get("when") is None:
            self.problems.error(
                at.at("when"),
                "is missing",
                "an expression; the minutes that always count are SL_TargetMinutes and"
                " SL_WarnMinutes of the policy",
            )
        else:
            when = bare_rule(given["when"], at.at("when"), self.problems)
        minutes = whole_minutes(given.get("target"), at.at("target"), self.problems)
        warn = None
        if given.get("warn") is not None:
            warn = whole_minutes(given["warn"], at.at("warn"), self.problems)
        if when is None or minutes is None or len(self.problems.errors) > before:
            return None
        return Target(at, when, minutes, warn)

    def check(self, options: Options, found: dict[str, Given], start: Rule | None) -> None:
        """Checks that concern several keys."""
        if options.on_both == "restart" and options.on_restart not in ("newCycle", "ignore"):
            self.problems.error(
                found["onBoth"].at,
                f"`restart` does not go with onRestart {options.on_restart}",
                "use onRestart newCycle or ignore, or onBoth stop",
            )
        if options.pause_when:
            self.only_levels(options.pause_when, "pauseWhen")
        if options.trigger == "becomesTrue" and start and start.expr is not None:
            self.only_levels(start, "a start rule with trigger becomesTrue")
        if options.on_target_change == "retarget":
            for target in options.all_targets:
                self.only_levels(target.when, "`when` with onTargetChange retarget")

    def only_levels(self, rule: Rule, what: str) -> None:
        for at, ref in beyond_levels(rule.expr, rule.expr_at):
            self.problems.error(
                at,
                f"{what} reads {ref}, which is true on one event only",
                f"it may read only {LEVEL}",
            )
