"""Puts the bindings of one file of cases/service_levels into few bindings, which dbt builds faster.

A policy keeps its options and gets a code that names its binding. An object then has the cycles of
all these policies, and a case reads those of its own binding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from support.cases import Case
from support.service_level_cases import FOLDER, bindings

Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where the rows of a case are: its binding in the project, and {code there: own code}."""

    binding: str
    codes: dict[str, str]


def together(cases: Iterable[Case]) -> tuple[dict[str, Row], dict[str, Place]]:
    """The bindings of a project that has the bindings of all cases, and {case id: its place}."""
    groups: dict[str, Row] = {}
    places: dict[str, Place] = {}
    for case in cases:
        stem = case.id.rpartition("-")[0]
        own = bindings(FOLDER / f"{stem}.md")[case.binding]
        name = group_name(stem, own)
        group = groups.setdefault(name, own | {"name": name, "object_types": [name], "slas": []})
        renamed = [policy(case.binding, sla, own, group) for sla in own["slas"]]
        group["slas"] += [sla for sla in renamed if sla not in group["slas"]]
        codes = [sla["code"] for sla in own["slas"]]
        places[case.id] = Place(
            name, dict(zip((sla["code"] for sla in renamed), codes, strict=True))
        )
    calendars: Row = {}
    for group in groups.values():
        for code, keys in group["calendars"].items():
            assert calendars.setdefault(code, keys) == keys, f"calendar {code} differs"
        group["calendars"] = calendars
    return groups, places


def group_name(stem: str, binding: Row) -> str:
    """Bindings of one group have the same keys, apart from the calendar, which a policy can set."""
    kept = "" if binding["auto_close"] else "Kept"
    return stem.title().replace("_", "") + kept + "".join(binding["report_fields"])


def policy(binding: str, sla: Row, own: Row, group: Row) -> Row:
    """The code of the SLA of a state comes from the state, so it cannot change."""
    options = sla["options"]
    if own["calendar"] != group["calendar"]:
        options = {"calendar": own["calendar"] or "none"} | options
    code = sla["code"] if "state" in sla else f"{binding}_{sla['code']}"
    return sla | {"code": code, "options": options}
