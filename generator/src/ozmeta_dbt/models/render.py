"""Bindings as the files of a dbt project: one short model a table, one properties file a binding,
the source, the rollups (SPEC 10).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from ozmeta_dbt.bindings.definitions import (
    APPROVAL_REFS,
    Approvals,
    Binding,
    EntityTable,
    Flow,
    Level,
    Sla,
    Step,
    Transition,
)
from ozmeta_dbt.bindings.dsl import in_words
from ozmeta_dbt.config import CANONICAL_COLUMNS, Config, ModelRef, Source
from ozmeta_dbt.models import columns as col
from ozmeta_dbt.models import semantic
from ozmeta_dbt.models.literals import Code, jinja, yaml_text
from ozmeta_dbt.user_project.declarations import Surroundings

HEADER = "Written by ozmeta-dbt from MetaDB; change the metadata and generate again."
ORDER = (
    "timeline",
    "quarantine",
    "workflow_instance",
    "approval_event",
    "approval_step",
    "approval_instance",
    "sla_cycle",
    "sla_timer",
    "escalation_queue",
    "runtime_signal",
    "journal",
    "run",
    "inline",
    "time_in_state",
)
BESIDE = ("inline", "time_in_state")  # views that no run waits for
VIEWS = ("sla_timer", *BESIDE)
PURPOSES = {
    "WorkflowInstance": ("workflow_instance",),
    "SlaTracking": ("sla_cycle", "sla_timer"),
    "ApprovalTracking": ("approval_event", "approval_step", "approval_instance"),
    "EscalationQueue": ("escalation_queue",),
}
ROLLED_UP = col.CANONICAL | {"runtime_signal": col.SIGNAL}


def needed_by(binding: Binding, model: str) -> tuple[str, ...]:
    """The models that this one cannot exist without, beside the timeline and the run log."""
    needs = {
        "sla_timer": ("sla_cycle",),
        "approval_step": ("approval_event",),
        "approval_instance": ("approval_step",),
        "inline": ("workflow_instance",),
    }.get(model, ())
    if model == "sla_cycle" and any(sla.approval_step for sla in binding.slas):
        return ("approval_step",)
    if model == "escalation_queue" and any(sla.levels for sla in binding.slas):
        return ("sla_cycle",)
    return needs


def left_out(binding: Binding) -> dict[str, str]:
    """{model that is not disabled: the one it needs, which is disabled or left out itself}"""
    wanted, found = wanted_models(binding), dict[str, str]()
    for _ in wanted:  # once is enough for each step of a chain
        for model in wanted:
            missing = [
                other
                for other in needed_by(binding, model)
                if other in binding.disabled or other in found
            ]
            if missing and model not in binding.disabled:
                found.setdefault(model, missing[0])
    return found


def models_of(binding: Binding) -> list[str]:
    """The models of a binding that dbt builds: those wanted, without the disabled ones and those
    that need them.
    """
    without = left_out(binding)
    return [
        model
        for model in wanted_models(binding)
        if model not in binding.disabled and model not in without
    ]


def live_semantic(binding: Binding) -> Binding:
    """The binding, without the semantic models whose tables are not built."""
    bases = {
        "WorkflowInstance": {"workflow_instance", "time_in_state"},
        "SlaTracking": {"sla_cycle"},
        "EscalationQueue": {"escalation_queue"},
    }
    built = set(models_of(binding))
    return replace(
        binding,
        semantic={purpose for purpose in binding.semantic if bases.get(purpose, set()) <= built},
    )


def wanted_models(binding: Binding) -> list[str]:
    """The models that a binding's metadata asks for: the timeline, the quarantine and the run log
    always come along (SPEC 10).
    """
    chosen = {"timeline", "quarantine", "run"} | {
        model for purpose in binding.purposes for model in PURPOSES[purpose]
    }
    if "escalation_queue" in chosen and any(sla.levels for sla in binding.slas):
        chosen.add("sla_cycle")  # a level is raised by a cycle
    if binding.entity:
        chosen |= {"workflow_instance", "inline"}
    if "WorkflowInstance" in binding.semantic:
        chosen.add("time_in_state")
    if "sla_cycle" in chosen and any(sla.approval_step for sla in binding.slas):
        chosen |= {"approval_event", "approval_step"}  # whose activation starts a cycle
    if chosen & {"sla_cycle", "escalation_queue", "approval_step"} or any(
        emit.signal for t in binding.workflow.transitions for emit in t.emits
    ):
        chosen.add("runtime_signal")
    if binding.mirrored:
        chosen.add("journal")
    return [model for model in ORDER if model in chosen]


def render(
    bindings: list[Binding], config: Config, around: Surroundings = Surroundings()
) -> dict[str, str]:
    """{path below the output folder: text}. around: what the user's own project has"""
    files: dict[str, str] = {}
    if bindings and around.undeclared(config.journal.all_sources):
        files["_journal.yml"] = source_yaml(config, around)
    for binding in bindings:
        without = left_out(binding)
        # a disabled model's file is written: dbt warns of settings for a model that is not there
        for model in (model for model in wanted_models(binding) if model not in without):
            files[f"{binding.name}/{binding.name}_{model}.sql"] = model_sql(binding, model, config)
        files[f"{binding.name}/_{binding.name}.yml"] = binding_yaml(binding, config)
        if live_semantic(binding).semantic:
            documents = semantic.documents(live_semantic(binding))
            files[f"{binding.name}/_{binding.name}_semantic.yml"] = dumped(
                {"version": 2, **documents}
            )
    if config.time_spine and any(binding.semantic for binding in bindings):
        files["semantic/ozmeta_time_spine.sql"] = TIME_SPINE
        files["semantic/_models.yml"] = time_spine_yaml()
    rollups = {model: [b for b in bindings if model in models_of(b)] for model in ROLLED_UP}
    rollups = {model: owners for model, owners in rollups.items() if owners and config.rollups}
    prefix = config.rollups.prefix if config.rollups else ""
    for model, owners in rollups.items():
        files[f"rollups/{prefix}{model}.sql"] = rollup_sql(model, owners)
    if bindings:
        files[f"rollups/{prefix}journal_volume.sql"] = volume_sql(config)
        if around.builds("rollups", f"{prefix}journal_volume"):
            files[f"rollups/{prefix}unclaimed_object_type.sql"] = unclaimed_sql(
                bindings, config, prefix
            )
    if bindings:
        files["rollups/_models.yml"] = rollup_yaml(
            rollups, prefix, around.builds("rollups", f"{prefix}journal_volume")
        )  # a binding called Rollups has a _rollups.yml there
    return files


