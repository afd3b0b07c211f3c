"""The files of the metadata folder: one per table, with comments that say what was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ozmeta_dbt.config import BindingChoices, Config
from ozmeta_dbt.discovery import diagram
from ozmeta_dbt.discovery.facts import ObjectType
from ozmeta_dbt.discovery.figures import day, duration, exactly, minutes, share, times, warn_minutes
from ozmeta_dbt.discovery.names import unique
from ozmeta_dbt.discovery.rules import (
    END_SHARE,
    ENTERED_SHARE,
    FEW,
    ServiceLevel,
    Transition,
    Workflow,
)
from ozmeta_dbt.discovery.texts import block, comment, flow, scalar, shown
from ozmeta_dbt.words import counted


@dataclass(frozen=True)
class Discovery:
    """All results, and the options that led to them."""

    journals: list[str]
    workflows: list[Workflow]
    names: dict[str, str]  # {object type: the name of its table}
    left_out: list[ObjectType]  # object types whose payloads state no state
    percentile: int
    rare: float

    def name(self, of: Workflow) -> str:
        return self.names[of.of.name]

    @property
    def rare_text(self) -> str:
        return f"{self.rare:g}%"


def files(found: Discovery) -> dict[str, str]:
    """{name in the folder: text}"""
    parts = {
        "Table.yml": tables(found),
        "Workflow.yml": workflows(found),
        "WorkflowState.yml": states(found),
        "WorkflowTransition.yml": transitions(found),
        "EventType.yml": event_types(found),
        "RuntimeBinding.yml": bindings(found),
    }
    if any(of.levels for of in found.workflows):
        parts["SlaPolicy.yml"] = policies(found)
        parts["RuntimeSlaBinding.yml"] = sla_bindings(found)
    texts = {name: "\n".join(lines) + "\n" for name, lines in parts.items()}
    return texts | {diagram.NAME: diagram.text(found.workflows, found.names, found.journals)}


def tables(found: Discovery) -> list[str]:
    lines = [
        *comment(
            "The entities: one row per object type of the journal. `ozmeta-dbt discover` wrote this"
            " folder from what it saw in"
            f" {', '.join(map(shown, found.journals))}. It is yours to change: a later discovery"
            " changes no file that is here, and shows how it would differ."
        )
    ]
    for of in found.workflows:
        seen, name = of.of, found.name(of)
        refused = seen.rows - seen.usable_rows
        lines += section(
            found,
            of,
            f"{counted(seen.events, 'event')} of {counted(seen.objects, 'object')}, from"
            f" {day(seen.first_at)} to {day(seen.last_at)}."
            + (
                f" {counted(refused, 'row')} cannot be read and will be quarantined."
                * bool(refused)
            )
            + (
                f" The journal calls it {shown(seen.name)}: see object_types in ozmeta.yml."
                if name != seen.name
                else ""
            ),
        )
        lines.append(f"- {flow({'TB_ID': name, 'TB_TableName': name})}")
    for each in found.left_out:
        lines += [
            "",
            *comment(
                f"{shown(each.name)} is left out: none of its {counted(each.events, 'event')} has a"
                " transition in its payload."
            ),
        ]
    return lines


def section(found: Discovery, of: Workflow, text: str) -> list[str]:
    """The comment that begins the rows of an object type, between blank lines."""
    many = len(found.workflows) > 1
    return ["", *comment(f"{shown(of.of.name)}: {text}" if many else text), ""]


def workflows(found: Discovery) -> list[str]:
    lines = comment("The workflows. A workflow's states and transitions have files of their own.")
    for of in found.workflows:
        name = found.name(of)
        lines.append(f"- {flow({'WF_ID': name, 'WF_Code': f'{name}Flow'})}")
    return lines


# ---------------------------------------------------------------- states


def state_ids(found: Discovery) -> dict[tuple[str, str], str]:
    """{(object type, state): id}"""
    taken: set[str] = set()
    return {
        (of.of.name, state): unique(f"{found.name(of)}.{state}", taken)
        for of in found.workflows
        for state in sorted(state.name for state in of.states)
    }


def states(found: Discovery) -> list[str]:
    ids = state_ids(found)
    lines = [
        *comment(
            "The states of a workflow. Exactly one is the start: that in which most objects begin."
        ),
        *comment(
            f"A state is taken for an end (WS_IsTerminal) if less than {END_SHARE}% of its entries"
            " were left again, at least one object is there, and it is not the start."
        ),
        *comment(
            "WS_SlaMinutes makes a service level of the time in a state. The figures are proposals:"
            f" the time that {found.percentile}% of the stays took at most, rounded up, for states"
            f" that at least {ENTERED_SHARE}% of the objects enter. They are not switched on,"
            " because a late object would then be reported twice, by its state and by the service"
            " levels in SlaPolicy.yml."
        ),
    ]
    for of in found.workflows:
        lines += section(found, of, " ".join(about_states(of)))
        for state in of.states:
            lines += comment(about_state(found, of, state.name))
            row: dict[str, object] = {
                "WS_ID": ids[of.of.name, state.name],
                "WF_ID": found.name(of),
                "WS_Code": state.name,
            }
            row |= {"WS_IsStart": True} if state.name == of.start else {}
            row |= {"WS_IsTerminal": True} if state.name in of.ends else {}
            lines.append(f"- {flow(row)}")
    return lines


def about_states(of: Workflow) -> Iterable[str]:
    seen = of.of
    yield f"{counted(len(of.states), 'state')}."
    if seen.only_code == seen.statements:
        yield (
            "Payloads carry only transition.code and no toState, so a state here is the code that"
            " led to it. Rename the states to what they are, but not the codes of the transitions."
        )
    elif seen.only_code:
        yield (
            f"{counted(seen.only_code, 'event')} of {seen.statements} have only a transition.code:"
            " the state is the one to which other events with that code lead, or else the code."
        )
    if of.is_invented:
        yield (
            f"{scalar(of.start)} is a name that discover made up: the journal does not say in which"
            " state objects are before their first transition."
        )
    if len(of.starts) > 1:
        others = ", ".join(f"{shown(s.name)} ({s.begun})" for s in of.starts[1:9])
        more = " and others" if len(of.starts) > 9 else ""
        yield (
            f"Objects also begin in {others}{more}: for these, WorkflowTransition.yml has a"
            " transition from the start."
        )
    if of.unknown_begun:
        yield (
            f"The journal does not say where {counted(of.unknown_begun, 'object')} began: they"
            f" count as {shown(of.start)}."
        )
    silent = seen.objects - seen.stating_objects
    if silent:
        yield f"{counted(silent, 'object')} never had a transition: still in the start."
    if not of.ends:
        yield "No state looks like an end, so there is no proposal for a resolution time."
    if seen.objects == 1:
        yield "All of it was seen on one object only."


def about_state(found: Discovery, of: Workflow, name: str) -> str:
    state = next(each for each in of.states if each.name == name)
    parts = [f"{counted(state.entries, 'entry')} by {counted(state.objects, 'object')}"]
    if state.begun:
        parts.append(f"{share(state.begun, of.of.stating_objects)} of the objects begin here")
    parts.append(f"{state.there_now} there now")
    text = "; ".join(parts)
    if state.left:
        text += (
            f"; {share(state.left, state.entries)} of the entries were left again, after"
            f" {duration(state.median)} (median), {duration(state.percentile)}"
            f" ({found.percentile}%)"
        )
    if name in of.state_minutes:
        text += f". Proposal: WS_SlaMinutes: {of.state_minutes[name]}"
    return text


# ---------------------------------------------------------------- transitions


def transitions(found: Discovery) -> list[str]:
    ids = state_ids(found)
    lines = [
        *comment(
            "The moves from one state to another, with how often they were seen, their share of the"
            " moves out of the from-state, and the median time in that state before."
        ),
        *comment(
            f"Moves that are less than {found.rare_text} of those out of their state are commented"
            " out: undeclared until you say so. Events that make them are still applied, and marked"
            " in the timeline (TL_Anomaly)."
        ),
    ]
    for of in found.workflows:
        text = (
            f"{counted(len(of.transitions), 'transition')}, and {len(of.rare)} rare."
            if of.transitions or of.rare
            else "No object ever changed its state."
        )
        if of.of.contradicting:
            text += (
                f" {counted(of.of.contradicting, 'event')} name another fromState than the state"
                " that the object had. They are not counted, and the fold will mark them."
            )
        lines += section(found, of, text)
        for each in of.transitions:
            lines.append(f"# {about_transition(each)}{why_declared(found, each)}")
            lines.append(f"- {transition_row(found, of, each, ids)}")
        if of.rare:
            lines += ["", *comment("Rare, and undeclared until you say so:")]
            for each in of.rare:
                lines.append(f"#   {about_transition(each)}")
                lines.append(f"# - {transition_row(found, of, each, ids)}")
    if not any(of.transitions for of in found.workflows):
        lines += ["[]"]
    return lines


def about_transition(each: Transition) -> str:
    move = each.move
    text = f"{times(move.count)}, {share(move.count, each.exits)}"
    if move.count > move.begun:
        text += f", after {duration(move.median)}"
    if move.begun:
        text += f"; in {move.begun} of these, the object begins there"
    return text


def why_declared(found: Discovery, each: Transition) -> str:
    """Why a rare transition is declared."""
    if each.move.count * 100 >= found.rare * each.exits:
        return ""
    if each.is_coded:
        return "; rare, but without it the fold could not apply its code"
    return "; rare, but the usual way into that state"


def transition_row(
    found: Discovery, of: Workflow, each: Transition, ids: dict[tuple[str, str], str]
) -> str:
    name = found.name(of)
    return flow(
        {
            "WT_ID": f"{name}.{each.id}",
            "WF_ID": name,
            "WT_Code": each.code,
            "WT_FromWS_ID": ids[of.of.name, each.move.from_state],
            "WT_ToWS_ID": ids[of.of.name, each.move.to_state],
        }
    )


def event_types(found: Discovery) -> list[str]:
    lines = comment(
        "The types of events that the journal holds. They have no effect by themselves; rules that"
        " name another one get a warning."
    )
    done: set[str] = set()
    for of in found.workflows:
        seen = of.of
        left_out = seen.event_type_count - len(seen.event_types)
        lines += section(
            found,
            of,
            f"{counted(seen.event_type_count, 'event type')}."
            + (f" The {left_out} least frequent are left out." if left_out else ""),
        )
        for each in seen.event_types:
            carries = (
                "no transition"
                if not each.statements
                else "each with a transition"
                if each.statements == each.events
                else f"{each.statements} with a transition"
            )
            text = (
                f"{counted(each.events, 'event')} of {counted(each.objects, 'object')}, {carries}"
            )
            row = flow({"EVTT_ID": each.name, "EVTT_Code": each.name})
            lines.append(f"# {text}")
            lines.append(f"# - {row}  (see above)" if each.name in done else f"- {row}")
            done.add(each.name)
    return lines


def bindings(found: Discovery) -> list[str]:
    lines = comment(
        "What is tracked: each binding gives an entity its workflow. RB_InstanceKeyStrategy is"
        " Tenant+ObjectID if every event has a _TenantID, and else ObjectID."
    )
    for of in found.workflows:
        name = found.name(of)
        row = {"RB_ID": name, "RB_ObjectType": "Table", "RB_ObjectID": name, "WF_ID": name}
        strategy = "Tenant+ObjectID" if of.of.by_tenant else "ObjectID"
        lines.append(f"- {flow({**row, 'RB_InstanceKeyStrategy': strategy})}")
    return lines


# ---------------------------------------------------------------- service levels


def policies(found: Discovery) -> list[str]:
    lines = [
        *comment(
            "The service levels: how much time work may take. The targets are what was seen, not"
            f" what was promised: the time that {found.percentile}% of the objects took at most,"
            " rounded up to a figure that reads well. Set your own."
        ),
        *comment(
            "Response and resolution are switched on, because they have one timer per object and"
            " are what the people who wait notice. Proposals for the time in each state are in"
            " WorkflowState.yml."
        ),
        *comment(
            "Without SL_EscalationRule, the breach raises one level. The guide 'Build an escalation"
            " ladder' shows more."
        ),
    ]
    for of in found.workflows:
        lines += section(found, of, f"{counted(len(of.levels), 'service level')}.")
        for level in of.levels:
            lines += policy(found, of, level)
        lines += paused(of, found.name(of))
    return lines


def policy(found: Discovery, of: Workflow, level: ServiceLevel) -> list[str]:
    name, time = found.name(of), level.time
    few = f" Only {time.objects} objects: too few to say much." if time.objects < FEW else ""
    lines = comment(
        f"{what_ends(of, level)} {counted(time.objects, 'object')} got there, after"
        f" {duration(time.median)} (median), {exactly(time.percentile)} ({found.percentile}%)."
        f" The target is {minutes(level.minutes)}.{few}"
    )
    row: dict[str, object] = {
        "SL_ID": f"{name}.{level.code}",
        "SL_Code": level.code,
        "SL_ObjectType": "Workflow",
        "SL_ObjectID": name,
        "SL_TargetMinutes": level.minutes,
    }
    if warn := warn_minutes(level.minutes):
        row["SL_WarnMinutes"] = warn
    return [*lines, *block(row)]


def what_ends(of: Workflow, level: ServiceLevel) -> str:
    if level.from_state is not None:
        text = "From the first event until the object leaves the start."
        if other := of.of.times.get("other_actor"):
            text += (
                f" ({counted(other.objects, 'object')} had an event by another actor than that of"
                f" the first one, after {duration(other.median)} (median): no rule can compare"
                " actors, so the first move stands in for it.)"
            )
        return text
    if level.event_types:
        named = ", ".join(map(shown, level.event_types[:8]))
        text = f"From the first event to the next one whose type reads like a reply: {named}."
        if other := of.of.times.get("replied_by_other"):
            text += (
                f" ({counted(other.objects, 'object')} had one by another actor than that of the"
                f" first event, after {duration(other.median)} (median). The rule cannot compare"
                " actors; if payloads have user.roles, it can ask for a role.)"
            )
        return text
    return f"From the first event to the first end ({', '.join(map(shown, of.ends[:8]))})."


def paused(of: Workflow, name: str) -> list[str]:
    codes = [level.code for level in of.levels if level.code == "Resolution"]
    if not of.waiting or not codes:
        return []
    return [
        *comment(
            "By their names, in these states the work waits for somebody else:"
            f" {', '.join(map(shown, of.waiting))}. To stop the clock there, give in ozmeta.yml:"
        ),
        f"#   bindings: {flow({name: {'slas': {codes[0]: {'pauseWhen': pause_rule(of)}}}})}",
    ]


def pause_rule(of: Workflow) -> dict[str, object]:
    return {"op": "in", "args": [{"ref": "state.current"}, *({"lit": s} for s in of.waiting)]}


def sla_bindings(found: Discovery) -> list[str]:
    lines = comment(
        "Which service level applies to which binding, and what starts and stops its timer. Without"
        " rules, it runs from the object's first event to an end state."
    )
    for of in found.workflows:
        name = found.name(of)
        for level in of.levels:
            row: dict[str, object] = {"RB_ID": name, "SL_ID": f"{name}.{level.code}"}
            if level.event_types:
                asked = [{"ref": "event.type"}, *({"lit": each} for each in level.event_types)]
                row["RSB_StopRule"] = stop_rule({"op": "in", "args": asked})
            elif level.from_state is not None:
                asked = [{"ref": "transition.fromState"}, {"lit": level.from_state}]
                row["RSB_StopRule"] = stop_rule({"op": "eq", "args": asked})
            lines += block(row)
    return lines


def stop_rule(expr: dict[str, object]) -> dict[str, object]:
    return {"version": 1, "kind": "TimerStop", "expr": expr}


# ---------------------------------------------------------------- ozmeta.yml


def config(found: Discovery, folder: str, output: str, journal: str) -> str:
    """An ozmeta.yml to start from."""
    lines = [
        "# What ozmeta-dbt reads and writes. docs/reference/ozmeta-yml.md lists every key.",
        "version: 1",
        f"metadb: {{folder: {scalar(folder)}}}",
        f"output: {scalar(output)}",
        f"journal: {journal}",
        *choices(found),
    ]
    return "\n".join(lines) + "\n"


def choices(found: Discovery, config: Config | None = None) -> list[str]:
    """The key `bindings` of ozmeta.yml, without what `config` already has. Empty if there is
    nothing to choose.
    """
    lines: list[str] = []
    for of in found.workflows:
        name = found.name(of)
        has = (config.bindings.get(name) if config else None) or BindingChoices()
        keys = chosen_keys(of, name, has)
        if keys:
            lines += [f"  {scalar(name)}:", *keys]
    return ["bindings:", *lines] if lines else []


def chosen_keys(of: Workflow, name: str, has: BindingChoices) -> list[str]:
    """The keys of a binding, with comments. No lines if there is no key."""
    keys: list[str] = []
    if name != of.of.name and of.of.name not in (has.object_types or []):
        keys.append(f"    object_types: [{scalar(of.of.name)}]")
    fields = [each for each in of.report_fields if each.name not in has.report_fields]
    if fields:
        seen = ", ".join(f"{shown(each.name)} has {each.values} values" for each in fields)
        keys += comment(f"Fields to report by: {seen}.", "    ")
        named = ", ".join(scalar(each) for each in (*has.report_fields, *(f.name for f in fields)))
        keys.append(f"    report_fields: [{named}]")
    if not keys:
        return []
    if of.other_fields:
        seen = ", ".join(f"{shown(each.name)} ({each.values})" for each in of.other_fields)
        keys += comment(f"Too many values to report by: {seen}.", "    ")
    if paused(of, name) and "Resolution" not in has.slas:
        keys.append(f"    # slas: {flow({'Resolution': {'pauseWhen': pause_rule(of)}})}")
    return keys
