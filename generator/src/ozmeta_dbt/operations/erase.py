"""Erase: check that the journal no longer holds a person, then read the journal's rows of the
objects again, so that the tables hold what the journal has now (SPEC 8.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape

from ozmeta_dbt.config import Config, Source
from ozmeta_dbt.models.arguments import reading
from ozmeta_dbt.models.description import Scope
from ozmeta_dbt.models.plan import Plan
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.facts import instant
from ozmeta_dbt.problems import Different, NotErased
from ozmeta_dbt.words import counted, did_you_mean, plain


@dataclass
class Erasure:
    """An object or a person, and where to erase."""

    dbt: Dbt
    project_config: Config
    plans: list[Plan]
    who: dict[str, Any]  # object and tenant, or actor
    replacement: str
    by: str | None
    out: Console

    def run(self, names: list[str], dry_run: bool) -> None:
        found = {plan.binding.name: self.config(plan) for plan in self.chosen(names)}
        plans = {name: self.plan(name, config) for name, config in found.items()}
        held = {name: plan for name, plan in plans.items() if plan["held"]}
        if held:
            raise NotErased("\n".join(self.told_held(name, plan) for name, plan in held.items()))
        for name, plan in plans.items():
            if plan["named"]:
                self.out.print(
                    f"{escape(name)}: MetaDB names it in {counted(plan['named'], 'escalation')}."
                    " Change the metadata, generate, and run dbt before you erase"
                )
        busy = {name: plan for name, plan in plans.items() if plan["objects"]}
        for name, plan in busy.items():
            self.tell(name, plan, dry_run)
        if not busy:
            self.out.print("The tables hold nothing of it. Nothing was written")
        if dry_run:
            return
        for name, plan in busy.items():
            self.erase(name, found[name], plan)

    def chosen(self, names: list[str]) -> list[Plan]:
        """The bindings that the user names, or all."""
        plans = self.plans
        if not names:
            return plans
        known = {plain(n): p for p in plans for n in (p.binding.name, *p.binding.object_types)}
        for name in names:
            if plain(name) not in known:
                hint = did_you_mean(name, [plan.binding.name for plan in plans])
                raise NotErased(f"this project has no binding {name!r}; {hint}")
        return list({id(known[plain(name)]): known[plain(name)] for name in names}.values())

    def config(self, plan: Plan) -> dict[str, Any]:
        """How the binding's journals are read, with the names of sources and models."""
        config = reading(Scope(plan.binding, self.project_config, plan.built))
        config["journals"] = [
            {"name": journal.label, "columns": self.project_config.journal.columns}
            | (
                {"source": [journal.name, journal.table]}
                if isinstance(journal, Source)
                else {"ref": journal.ref, "package": journal.package}
            )
            for journal in self.project_config.journal.all_journals
        ]
        return config

    def plan(self, name: str, config: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.dbt.operation(
            "erase_plan", binding=name, config=config, who=self.who, replacement=self.replacement
        )
        return answer

    def told_held(self, name: str, plan: dict[str, Any]) -> str:
        """The message that the journal still contains the data, and how to take it out."""
        columns = {"EJ_Actor": "EJ_Actor", "EJ_ObjectID": "EJ_ObjectID", "EJ_Payload": "EJ_Payload"}
        columns |= {key: value for key, value in plan["columns"].items() if value}
        new = quoted(self.replacement)
        kind = "actor" if "actor" in self.who else "object"
        what = f"{kind} {self.who[kind]!r}"
        where = (
            f"{columns['EJ_Actor']} = {quoted(self.who['actor'])}"
            if "actor" in self.who
            else f"{columns['EJ_ObjectID']} = {quoted(self.who['object'])}"
        )
        lines = [
            f"{name}: {counted(plan['held'], 'row')} of the journal still"
            f" {'holds' if plan['held'] == 1 else 'hold'} the {what}. Take it out of the journal"
            f" first: its actors, and what {columns['EJ_Payload']} says. For the actors:"
        ]
        lines += [
            f"  update {journal} set {columns['EJ_Actor']} = {new} where {where};"
            for journal in plan["journals"]
        ]
        return "\n".join(lines)

    def tell(self, name: str, plan: dict[str, Any], dry_run: bool) -> None:
        verb = "would be" if dry_run else "are"
        self.out.print(
            f"{escape(name)}: rows of {counted(plan['objects'], 'object')} {verb} erased"
        )
        width = max(map(len, plan["tables"]), default=0)
        for table, rows in plan["tables"].items():
            self.out.print(f"  {escape(table.ljust(width))}  {counted(rows, 'row')}")

    def erase(self, name: str, config: dict[str, Any], plan: dict[str, Any]) -> None:
        self.dbt.operation("erase_begin", binding=name, config=config, who=self.who)
        as_of = instant(plan["as_of"]).replace(" ", "T")
        run = self.dbt.with_vars(ozmeta_as_of=as_of, ozmeta_erase=True)
        run("run", "--select", *plan["models"])
        answer = self.dbt.operation(
            "erase_end",
            binding=name,
            who=self.who,
            tables=plan["tables"],
            replacement=self.replacement,
            by=self.by,
        )
        if answer["left"]:
            rows = ", ".join(f"{table} ({n})" for table, n in answer["left"].items())
            self.out.print(
                f"[red]{escape(name)}: rows that still hold it:[/] {escape(rows)}. Run the command"
                " again. If it says the same, please report it"
            )
            raise Different
        self.out.print(f"{escape(name)}: erased. The record is in ozmeta_erasure")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