# ---------------------------------------------------------------- models


def model_sql(binding: Binding, model: str, config: Config) -> str:
    if model in VIEWS:
        return view_sql(binding, model)
    sets, arguments = arguments_of(binding, model, config)
    incremental = (
        "{{ config(materialized='incremental', unique_key='_Key',"
        f" on_schema_change='append_new_columns', **ozmeta_runtime.storage({jinja(model)})) }}}}"
    )
    lines = ["{#- " + HEADER + " -#}", incremental, ""]
    lines += [f"{{% set {name} = {jinja(value)} %}}" for name, value in sets.items()]
    if model == "sla_cycle" and any(sla.on_restart == "resume" for sla in binding.slas):
        lines.append(
            "{{ config(meta={'ozmeta_marks': {'journal_config': journal_config, 'workflow': workflow, 'slas':"
            " slas}}) }}"
        )  # `explain` finds pauses by it
    macro = {"run": "run_log_model", "journal": "journal_mirror"}.get(model, model)
    calls = [
        f"binding={jinja(binding.name)}",
        *(f"{name}={value}" for name, value in arguments.items()),
    ]
    return "\n".join([*lines, "", f"{{{{ ozmeta_runtime.{macro}({', '.join(calls)}) }}}}", ""])


def view_sql(binding: Binding, model: str) -> str:
    """A view over the tables. That of Inline carries what the operation write_inline has to know."""
    sets: dict[str, Any]
    if model == "inline" and binding.entity:
        entity = binding.entity
        timers = "sla_timer" in models_of(binding)
        sets = {
            "entity": {
                "binding": binding.object_type,
                "key": entity.key,
                "tenant": entity.tenant,
                "slas": binding.inline_slas if timers else [],
                "write_back": entity.write_back,
            }
        }
        config = "materialized='view', meta={'ozmeta_entity': entity}"
        call = {
            "entity": "entity",
            "relation": f"source({jinja(f'{binding.name}_entity')}, {jinja(entity.table)})",
            "instance": f"ref({jinja(f'{binding.name}_workflow_instance')})",
        }
        call |= {"timers": f"ref({jinja(f'{binding.name}_sla_timer')})"} if timers else {}
    elif model == "sla_timer":
        sets, config, call = (
            {},
            "materialized='view'",
            {"cycles": f"ref({jinja(f'{binding.name}_sla_cycle')})"},
        )
    else:
        sets = {
            "journal_config": {"object_type": binding.object_type, "tenant_in_key": binding.tenant_in_key},
            "workflow": {"terminal": binding.workflow.terminal},
        }
        config = "materialized='view'"
        call = {
            "journal_config": "journal_config",
            "workflow": "workflow",
            "timeline": f"ref({jinja(f'{binding.name}_timeline')})",
            "log": f"ref({jinja(f'{binding.name}_run')})",
        }
    lines = [
        "{#- " + HEADER + " -#}",
        *(f"{{% set {name} = {jinja(value)} %}}" for name, value in sets.items()),
        f"{{{{ config({config}) }}}}",
    ]
    return "\n".join(
        [
            *lines,
            "",
            (
                "{{"
                f" ozmeta_runtime.{model}({', '.join(f'{name}={value}' for name, value in call.items())})"
                " }}"
            ),
            "",
        ]
    )


