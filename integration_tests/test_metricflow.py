"""The generated metrics, asked through MetricFlow, against SQL written by hand."""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from engines import engine
from engines.base import environment
from engines.scenarios import Scenario, Step
from support.measured_case import EVENTS, KEYS, SNAPSHOT, event

Rows = dict[tuple[str, ...], dict[str, float]]


def metadata() -> dict[str, Any]:
    """The project of test_metrics, with a ladder and the queue."""
    document = copy.deepcopy(SNAPSHOT)
    runtime = document["objects"]["runtime"]
    runtime["templateBindings"].append(
        {"bindingId": "b", "purpose": "EscalationQueue", "targetLayer": "Semantic"}
    )
    runtime["slaPolicies"][0]["escalationRule"] = {
        "version": 1,
        "kind": "Escalation",
        "actions": [
            {"type": "EnqueueEscalation", "signalType": "SLA.Breached", "target": "role:Lead"}
        ],
    }
    return document


EARLIER = [
    event("h1", "2026-01-02 09:00", "h", "Open", Priority="Low"),
    event("i1", "2026-01-02 09:00", "i", "Open", Priority="Low"),
]
# h is cancelled before its cycle starts, and i was done in time: a cycle and two escalations that
# the first run wrote are deleted
ARRIVED = {"_SyncDate": dt.datetime(2026, 1, 2, 12)}
LATE = [
    event("h0", "2026-01-02 08:59", "h", None, Team="Sales") | ARRIVED,
    event("i2", "2026-01-02 09:20", "i", "Done") | ARRIVED,
]
OBJECTS, STAYS = "{s}.case_workflow_instance", "{s}.case_time_in_state"
CYCLES, QUEUE = "{s}.case_sla_cycle", "{s}.case_escalation_queue"
LIVE = "x._DeleteDate is null"
OPEN_STAY = "TS_IsCurrent and not TS_IsTerminal"
# {metric: (table, the metric in SQL)}
BY_HAND = {
    "case_open_objects": (OBJECTS, f"count(*) filter (where {LIVE} and not x.WI_IsTerminal)"),
    "case_time_in_state_hours": (STAYS, "avg(TS_Seconds) filter (where not TS_IsTerminal) / 3600"),
    "case_open_age_hours": (STAYS, f"avg(TS_ObjectAgeSeconds) filter (where {OPEN_STAY}) / 3600"),
    "case_oldest_age_hours": (
        STAYS,
        f"max(TS_ObjectAgeSeconds) filter (where {OPEN_STAY}) / 3600.0",
    ),
    "case_sla_met": (CYCLES, f"count(*) filter (where {LIVE} and ST_Outcome = 'Met')"),
    "case_sla_breaches": (CYCLES, f"count(*) filter (where {LIVE} and ST_Outcome = 'Missed')"),
    "case_sla_outcomes": (
        CYCLES,
        f"count(*) filter (where {LIVE} and ST_Outcome in ('Met', 'Missed'))",
    ),
    "case_sla_cancelled": (CYCLES, f"count(*) filter (where {LIVE} and ST_Outcome = 'Cancelled')"),
    "case_sla_open": (CYCLES, f"count(*) filter (where {LIVE} and ST_StopUTC is null)"),
    "case_breach_rate": (
        CYCLES,
        f"1.0 * count(*) filter (where {LIVE} and ST_Outcome = 'Missed')"
        f" / nullif(count(*) filter (where {LIVE} and ST_Outcome in ('Met', 'Missed')), 0)",
    ),
    "case_open_escalations": (QUEUE, f"count(*) filter (where {LIVE} and EQ_Status <> 'Closed')"),
    "case_raised_escalations": (QUEUE, f"count(*) filter (where {LIVE})"),
}
# {table: [{dimension: SQL}]}. `o` is the object's row.
OF_OBJECT = {"case_object__current_state": "o.WS_CurrentCode"}
DIMENSIONS: dict[str, list[dict[str, str]]] = {
    OBJECTS: [
        {},
        OF_OBJECT,
        {
            "case_object__of_priority": "x.OF_Priority",
            "case_object__is_terminal": "x.WI_IsTerminal",
        },
        {"metric_time__day": "date_trunc('day', x.WI_FirstEventUTC)"},
    ],
    STAYS: [
        {},
        {"case_time_in_state_row__state": "x.WS_Code"},
        OF_OBJECT,
        {"metric_time__month": "date_trunc('month', x.TS_EnteredUTC)"},
    ],
    CYCLES: [
        {},
        {"case_sla_cycle_row__sla": "x.SL_Code", "case_sla_cycle_row__outcome": "x.ST_Outcome"},
        {"case_sla_cycle_row__of_priority": "x.OF_Priority"},
        {
            "case_sla_cycle_row__policy_version": "x.ST_PolicyVersion",
            "case_sla_cycle_row__calendar": "x.ST_Calendar",
            "case_sla_cycle_row__is_paused": "x.ST_IsPaused",
        },
        OF_OBJECT | {"case_object__of_priority": "o.OF_Priority"},
        {"metric_time__day": "date_trunc('day', x.ST_StartUTC)"},
    ],
    QUEUE: [
        {},
        {
            "case_escalation_queue_row__assigned_role": "x.EQ_AssignedToRole",
            "case_escalation_queue_row__queue_status": "x.EQ_Status",
        },
        OF_OBJECT,
        {"metric_time__week": "date_trunc('week', x.EQ_CreatedUTC)"},
    ],
}


