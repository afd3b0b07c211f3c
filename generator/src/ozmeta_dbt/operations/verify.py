"""Verify the incremental tables: fold the journal again in another schema, and compare (SPEC
9.1).
"""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ozmeta_dbt.operations import explain
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.facts import Facts, Row, instant
from ozmeta_dbt.operations.scratch import SUFFIX, find_profiles, write_scratch_profiles
from ozmeta_dbt.operations.verified import keep as keep_outcome
from ozmeta_dbt.problems import DbtFailed
from ozmeta_dbt.words import counted


@dataclass(frozen=True)
class Choice:
    """Which objects: these, or a share of all drawn by `salt`, or all."""

    objects: tuple[str, ...] = ()
    share: float = 1.0
    salt: str = ""

    @property
    def slice(self) -> dict[str, Any]:
        if self.objects:
            return {"objects": list(self.objects)}
        # ids whose hash begins below this; "g" lies above every hash
        return {
            "below": "g" if self.share >= 1 else f"{int(self.share * 16**8):08x}",
            "salt": self.salt,
        }

    def __str__(self) -> str:
        if self.objects:
            return "of " + ", ".join(self.objects)
        return (
            "of all objects"
            if self.share >= 1
            else f"of {self.share:.4g} of the objects"
            + (f", drawn by '{self.salt}'" if self.salt else "")
        )


def verify(
    dbt: Dbt,
    bindings: list[str],
    choice: Choice,
    lookback_minutes: int,
    show: int,
    keep: bool,
    out: Console,
) -> bool:
    """Compare and report. True if nothing differs."""
    planned = dbt.operation("verify_plan", wanted=bindings)
    plan = planned["bindings"]
    check(plan)
    with scratch(dbt) as aside:
        rebuilt = aside.with_vars(ozmeta_verify=choice.slice)
        by_instant: dict[int, list[str]] = defaultdict(list)
        for entry in plan.values():
            built = [*entry["models"].values(), *entry["helpers"].values()]
            by_instant[entry["as_of"]] += [names[3] for names in built]
        for as_of, models in by_instant.items():
            rebuilt.with_vars(ozmeta_as_of=instant(as_of).replace(" ", "T"))(
                "run", "--full-refresh", "--select", *dict.fromkeys(models)
            )
        compared = rebuilt.operation(
            "verify_compare", plan=plan, lookback_minutes=lookback_minutes, show=show, keep=keep
        )
    answer, calendars = compared["bindings"], compared["calendars"]
    changed = [model for found in answer.values() for model in found["changed"]]
    if changed:
        raise DbtFailed(
            f"the definitions of {', '.join(changed)} changed after the last run, so its tables"
            " are out of date: run dbt, then verify"
        )
    keep_outcome(dbt, plan, answer, str(choice))
    report(plan, answer, calendars, choice, out)
    tell_unclaimed(planned["unclaimed"], out)
    return not differing_rows(answer, calendars)


def differing_rows(answer: dict[str, Any], calendars: dict[str, Any]) -> int:
    outcomes = [outcome for found in answer.values() for outcome in found["models"].values()]
    return sum(outcome["differing_rows"] for outcome in [*outcomes, *calendars.values()])


def check(plan: dict[str, Any]) -> None:
    if not plan:
        raise DbtFailed("this project has no generated binding: run ozmeta-dbt generate first")
    for name, entry in plan.items():
        if not entry["batch"]:
            raise DbtFailed(f"{name} has no completed run yet: run dbt, then verify")
        if open_models := [*entry["unfinished"], *entry["missing"]]:
            raise DbtFailed(
                f"the last run of {name} did not finish ({', '.join(open_models)}): run dbt, then"
                " verify"
            )