def arguments_of(
    binding: Binding, model: str, config: Config
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a model's file sets, and what it hands to the macro."""
    timeline = f"ref({jinja(f'{binding.name}_timeline')})"
    object_key = {"object_type": binding.object_type, "tenant_in_key": binding.tenant_in_key}
    journals = journal_literals(config)
    reading = {
        **object_key,
        "object_types": sorted(binding.object_types),
        "needs_tenant": binding.needs_tenant,
        "lookback_minutes": config.journal.lookback_minutes,
        "fields": binding.fields,
        "journals": journals,
        **({"key": binding.choices.key} if binding.choices.key else {}),
        **(
            {
                "deduplicate_on": [
                    name for name in CANONICAL_COLUMNS if name in config.journal.deduplicate_on
                ]
            }
            if config.journal.deduplicate_on
            else {}
        ),
    }
    event_aliases = (
        {"event_aliases": binding.aliases.event_types} if binding.aliases.event_types else {}
    )
    workflow = {
        "id": binding.workflow.id,
        "start": binding.workflow.start,
        "terminal": binding.workflow.terminal,
    }
    slas = [sla_literal(sla, binding) for sla in binding.slas]
    if model == "timeline":
        transitions = [transition_literal(t) for t in binding.workflow.transitions]
        workflow = {
            "start": workflow["start"],
            "states": binding.workflow.states,
            "bound_events": binding.workflow.bound_events,
            "transitions": transitions,
        }
        old_words = {
            kind: binding.aliases.of(kind)
            for kind in ("states", "transitions", "event_types")
            if binding.aliases.of(kind)
        }
        workflow |= {"aliases": old_words} if old_words else {}
        policy = {
            "policy": jinja(binding.choices.conflict_policy),
            "stream": jinja(config.journal.stream),
        }
        return {"journal_config": reading, "workflow": workflow}, {
            "journal_config": "journal_config",
            "workflow": "workflow",
            **policy,
        }
    if model == "quarantine":
        return {"journal_config": reading}, {"journal_config": "journal_config", "timeline": timeline}
    if model == "workflow_instance":
        return {"journal_config": object_key, "workflow": workflow}, {
            "journal_config": "journal_config",
            "workflow": "workflow",
            "timeline": timeline,
        }
    if model == "sla_cycle":
        sets = {
            "journal_config": {**object_key, "fields": binding.fields, **event_aliases},
            "workflow": {"terminal": workflow["terminal"]},
            "slas": slas,
        }
        calls = {"journal_config": "journal_config", "workflow": "workflow", "slas": "slas", "timeline": timeline}
        if any(sla.approval_step for sla in binding.slas):
            calls["approvals"] = f"ref({jinja(f'{binding.name}_approval_step')})"
        return sets, calls
    if model == "approval_event" and binding.approvals:
        fields = [field for field in binding.fields if field["ref"] in APPROVAL_REFS]
        sets = {
            "journal_config": {**object_key, "fields": fields, **event_aliases},
            "approvals": {
                "events": config.approval_events.model_dump(),
                **approvals_literal(binding.approvals),
            },
        }
        return sets, {"journal_config": "journal_config", "approvals": "approvals", "timeline": timeline}
    if model == "approval_step" and binding.approvals:
        calls = {
            "journal_config": "journal_config",
            "approvals": "approvals",
            "events": f"ref({jinja(f'{binding.name}_approval_event')})",
            "timeline": timeline,
        }
        return {
            "journal_config": object_key,
            "approvals": {"flows": approvals_literal(binding.approvals)["flows"]},
        }, calls
    if model == "approval_instance":
        return {}, {"steps": f"ref({jinja(f'{binding.name}_approval_step')})"}
    if model == "escalation_queue":
        levels = [
            {
                key: item[key]
                for key in ("code", "target_minutes", "warn_minutes", "levels")
                if key in item
            }
            for item in slas
            if item["levels"]
        ]
        transitions = [
            {
                "transition": took_literal(t, binding),
                "levels": [level_literal(level) for level in t.levels],
            }
            for t in binding.workflow.transitions
            if t.levels
        ]
        calls = {
            "journal_config": "journal_config",
            "slas": "slas",
            "transitions": "transitions",
            "timeline": timeline,
            "auto_close": jinja(binding.choices.auto_close),
        }
        if "sla_cycle" in models_of(binding):
            calls["cycles"] = f"ref({jinja(f'{binding.name}_sla_cycle')})"
        answered = (
            object_key
            | event_aliases
            | ({"sla_aliases": binding.sla_aliases} if binding.sla_aliases else {})
        )
        return {"journal_config": answered, "slas": levels, "transitions": transitions}, calls
    if model == "runtime_signal":
        others = {"cycles": "sla_cycle", "queue": "escalation_queue", "approvals": "approval_step"}
        calls = {
            name: f"ref({jinja(f'{binding.name}_{other}')})"
            for name, other in others.items()
            if other in models_of(binding)
        }
        signals = {
            "severities": {
                signal: binding.severities.get(signal, "Info")
                for signal in ("Approval.Requested", "SLA.Breached", "SLA.Warned")
            },
            "emits": [
                {
                    "transition": took_literal(t, binding),
                    "signal": e.signal,
                    "severity": e.severity,
                    **({"notes": e.notes} if e.notes else {}),
                }
                for t in binding.workflow.transitions
                for e in t.emits
                if e.signal
            ],
            "requests": [
                flow.code for flow in (binding.approvals.flows if binding.approvals else [])
            ],
        }
        return {"journal_config": object_key, "signals": signals}, {
            "journal_config": "journal_config",
            "signals": "signals",
            "timeline": timeline,
            **calls,
        }
    if model == "journal":
        emits = [
            {"transition": took_literal(t, binding), "event": e.event, "payload": e.payload}
            for t in binding.workflow.transitions
            for e in t.emits
            if e.event
        ]
        calls = (
            {"signals": f"ref({jinja(f'{binding.name}_runtime_signal')})"}
            if "runtime_signal" in models_of(binding)
            else {}
        )
        return {
            "journal_config": {
                key: value
                for key, value in reading.items()
                if key not in ("fields", "deduplicate_on")
            },
            "emits": emits,
        }, {"journal_config": "journal_config", "emits": "emits", "timeline": timeline, **calls}
    after = ", ".join(
        f"ref({jinja(f'{binding.name}_{other}')})"
        for other in models_of(binding)
        if other not in ("timeline", "run", *BESIDE)
    )
    return {}, {
        "journals": jinja([source.label for source in config.journal.all_journals]),
        "timeline": timeline,
        "after": f"[{after}]",
    }


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
    """A transition, and all that an event may say which took it: the timeline keeps the words of
    the journal, old ones too.
    """
    aliases = binding.aliases

    def words(events: list[str]) -> list[str]:
        return [*events, *(old for old, new in aliases.event_types.items() if new in events)]

    literal = transition_literal(transition) | {
        "bound_events": words(binding.workflow.bound_events)
    }
    literal |= {"events": words(transition.events)} if transition.events else {}
    old_states = aliases.old("states", transition.from_state)
    return literal | ({"from_words": [transition.from_state, *old_states]} if old_states else {})


def level_literal(level: Level) -> dict[str, Any]:
    values = {
        "level": level.level,
        "signal": level.signal,
        "after_minutes": level.after_minutes,
        "severity": level.severity,
        "role": level.role,
        "principal": level.principal,
        "notes": level.notes,
    }
    return {key: value for key, value in values.items() if value is not None}


def approvals_literal(approvals: Approvals) -> dict[str, Any]:
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

    flows = []
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
        "on_restart": None if sla.on_restart == "newCycle" else sla.on_restart,
        "state": sla.state,
        "approval_step": (
            dict(zip(("flow", "step"), sla.approval_step, strict=True))
            if sla.approval_step
            else None
        ),
        # a rule without an expression matches always
        "start": (True if sla.start.expr is None else sla.start.expr) if sla.start else None,
        "stop": (True if sla.stop.expr is None else sla.stop.expr) if sla.stop else None,
        "start_actions": [took_literal(t, binding) for t in sla.start_actions] or None,
        "stop_actions": [took_literal(t, binding) for t in sla.stop_actions] or None,
    }
    return {key: value for key, value in values.items() if value is not None} | {
        "levels": [level_literal(level) for level in sla.levels]
    }


