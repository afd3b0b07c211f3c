"""The arguments in each model's file for its macro: the binding's definitions as literals."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.bindings.definitions import (
    APPROVAL_REFS,
    Approvals,
    Binding,
    Level,
    Sla,
    Step,
    Transition,
)
from ozmeta_dbt.bindings.rule_nodes import rule_node
from ozmeta_dbt.calendars.expansion import limits
from ozmeta_dbt.config import CANONICAL_COLUMNS, Config, ModelRef, Source
from ozmeta_dbt.models.description import Call, Scope
from ozmeta_dbt.models.literals import Code, jinja
from ozmeta_dbt.models.sla_options import DEFAULTS, changed, options_literal

CALENDAR_WINDOW, CALENDAR_PIECE = "ozmeta_calendar_window", "ozmeta_calendar_piece"


def timeline(scope: Scope) -> Call:
    binding, workflow = scope.binding, scope.binding.workflow
    old_words = {
        kind: binding.aliases.of(kind)
        for kind in ("states", "transitions", "event_types")
        if binding.aliases.of(kind)
    }
    definition: dict[str, Any] = {
        "start": workflow.start,
        "states": workflow.states,
        "bound_events": workflow.bound_events,
        "transitions": [transition_literal(t) for t in workflow.transitions],
    }
    if old_words:
        definition["aliases"] = old_words
    arguments = {
        "journal_config": "journal_config",
        "workflow": "workflow",
        "policy": jinja(binding.choices.conflict_policy),
        "stream": jinja(scope.config.journal.stream),
    }
    sets = {"journal_config": reading(scope), "workflow": definition}
    return Call(arguments, sets, folded(arguments, scope))


def folded(arguments: dict[str, str], scope: Scope) -> str:
    """What the macro state_at needs to fold the timeline's events again, and how long `purge` keeps
    the objects.
    """
    binding = scope.binding
    fold = {
        **{name: Code(arguments[name]) for name in ("workflow", "policy", "stream")},
        "terminal": binding.workflow.terminal,
        "tenant_in_key": binding.tenant_in_key,
    }
    kept = {
        **object_key(binding),
        "lookback_minutes": scope.config.journal.lookback_minutes,
        **binding.retention.literal,
    }
    return jinja({"ozmeta_fold": fold, "ozmeta_retention": kept}, 2, len("meta="))


def quarantine(scope: Scope) -> Call:
    return Call(
        {"journal_config": "journal_config", "timeline": scope.ref("timeline")},
        {"journal_config": reading(scope)},
    )


def workflow_instance(scope: Scope) -> Call:
    workflow, fields = scope.binding.workflow, scope.binding.report_fields
    return Call(
        {
            "journal_config": "journal_config",
            "workflow": "workflow",
            "timeline": scope.ref("timeline"),
        }
        | ({"report_fields": "report_fields"} if fields else {}),
        {
            "journal_config": object_key(scope.binding),
            "workflow": {"id": workflow.id, "start": workflow.start, "terminal": workflow.terminal},
        }
        | ({"report_fields": fields} if fields else {}),
    )


def backlog(scope: Scope) -> Call:
    workflow = scope.binding.workflow
    return Call(
        {
            "journal_config": "journal_config",
            "workflow": "workflow",
            "timeline": scope.ref("timeline"),
        },
        {
            "journal_config": {
                **object_key(scope.binding),
                "lookback_minutes": scope.config.journal.lookback_minutes,
            },
            "workflow": {"states": workflow.states, "terminal": workflow.terminal},
        },
    )


def approval_event(scope: Scope) -> Call:
    binding = scope.binding
    fields = [field for field in binding.fields if field["ref"] in APPROVAL_REFS]
    return Call(
        {
            "journal_config": "journal_config",
            "approvals": "approvals",
            "timeline": scope.ref("timeline"),
        },
        {
            "journal_config": {**object_key(binding), "fields": fields, **event_aliases(binding)},
            "approvals": {
                "events": scope.config.approval_events.model_dump(),
                **approvals_literal(binding.approvals),
            },
        },
    )


def approval_step(scope: Scope) -> Call:
    return Call(
        {
            "journal_config": "journal_config",
            "approvals": "approvals",
            "events": scope.ref("approval_event"),
            "timeline": scope.ref("timeline"),
        },
        {
            "journal_config": object_key(scope.binding),
            "approvals": {"flows": approvals_literal(scope.binding.approvals)["flows"]},
        },
    )


def approval_instance(scope: Scope) -> Call:
    return Call({"steps": scope.ref("approval_step")})


def sla_cycle(scope: Scope) -> Call:
    binding = scope.binding
    arguments = {
        "journal_config": "journal_config",
        "workflow": "workflow",
        "slas": "slas",
        "timeline": scope.ref("timeline"),
    }
    if binding.awaits_approval:
        arguments["approvals"] = scope.ref("approval_step")
    reports = binding.report_fields
    refs = binding.rule_refs | {field["ref"] for field in reports}
    journal_config = {
        **object_key(binding),
        "fields": [field for field in binding.fields if field["ref"] in refs],
        **event_aliases(binding),
    }
    if binding.sla_aliases and binding.heeds_acknowledgements:
        journal_config["sla_aliases"] = binding.sla_aliases
    sets = {
        "journal_config": journal_config,
        "workflow": {"terminal": binding.workflow.terminal},
        "slas": [sla_literal(sla, binding) for sla in binding.slas],
    }
    if reports:
        sets["report_fields"], arguments["report_fields"] = reports, "report_fields"
    if binding.calendars:
        sets["calendars"] = [limits(calendar) for calendar in binding.calendars]
        arguments |= {
            "calendars": "calendars",
            "windows": f"ref({jinja(CALENDAR_WINDOW)})",
            "pieces": f"ref({jinja(CALENDAR_PIECE)})",
        }
    has_steps = binding.heeds_acknowledgements or any(
        sla.options != DEFAULTS for sla in binding.slas
    )
    return Call(arguments, sets, explained(sets) if has_steps else "")


def explained(sets: dict[str, Any]) -> str:
    """What `explain` needs to find the steps of a timer: the pauses, the targets, the calendar."""
    names = [name for name in ("journal_config", "workflow", "slas", "calendars") if name in sets]
    items = ", ".join(f"'{name}': {name}" for name in names)
    return f"{{'ozmeta_marks': {{{items}}}}}"


def sla_elapsed(scope: Scope) -> Call:
    arguments, sets = {"cycles": scope.ref("sla_cycle")}, {}
    if scope.binding.report_fields:
        sets["report_fields"] = scope.binding.report_fields
        arguments["report_fields"] = "report_fields"
    if scope.binding.calendars:
        sets["calendars"] = [limits(calendar) for calendar in scope.binding.calendars]
        arguments |= {"calendars": "calendars", "pieces": f"ref({jinja(CALENDAR_PIECE)})"}
    return Call(arguments, sets)


def sla_timer(scope: Scope) -> Call:
    return Call({"cycles": scope.ref("sla_elapsed")})


def cycle_fact(scope: Scope) -> Call:
    fields = scope.binding.report_fields
    return Call(
        {"cycles": scope.ref("sla_elapsed")}
        | ({"report_fields": "report_fields"} if fields else {}),
        {"report_fields": fields} if fields else {},
    )


def escalation_queue(scope: Scope) -> Call:
    binding = scope.binding
    slas = [sla_literal(sla, binding) for sla in binding.slas if sla.levels]
    kept = ("code", "target_minutes", "warn_minutes", "levels")
    transitions = [
        {
            "transition": took_literal(t, binding),
            "levels": [level_literal(level) for level in t.levels],
        }
        for t in binding.workflow.transitions
        if t.levels
    ]
    arguments = {
        "journal_config": "journal_config",
        "slas": "slas",
        "transitions": "transitions",
        "timeline": scope.ref("timeline"),
        "auto_close": jinja(binding.choices.auto_close),
    }
    if "sla_cycle" in scope.built:
        arguments["cycles"] = scope.ref("sla_cycle")
    journal_config = object_key(binding) | event_aliases(binding)
    if binding.sla_aliases:
        journal_config["sla_aliases"] = binding.sla_aliases
    sets = {
        "journal_config": journal_config,
        "slas": [{key: sla[key] for key in kept if key in sla} for sla in slas],
        "transitions": transitions,
    }
    return Call(arguments, sets)


def runtime_signal(scope: Scope) -> Call:
    binding = scope.binding
    others = {"cycles": "sla_cycle", "queue": "escalation_queue", "approvals": "approval_step"}
    arguments = {
        "journal_config": "journal_config",
        "signals": "signals",
        "timeline": scope.ref("timeline"),
    }
    arguments |= {name: scope.ref(other) for name, other in others.items() if other in scope.built}
    emits = [
        {
            "transition": took_literal(t, binding),
            "signal": emit.signal,
            "severity": emit.severity,
            **({"notes": emit.notes} if emit.notes else {}),
        }
        for t in binding.workflow.transitions
        for emit in t.emits
        if emit.signal
    ]
    signals = {
        "severities": {
            signal: binding.severities.get(signal, "Info")
            for signal in ("Approval.Requested", "SLA.Breached", "SLA.Warned")
        },
        "emits": emits,
        "requests": [flow.code for flow in binding.flows],
    }
    if since := scope.config.journal.signals_from:
        arguments["signals_from"] = jinja(since)
    journal_config = object_key(binding) | message_columns(scope.config)
    return Call(arguments, {"journal_config": journal_config, "signals": signals})


def journal(scope: Scope) -> Call:
    binding = scope.binding
    emits = [
        {"transition": took_literal(t, binding), "event": emit.event, "payload": emit.payload}
        for t in binding.workflow.transitions
        for emit in t.emits
        if emit.event
    ]
    arguments = {
        "journal_config": "journal_config",
        "emits": "emits",
        "timeline": scope.ref("timeline"),
    }
    if "runtime_signal" in scope.built:
        arguments["signals"] = scope.ref("runtime_signal")
    journal_config = reading(scope)
    del journal_config["fields"]
    return Call(arguments, {"journal_config": journal_config, "emits": emits})


def run(scope: Scope, waited_for: list[str]) -> Call:
    after = [Code(scope.ref(other)) for other in scope.built if other in waited_for]
    journals = [source.label for source in scope.config.journal.all_journals]
    return Call(
        {
            "journals": jinja(journals, 2, len("journals=,")),
            "timeline": scope.ref("timeline"),
            "after": jinja(after, 2, len("after=,")),
        }
    )


def inline(scope: Scope) -> Call:
    """The entity's own rows. The operation write_inline reads its `meta`."""
    binding, entity = scope.binding, scope.binding.entity
    assert entity, "only a binding with a table of its own has an inline view"
    has_timers = "sla_timer" in scope.built
    arguments = {
        "entity": "entity",
        "relation": f"source({jinja(f'{binding.name}_entity')}, {jinja(entity.table)})",
        "instance": scope.ref("workflow_instance"),
    }
    if has_timers:
        arguments["timers"] = scope.ref("sla_timer")
    literal = {
        "binding": binding.object_type,
        "key": entity.key,
        "tenant": entity.tenant,
        "slas": binding.inline_slas if has_timers else [],
        "write_back": entity.write_back,
    }
    return Call(arguments, {"entity": literal}, "{'ozmeta_entity': entity}")