@pytest.mark.parametrize("name", ["duckdb", "postgres"])
def test_metricflow_says_what_sql_says(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("static", f"MetricFlow, {name}")
    if os.environ.get("OZMETA_DBT") != "all":
        record_property("why", "`make test-dbt` runs it, with an environment of its own")
        pytest.skip("NOT RUN: `make test-dbt` runs it, with an environment of its own")
    scenario = Scenario(
        "metrics",
        KEYS,
        [Step("2026-01-02T11:30:00", EVENTS + EARLIER), Step("2026-01-02T12:30:00", LATE)],
        metadata(),
    )
    python = environment("metricflow", "../dbt_versions/metricflow.txt")
    folder = tmp_path / "project"
    groups = [(table, by) for table, every in DIMENSIONS.items() for by in every]
    metrics = {t: [m for m, (of, _) in BY_HAND.items() if of == t] for t in DIMENSIONS}
    with engine(name).session(tmp_path / name) as worker:
        *_, (_, last) = scenario.play(worker, folder)
        for table in ("case_sla_cycle", "case_escalation_queue"):
            assert any(row["_deletedate"] for row in last[table]), table
        worker.close()  # a DuckDB file has one writer
        questions = [(metrics[table], list(by), by_hand(table, by)) for table, by in groups]
        answers = asked(python, folder, questions)
    for (names, by, sql), (said, expected) in zip(questions, answers, strict=True):
        assert compared(said, by, names) == compared(expected, by, names), sql
        assert by or compared(expected, by, names)[()].keys() == set(names), sql
    generated = folder / "models/ozmeta/case/_case_semantic.yml"
    written = yaml.safe_load(generated.read_text(encoding="utf-8"))["metrics"]
    assert {metric["name"] for metric in written} == set(BY_HAND)
    record_property("said", f"{len(BY_HAND)} metrics, {len(questions)} questions, as by hand")


def by_hand(table: str, by: dict[str, str]) -> str:
    values = by | {metric: sql for metric, (of, sql) in BY_HAND.items() if of == table}
    columns = ", ".join(f"{sql} as {name}" for name, sql in values.items())
    grouping = f" group by {', '.join(by.values())}" if by else ""
    joined = f"left join {OBJECTS} as o on o._ObjectKey = x._ObjectKey"
    return f"select {columns} from {table} as x {joined}{grouping}".format(s="oz_metrics")


def asked(python: Path, folder: Path, questions: list[Any]) -> list[Any]:
    done = subprocess.run(
        [str(python), str(Path(__file__).parent / "dbt_versions/ask_metricflow.py"), str(folder)],
        input=json.dumps(questions),
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(done.stdout.rpartition("ANSWERS ")[2])


def compared(rows: list[dict[str, Any]], by: list[str], metrics: list[str]) -> Rows:
    """{dimensions: {metric: value}}, without values that are 0 or null: MetricFlow fills in rows
    that another metric of the same question has.
    """
    found: Rows = {}
    for row in rows:
        values = {
            metric: round(float(row[metric]), 6)
            for metric in metrics
            if row[metric] not in (None, "NaN") and float(row[metric]) != 0
        }
        if values:
            found[tuple(str(row[name]) for name in by)] = values
    return found