def rollup_sql(model: str, owners: list[Binding]) -> str:
    refs = [Code(f"ref({jinja(f'{binding.name}_{model}')})") for binding in owners]
    live = ", live=none" if model in ("timeline", "runtime_signal") else ""
    return "\n".join(
        [
            "{#- " + HEADER + " -#}",
            "{{ config(materialized='view') }}",
            "",
            f"{{% set columns = {jinja(list(ROLLED_UP[model]))} %}}",
            "",
            f"{{{{ ozmeta_runtime.rollup(columns, {jinja(refs)}{live}) }}}}",
            "",
        ]
    )


def volume_sql(config: Config) -> str:
    storage = "materialized='incremental', unique_key='_Key', on_schema_change='append_new_columns'"
    return "\n".join(
        [
            "{#- " + HEADER + " -#}",
            f"{{{{ config({storage}, **ozmeta_runtime.volume_storage()) }}}}",
            "",
            f"{{% set journals = {jinja(journal_literals(config))} %}}",
            "",
            (
                "{{ ozmeta_runtime.journal_volume(journals,"
                f" lookback_minutes={config.journal.lookback_minutes}) }}}}"
            ),
            "",
        ]
    )


def unclaimed_sql(bindings: list[Binding], config: Config, prefix: str) -> str:
    """Its config tells the commands `explain` and `verify` by which names a binding may be called."""
    claimed = [
        {"binding": b.name, "object_type": b.object_type, "object_types": sorted(b.object_types)}
        for b in bindings
    ]
    ignored = sorted(
        set(config.journal.ignore_object_types), key=lambda name: (name is None, name or "")
    )
    return "\n".join(
        [
            "{#- " + HEADER + " -#}",
            f"{{% set claimed = {jinja(claimed)} %}}",
            "{{ config(materialized='view', meta={'ozmeta_claimed': claimed}) }}",
            "",
            (
                f"{{{{ ozmeta_runtime.unclaimed_object_type(volume=ref('{prefix}journal_volume'),"
                f" claimed=claimed, ignored={jinja(ignored)}) }}}}"
            ),
            "",
        ]
    )