def time_in_state(scope: Scope) -> Call:
    return Call(
        {
            "journal_config": "journal_config",
            "workflow": "workflow",
            "timeline": scope.ref("timeline"),
            "log": scope.ref("run"),
        },
        {
            "journal_config": object_key(scope.binding),
            "workflow": {"terminal": scope.binding.workflow.terminal},
        },
    )


# ---------------------------------------------------------------- literals


def object_key(binding: Binding) -> dict[str, Any]:
    return {"object_type": binding.object_type, "tenant_in_key": binding.tenant_in_key}


def event_aliases(binding: Binding) -> dict[str, Any]:
    old_types = binding.aliases.event_types
    return {"event_aliases": old_types} if old_types else {}


def reading(scope: Scope) -> dict[str, Any]:
    """How the journal is read: which object types, from which tables, and which payload fields."""
    binding, config = scope.binding, scope.config
    literal = {
        **object_key(binding),
        "object_types": sorted(binding.object_types),
        "needs_tenant": binding.needs_tenant,
        "lookback_minutes": config.journal.lookback_minutes,
        "fields": binding.fields,
        "journals": journal_literals(config),
    }
    if binding.choices.key:
        literal["key"] = binding.choices.key
    if binding.protections:
        literal["protected"] = True
    return literal | message_columns(config)


