"""How long `purge` keeps objects: from MetaDB and ozmeta.yml to the meta of the timeline."""

from __future__ import annotations

from typing import Any

import pytest
from ozmeta_dbt.bindings.retention import Retention, retention
from ozmeta_dbt.config import BindingChoices
from ozmeta_dbt.metadb.rows import EventType, RetentionPolicy, Row, RuntimeSignalType
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.problems import Problems
from pydantic import ValidationError

EVENTS = [("X", 30), ("Voted", 59), ("Free", None)]


def policy(code: str, days: int | None, hold: bool = False, enabled: bool = True) -> Row:
    return RetentionPolicy.model_construct(
        id=code, code=code, retention_days=days, legal_hold=hold, is_enabled=enabled
    )


def found(
    keys: dict[str, Any] | None = None,
    policies: list[Row] | None = None,
    tenant_in_key: bool = True,
    problems: Problems | None = None,
) -> Retention:
    rows = MetaRows()
    rows.rows["EventType"] = [
        EventType.model_construct(id=code, code=code, retention_days=days) for code, days in EVENTS
    ]
    rows.rows["RuntimeSignalType"] = [
        RuntimeSignalType.model_construct(code="SLA.Breached", retention_days=7),
        RuntimeSignalType.model_construct(code="SLA.Warned", retention_days=None),
        RuntimeSignalType.model_construct(code="Zero", retention_days=0),
    ]
    rows.rows["RetentionPolicy"] = list(policies or [])
    choices = BindingChoices(retention=keys or {})
    said = problems or Problems()
    result = retention(
        "Case", {"Case", "CA"}, tenant_in_key, {"Approved": "Voted"}, choices, rows, said
    )
    assert problems is not None or not said.errors
    return result


def test_event_and_signal_types_of_metadb() -> None:
    assert found().literal == {
        "event_days": {"Approved": 59, "Voted": 59, "X": 30},
        "signal_days": {"SLA.Breached": 7},
    }


@pytest.mark.parametrize(
    ("keys", "policies", "days"),
    [
        ({}, [policy("Case", 58)], 58),
        ({}, [policy("ca", 58)], 58),
        ({}, [policy("Other", 58)], None),
        ({}, [policy("Case", 58, enabled=False)], None),
        ({"policy": "Other"}, [policy("Case", 1), policy("Other", 58)], 58),
    ],
)
def test_a_policy(keys: dict[str, Any], policies: list[Row], days: int | None) -> None:
    result = found(keys, policies)
    assert (result.days, result.event_days["X"], result.held_by) == (days, 30, None)


def test_ozmeta_yml_replaces_what_metadb_says() -> None:
    result = found({"days": 9, "signal_days": 3, "policy": "P"}, [policy("P", 400, hold=True)])
    assert result.literal == {"days": 9, "signal_days": {"*": 3}, "held_by": "P"}


def test_holds() -> None:
    hold = ["o'1", 4711, {"object": 5, "tenant": "t1"}]
    assert found({"hold": hold}).hold == [
        {"object": "o'1"},
        {"object": "4711"},
        {"object": "5", "tenant": "t1"},
    ]


def test_what_is_refused() -> None:
    problems = Problems()
    found({"policy": "Evidnce"}, [policy("Evidence", 9)], problems=problems)
    assert "did you mean" in str(problems.errors[0].hint)
    problems = Problems()
    found({"hold": [{"object": "a", "tenant": "t"}]}, tenant_in_key=False, problems=problems)
    assert "not part of the key of Case" in problems.errors[0].message
    for keys in ({"days": 0}, {"days": "9"}, {"hold": [""]}, {"hold": [{"tenant": "t"}]}, {"x": 1}):
        with pytest.raises(ValidationError):
            found(keys)