# ---------------------------------------------------------------- properties


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def block_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    """Several lines stand as several lines, so that a diff shows the one that changed."""
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


Dumper.add_representer(str, block_text)


def dumped(document: dict[str, Any]) -> str:
    return f"# {HEADER}\n" + yaml.dump(
        document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=160
    )


def source_yaml(config: Config, around: Surroundings) -> str:
    """The journals that the user's project does not declare as sources."""
    sources: dict[tuple[str, str, str | None], list[str]] = {}
    for source in around.undeclared(config.journal.all_sources):
        sources.setdefault((source.name, *around.place(source)), []).append(source.table)
    described = []
    for (name, schema, database), tables in sources.items():
        entry: dict[str, Any] = {
            "name": name,
            "schema": schema,
            "description": "The append-only event journal that applications write.",
        }
        if database:
            entry["database"] = database
        entry["tables"] = [
            {"name": table, "description": "One row an event; rows are only ever added."}
            for table in tables
        ]
        described.append(entry)
    return dumped({"version": 2, "sources": described})


LIVE = {"config": {"where": "_DeleteDate is null"}}


def well_formed(
    model: str, filled: list[str], keys: list[str], codes: dict[str, list[str]], live: bool
) -> dict[str, Any]:
    """What no row may lack, what no two may share, and which codes a row may hold, as one test: a
    test a column would be a scan a column.
    """
    arguments = {"filled": filled, "keys": keys} | (
        {"codes": {name: [yaml_text(value) for value in values] for name, values in codes.items()}}
        if codes
        else {}
    )
    return {
        "ozmeta_runtime.well_formed": {
            "name": f"well_formed_{model}",
            "arguments": arguments | ({"live": True} if live else {}),
        }
    }


def column(name: str, description: str, tests: list[Any] | None = None) -> dict[str, Any]:
    return {"name": name, "description": yaml_text(description)} | (
        {"data_tests": tests} if tests else {}
    )


STATUSES = {
    "AE_Kind": ["Request", "Approve", "Reject", "Withdraw"],
    "AE_Effect": [
        "Requested",
        "Resubmitted",
        "Approved",
        "Rejected",
        "Withdrawn",
        "Voted",
        "OutOfTurn",
        "Ignored",
    ],
    "AE_Reason": [
        "NoFlow",
        "UnknownFlow",
        "UnknownStep",
        "NoOpenRound",
        "OutOfTurn",
        "RoundIsOpen",
        "NoVoter",
        "RefusedByPolicy",
    ],
    "AP_Outcome": ["Waiting", "Pending", "Approved", "Rejected", "Withdrawn", "Skipped"],
    "AI_Status": ["Pending", "Approved", "Rejected", "Withdrawn"],
    "RS_Kind": ["Raised", "Retracted"],
    "RS_Subject": ["sla_cycle", "escalation_queue", "approval_step", "timeline"],
    "RS_Severity": ["Info", "Warning", "Critical"],
    "ST_Status": ["Running", "Warned", "Breached", "Stopped"],
    "ST_Outcome": ["Met", "Missed"],
    "EQ_Status": ["Open", "Ack", "Closed"],
    "EQ_Severity": ["Info", "Warning", "Critical"],
}
NOT_NULL = {
    "timeline": {"EJ_ID", "EJ_ObjectID", "EJ_EventType", "EJ_EventTimeUTC"},
    "quarantine": {"QR_Reason"},
    "workflow_instance": {"WI_ID", "WI_ObjectID", "WS_CurrentCode", "WI_CurrentSinceUTC"},
    "sla_cycle": {"SC_ID", "ST_StartUTC", "ST_DueUTC", "ST_Status"},
    "sla_timer": {"ST_ID", "ST_StartUTC", "ST_DueUTC", "ST_Status"},
    "escalation_queue": {"EQ_ID", "EQ_CreatedUTC", "EQ_Status"},
    "run": {"RUN_Batch"},
    "runtime_signal": {
        "RS_SignalCode",
        "RS_Kind",
        "RS_Severity",
        "RS_ScheduledUTC",
        "RS_NoticedUTC",
        "RS_SubjectKey",
    },
    "journal": {"MJ_RowHash"},
    "approval_event": {"EJ_ID", "EJ_EventType", "TL_EffectiveUTC"},
    "approval_step": {"AF_Code", "AP_Round", "AS_Code", "AP_Outcome"},
    "approval_instance": {"AI_ID", "AF_Code", "AI_Status", "AI_RequestedUTC"},
}
UNIQUE = {
    "workflow_instance": "WI_ID",
    "sla_cycle": "SC_ID",
    "sla_timer": "ST_ID",
    "escalation_queue": "EQ_ID",
    "approval_instance": "AI_ID",
}