def message_columns(config: Config) -> dict[str, Any]:
    """The columns that identify a message, in the order of the journal's columns."""
    chosen = config.journal.deduplicate_on
    names = [name for name in CANONICAL_COLUMNS if name in chosen] if chosen else []
    return {"deduplicate_on": names} if names else {}


def relation_of(journal: Source | ModelRef) -> Code:
    """The call by which a model names a journal."""
    if isinstance(journal, Source):
        return Code(f"source({jinja(journal.name)}, {jinja(journal.table)})")
    return Code(f"ref({', '.join(jinja(name) for name in (journal.package, journal.ref) if name)})")


def journal_literals(config: Config) -> list[dict[str, Any]]:
    columns = dict(sorted(config.journal.columns.items()))
    return [
        {"name": j.label, "relation": relation_of(j), "columns": columns}
        for j in config.journal.all_journals
    ]


def transition_literal(transition: Transition) -> dict[str, Any]:
    literal: dict[str, Any] = {
        "code": transition.code,
        "from": transition.from_state,
        "to": transition.to_state,
    }
    return literal | ({"events": transition.events} if transition.events else {})


def took_literal(transition: Transition, binding: Binding) -> dict[str, Any]:
    """A transition with every name that an event may use for it. The timeline keeps the names that
    the journal uses, old ones too.
    """
    aliases = binding.aliases

    def names(events: list[str]) -> list[str]:
        return [*events, *(old for old, new in aliases.event_types.items() if new in events)]

    literal = transition_literal(transition)
    literal["bound_events"] = names(binding.workflow.bound_events)
    if transition.events:
        literal["events"] = names(transition.events)
    if old_states := aliases.old("states", transition.from_state):
        literal["from_words"] = [transition.from_state, *old_states]
    return literal


