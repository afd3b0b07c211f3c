"""The models of a binding, each described once, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ozmeta_dbt.bindings.definitions import APPROVAL_REFS, Binding, Sla
from ozmeta_dbt.calendars.expansion import valid_since
from ozmeta_dbt.models import arguments
from ozmeta_dbt.models import columns as col
from ozmeta_dbt.models.columns import Column, columns_of
from ozmeta_dbt.models.description import Call, Model, Scope
from ozmeta_dbt.models.literals import yaml_text
from ozmeta_dbt.models.option_words import option_sentences
from ozmeta_dbt.models.prose import (
    flow_in_words,
    sla_in_words,
    texts_of_flow,
    texts_of_workflow,
    with_text,
)

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
        or bool(binding.workflow.emitted_signals)
    )


def counts_time(sla: Sla) -> bool:
    """Whether the SLA is timed by more than the time since its start; see the macro
    service_level_features.
    """
    options = sla.options
    return bool(
        options.pause_when
        or options.on_target_change == "retarget"
        or options.on_restart in ("resume", "continue")
        or options.versions
        or options.targets
        or any(choice.ref or choice.code for choice in options.calendars)
        or any(level.unless_acknowledged for level in sla.levels)
    )


# ---------------------------------------------------------------- columns


def timeline_columns(scope: Scope) -> list[Column]:
    fields = [Column(f["column"], "PL_Field", f["ref"]) for f in scope.binding.fields]
    message = ["TL_MessageKey", "_Key"] if scope.config.journal.deduplicate_on else []
    return [*columns_of("timeline", col.TIMELINE_MORE), *fields, *columns_of("timeline", message)]


def event_key(scope: Scope) -> list[str]:
    return ["_ObjectKey", "_Key" if scope.config.journal.deduplicate_on else "EJ_ID"]


def cycle_columns(scope: Scope) -> list[Column]:
    slots = max((len(sla.levels) for sla in scope.binding.slas), default=0)
    is_timed = any(counts_time(sla) for sla in scope.binding.slas)
    kinds = ("At", "After", "Raised") if is_timed else ("At", "Raised")
    levels = [
        Column(f"ST_Level{n}{kind}UTC", f"ST_Level{kind}UTC")
        for n in range(1, slots + 1)
        for kind in kinds
    ]
    return [
        *columns_of("sla_cycle", col.SLA_CYCLE_MORE),
        *columns_of("sla_cycle", col.SLA_CYCLE_BREACH if is_timed else ()),
        *levels,
        *columns_of("sla_cycle", ["ST_NextUTC", *col.SLA_CYCLE_STATE]),
        *report_columns(scope, "OF_Field"),
    ]


def elapsed_columns(scope: Scope) -> list[Column]:
    return [
        *columns_of("sla_elapsed", (*col.SLA_CYCLE_MORE, *col.SLA_TIMER_MORE)),
        *report_columns(scope, "OF_Field"),
    ]


def instance_columns(scope: Scope) -> list[Column]:
    return report_columns(scope, "workflow_instance.OF_Field")


def report_columns(scope: Scope, key: str) -> list[Column]:
    fields = scope.binding.report_fields
    return [Column(f"OF_{field['name']}", key, field["ref"]) for field in fields]


def inline_columns(scope: Scope) -> list[Column]:
    own = columns_of("inline", col.INLINE)
    for sla in scope.binding.inline_slas if "sla_timer" in scope.built else []:
        own.append(Column(f"{sla['column']}_Status", "SL_Status", sla["code"]))
        own.append(Column(f"{sla['column']}_DueUTC", "SL_DueUTC", sla["code"]))
    return own


def fixed(model: str, *names: str) -> Callable[[Scope], list[Column]]:
    """More columns, the same for every binding."""
    return lambda scope: columns_of(model, names)


# ---------------------------------------------------------------- descriptions


def describe_timeline(scope: Scope, summary: str) -> str:
    binding, workflow = scope.binding, scope.binding.workflow
    line = (
        f"{summary} Conflicts: {binding.choices.conflict_policy}. Workflow:"
        f" {workflow.code}, from {workflow.start}."
    )
    lines = [with_text(line, workflow.text), *texts_of_entity(binding)]
    return "\n".join([*lines, *texts_of_workflow(workflow, transitions=True)])


def describe_instances(scope: Scope, summary: str) -> str:
    workflow = scope.binding.workflow
    lines = [summary, *texts_of_entity(scope.binding)]
    return "\n".join([*lines, *texts_of_workflow(workflow, transitions=False)])


def texts_of_entity(binding: Binding) -> list[str]:
    return [f"{binding.object_type}: {binding.text}"] if binding.text else []


def describe_slas(scope: Scope, summary: str) -> str:
    lines = [summary]
    for sla in scope.binding.slas:
        lines.append(f"- {with_text(sla_in_words(sla), sla.text)}")
        lines += [f"  - {sentence}" for sentence in option_sentences(sla)]
    return "\n".join(lines)


def describe_flows(scope: Scope, summary: str) -> str:
    lines = [summary]
    for flow in scope.binding.flows:
        lines += [f"- {with_text(flow_in_words(flow), flow.text)}", *texts_of_flow(flow)]
    return "\n".join(lines)


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


def cycle_tests(scope: Scope) -> list[Any]:
    """Warns of cycles that the dates of their calendar do not cover."""
    binding = scope.binding
    calendars = [
        [yaml_text(calendar.code), valid_since(calendar)] for calendar in binding.calendars
    ]
    covered = {
        "name": f"cycles_covered_{binding.name}",
        "arguments": {"calendars": calendars},
        "config": {"severity": "warn"},
    }
    return [{"ozmeta_runtime.cycles_covered": covered}] if calendars else []


def run_tests(scope: Scope) -> list[Any]:
    """Warns or fails if too many journal rows are refused, in basis points (hundredths of a
    percent). The test belongs to the last model, because `dbt build` skips the models after a
    failed test, and the run would never be complete.
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
        summary=(
            "Every admitted event of {}, once and in the order in which it counts, with its"
            " effect: the audit trail."
        ),
        call=arguments.timeline,
        columns=col.TIMELINE,
        keys=("_ObjectKey",),
        more=timeline_columns,
        audit=col.WRITTEN,
        describe=describe_timeline,
        not_null=frozenset({"EJ_ID", "EJ_ObjectID", "EJ_EventType", "EJ_EventTimeUTC"}),
        unique_key=event_key,
        tests=timeline_tests,
    ),
    Model(
        name="quarantine",
        summary=("Journal rows of {} that were refused, as text, with the reason."),
        call=arguments.quarantine,
        columns=col.QUARANTINE,
        more=fixed("quarantine", "QR_ContentHash"),
        not_null=frozenset({"QR_Reason"}),
    ),
    Model(
        name="workflow_instance",
        summary=(
            "The current state of each {}, with the time and the actor of the last transition."
        ),
        call=arguments.workflow_instance,
        columns=col.WORKFLOW_INSTANCE,
        purpose="WorkflowInstance",
        more=instance_columns,
        wanted=lambda binding: bool("WorkflowInstance" in binding.purposes or binding.entity),
        describe=describe_instances,
        not_null=frozenset({"WI_ID", "WI_ObjectID", "WS_CurrentCode", "WI_CurrentSinceUTC"}),
        unique="WI_ID",
    ),
    Model(
        name="backlog",
        summary="How many {} objects were in each state at the end of each day.",
        call=arguments.backlog,
        columns=col.BACKLOG,
        purpose="WorkflowInstance",
        wanted=lambda binding: binding.backlog,
        keys=("_Key",),
        not_null=frozenset({"WS_Code", "BL_Day", "BL_Objects"}),
    ),
    Model(
        name="approval_event",
        summary=(
            "Every approval event of {}, with its effect or the reason why it does not count."
        ),
        call=arguments.approval_event,
        columns=col.APPROVAL_EVENT,
        purpose="ApprovalTracking",
        wanted=tracks_steps,
        more=fixed("approval_event", *col.APPROVAL_EVENT_MORE),
        not_null=frozenset({"EJ_ID", "EJ_EventType", "TL_EffectiveUTC"}),
        any_code=frozenset({"AF_Code"}),  # a flow that does not exist has a reason of its own
        tests=approval_event_tests,
    ),
    Model(
        name="approval_step",
        summary=("Every step of every approval round of {}, with its votes and its outcome."),
        call=arguments.approval_step,
        columns=col.APPROVAL_STEP,
        purpose="ApprovalTracking",
        wanted=tracks_steps,
        needs=lambda binding: ("approval_event",),
        describe=describe_flows,
        not_null=frozenset({"AF_Code", "AP_Round", "AS_Code", "AP_Outcome"}),
    ),
    Model(
        name="approval_instance",
        summary=("The latest approval round of each {}, by flow."),
        call=arguments.approval_instance,
        columns=col.APPROVAL_INSTANCE,
        purpose="ApprovalTracking",
        wanted=lambda binding: "ApprovalTracking" in binding.purposes,
        needs=lambda binding: ("approval_step",),
        not_null=frozenset({"AI_ID", "AF_Code", "AI_Status", "AI_RequestedUTC"}),
        unique="AI_ID",
    ),
    Model(
        name="sla_cycle",
        summary=("Every cycle of every SLA timer of {}."),
        call=arguments.sla_cycle,
        columns=col.SLA_CYCLE,
        purpose="SlaTracking",
        wanted=tracks_cycles,
        needs=lambda binding: ("approval_step",) if binding.awaits_approval else (),
        more=cycle_columns,
        describe=describe_slas,
        not_null=frozenset({"SC_ID", "ST_StartUTC", "ST_DueUTC", "ST_Status"}),
        unique="SC_ID",
        tests=cycle_tests,
    ),
    Model(
        name="sla_elapsed",
        summary=("Every cycle of {} with the minutes that have run and the minutes that remain."),
        call=arguments.sla_elapsed,
        columns=col.SLA_CYCLE,
        purpose="SlaTracking",
        wanted=lambda binding: "SlaTracking" in binding.purposes,
        needs=lambda binding: ("sla_cycle",),
        is_view=True,
        in_run=False,
        in_rollup=False,
        more=elapsed_columns,
        describe=describe_slas,
        is_tested=False,
    ),
    Model(
        name="sla_timer",
        summary=("Each SLA timer of {} in its latest cycle: running, warned, breached or stopped."),
        call=arguments.sla_timer,
        columns=col.SLA_TIMER,
        purpose="SlaTracking",
        wanted=lambda binding: "SlaTracking" in binding.purposes,
        needs=lambda binding: ("sla_cycle", "sla_elapsed"),
        is_view=True,
        more=fixed("sla_timer", *col.SLA_TIMER_MORE),
        describe=describe_slas,
        not_null=frozenset({"ST_ID", "ST_StartUTC", "ST_DueUTC", "ST_Status"}),
        unique="ST_ID",
        relations={"WI_ID": "workflow_instance"},
    ),
    Model(
        name="cycle_fact",
        summary=(
            "Every cycle of {} for reports: outcome, minutes against the target, and the day, week,"
            " month, weekday and hour of its start, stop and breach."
        ),
        call=arguments.cycle_fact,
        columns=col.CYCLE_FACT,
        purpose="SlaTracking",
        wanted=lambda binding: "SlaTracking" in binding.purposes,
        needs=lambda binding: ("sla_cycle", "sla_elapsed"),
        is_view=True,
        in_run=False,
        more=lambda scope: report_columns(scope, "OF_Field"),
        audit=(),
        describe=describe_slas,
        is_tested=False,
    ),
    Model(
        name="escalation_queue",
        summary=("Escalations of {}: who should act, since when, and whether they did."),
        call=arguments.escalation_queue,
        columns=col.ESCALATION_QUEUE,
        purpose="EscalationQueue",
        wanted=lambda binding: "EscalationQueue" in binding.purposes,
        needs=lambda binding: ("sla_cycle",) if has_levels(binding) else (),
        more=fixed("escalation_queue", "_CycleKey"),
        not_null=frozenset({"EQ_ID", "EQ_CreatedUTC", "EQ_Status"}),
        unique="EQ_ID",
        relations={"ST_ID": "sla_timer"},
    ),
    Model(
        name="runtime_signal",
        summary=(
            "Signals of {}, raised and retracted, as each run noticed them. Rows are only"
            " ever added, also by a full refresh."
        ),
        call=arguments.runtime_signal,
        columns=col.RUNTIME_SIGNAL,
        wanted=has_signals,
        keys=(*col.KEY, "_SignalKey"),
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
        summary=(
            "The journal of {} as it was read, and the runtime's own signals and events."
            " Rows are only ever added."
        ),
        call=arguments.journal,
        columns=col.JOURNAL,
        macro="journal_mirror",
        wanted=lambda binding: binding.mirrored,
        in_rollup=False,
        keys=("_Key",),
        audit=col.WRITTEN,
        not_null=frozenset({"MJ_RowHash"}),
    ),
    Model(
        name="run",
        summary=("The completed runs of {}: their as_of, and up to where they read each journal."),
        call=run_call,
        columns=col.RUN,
        macro="run_log_model",
        in_run=False,
        in_rollup=False,
        keys=("_Key",),
        audit=col.WRITTEN,
        not_null=frozenset({"RUN_Batch", "RUN_Number"}),
        tests=run_tests,
    ),
    Model(
        name="inline",
        summary=(
            "Every row of the table of {}, with its state and the status of its timers as of"
            " the last run."
        ),
        call=arguments.inline,
        columns=(),
        wanted=lambda binding: binding.entity is not None,
        needs=lambda binding: ("workflow_instance",),
        is_view=True,
        in_run=False,
        in_rollup=False,
        keys=(),
        more=inline_columns,
        audit=(),
        is_tested=False,
    ),
    Model(
        name="time_in_state",
        summary=("Every stay of each {} in a state: from when, to when, how long."),
        call=arguments.time_in_state,
        columns=col.TIME_IN_STATE,
        purpose="WorkflowInstance",
        wanted=lambda binding: "WorkflowInstance" in binding.semantic,
        is_view=True,
        in_run=False,
        in_rollup=False,
        keys=(),
        audit=(),
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