def binding_yaml(binding: Binding, config: Config) -> str:
    models = [
        (
            view_properties(binding, model)
            if model in BESIDE
            else model_properties(binding, model, config)
        )
        for model in models_of(binding)
    ]
    return dumped(
        {
            "version": 2,
            **({"sources": [entity_source(binding, binding.entity)]} if binding.entity else {}),
            "models": models,
        }
    )


def entity_source(binding: Binding, entity: EntityTable) -> dict[str, Any]:
    """A source of its own name, so that it can't meet one that the project itself declares for that
    schema.
    """
    place = {"schema": entity.schema} | ({"database": entity.database} if entity.database else {})
    description = yaml_text(f"{binding.object_type}'s own table.")
    return {
        "name": f"{binding.name}_entity",
        **place,
        "description": description,
        "tables": [{"name": entity.table, "description": description}],
    }


def view_properties(binding: Binding, model: str) -> dict[str, Any]:
    tests: list[Any] = []
    if model == "inline":
        own = {
            name: f"{col.INSTANCE[name]} Null where the journal has no event of it."
            for name in ("WS_CurrentCode", "WI_CurrentSinceUTC", "WI_RowVersion")
        }
        for sla in binding.inline_slas if "sla_timer" in models_of(binding) else []:
            own |= {
                f"{sla['column']}_Status": (
                    f"{sla['code']}: Running, Warned, Breached or Stopped; null where it never"
                    " started."
                ),
                f"{sla['column']}_DueUTC": f"{sla['code']}: when it is, or was, due, UTC.",
            }
    else:
        own = col.TIME_IN_STATE
        tests = [
            well_formed(
                f"{binding.name}_{model}",
                ["_Key", "TS_EnteredUTC"],
                ["_Key"],
                {"WS_Code": binding.workflow.states},
                live=False,
            )
        ]
    described = [column(name, text) for name, text in own.items()]
    properties = {
        "name": f"{binding.name}_{model}",
        "description": yaml_text(col.SUMMARIES[model].format(binding.object_type)),
    }
    return properties | ({"data_tests": tests} if tests else {}) | {"columns": described}


TIME_SPINE = "\n".join(
    [
        "{#- " + HEADER + " -#}",
        "{{ config(materialized='table') }}",
        "",
        "{{ ozmeta_runtime.time_spine('2000-01-01', '2060-01-01') }}",
        "",
    ]
)


def time_spine_yaml() -> str:
    return dumped(
        {
            "version": 2,
            "models": [
                {
                    "name": "ozmeta_time_spine",
                    "description": (
                        "A row per day, which dbt's semantic models need. Say time_spine: false in"
                        " ozmeta.yml where the project has its own."
                    ),
                    "time_spine": {"standard_granularity_column": "date_day"},
                    "columns": [
                        {"name": "date_day", "description": "The day.", "granularity": "day"}
                    ],
                }
            ],
        }
    )


