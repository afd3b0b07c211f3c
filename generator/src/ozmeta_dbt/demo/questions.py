"""The questions that the demo asks the runtime tables. Each is a file in analyses/: two comment
lines with its title and what it answers, then SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

ORDER = (
    "late_now",
    "due_next",
    "paused",
    "escalations_by_role",
    "escalation_ladder",
    "sla_compliance",
    "resolution_by_team",
    "changed_policy",
    "time_in_state",
    "approvals_waiting",
    "one_ticket",
    "back_from_the_road",
    "retracted_by_late_events",
    "said_and_taken_back",
    "anomalies",
    "quarantined_rows",
    "runs",
)


@dataclass(frozen=True)
class Question:
    name: str
    title: str
    answers: str
    text: str  # the whole file


def question(name: str) -> Question:
    text = (
        resources.files("ozmeta_dbt.demo")
        .joinpath("analyses", f"{name}.sql")
        .read_text(encoding="utf-8")
    )
    title, answers = (line.removeprefix("-- ") for line in text.splitlines()[:2])
    return Question(name, title, answers, text)


QUESTIONS = tuple(map(question, ORDER))
