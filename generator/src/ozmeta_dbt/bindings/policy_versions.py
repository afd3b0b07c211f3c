"""Versions of an SLA policy, each from an instant on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ozmeta_dbt.bindings.definitions import CalendarChoice, PolicyVersion, Target
from ozmeta_dbt.bindings.values import known_keys, whole_minutes
from ozmeta_dbt.config import VersionKeys, utc_text
from ozmeta_dbt.documents import UNSTORABLE, described, storable
from ozmeta_dbt.problems import Origin, Problems

KEYS = [info.alias or name for name, info in VersionKeys.model_fields.items()]


class VersionReader:
    def __init__(
        self,
        targets: Callable[[Any, Origin], Iterable[Target]],
        calendar: Callable[[Any, Origin], CalendarChoice],
        problems: Problems,
    ):
        self.targets, self.calendar, self.problems = targets, calendar, problems

    def versions(self, given: Any, at: Origin) -> Iterator[PolicyVersion]:
        """The versions, oldest first. A faulty one is left out."""
        if given is None:
            return
        if not isinstance(given, list):
            self.problems.error(
                at,
                f"is {described(given)}; expected a list of versions, oldest first",
                'such as [{"target": 240}, {"from": "2026-07-01", "target": 120}]',
            )
            return
        last: tuple[str, Origin] | None = None
        for place, entry in enumerate(given):
            version = self.version(entry, at.at(place), is_first=place == 0)
            if version is None:
                continue
            if version.start and last and version.start <= last[0]:
                which = "the same as" if version.start == last[0] else "before"
                self.problems.error(
                    version.at.at("from"),
                    f"is {which} the one at {last[1]}",
                    "versions are in the order of their `from`, each later than the one before",
                )
            if version.start:
                last = version.start, version.at.at("from")
            yield version

    def version(self, given: Any, at: Origin, is_first: bool) -> PolicyVersion | None:
        if not isinstance(given, dict):
            self.problems.error(
                at,
                f"is {described(given)}; expected a version",
                'such as {"from": "2026-07-01", "target": 120}',
            )
            return None
        before = len(self.problems.errors)
        known_keys(given, KEYS, at, "a version", self.problems)
        found = PolicyVersion(at, self.start(given.get("from"), at.at("from"), is_first))
        found.name = self.name(given, at)
        if "target" in given:
            found.target_minutes = whole_minutes(given["target"], at.at("target"), self.problems)
        if "warn" in given:
            found.gives_warn = True
            if given["warn"] is not None:
                found.warn_minutes = whole_minutes(given["warn"], at.at("warn"), self.problems)
        if "targets" in given:
            found.targets = tuple(self.targets(given["targets"], at.at("targets")))
        if "calendar" in given:
            found.calendar = self.calendar(given["calendar"], at.at("calendar"))
        return found if len(self.problems.errors) == before else None

    def start(self, given: Any, at: Origin, is_first: bool) -> str | None:
        if given is None:
            if not is_first:
                self.problems.error(
                    at, "is missing: only the first version may have no `from`", "give an instant"
                )
            return None
        try:
            if not isinstance(given, str):
                raise ValueError
            return utc_text(given)
        except ValueError:
            self.problems.error(
                at,
                f"is {described(given)}, not an instant",
                "expected one such as 2026-03-01 or 2026-03-01T12:00:00Z",
            )
        return None

    def name(self, given: dict[Any, Any], at: Origin) -> str | None:
        """What ST_PolicyVersion shows: its name, otherwise its `from` as written."""
        name = given.get("name")
        if name is None:
            start = given.get("from")
            return start if isinstance(start, str) else None
        if not isinstance(name, str) or not name.strip():
            self.problems.error(at.at("name"), f"is {described(name)}; expected a text")
        elif not storable(name):
            self.problems.error(at.at("name"), f"the name {UNSTORABLE}")
        else:
            return name
        return None
