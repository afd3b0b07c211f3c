"""Which calendar counts for a cycle: a code, or a value of the event that starts it."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.bindings.definitions import ALWAYS_OPEN, CalendarChoice
from ozmeta_dbt.bindings.dsl import check_ref
from ozmeta_dbt.bindings.values import known_keys
from ozmeta_dbt.documents import UNSTORABLE, described, storable
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import did_you_mean

NONE = "none"  # instead of a code: the clock always runs
EXAMPLE = '{"ref": "object.Region", "cases": {"EU": "BerlinDesk"}, "default": "none"}'


class CalendarReader:
    """known: the codes of all calendars, faulty ones included"""

    def __init__(self, known: set[str], problems: Problems):
        self.known, self.problems = known, problems

    def choice(self, given: Any, at: Origin) -> CalendarChoice:
        """The value under `calendar` of a policy, a version or a binding. Null counts as absent."""
        if not isinstance(given, dict):
            return CalendarChoice(at, self.code(given, at))
        known_keys(given, ("ref", "cases", "default"), at, "a calendar", self.problems)
        ref = check_ref({"ref": given.get("ref")}, at, self.problems)
        cases = given.get("cases")
        if not isinstance(cases, dict):
            shown = "is missing" if cases is None else f"is {described(cases)}"
            self.problems.error(at.at("cases"), f"{shown}; expected codes by value", EXAMPLE)
            cases = {}
        if "default" not in given:
            self.problems.error(
                at.at("default"),
                "is missing: a calendar that depends on a value needs a default",
                "name a calendar, or none for a clock that always runs",
            )
        codes = {}
        for value, code in cases.items():
            if isinstance(value, bool) or not isinstance(value, (str, int)):
                self.problems.error(
                    at.at("cases", value),
                    f"{described(value)} is not a text",
                    "write it in quotes, as in 'NO': OsloDesk",
                )
            elif not storable(str(value)):
                self.problems.error(at.at("cases"), f"a value {UNSTORABLE}")
            else:
                codes[str(value)] = self.code(code, at.at("cases", value))
        default = self.code(given.get("default"), at.at("default"))
        if ref is None:
            return ALWAYS_OPEN
        return CalendarChoice(at, default, ref["ref"], tuple(codes.items()))

    def code(self, given: Any, at: Origin) -> str | None:
        if given is None or given == NONE:
            return None
        if not isinstance(given, str) or not given.strip():
            self.problems.error(
                at, f"is {described(given)}; expected a calendar's code", f"or {NONE}, or {EXAMPLE}"
            )
        elif given not in self.known:
            hint = did_you_mean(given, self.known)
            self.problems.error(at, f"there is no calendar {given!r}", hint)
        else:
            return given
        return None
