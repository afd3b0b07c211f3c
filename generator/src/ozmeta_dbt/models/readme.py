"""README.md of the generated folder: what was generated, for people who do not read dbt models."""

from __future__ import annotations

from dataclasses import dataclass, field

from ozmeta_dbt.bindings.definitions import Binding, Level, Sla
from ozmeta_dbt.histories.definition import History
from ozmeta_dbt.models import histories
from ozmeta_dbt.models.catalogue import BY_NAME
from ozmeta_dbt.models.manifest import Snapshot
from ozmeta_dbt.models.markdown import label, plain, table
from ozmeta_dbt.models.option_words import option_sentences, worked
from ozmeta_dbt.models.plan import Plan
from ozmeta_dbt.models.prose import flow_in_words, start_and_stop

NAME = "README.md"


@dataclass(frozen=True)
class Facts:
    """What the page says about the metadata as a whole."""

    snapshot: Snapshot = field(default_factory=Snapshot)
    title: str = ""  # client, project and revision
    nothing: str = ""  # why there is no binding to generate
    additions: list[str] = field(default_factory=list)  # what changes that
    retention: list[tuple[str, str, str]] = field(default_factory=list)  # kind, code, how long
    histories: list[History] = field(default_factory=list)


def text(plans: list[Plan], facts: Facts) -> str:
    lines = [
        "# Generated dbt models",
        "",
        "`ozmeta-dbt` wrote this folder. Do not edit it: change the metadata and generate again.",
        "",
        *source(facts),
        "",
    ]
    if not plans:
        what = "models of a binding" if facts.histories else "models"
        lines += [f"No {what} were generated: {plain(facts.nothing)}.", ""]
        lines += ["The smallest addition that changes this:", ""] if facts.additions else []
        lines += [*(f"- {plain(line)}" for line in facts.additions), ""]
    else:
        lines += overview(plans)
    for plan in plans:
        lines += section(plan)
    lines += histories.section(facts.histories)
    lines += retention(facts)
    return "\n".join(lines).rstrip() + "\n"


def source(facts: Facts) -> list[str]:
    path = plain(facts.snapshot.path) or "the snapshot"
    lines = [f"- Metadata: {path}"]
    lines += [f"- Project: {plain(facts.title)}"] if facts.title else []
    lines += [f"- SHA-256: `{facts.snapshot.sha256}`"] if facts.snapshot.sha256 else []
    return [*lines, "- All files and their hashes: [manifest.json](manifest.json)"]


def overview(plans: list[Plan]) -> list[str]:
    rows = [
        [
            plain(plan.binding.object_type),
            plain(plan.binding.workflow.code),
            str(len(plan.binding.workflow.states)),
            str(len(plan.binding.slas)),
            f"[{plan.binding.name}](#{plan.binding.name})",
        ]
        for plan in plans
    ]
    return [*table(["Entity", "Workflow", "States", "SLAs", "Details"], rows), ""]


def section(plan: Plan) -> list[str]:
    binding = plan.binding
    types = ", ".join(plain(name) for name in binding.object_types)
    lines = [
        f'## <a id="{binding.name}"></a>{plain(binding.object_type)}',
        "",
        f"- Events with the object type: {types}",
        f"- Workflow: {plain(binding.workflow.code)}",
        f"- If events contradict each other: {policy(binding)}",
        "",
        "### States and transitions",
        "",
        *diagram(binding),
        "",
        *slas(binding),
        *approvals(binding),
        "### Tables",
        "",
    ]
    rows = [
        [f"`{binding.name}_{model}`", BY_NAME[model].summary.format(plain(binding.object_type))]
        for model in plan.built
    ]
    return [*lines, *table(["Table", "Contents"], rows), ""]


def policy(binding: Binding) -> str:
    last = binding.choices.conflict_policy == "last_writer_wins"
    return "the last writer wins" if last else "the first writer wins"


def diagram(binding: Binding) -> list[str]:
    """A state diagram. Mermaid reads the ids, people read the labels."""
    workflow = binding.workflow
    ids = {code: f"s{number}" for number, code in enumerate(workflow.states, 1)}
    lines = [f'    state "{label(code)}" as {id}' for code, id in ids.items()]
    lines.append(f"    [*] --> {ids[workflow.start]}")
    lines += [
        f"    {ids[move.from_state]} --> {ids[move.to_state]} : {label(move.code)}"
        for move in workflow.transitions
        if move.from_state in ids and move.to_state in ids
    ]
    lines += [f"    {ids[code]} --> [*]" for code in workflow.terminal if code in ids]
    return ["```mermaid", "stateDiagram-v2", *lines, "```"]


def slas(binding: Binding) -> list[str]:
    if not binding.slas:
        return ["### SLAs", "", "No SLA is bound.", ""]
    rows = []
    for sla in binding.slas:
        start, stop = start_and_stop(sla)
        rows.append(
            [
                plain(sla.code),
                late_after(sla),
                warned_after(sla),
                plain(start),
                plain(stop),
                "; ".join(level(sla, each) for each in sla.levels) or "nobody",
            ]
        )
    heads = ["SLA", "Late after", "Warned after", "Clock starts at", "Clock stops at", "Escalation"]
    return ["### SLAs", "", *table(heads, rows), "", *options(binding)]


def late_after(sla: Sla) -> str:
    return worked(sla.target_minutes, sla.options) + (", or as below" if varies(sla) else "")


def warned_after(sla: Sla) -> str:
    own = "no warning" if sla.warn_minutes is None else worked(sla.warn_minutes, sla.options)
    return own + (", or as below" if varies(sla) else "")


def varies(sla: Sla) -> bool:
    return bool(sla.options.targets or sla.options.versions)


def options(binding: Binding) -> list[str]:
    """The options of the SLAs that have some."""
    lines = []
    for sla in binding.slas:
        if sentences := option_sentences(sla):
            lines += [f"{plain(sla.code)}:", "", *(f"- {plain(each)}" for each in sentences), ""]
    return lines


def level(sla: Sla, level: Level) -> str:
    """An escalation level: when it is raised after the start, and who should act."""
    who = level.role or level.principal
    to = f" to {plain(who)}" if who else ""
    unless = ", unless a lower level was acknowledged" if level.unless_acknowledged else ""
    return f"{plain(level.severity)}{to} {level_time(sla, level)}{unless}"


def level_time(sla: Sla, level: Level) -> str:
    """After the start if the minutes never vary, otherwise after the warning or the breach."""
    warned = level.signal == "SLA.Warned"
    base = sla.warn_minutes if warned else sla.target_minutes
    if base is not None and not varies(sla):
        return f"after {worked(base + level.after_minutes, sla.options)}"
    event = "warning" if warned else "breach"
    if not level.after_minutes:
        return f"at the {event}"
    return f"{worked(level.after_minutes, sla.options)} after the {event}"


def approvals(binding: Binding) -> list[str]:
    if not binding.flows:
        return []
    flows = [f"- {plain(flow_in_words(flow))}" for flow in binding.flows]
    return ["### Approvals", "", *flows, ""]


def retention(facts: Facts) -> list[str]:
    if not facts.retention:
        return []
    rows = [[plain(kind), plain(code), plain(kept)] for kind, code, kept in facts.retention]
    return [
        "## Retention",
        "",
        "MetaDB says how long rows should be kept. `ozmeta-dbt purge` deletes them, no model does.",
        "",
        *table(["Kind", "Name", "Kept for"], rows),
        "",
    ]
