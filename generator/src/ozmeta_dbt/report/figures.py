"""The figures of the report: what each one answers, and its rows with their types."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

# {figure: (its title, the question that it answers)}, in the order of the report
TITLES = {
    "timers": ("Running timers", "How many timers are late, due soon or paused?"),
    "late_objects": ("Late", "Which objects are late, since when, and who should act?"),
    "due_objects": ("Due within 72 hours", "Which objects are due next?"),
    "paused_objects": ("Paused", "Whose clock stands still, and in which state?"),
    "escalations": ("Open escalations", "Which escalations are open, for whom, since when?"),
    "approvals": ("Approvals that wait", "Which approvals wait, for whom, since when?"),
    "outcomes": ("Met over time", "Which share of the cycles was met?"),
    "outcomes_by_field": ("Met by field", "Where is the target met, and where is it missed?"),
    "elapsed_shares": ("Elapsed and target", "How much of the target did the cycles take?"),
    "time_of_outcomes": ("Where the time went", "Which states take the time of missed cycles?"),
    "states": ("Objects by state", "How many objects are in each state now?"),
    "moves": ("Transitions", "Which transitions happen, and how often?"),
    "stays": ("Time in state", "How long do objects stay in a state?"),
    "forecast": ("Forecast", "How many running timers will miss their target?"),
    "arrivals": ("Arrival of events", "How late do events reach the journal?"),
    "anomalies": ("Anomalies", "Which events do not fit the workflow?"),
    "refused_rows": ("Quarantine", "Which journal rows were refused, and why?"),
    "signals": ("Signals", "What was raised, and what was retracted?"),
    "journals": ("Journals", "How fresh is the data?"),
    "runs": ("Runs", "What did the last runs fold?"),
}
TEXTS = frozenset(
    {
        "field",
        "field_value",
        "sla",
        "horizon",
        "object_id",
        "tenant",
        "state",
        "calendar",
        "role",
        "principal",
        "escalation_status",
        "signal_code",
        "severity",
        "flow",
        "approval_step",
        "roles",
        "outcome",
        "from_state",
        "to_state",
        "transition_code",
        "anomaly",
        "next_state",
        "position",
        "source_system",
        "asked_state",
        "asked_code",
        "reason",
        "journal",
        "kind",
    }
)
INSTANTS = frozenset(
    {
        "state_since",
        "started",
        "due",
        "breached",
        "raised",
        "since",
        "decided_on",
        "oldest_since",
        "first_arrival",
        "last_arrival",
        "last_noticed",
        "last_event",
        "as_of",
        "read_up_to",
    }
)


@dataclass(frozen=True)
class Figure:
    """One query of the report and its rows. Instants are in UTC, without a time zone."""

    name: str
    sql: str
    rows: list[Row]

    @property
    def title(self) -> str:
        return TITLES[self.name][0]

    @property
    def question(self) -> str:
        return TITLES[self.name][1]

    def told_fields(self, fields: list[str]) -> list[str]:
        """The fields with at least two values among the rows, see report_field_ctes."""
        values: dict[str, set[Any]] = defaultdict(set)
        for row in self.rows:
            values[row["field"]].add((row["field_value"], row["is_rest"]))
        return [field for field in fields if len(values[field]) > 1]


def read(answer: dict[str, Any]) -> dict[str, Figure]:
    """{name: figure} from what the macro report_facts printed of a binding."""
    return {
        name: Figure(
            name, found["sql"], [typed(found["columns"], values) for values in found["rows"]]
        )
        for name, found in answer["figures"].items()
    }


def typed(columns: Iterable[str], values: Iterable[str | None]) -> Row:
    return {name: value_of(name, text) for name, text in zip(columns, values, strict=True)}


def value_of(name: str, text: str | None) -> Any:
    """Columns are whole numbers unless they are texts, instants, or fields of the object."""
    if text is None or name in TEXTS or name.startswith("field_"):
        return text
    return instant_of(text) if name in INSTANTS else int(Decimal(text))


def instant_of(text: str) -> dt.datetime:
    """A timestamp as the engine's driver writes it; all of them are in UTC. One outside the years 1
    to 9999 is the first or the last instant of them.
    """
    if text.startswith("-") or text.endswith("BC") or "(BC)" in text:
        return dt.datetime.min
    if re.match("[0-9]{5}", text):
        return dt.datetime.max
    at = dt.datetime.fromisoformat(text)
    return at.astimezone(dt.timezone.utc).replace(tzinfo=None) if at.tzinfo else at