def model_properties(binding: Binding, model: str, config: Config) -> dict[str, Any]:
    models = models_of(binding)
    slots = max((len(sla.levels) for sla in binding.slas), default=0)
    own = dict(col.LOGS.get(model) or col.CANONICAL[model])
    if model == "timeline":
        own |= col.TIMELINE_MORE | {
            f["column"]: (
                f"{f['ref']} of the payload, as JSON: null where the event has no such key, 'null'"
                " where it clears it."
            )
            for f in binding.fields
        }
    if model == "timeline" and config.journal.deduplicate_on:
        own |= col.MESSAGE
    if model == "sla_cycle":
        own |= {
            "ST_IsLatest": "Whether it is its timer's latest cycle, the one that sla_timer shows.",
            "ST_StartEventID": "Id of the event that started the cycle.",
            "ST_StopEventID": "Id of the event that stopped it; null while it runs.",
        }
        own |= {
            "ST_PausedSeconds": (
                "How long it stood still between its stops and resumptions, in seconds: ST_DueUTC"
                " lies later by the pauses before it."
            ),
            "ST_WarnAtUTC": "When it is, or was, to be warned, UTC.",
        }
        own |= {
            f"ST_Level{n}AtUTC": (
                f"When the SLA's escalation number {n} is, or was, to be raised, UTC: who is next,"
                " and when."
            )
            for n in range(1, slots + 1)
        }
    if model in ("sla_cycle", "sla_timer"):
        own |= col.NEXT
    if model == "quarantine":
        own |= {
            "QR_ContentHash": (
                "Hash of what the row says beside its object, its id and _SyncDate: as"
                " TL_ContentHash of the timeline."
            )
        }
    if model == "approval_event":
        own |= col.APPROVAL_EVENT_MORE
    if model == "escalation_queue":
        own |= {"_CycleKey": "_Key of the sla_cycle that raised it; null where a transition did."}
    keys = (
        {"_Key": "Hash of the run's number and the journal; what a later run merges on."}
        if model == "run"
        else dict(col.KEY)
    )
    if model == "journal":
        del keys["_ObjectKey"]
    keys |= (
        {"_SignalKey": "What the signal speaks of, as one text; its rows differ in RS_Number."}
        if model == "runtime_signal"
        else {}
    )
    own = keys | own | (col.WRITTEN if model == "timeline" or model in col.LOGS else col.AUDIT)

    # an approval event may name a flow that does not exist: it has a reason of its own
    codes = {
        name: known
        for name in own
        if (model, name) != ("approval_event", "AF_Code") and (known := codes_of(binding, name))
    }
    described = []
    for name, description in own.items():
        tests: list[Any] = []
        if name == "WI_ID" and model == "sla_timer" and "workflow_instance" in models:
            tests.append(related(binding, "workflow_instance", "WI_ID"))
        if name == "ST_ID" and model == "escalation_queue" and "sla_timer" in models:
            tests.append(related(binding, "sla_timer", "ST_ID"))
        described.append(column(name, description, tests))
    filled, unique = (
        [name for name in own if name == "_Key" or name in wanted]
        for wanted in (NOT_NULL[model], {UNIQUE.get(model)})
    )
    of_rows: list[Any] = [
        well_formed(f"{binding.name}_{model}", filled, unique, codes, live="_DeleteDate" in own)
    ]
    if model == "timeline":
        of_rows.append({"ozmeta_runtime.counter_not_restarted": {"config": {"severity": "warn"}}})
        of_rows += fields_carried(binding)
    if model == "approval_event":
        of_rows.append({"ozmeta_runtime.approval_events_counted": {"config": {"severity": "warn"}}})
    if (
        model == "run"
        # the last model: `dbt build` would skip what comes after a test that fails, and the run
        # would never be complete
    ):
        of_rows += quarantined_share(binding, config)
    return {
        "name": f"{binding.name}_{model}",
        "description": yaml_text(description_of(binding, model)),
        "data_tests": of_rows,
        "columns": described,
    }


def fields_carried(binding: Binding) -> list[Any]:
    """Warns of a payload field that a rule uses and no event carries. Those of approvals are
    optional.
    """
    fields = [
        [yaml_text(field["ref"]), field["column"]]
        for field in binding.fields
        if field["ref"] not in APPROVAL_REFS
    ]
    test = {
        "name": f"fields_carried_{binding.name}",
        "arguments": {"fields": fields},
        "config": {"severity": "warn"},
    }
    return [{"ozmeta_runtime.fields_carried": test}] if fields else []


def quarantined_share(binding: Binding, config: Config) -> list[Any]:
    """Warns, and fails, if too many journal rows are refused. The share is counted in basis points,
    hundredths of a percent.
    """
    share = (binding.choices.tests or config.tests).quarantined_share
    if not share:
        return []
    limits = {
        "warn_if": f">= {round(share.warn * 10_000)}",
        "error_if": f">= {round(share.error * 10_000)}",
    }
    return [
        {
            "ozmeta_runtime.quarantined_share": {
                "name": f"quarantined_share_{binding.name}",
                "description": "In basis points: 100 is 1 % of the journal rows.",
                "arguments": {
                    name: f"ref('{binding.name}_{name}')" for name in ("quarantine", "timeline")
                },
                "config": {"fail_calc": "coalesce(max(basis_points), 0)", **limits},
            }
        }
    ]


