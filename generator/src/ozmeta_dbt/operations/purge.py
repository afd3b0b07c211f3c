"""Purge: print what goes from each table, then let the package's operation remove it (SPEC 8.6)."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape

from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.words import counted


def purge(
    dbt: Dbt, bindings: list[str], dry_run: bool, older_than: int | None, out: Console
) -> None:
    """Print what goes from each table, and purge unless it is a dry run."""
    every: list[str | None] = [*bindings] or [None]
    for binding in every:
        options = {"binding": binding, "older_than": older_than, "as_json": True}
        planned: dict[str, Any] = dbt.operation("purge", dry_run=True, **options)
        for name, plan in planned.items():
            tell(name, plan, dry_run, out)
        if not dry_run and any(has_work(plan) for plan in planned.values()):
            dbt.operation("purge", dry_run=False, **options)
            for name, plan in planned.items():
                if has_work(plan):
                    done = counted(plan["objects"], "object")
                    out.print(f"{escape(name)}: purged {done}")
                    out.print(
                        "  The journal still has their rows. To find them, read"
                        f" {escape(plan['tombstones'])}",
                        soft_wrap=True,
                    )


def has_work(plan: dict[str, Any]) -> bool:
    return bool(plan["objects"] or plan["unfinished"])


def tell(name: str, plan: dict[str, Any], dry_run: bool, out: Console) -> None:
    """What goes from a binding's tables, and what stays."""
    if plan.get("no_run"):
        out.print(f"{escape(name)}: no completed run yet, so there is nothing to purge")
        return
    goes = "would go" if dry_run else "goes" if plan["objects"] == 1 else "go"
    out.print(f"{escape(name)}: {counted(plan['objects'], 'object')} {goes}")
    if plan["unfinished"]:
        out.print(
            f"  An earlier purge has left {counted(plan['unfinished'], 'row')}, which"
            f" {goes} as well"
        )
    width = max(map(len, plan["tables"]), default=0)
    for table, rows in plan["tables"].items():
        out.print(f"  {escape(table.ljust(width))}  {counted(rows, 'row')}")
    for reason, words in plan["reasons"].items():
        if count := plan["stays"].get(reason):
            out.print(f"  {counted(count, 'object')} {'stays' if count == 1 else 'stay'}, {words}")
    if "NoDays" in plan["stays"] and not plan["objects"]:
        out.print(
            f"  Nothing is purged without days: give EVTT_DefaultRetentionDays or a RetentionPolicy"
            f" in MetaDB, bindings: {{{escape(name)}: {{retention: {{days: 400}}}}}} in ozmeta.yml,"
            " or --older-than",
            soft_wrap=True,
        )
