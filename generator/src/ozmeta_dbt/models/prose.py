"""Definitions in words, for the descriptions of models."""

from __future__ import annotations

from ozmeta_dbt.bindings.definitions import Flow, Sla, Step, Workflow
from ozmeta_dbt.bindings.dsl import in_words


def with_text(line: str, text: str) -> str:
    """The generator's own line, then MetaDB's text about the same thing."""
    return f"{line} {text}" if text else line


def texts_of_flow(flow: Flow) -> list[str]:
    """What MetaDB says about the steps of a flow, as a list below its line."""
    return [f"  - {step.code}: {step.text}" for step in flow.all_steps if step.text]


def texts_of_workflow(workflow: Workflow, transitions: bool) -> list[str]:
    """What MetaDB says about the states and, if wanted, about the transitions."""
    states = [f"- {code}: {text}" for code, text in sorted(workflow.state_texts.items())]
    lines = ["States:", *states] if states else []
    told = dict.fromkeys(f"- {t.code}: {t.text}" for t in workflow.transitions if t.text)
    return [*lines, "Transitions:", *told] if transitions and told else lines


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


def start_and_stop(sla: Sla) -> tuple[str, str]:
    """When the timer of an SLA starts, and when it stops."""
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
    return start, stop


def sla_in_words(sla: Sla) -> str:
    warned = f", warned at {sla.warn_minutes}" if sla.warn_minutes is not None else ""
    start, stop = start_and_stop(sla)
    return (
        f"{sla.code}: {sla.target_minutes} minutes{warned}; starts at {start}; stops at {stop};"
        f" after a stop: {sla.options.on_restart}."
    )