def codes_of(binding: Binding, column_name: str) -> list[str]:
    """What a column of codes may hold; empty for any other column."""
    if column_name in ("WS_CurrentCode", "TL_State", "TL_FromState", "TL_ToState"):
        return binding.workflow.states
    if column_name in ("AF_Code", "AS_Code"):
        flows = binding.approvals.flows if binding.approvals else []
        return (
            [flow.code for flow in flows]
            if column_name == "AF_Code"
            else sorted({step.code for flow in flows for step in flow.all_steps})
        )
    return (
        [sla.code for sla in binding.slas]
        if column_name == "SL_Code"
        else STATUSES.get(column_name, [])
    )


def related(binding: Binding, model: str, field: str) -> dict[str, Any]:
    return {
        "relationships": (
            {"arguments": {"to": f"ref('{binding.name}_{model}')", "field": field}} | LIVE
        )
    }


def description_of(binding: Binding, model: str) -> str:
    summary = col.SUMMARIES[model].format(binding.object_type)
    if model == "timeline":
        return (
            f"{summary} Conflicts: {binding.choices.conflict_policy}. Workflow:"
            f" {binding.workflow.code}, from {binding.workflow.start}."
        )
    if model in ("sla_cycle", "sla_timer"):
        return "\n".join([summary, *(f"- {sla_in_words(sla)}" for sla in binding.slas)])
    if model == "approval_step" and binding.approvals:
        return "\n".join(
            [summary, *(f"- {flow_in_words(flow)}" for flow in binding.approvals.flows)]
        )
    return summary


def flow_in_words(flow: Flow) -> str:
    def step(s: Step) -> str:
        needed = (
            f"{s.quorum} of {s.voters} approvals"
            if s.voters
            else f"{s.quorum} approval{'s' if s.quorum > 1 else ''}"
        )
        return (
            f"{s.code} ({needed}{' by ' + ' or '.join(s.roles) if s.roles else ''},"
            f" {'one rejection ends it' if s.veto else 'no veto'})"
        )

    def way(steps: list[Step], on_request: str) -> str:
        restarts = (
            "; a request while a round is open starts the next" if on_request == "restart" else ""
        )
        return ", then ".join(map(step, steps)) + restarts

    if not flow.versions:
        return f"{flow.code}: {way(flow.steps, flow.on_request)}."
    versions = [
        (f"from {v.start[:19]} " if v.start else "first ") + way(v.steps, v.on_request)
        for v in flow.versions
    ]
    return f"{flow.code}: " + "; ".join(versions) + "."


def sla_in_words(sla: Sla) -> str:
    warned = f", warned at {sla.warn_minutes}" if sla.warn_minutes is not None else ""
    begun, ended = "its first event", "a terminal state"
    if sla.state:
        begun, ended = f"entering {sla.state}", f"leaving {sla.state}"
    elif sla.approval_step:
        begun, ended = (
            f"the activation of the approval step {sla.approval_step[1]} of {sla.approval_step[0]}",
            "its decision",
        )
    start = in_words(sla.start.expr) if sla.start else begun
    stop = in_words(sla.stop.expr) if sla.stop else ended
    return (
        f"{sla.code}: {sla.target_minutes} minutes{warned}; starts at {start}; stops at {stop};"
        f" after a stop: {sla.on_restart}."
    )


def rollup_yaml(rollups: dict[str, list[Binding]], prefix: str, counted: bool) -> str:
    models = []
    for model, owners in rollups.items():
        types = ", ".join(binding.object_type for binding in owners)
        summary = col.SUMMARIES[model].format("any binding").rstrip(".")
        models.append(
            {
                "name": f"{prefix}{model}",
                "description": yaml_text(f"{summary}: the live rows of {types} together."),
                "columns": [column(name, text) for name, text in ROLLED_UP[model].items()],
            }
        )
    return dumped(
        {"version": 2, "models": models + (accounting_properties(prefix) if counted else [])}
    )


def accounting_properties(prefix: str) -> list[dict[str, Any]]:
    """Of the two models that account for the whole journal, once per project."""
    counted = well_formed(
        "journal_volume", ["_Key", "JV_Journal", "JV_Rows"], ["_Key"], {}, live=False
    )
    claimed = {
        "ozmeta_runtime.object_types_claimed": {
            "name": "object_types_claimed",
            "config": {"severity": "warn"},
        }
    }
    return [
        {
            "name": f"{prefix}{model}",
            "description": yaml_text(col.SUMMARIES[model]),
            "data_tests": [test],
            "columns": [column(*item) for item in described.items()],
        }
        for model, test, described in (
            ("journal_volume", counted, col.VOLUME),
            ("unclaimed_object_type", claimed, col.UNCLAIMED),
        )
    ]
