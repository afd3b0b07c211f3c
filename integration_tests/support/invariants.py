"""SPEC 9's invariants 1 to 6: plays a world through dbt, and finds each object that breaks an
invariant.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import support.reference_fold as ref
from support.dbt_project_under_test import (
    JOURNAL_COLUMNS,
    MODELS,
    OBJECT_COLUMN,
    DbtProject,
    canonical,
)
from support.service_levels.policy import options
from support.worlds import MINUTE, World

INVARIANTS = {
    1: "increments equal the reference, and a full refresh",
    2: "arrival order does not matter",
    3: "a second run and a redelivery change nothing",
    4: "tenants are islands",
    5: "instants and statuses are in order",
    6: "nothing is lost",
}
RANK = {"Running": 0, "Warned": 1, "Breached": 2, "Stopped": 3}
Tables = dict[str, list[dict[str, Any]]]  # {model: live rows}
CALENDARS = "ozmeta_calendar_"  # how models of calendars begin


@dataclass
class Finding:
    """One object that breaks an invariant, and the rows that show it."""

    invariant: int
    title: str
    binding: str
    tenant: str | None
    object_id: str | None
    lines: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.binding}, tenant {self.tenant!r}, object {self.object_id!r}: {self.title}",
                *self.lines,
            ]
        )


# ---------------------------------------------------------------- dbt


def load(project: DbtProject, rows: list[dict[str, Any]]) -> None:
    """Load through a file, because one statement per row takes longer than the fold."""
    if rows:
        path = project.folder / "rows.json"
        path.write_text(
            "\n".join(
                json.dumps(
                    {
                        c: str(r[c]) if isinstance(r[c], dt.datetime) else r[c]
                        for c in JOURNAL_COLUMNS
                    }
                )
                for r in rows
            ),
            encoding="utf-8",
        )
        with project.connect() as connection:
            connection.execute(
                "insert into raw.event_journal from read_json(?, format = 'newline_delimited',"
                f" columns = {JOURNAL_COLUMNS})",
                [str(path)],
            )


def new_project(folder: Path, world: World) -> DbtProject:
    project = DbtProject(folder, *world.files(), threads=2)
    project.create_journal()
    return project


def run(
    project: DbtProject, bindings: list[dict[str, Any]], as_of: dt.datetime, *args: str
) -> None:
    """Without the views over all bindings."""
    selected = [f"{b['name'].lower()}_*" for b in bindings]
    if any(project.folder.rglob(f"{CALENDARS}*.sql")):
        selected.append(f"{CALENDARS}*")
    project.run(str(as_of), "--select", *selected, *args)


def models_of(project: DbtProject, binding: dict[str, Any]) -> list[str]:
    """A binding whose SLAs have no ladder has no queue, and so on."""
    tables = {
        r["table_name"]
        for r in project.rows(
            "select table_name from information_schema.tables where table_schema = 'main'"
        )
    }
    return [m for m in MODELS if f"{binding['name'].lower()}_{m}" in tables]


def read(project: DbtProject, world: World) -> dict[str, Tables]:
    found: dict[str, Tables] = {}
    for binding in world.bindings:
        found[binding["name"]] = tables = {m: [] for m in MODELS}
        for model in models_of(project, binding):
            live = "" if model == "timeline" else " where _DeleteDate is null"
            tables[model] = project.rows(
                f"select {', '.join(canonical(model))} from {binding['name'].lower()}_{model}{live}"
            )
    return found


# ---------------------------------------------------------------- comparison


def plain(column: str, value: Any) -> Any:
    if column == "QR_Journal":
        return None
    if column in ("QR_EventTime", "QR_Sequence") and value is not None:
        return str(value)  # as text, as the engine writes it
    return value


def bag(model: str, rows: Iterable[dict[str, Any]]) -> Counter[tuple]:
    columns = canonical(model)
    return Counter(tuple(plain(c, row.get(c)) for c in columns) for row in rows)


def differences(
    invariant: int,
    title: str,
    labels: tuple[str, str],
    binding: str,
    left: Tables,
    right: Tables,
    rows_of: Callable[[str, list[dict[str, Any]]], Counter[tuple]] = bag,
) -> list[Finding]:
    """One finding per object whose rows differ."""
    found: dict[tuple, Finding] = {}
    for model in MODELS:
        a, b = rows_of(model, left[model]), rows_of(model, right[model])
        if a == b:
            continue
        columns = canonical(model)
        tenant, object_id = columns.index("_TenantID"), columns.index(OBJECT_COLUMN[model])
        for label, rest in zip(labels, (a - b, b - a), strict=True):
            for row in rest.elements():
                finding = found.setdefault(
                    (row[tenant], row[object_id]),
                    Finding(invariant, title, binding, row[tenant], row[object_id]),
                )
                finding.lines.append(
                    f"  {label} {model}: "
                    + ", ".join(
                        f"{c}={v}" for c, v in zip(columns, row, strict=True) if v is not None
                    )
                )
    return list(found.values())


def against(
    invariant: int,
    title: str,
    labels: tuple[str, str],
    world: World,
    left: dict[str, Tables],
    right: dict[str, Tables],
    rows_of: Any = bag,
) -> list[Finding]:
    return [
        f
        for b in world.bindings
        for f in differences(
            invariant, title, labels, b["name"], left[b["name"]], right[b["name"]], rows_of
        )
    ]


# ---------------------------------------------------------------- 2, arrival order


def whatever_the_arrival(model: str, rows: list[dict[str, Any]]) -> Counter[tuple]:
    """As bag, without _SyncDate and the milliseconds of ids; journal rows that only differ there
    are one row of the quarantine.
    """
    found: Counter[tuple] = Counter()
    for row in rows:
        values = {c: plain(c, row.get(c)) for c in canonical(model)} | {
            "_SyncDate": None,
            "QR_Rows": None,
        }
        values |= {
            c: v[14:] for c, v in values.items() if c in ("WI_ID", "ST_ID", "SC_ID", "EQ_ID") and v
        }
        found[tuple(values[c] for c in canonical(model))] += (
            row["QR_Rows"] if model == "quarantine" else 1
        )
    return found


def in_another_order(project: DbtProject, world: World, tables: dict[str, Tables]) -> list[Finding]:
    """The journal with its _SyncDates permuted, in two runs. Objects with conflicting duplicates
    are left out on both sides (SPEC 9.2).
    """
    last, middle = world.as_of[-1], world.as_of[len(world.as_of) // 2]
    aside = {
        (name, r["QR_ObjectID"])
        for name, found in world.fold(len(world.as_of) - 1).items()
        for r in found["quarantine"]
        if r["QR_Reason"] == "ConflictingDuplicate"
    }
    names = {type_: b["name"] for b in world.bindings for type_ in b["object_types"]}
    rows = [
        r | {"_SyncDate": r["other_sync"]}
        for r in world.rows
        if (names.get(r["EJ_ObjectType"]), r["EJ_ObjectID"]) not in aside
    ]
    project.start_afresh()
    for as_of, part in (
        (middle, [r for r in rows if r["_SyncDate"] <= middle]),
        (last, [r for r in rows if r["_SyncDate"] > middle]),
    ):
        load(project, part)
        run(project, world.bindings, as_of)

    def kept(found: dict[str, Tables]) -> dict[str, Tables]:
        return {
            name: {
                m: [r for r in rows if (name, r[OBJECT_COLUMN[m]]) not in aside]
                for m, rows in of.items()
            }
            for name, of in found.items()
        }

    return against(
        2,
        "the same journal, its _SyncDates permuted",
        ("in one order  ", "in the other  "),
        world,
        kept(tables),
        kept(read(project, world)),
        whatever_the_arrival,
    )


# ---------------------------------------------------------------- 3, idempotence


def stamped(project: DbtProject, world: World) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """All columns of all rows, including soft-deleted ones."""
    return {
        (b["name"], m): project.rows(f"from {b['name'].lower()}_{m}")
        for b in world.bindings
        for m in models_of(project, b)
    }


def once_more(project: DbtProject, world: World, number: int) -> list[Finding]:
    """The same run again, which must change no stamp. Then once more with redeliveries of rows that
    count.
    """
    as_of, found = world.as_of[number], []
    before, tables = stamped(project, world), read(project, world)
    run(project, world.bindings, as_of)
    for (binding, model), rows in stamped(project, world).items():
        a, b = (Counter(tuple(r.items()) for r in side) for side in (before[binding, model], rows))
        for label, rest in (("first run ", a - b), ("second run", b - a)):
            for row in map(dict, rest):
                found.append(
                    Finding(
                        3,
                        "a second run changed a row",
                        binding,
                        row["_TenantID"],
                        row[OBJECT_COLUMN[model]],
                        [f"  {label} {model}: {row}"],
                    )
                )
    copies = []
    for binding in world.bindings:
        objects, _ = ref.admit(list(world.arrived(number)), binding)
        for row in (r for rows in objects.values() for r in rows if r["again"]):
            copies.append(
                row
                | {
                    "EJ_ObjectType": binding["object_types"][len(copies) % 2],
                    "_SyncDate": max(row["_SyncDate"], as_of - 5 * MINUTE),
                }
            )
    load(project, copies)
    run(project, world.bindings, as_of)
    return found + against(
        3,
        "redelivered events changed something",
        ("before", "after "),
        world,
        tables,
        read(project, world),
    )


# ---------------------------------------------------------------- 4, tenants


def apart(project: DbtProject, world: World, tables: dict[str, Tables]) -> list[Finding]:
    """One tenant's journal in one warehouse, the other tenants' in another."""
    world = World([b for b in world.bindings if b["tenant_in_key"]], world.rows, world.as_of)
    if not world.bindings:
        return []
    joined: dict[str, Tables] = {b["name"]: {m: [] for m in MODELS} for b in world.bindings}
    for mine in (lambda tenant: tenant == "t1", lambda tenant: tenant != "t1"):
        project.start_afresh()
        load(project, [r for r in world.rows if mine(r["_TenantID"])])
        run(project, world.bindings, world.as_of[-1])
        for name, found in read(project, world).items():
            for model, rows in found.items():
                joined[name][model] += rows
    return against(4, "tenants folded apart", ("together", "apart   "), world, tables, joined)


# ---------------------------------------------------------------- 5, order of instants and statuses


def disorder(
    world: World, run: int, before: dict[str, Tables] | None, tables: dict[str, Tables]
) -> list[Finding]:
    found = []
    for binding in world.bindings:
        name, key = binding["name"], binding["tenant_in_key"]
        cycles = tables[name]["sla_cycle"]
        running = Counter(
            (r["_TenantID"], r["ST_ObjectID"], r["SL_Code"])
            for r in cycles
            if r["ST_StopUTC"] is None
        )
        problems = [
            (r, "more than one running cycle")
            for r in cycles
            if running[r["_TenantID"], r["ST_ObjectID"], r["SL_Code"]] > 1
        ]
        for r in cycles:
            instants = [
                r[c] for c in ("ST_StartUTC", "ST_WarnedUTC", "ST_BreachedUTC") if r[c] is not None
            ]
            if instants != sorted(instants) or (
                r["ST_StopUTC"] is not None and r["ST_StopUTC"] < r["ST_StartUTC"]
            ):
                problems.append((r, "its instants are not in order"))
        if before is not None:
            moved = {
                (row["_TenantID"] or "" if key else "", row["EJ_ObjectID"])
                for row in world.rows
                if row["run"] == run and row["EJ_ObjectType"] in binding["object_types"]
            }
            moved |= {
                (row["_TenantID"] or "" if key else "", row["EJ_ObjectID"])
                for row in before[name]["timeline"]
                if row["TL_Position"] is None
            }
            resumed = {
                s["code"]
                for s in binding["slas"]
                if options(s, binding)["onRestart"] in ("resume", "continue")
            }
            was = {r["SC_ID"]: r for r in before[name]["sla_cycle"]}
            for r in cycles:
                if (r["_TenantID"], r["ST_ObjectID"]) not in moved and r["SL_Code"] not in resumed:
                    if r["SC_ID"] not in was:
                        problems.append((r, "a cycle out of nothing"))
                    elif RANK[r["ST_Status"]] < RANK[was[r["SC_ID"]]["ST_Status"]]:
                        problems.append(
                            (r, f"its status went back from {was[r['SC_ID']]['ST_Status']}")
                        )
        found += [
            Finding(
                5,
                f"{problem}, after run {run + 1}",
                name,
                r["_TenantID"],
                r["ST_ObjectID"],
                [f"  {r}"],
            )
            for r, problem in problems
        ]
    return found


# ---------------------------------------------------------------- 6, nothing is lost


def lost(world: World, run: int, tables: dict[str, Tables]) -> list[Finding]:
    """Journal rows that are neither in the timeline, nor the same as one that is, nor in
    quarantine.
    """
    shown = (
        "EJ_EventType",
        "EJ_EventTimeUTC",
        "EJ_Actor",
        "EJ_SourceSystem",
        "EJ_Sequence",
        "EJ_CorrelationID",
        "_TenantID",
    )
    refused_as = {
        "_TenantID": "_TenantID",
        "QR_ObjectID": "EJ_ObjectID",
        "QR_EventID": "EJ_ID",
        "QR_EventType": "EJ_EventType",
        "QR_EventTime": "EJ_EventTimeUTC",
        "QR_SourceSystem": "EJ_SourceSystem",
        "QR_Sequence": "EJ_Sequence",
        "QR_Actor": "EJ_Actor",
        "QR_Payload": "EJ_Payload",
        "_SyncDate": "_SyncDate",
    }
    blank = ("_TenantID", "EJ_ObjectID", "EJ_ID", "EJ_EventType", "EJ_SourceSystem")
    found = []
    for binding in world.bindings:
        name, key = binding["name"], binding["tenant_in_key"]
        rows = [
            r | {c: r[c] or None for c in blank}
            for r in world.arrived(run)
            if r["EJ_ObjectType"] in binding["object_types"]
        ]
        kept = {
            (r["_TenantID"] if key else None, r["EJ_ObjectID"], r["EJ_ID"]): r
            for r in tables[name]["timeline"]
        }
        refused = {tuple(str(r[c]) for c in refused_as) for r in tables[name]["quarantine"]}

        def content(row: dict[str, Any]) -> tuple:
            return tuple(row[c] for c in ref.EJ if c not in ("_SyncDate", "EJ_ObjectType"))

        winners = defaultdict(set)
        for row in rows:
            id = (row["_TenantID"] if key else None, row["EJ_ObjectID"], row["EJ_ID"])
            if (
                id in kept
                and kept[id]["_SyncDate"] == row["_SyncDate"]
                and all(kept[id][c] == row[c] for c in shown)
            ):
                winners[id].add(content(row))
        for row in rows:
            id = (row["_TenantID"] if key else None, row["EJ_ObjectID"], row["EJ_ID"])
            if (
                content(row) not in winners[id]
                and tuple(str(row[c]) for c in refused_as.values()) not in refused
            ):
                tenant = row["_TenantID"] if key else ""
                found.append(
                    Finding(
                        6,
                        f"a journal row is nowhere, after run {run + 1}",
                        name,
                        tenant,
                        row["EJ_ObjectID"],
                        [f"  {row}"],
                    )
                )
    return found


# ---------------------------------------------------------------- all of it


def play(world: World, wanted: Iterable[int] = tuple(INVARIANTS)) -> list[Finding]:
    """Run the world through dbt: by increments, partly again, by a full refresh, in another order,
    and tenant by tenant. Returns what breaks the wanted invariants.
    """
    wanted, found, before = set(wanted), [], None
    with tempfile.TemporaryDirectory() as folder:
        project = new_project(Path(folder), world)
        for number, as_of in enumerate(world.as_of):
            load(project, [r for r in world.rows if r["run"] == number])
            run(project, world.bindings, as_of)
            tables = read(project, world)
            if 1 in wanted:
                found += against(
                    1,
                    f"after run {number + 1}",
                    ("SPEC", "dbt "),
                    world,
                    world.fold(number),
                    tables,
                )
                found += world.more(project, number)
            if 5 in wanted:
                found += disorder(world, number, before, tables)
            if 6 in wanted:
                found += lost(world, number, tables)
            if 3 in wanted and number == world.last_arrival():
                found += once_more(project, world, number)
            before = tables
        if 1 in wanted:
            run(project, world.bindings, world.as_of[-1], "--full-refresh")
            refreshed = read(project, world)
            found += against(
                1,
                "increments against a full refresh",
                ("increments", "refresh   "),
                world,
                tables,
                refreshed,
            )
            found += against(
                1,
                "a full refresh",
                ("SPEC", "dbt "),
                world,
                world.fold(len(world.as_of) - 1),
                refreshed,
            )
            found += world.more(project, len(world.as_of) - 1)
        if 2 in wanted:
            found += in_another_order(project, world, tables)
        if 4 in wanted:
            found += apart(project, world, tables)
    return found