@contextmanager
def scratch(dbt: Dbt, suffix: str = SUFFIX) -> Iterator[Dbt]:
    """The user's dbt, writing to another schema. verify_compare and impact_compare drop that
    schema; if the command fails before, or is stopped, this does.
    """
    with tempfile.TemporaryDirectory(prefix="ozmeta_verify_") as name, stoppable():
        folder = Path(name)
        write_scratch_profiles(find_profiles(dbt.profiles_dir), folder, suffix)
        aside = replace(dbt, profiles_dir=folder, scratch=folder)
        try:
            yield aside
        except BaseException:
            aside.operation("verify_clean")
            raise


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM, as a CI system sends it, becomes an exception. Only the main thread of a process can
    set this up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def report(
    plan: dict[str, Any],
    answer: dict[str, Any],
    calendars: dict[str, Any],
    choice: Choice,
    out: Console,
) -> None:
    table = Table(
        "table", "as of (UTC)", "rows", "rows that differ", "objects", box=None, pad_edge=False
    )
    for binding, found in answer.items():
        for model, outcome in found["models"].items():
            differ = outcome["differing_rows"]
            style = "red" if differ else ""
            table.add_row(
                escape(plan[binding]["models"][model][3]),
                instant(plan[binding]["as_of"]),
                str(outcome["rows"]),
                str(differ),
                str(outcome["differing_objects"]),
                style=style,
            )
    for model, outcome in calendars.items():
        differ = outcome["differing_rows"]
        style = "red" if differ else ""
        table.add_row(escape(model), "", str(outcome["rows"]), str(differ), "", style=style)
    out.print(table)
    for model, outcome in calendars.items():
        for code in outcome["calendars"]:
            out.print(
                f"[red]{escape(model)} differs[/] from the definition of the calendar"
                f" {escape(code)}. To repair it, run: dbt run --full-refresh -s"
                f" {escape(' '.join(calendars))}"
            )
    for binding, found in answer.items():
        if found["waiting"]:
            out.print(
                f"{escape(binding)}: objects with journal rows that arrived since the run, left"
                f" out: {found['waiting']}. The next run reads them."
            )
        for model in found["left_out"]:
            out.print(
                f"{escape(model)} is left out: it counts all objects, so it is compared only if all"
                " objects are, and none has rows that the next run reads."
            )
        compared = {model: outcome["columns"] for model, outcome in found["models"].items()}
        for object_id, facts in found["facts"].items():
            tables, rebuilt = explain.objects(facts["tables"]), explain.objects(facts["afresh"])
            for key in sorted(tables.keys() | rebuilt.keys()):
                said = differences(tables.get(key, {}), rebuilt.get(key, {}), compared)
                if said:
                    out.print(
                        f"\n[red]{escape(binding)} {escape(object_id)} differs[/]\n"
                        + escape("\n".join(said))
                    )
                    out.print(
                        "According to the journal:"
                        if key in rebuilt
                        else "The journal has no event of this object."
                    )
                    explain.show(binding, object_id, rebuilt[key], out) if key in rebuilt else None
    total = differing_rows(answer, calendars)
    out.print(
        f"[red]{counted(total, 'row')} {'differs' if total == 1 else 'differ'}[/] from a rebuild"
        f" {escape(str(choice))} from the journal"
        if total
        else f"[green]no row differs[/] from a rebuild {escape(str(choice))} from the journal"
    )


def tell_unclaimed(sentences: list[str] | None, out: Console) -> None:
    """A warning for each object type of the journal that no binding claims, as the last run counted
    them. None if they were never counted.
    """
    if sentences is None:
        out.print(
            "[yellow]warning[/] rows of object types that no binding claims were not counted. Run"
            " the model unclaimed_object_type and its upstream models"
        )
    for sentence in sentences or []:
        out.print(f"[yellow]warning[/] {escape(sentence)}")


def differences(
    tables: Facts,
    rebuilt: Facts,
    compared: dict[str, dict[str, str]],
    words: tuple[str, str, str] = ("a row is missing", "an extra row", "should be"),
) -> list[str]:
    """What differs for an object, row by row, in the columns compared: {model: {column: what a
    message calls it}}.

    words: how to say that a row is only in the rebuilt table, only in the user's, or differs
    """
    missing, extra, should_be = words
    said = []
    for model, columns in sorted(compared.items()):
        held, want = (
            {
                row_key(model, row): {
                    column: value for column, value in row.items() if column in columns
                }
                for row in facts.get(model, [])
                if row.get("_DeleteDate") is None
            }
            for facts in (tables, rebuilt)
        )
        for key in sorted(held.keys() | want.keys()):
            if key not in held:
                said.append(f"  {model}: {missing}: {brief(want[key])}")
            elif key not in want:
                said.append(f"  {model}: {extra}: {brief(held[key])}")
            else:
                said += [
                    f"  {model}: {columns[column]} is {readable(column, held[key].get(column))},"
                    f" {should_be} {readable(column, value)}"
                    for column, value in want[key].items()
                    if held[key].get(column) != value
                ]
    return said


def row_key(model: str, row: Row) -> tuple[str, ...]:
    """The columns that identify a row."""
    return tuple(
        row[name] for name in (("_ObjectKey", "EJ_ID") if model == "timeline" else ("_Key",))
    )


def brief(row: Row) -> str:
    return ", ".join(
        f"{column} {readable(column, value)}"
        for column, value in row.items()
        if value is not None
        and not column.startswith(("_Key", "_ObjectKey", "TL_ContentHash", "PL_"))
    )


def readable(column: str, value: str | None) -> str:
    return (
        "null"
        if value is None
        else instant(value)
        if column.endswith(("UTC", "_SyncDate"))
        else value
    )
