"""The models of a binding, each described once, in the order in which they are listed."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.bindings.definitions import APPROVAL_REFS, Binding
from ozmeta_dbt.models import arguments
from ozmeta_dbt.models import columns as col
from ozmeta_dbt.models.description import Call, Model, Scope
from ozmeta_dbt.models.literals import yaml_text
from ozmeta_dbt.models.prose import flow_in_words, sla_in_words

# ---------------------------------------------------------------- conditions


def tracks_cycles(binding: Binding) -> bool:
    """The queue needs cycles too, if it has levels that a cycle raises."""
    return "SlaTracking" in binding.purposes or (
        "EscalationQueue" in binding.purposes and has_levels(binding)
    )


def tracks_steps(binding: Binding) -> bool:
    """An SLA that times an approval step needs the steps, whatever the purposes."""
    return "ApprovalTracking" in binding.purposes or (
        tracks_cycles(binding) and binding.awaits_approval
    )


def has_levels(binding: Binding) -> bool:
    return any(sla.levels for sla in binding.slas)


def has_signals(binding: Binding) -> bool:
    return (
        tracks_cycles(binding)
        or tracks_steps(binding)
        or "EscalationQueue" in binding.purposes
        or any(emit.signal for t in binding.workflow.transitions for emit in t.emits)
    )


# ---------------------------------------------------------------- columns


def timeline_columns(scope: Scope) -> dict[str, str]:
    fields = {
        field["column"]: (
            f"{field['ref']} of the payload, as JSON: null where the event has no such key, 'null'"
            " where it clears it."
        )
        for field in scope.binding.fields
    }
    message = col.MESSAGE if scope.config.journal.deduplicate_on else {}
    return col.TIMELINE_MORE | fields | message


def cycle_columns(scope: Scope) -> dict[str, str]:
    slots = max((len(sla.levels) for sla in scope.binding.slas), default=0)
    levels = {
        f"ST_Level{n}AtUTC": (
            f"When the SLA's escalation number {n} is, or was, to be raised, UTC: who is next,"
            " and when."
        )
        for n in range(1, slots + 1)
    }
    return col.CYCLE_MORE | levels | col.NEXT


def inline_columns(scope: Scope) -> dict[str, str]:
    own = dict(col.INLINE)
    for sla in scope.binding.inline_slas if "sla_timer" in scope.built else []:
        own[f"{sla['column']}_Status"] = (
            f"{sla['code']}: Running, Warned, Breached or Stopped; null where it never started."
        )
        own[f"{sla['column']}_DueUTC"] = f"{sla['code']}: when it is, or was, due, UTC."
    return own


# ---------------------------------------------------------------- descriptions


def describe_timeline(scope: Scope, summary: str) -> str:
    binding = scope.binding
    return (
        f"{summary} Conflicts: {binding.choices.conflict_policy}. Workflow:"
        f" {binding.workflow.code}, from {binding.workflow.start}."
    )


def describe_slas(scope: Scope, summary: str) -> str:
    return "\n".join([summary, *(f"- {sla_in_words(sla)}" for sla in scope.binding.slas)])


def describe_flows(scope: Scope, summary: str) -> str:
    return "\n".join([summary, *(f"- {flow_in_words(flow)}" for flow in scope.binding.flows)])


# ---------------------------------------------------------------- tests of rows


def timeline_tests(scope: Scope) -> list[Any]:
    counter = {"ozmeta_runtime.counter_not_restarted": {"config": {"severity": "warn"}}}
    # the fields of approvals are optional
    fields = [
        [yaml_text(field["ref"]), field["column"]]
        for field in scope.binding.fields
        if field["ref"] not in APPROVAL_REFS
    ]
    carried = {
        "name": f"fields_carried_{scope.binding.name}",
        "arguments": {"fields": fields},
        "config": {"severity": "warn"},
    }
    return [counter, *([{"ozmeta_runtime.fields_carried": carried}] if fields else [])]


def approval_event_tests(scope: Scope) -> list[Any]:
    return [{"ozmeta_runtime.approval_events_counted": {"config": {"severity": "warn"}}}]


def run_tests(scope: Scope) -> list[Any]:
    """Warns, and fails, if too many journal rows are refused, in basis points: hundredths of a
    percent. It belongs to the last model: `dbt build` skips what comes after a test that fails,
    and the run would never be complete.
    """
    binding = scope.binding
    share = (binding.choices.tests or scope.config.tests).quarantined_share
    if not share:
        return []
    test = {
        "name": f"quarantined_share_{binding.name}",
        "description": "In basis points: 100 is 1 % of the journal rows.",
        "arguments": {name: f"ref('{binding.name}_{name}')" for name in ("quarantine", "timeline")},
        "config": {
            "fail_calc": "coalesce(max(basis_points), 0)",
            "warn_if": f">= {round(share.warn * 10_000)}",
            "error_if": f">= {round(share.error * 10_000)}",
        },
    }
    return [{"ozmeta_runtime.quarantined_share": test}]


# ---------------------------------------------------------------- the models


def run_call(scope: Scope) -> Call:
    return arguments.run(scope, WAITED_FOR)


MODELS = (
    Model(
        name="timeline",
        summary=col.SUMMARIES["timeline"],
        call=arguments.timeline,
        columns=col.TIMELINE,
        more=timeline_columns,
        audit=col.WRITTEN,
        describe=describe_timeline,
        not_null=frozenset({"EJ_ID", "EJ_ObjectID", "EJ_EventType", "EJ_EventTimeUTC"}),
        tests=timeline_tests,
    ),
    Model(
        name="quarantine",
        summary=col.SUMMARIES["quarantine"],
        call=arguments.quarantine,
        columns=col.QUARANTINE,
        more=lambda scope: col.QUARANTINE_MORE,
        not_null=frozenset({"QR_Reason"}),
    ),
    Model(
        name="workflow_instance",
        summary=col.SUMMARIES["workflow_instance"],
        call=arguments.workflow_instance,
        columns=col.INSTANCE,
        wanted=lambda binding: bool("WorkflowInstance" in binding.purposes or binding.entity),
        not_null=frozenset({"WI_ID", "WI_ObjectID", "WS_CurrentCode", "WI_CurrentSinceUTC"}),
        unique="WI_ID",
    ),
    Model(
        name="approval_event",
        summary=col.SUMMARIES["approval_event"],
        call=arguments.approval_event,
        columns=col.APPROVAL_EVENT,
        wanted=tracks_steps,
        more=lambda scope: col.APPROVAL_EVENT_MORE,
        not_null=frozenset({"EJ_ID", "EJ_EventType", "TL_EffectiveUTC"}),
        any_code=frozenset({"AF_Code"}),  # a flow that does not exist has a reason of its own
        tests=approval_event_tests,
    ),
    Model(
        name="approval_step",
        summary=col.SUMMARIES["approval_step"],
        call=arguments.approval_step,
        columns=col.APPROVAL_STEP,
        wanted=tracks_steps,
        needs=lambda binding: ("approval_event",),
        describe=describe_flows,
        not_null=frozenset({"AF_Code", "AP_Round", "AS_Code", "AP_Outcome"}),
    ),
    Model(
        name="approval_instance",
        summary=col.SUMMARIES["approval_instance"],
        call=arguments.approval_instance,
        columns=col.APPROVAL,
        wanted=lambda binding: "ApprovalTracking" in binding.purposes,
        needs=lambda binding: ("approval_step",),
        not_null=frozenset({"AI_ID", "AF_Code", "AI_Status", "AI_RequestedUTC"}),
        unique="AI_ID",
    ),
    Model(
        name="sla_cycle",
        summary=col.SUMMARIES["sla_cycle"],
        call=arguments.sla_cycle,
        columns=col.CYCLE,
        wanted=tracks_cycles,
        needs=lambda binding: ("approval_step",) if binding.awaits_approval else (),
        more=cycle_columns,
        describe=describe_slas,
        not_null=frozenset({"SC_ID", "ST_StartUTC", "ST_DueUTC", "ST_Status"}),
        unique="SC_ID",
    ),
    Model(
        name="sla_timer",
        summary=col.SUMMARIES["sla_timer"],
        call=arguments.sla_timer,
        columns=col.TIMER,
        wanted=lambda binding: "SlaTracking" in binding.purposes,
        needs=lambda binding: ("sla_cycle",),
        is_view=True,
        more=lambda scope: col.NEXT,
        describe=describe_slas,
        not_null=frozenset({"ST_ID", "ST_StartUTC", "ST_DueUTC", "ST_Status"}),
        unique="ST_ID",
        relations={"WI_ID": "workflow_instance"},
    ),
    Model(
        name="escalation_queue",
        summary=col.SUMMARIES["escalation_queue"],
        call=arguments.escalation_queue,
        columns=col.QUEUE,
        wanted=lambda binding: "EscalationQueue" in binding.purposes,
        needs=lambda binding: ("sla_cycle",) if has_levels(binding) else (),
        more=lambda scope: col.QUEUE_MORE,
        not_null=frozenset({"EQ_ID", "EQ_CreatedUTC", "EQ_Status"}),
        unique="EQ_ID",
        relations={"ST_ID": "sla_timer"},
    ),
    Model(
        name="runtime_signal",
        summary=col.SUMMARIES["runtime_signal"],
        call=arguments.runtime_signal,
        columns=col.SIGNAL,
        wanted=has_signals,
        keys=col.KEY | col.SIGNAL_KEY,
        audit=col.WRITTEN,
        not_null=frozenset(
            {
                "RS_SignalCode",
                "RS_Kind",
                "RS_Severity",
                "RS_ScheduledUTC",
                "RS_NoticedUTC",
                "RS_SubjectKey",
            }
        ),
    ),
    Model(
        name="journal",
        summary=col.SUMMARIES["journal"],
        call=arguments.journal,
        columns=col.MIRROR,
        macro="journal_mirror",
        wanted=lambda binding: binding.mirrored,
        in_rollup=False,
        keys={"_Key": col.KEY["_Key"]},
        audit=col.WRITTEN,
        not_null=frozenset({"MJ_RowHash"}),
    ),
    Model(
        name="run",
        summary=col.SUMMARIES["run"],
        call=run_call,
        columns=col.RUN,
        macro="run_log_model",
        in_run=False,
        in_rollup=False,
        keys=col.RUN_KEY,
        audit=col.WRITTEN,
        not_null=frozenset({"RUN_Batch"}),
        tests=run_tests,
    ),
    Model(
        name="inline",
        summary=col.SUMMARIES["inline"],
        call=arguments.inline,
        columns={},
        wanted=lambda binding: binding.entity is not None,
        needs=lambda binding: ("workflow_instance",),
        is_view=True,
        in_run=False,
        in_rollup=False,
        keys={},
        more=inline_columns,
        audit={},
        is_tested=False,
    ),
    Model(
        name="time_in_state",
        summary=col.SUMMARIES["time_in_state"],
        call=arguments.time_in_state,
        columns=col.TIME_IN_STATE,
        wanted=lambda binding: "WorkflowInstance" in binding.semantic,
        is_view=True,
        in_run=False,
        in_rollup=False,
        keys={},
        audit={},
        not_null=frozenset({"TS_EnteredUTC"}),
    ),
)
BY_NAME = {model.name: model for model in MODELS}
ORDER = tuple(BY_NAME)
VIEWS = tuple(model.name for model in MODELS if model.is_view)
# the timeline is an argument of its own
WAITED_FOR = [model.name for model in MODELS if model.in_run and model.name != "timeline"]
# the purposes of RuntimeTemplateBinding, in the order in which messages name them
PURPOSES = ("WorkflowInstance", "SlaTracking", "ApprovalTracking", "EscalationQueue")