def level_literal(level: Level) -> dict[str, Any]:
    values = {
        "level": level.level,
        "signal": level.signal,
        "after_minutes": level.after_minutes,
        "severity": level.severity,
        "role": level.role,
        "principal": level.principal,
        "notes": level.notes,
        "unless_acknowledged": level.unless_acknowledged or None,
    }
    return {key: value for key, value in values.items() if value is not None}


def approvals_literal(approvals: Approvals | None) -> dict[str, Any]:
    def judged(steps: list[Step], on_request: str) -> dict[str, Any]:
        literals = [
            {
                "order": s.order,
                "code": s.code,
                "quorum": s.quorum,
                "of": s.voters,
                "veto": s.veto,
                "roles": s.roles,
            }
            for s in steps
        ]
        return {"steps": literals} | ({"onRequest": on_request} if on_request != "ignore" else {})

    assert approvals, "only a binding with approval flows has models of approvals"
    flows: list[dict[str, Any]] = []
    for flow in approvals.flows:
        versions = [
            ({"from": v.start} if v.start else {}) | judged(v.steps, v.on_request)
            for v in flow.versions
        ]
        flows.append(
            {"code": flow.code}
            | ({"versions": versions} if versions else judged(flow.steps, flow.on_request))
        )
    return {"default": approvals.default, "flows": flows}


def sla_literal(sla: Sla, binding: Binding) -> dict[str, Any]:
    values: dict[str, Any] = {
        "code": sla.code,
        "target_minutes": sla.target_minutes,
        "warn_minutes": sla.warn_minutes,
        "on_restart": changed(sla.options, "on_restart"),
        "state": sla.state,
        "approval_step": (
            dict(zip(("flow", "step"), sla.approval_step, strict=True))
            if sla.approval_step
            else None
        ),
        "start": rule_node(sla.start.expr) if sla.start else None,
        "stop": rule_node(sla.stop.expr) if sla.stop else None,
        "start_actions": [took_literal(t, binding) for t in sla.start_actions] or None,
        "stop_actions": [took_literal(t, binding) for t in sla.stop_actions] or None,
    }
    return (
        {key: value for key, value in values.items() if value is not None}
        | options_literal(sla.options)
        | {"levels": [level_literal(level) for level in sla.levels]}
    )
