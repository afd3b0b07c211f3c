"""README.md of the folder: each workflow as a Mermaid diagram, which GitHub and others draw."""

from __future__ import annotations

from ozmeta_dbt.discovery.figures import duration, share
from ozmeta_dbt.discovery.rules import Workflow
from ozmeta_dbt.discovery.texts import cell, mermaid

NAME = "README.md"


def text(workflows: list[Workflow], names: dict[str, str], journals: list[str]) -> str:
    lines = [
        "# Workflows",
        "",
        f"`ozmeta-dbt discover` drew this from what it saw in {', '.join(map(cell, journals))}. The"
        " numbers are how often a transition",
        "was seen. The rare ones, which are undeclared, are not drawn.",
    ]
    for of in workflows:
        lines += ["", f"## {cell(names[of.of.name])}", "", *diagram(of), "", *table(of)]
    return "\n".join(lines) + "\n"


def diagram(of: Workflow) -> list[str]:
    ids = {state.name: f"s{place}" for place, state in enumerate(of.states, 1)}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{mermaid(state.name)}" as {ids[state.name]}' for state in of.states]
    lines.append(f"    [*] --> {ids[of.start]}")
    drawn: dict[tuple[str, str], int] = {}
    for each in of.transitions:
        ends = ids[each.move.from_state], ids[each.move.to_state]
        drawn[ends] = drawn.get(ends, 0) + each.move.count
    lines += [f"    {one} --> {other}: {count}" for (one, other), count in drawn.items()]
    lines += [f"    {ids[name]} --> [*]" for name in of.ends]
    return [*lines, "```"]


def table(of: Workflow) -> list[str]:
    lines = ["| state | entries | there now | left again | median stay |", "|---|---|---|---|---|"]
    for state in of.states:
        left = share(state.left, state.entries)
        lines.append(
            f"| {cell(state.name)} | {state.entries} | {state.there_now} | {left} |"
            f" {duration(state.median)} |"
        )
    return lines
