"""RTB_TargetLayer Semantic: a binding's tables as dbt semantic models and metrics (SPEC 10), in the
form that dbt 1.6 to 1.12 read.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import Any

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.models.literals import yaml_text

LIVE = "_DeleteDate is null"
# {purpose: the models that its semantic models read}
BASES = {
    "WorkflowInstance": {"workflow_instance", "time_in_state"},
    "SlaTracking": {"sla_cycle"},
    "EscalationQueue": {"escalation_queue"},
}


def reported(binding: Binding) -> dict[str, str]:
    """{dimension: column} of the object's fields that the binding reports on, such as of_priority.
    Names of dimensions are in lower snake case. Two fields that differ only in their case or signs
    are distinguished by a hash.
    """
    columns = [f"OF_{field['name']}" for field in binding.report_fields]
    plain = {column: snake_case(column) for column in columns}
    taken = Counter(plain.values())
    return {
        label
        if taken[label] == 1
        else f"{label}_{hashlib.sha256(column.encode()).hexdigest()[:8]}": column
        for column, label in plain.items()
    }


def snake_case(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return re.sub(r"_+", "_", words).strip("_")


def documents(binding: Binding, purposes: set[str]) -> dict[str, Any]:
    """{semantic_models: […], metrics: […]} of the purposes that the Semantic layer wants. Every
    count is over live rows.
    """
    name, what = binding.name, binding.object_type
    models: list[dict[str, Any]] = []
    metrics: list[dict[str, Any]] = []

    def add(
        model: str,
        summary: str,
        key: str,
        time: tuple[str, str],
        times: dict[str, str],
        texts: dict[str, str],
        measures: dict[str, tuple[str, str, str]],
    ) -> None:
        primary = {
            "name": f"{name}_object" if model == "workflow_instance" else f"{name}_{model}_row",
            "type": "primary",
            "expr": key,
        }
        foreign = (
            []
            if model == "workflow_instance"
            else [{"name": f"{name}_object", "type": "foreign", "expr": "_ObjectKey"}]
        )
        models.append(
            {
                "name": f"{name}_{model}",
                "description": yaml_text(summary),
                "model": f"ref('{name}_{model}')",
                "defaults": {"agg_time_dimension": time[0]},
                "entities": [primary, *foreign],
                "dimensions": [
                    *(
                        {
                            "name": label,
                            "type": "time",
                            "expr": column,
                            "type_params": {"time_granularity": "day"},
                        }
                        for label, column in {time[0]: time[1], **times}.items()
                    ),
                    *(
                        {"name": label, "type": "categorical", "expr": column}
                        for label, column in texts.items()
                    ),
                ],
                "measures": [
                    {
                        "name": f"{name}_{measure}",
                        "description": yaml_text(text),
                        "agg": agg,
                        "expr": expr,
                    }
                    for measure, (agg, expr, text) in measures.items()
                ],
            }
        )

    def simple(metric: str, description: str) -> None:
        metrics.append(
            {
                "name": f"{name}_{metric}",
                "label": f"{name}: {metric.replace('_', ' ')}",
                "description": yaml_text(description),
                "type": "simple",
                "type_params": {"measure": f"{name}_{metric}"},
            }
        )

    if "WorkflowInstance" in purposes:
        add(
            "workflow_instance",
            f"The current state of each {what}.",
            "_ObjectKey",
            ("first_event", "WI_FirstEventUTC"),
            {"current_since": "WI_CurrentSinceUTC"},
            {
                "current_state": "WS_CurrentCode",
                "is_terminal": "WI_IsTerminal",
                "tenant_id": "_TenantID",
                **reported(binding),
            },
            {
                "open_objects": (
                    "sum",
                    f"case when {LIVE} and not WI_IsTerminal then 1 else 0 end",
                    "Objects in a state that is not terminal.",
                )
            },
        )
        add(
            "time_in_state",
            f"Every stay of each {what} in a state.",
            "_Key",
            ("entered", "TS_EnteredUTC"),
            {},
            {"state": "WS_Code", "is_current": "TS_IsCurrent", "tenant_id": "_TenantID"},
            {
                "time_in_state_hours": (
                    "average",
                    "case when not TS_IsTerminal then TS_Seconds / 3600.0 end",
                    "Hours of each stay, one that lasts counted up to the last run.",
                ),
                "open_age_hours": (
                    "average",
                    (
                        "case when TS_IsCurrent and not TS_IsTerminal then TS_ObjectAgeSeconds /"
                        " 3600.0 end"
                    ),
                    "Hours since the first event of each open object, by the last run.",
                ),
                "oldest_age_hours": (
                    "max",
                    (
                        "case when TS_IsCurrent and not TS_IsTerminal then TS_ObjectAgeSeconds /"
                        " 3600.0 end"
                    ),
                    "The same, of the oldest.",
                ),
            },
        )
        simple("open_objects", f"How many {what} are open now: in a state that is not terminal.")
        simple(
            "time_in_state_hours",
            f"Hours that {what} stay in a state, on average; a stay that lasts counts up to the"
            " last run, terminal states don't count.",
        )
        simple(
            "open_age_hours",
            f"How old the open {what} are, in hours since the first event, on average, by the last"
            " run.",
        )
        simple(
            "oldest_age_hours",
            f"How old the oldest of the open {what} is, in hours, by the last run.",
        )
    if "SlaTracking" in purposes:
        add(
            "sla_cycle",
            f"Every cycle of every SLA timer of {what}.",
            "_Key",
            ("started", "ST_StartUTC"),
            {"due": "ST_DueUTC"},
            {
                "sla": "SL_Code",
                "timer_status": "ST_Status",
                "outcome": "ST_Outcome",
                "policy_version": "ST_PolicyVersion",
                "calendar": "ST_Calendar",
                "is_paused": "ST_IsPaused",
                "tenant_id": "_TenantID",
                **reported(binding),
            },
            {
                "sla_breaches": (
                    "sum",
                    f"case when {LIVE} and ST_Outcome = 'Missed' then 1 else 0 end",
                    "Cycles that passed their target.",
                ),
                "sla_met": (
                    "sum",
                    f"case when {LIVE} and ST_Outcome = 'Met' then 1 else 0 end",
                    "Cycles that stopped in time.",
                ),
                "sla_outcomes": (
                    "sum",
                    f"case when {LIVE} and ST_Outcome in ('Met', 'Missed') then 1 else 0 end",
                    "Cycles that are decided: met or missed.",
                ),
                "sla_cancelled": (
                    "sum",
                    f"case when {LIVE} and ST_Outcome = 'Cancelled' then 1 else 0 end",
                    "Cycles that were cancelled before they passed their target.",
                ),
                "sla_open": (
                    "sum",
                    f"case when {LIVE} and ST_StopUTC is null then 1 else 0 end",
                    "Cycles that are not stopped, paused or not.",
                ),
            },
        )
        simple(
            "sla_breaches",
            f"How many SLA cycles of {what} passed their target, stopped since or not.",
        )
        simple("sla_met", f"How many SLA cycles of {what} stopped in time.")
        simple("sla_outcomes", f"How many SLA cycles of {what} are decided: met or missed.")
        simple(
            "sla_cancelled",
            f"How many SLA cycles of {what} were cancelled before they passed their target.",
        )
        simple(
            "sla_open",
            f"How many SLA cycles of {what} are not stopped; by is_paused, how many of them are"
            " paused.",
        )
        metrics.append(
            {
                "name": f"{name}_breach_rate",
                "label": f"{name}: breach rate",
                "type": "ratio",
                "description": yaml_text(
                    f"Which share of the decided SLA cycles of {what} passed their target: missed"
                    " / (missed + met). A cycle that is open or cancelled, or that may go on after"
                    " a stop, is neither."
                ),
                "type_params": {
                    "numerator": f"{name}_sla_breaches",
                    "denominator": f"{name}_sla_outcomes",
                },
            }
        )
    if "EscalationQueue" in purposes:
        add(
            "escalation_queue",
            f"Who should act on which {what}.",
            "_Key",
            ("raised", "EQ_CreatedUTC"),
            {"closed": "EQ_ClosedUTC"},
            {
                "signal": "EQ_SignalCode",
                "severity": "EQ_Severity",
                "queue_status": "EQ_Status",
                "assigned_role": "EQ_AssignedToRole",
                "escalated_sla": "SL_Code",
                "tenant_id": "_TenantID",
            },
            {
                "open_escalations": (
                    "sum",
                    f"case when {LIVE} and EQ_Status <> 'Closed' then 1 else 0 end",
                    "Escalations not closed, acknowledged or not.",
                ),
                "raised_escalations": (
                    "sum",
                    f"case when {LIVE} then 1 else 0 end",
                    "Escalations ever raised.",
                ),
            },
        )
        simple(
            "open_escalations",
            f"How many escalations of {what} are not closed; by queue_status, how many of them are"
            " acknowledged.",
        )
        simple("raised_escalations", f"How many escalations of {what} were raised.")
    return {"semantic_models": models, "metrics": metrics}
