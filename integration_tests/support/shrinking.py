"""Reduces a world of hundreds of objects that breaks an invariant to one small object that breaks
it, printed as a case of cases/*.md.

Hypothesis' own shrinker would run dbt for each part that it leaves out. Here, all candidates go
through the same runs: each candidate is the object under another id or, if the definition differs,
another binding of one project.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import json
import re
import tempfile
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from ozmeta_dbt.problems import InvalidMetadata

import support.reference_fold as ref
from support.dbt_project_under_test import OBJECT_COLUMN, DbtProject, canonical
from support.invariants import INVARIANTS, Finding, play
from support.worlds import MINUTE, NAMES, START, World, snapshot

Fails = Callable[[list[World]], list[bool]]
CASES_AS_OF = [
    START + dt.timedelta(days=day, hours=12) for day in range(3)
]  # when the runs of cases/ are
PLAIN = {
    "EJ_EventType": "X",
    "EJ_Actor": None,
    "EJ_CorrelationID": None,
    "EJ_CausationID": None,
    "EJ_SourceSystem": None,
    "EJ_Sequence": None,
    "again": False,
}
NO_LADDER = {"version": 1, "kind": "Escalation"}


# ---------------------------------------------------------------- candidates, many in one dbt run


def definition(binding: dict[str, Any]) -> str:
    return json.dumps(binding, sort_keys=True)


def generates(world: World) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            DbtProject(Path(folder), *world.files())
        except InvalidMetadata:
            return False
    return True


def together(worlds: list[World], apart: bool) -> tuple[World, list[tuple[str, str]]]:
    """Candidates with the same runs as one world, with the binding and the suffix of the object ids
    of each. Apart: each candidate as a separate binding.
    """
    merged, places, names = replace(worlds[0], bindings=[], rows=[], folds={}), [], {}
    for number, world in enumerate(worlds):
        (binding,) = world.bindings
        key = number if apart else definition(binding)
        if key not in names:
            names[key] = name = list(NAMES)[len(names)]
            merged.bindings.append(
                binding
                | {
                    "name": name,
                    "object_types": [name, NAMES[name]],
                    "workflow": binding["workflow"] | {"id": f"wf-{name}"},
                }
            )
        suffix = "" if apart else f"~{number}"
        for row in world.rows:
            types = [names[key], NAMES[names[key]]]
            merged.rows.append(
                row
                | {
                    "EJ_ObjectType": types[binding["object_types"].index(row["EJ_ObjectType"])],
                    "EJ_ObjectID": (
                        f"{row['EJ_ObjectID']}{suffix}"
                        if row["EJ_ObjectID"]
                        else row["EJ_ObjectID"]
                    ),
                }
            )
        places.append((names[key], suffix))
    return merged, places


def failing(invariant: int, without_id: bool = False, most: int = 6) -> Fails:
    """Play candidates through dbt. Without id: the failing row has no object id, so it does not
    show which candidate of a binding it belongs to.
    """

    def fails(worlds: list[World]) -> list[bool]:
        found = [False] * len(worlds)
        waiting = [n for n, world in enumerate(worlds) if generates(world)]
        while waiting:
            now, seen = [], set()
            for n in waiting:
                key: Hashable = n if without_id else definition(worlds[n].bindings[0])
                if worlds[n].as_of == worlds[waiting[0]].as_of and (
                    key in seen or len(seen) < most
                ):
                    now.append(n)
                    seen.add(key)
            merged, places = together([worlds[n] for n in now], without_id)
            broken = [(f.binding, f.object_id or "") for f in play(merged, [invariant])]
            for n, (binding, suffix) in zip(now, places, strict=True):
                found[n] = any(
                    b == binding and object_id.endswith(suffix) for b, object_id in broken
                )
            waiting = [n for n in waiting if n not in now]
        return found

    return fails


# ---------------------------------------------------------------- what can be left out


def of_one_object(world: World, finding: Finding) -> list[World]:
    """Its binding with its own rows, then with those of the same id in other tenants, then with all
    rows.
    """
    (binding,) = (b for b in world.bindings if b["name"] == finding.binding)
    rows = [r for r in world.rows if r["EJ_ObjectType"] in binding["object_types"]]
    same = [r for r in rows if (r["EJ_ObjectID"] or None) == (finding.object_id or None)]
    own = [
        r
        for r in same
        if not binding["tenant_in_key"] or (r["_TenantID"] or None) == (finding.tenant or None)
    ]
    return [replace(world, bindings=[binding], rows=part, folds={}) for part in (own, same, rows)]


def inner(document: Any, path: tuple = ()) -> list[tuple]:
    """Paths of all keys of a payload, the outer ones first."""
    found = [(*path, key) for key in document] if isinstance(document, dict) else []
    return found + [deeper for p in found for deeper in inner(document[p[-1]], p)]


def plain(world: World) -> dict[str, Any]:
    return PLAIN | {"EJ_ObjectType": world.bindings[0]["name"]}


def row_parts(world: World) -> list[tuple]:
    """The rows, then the columns that can be simplified, then the keys of payloads."""
    found: list[tuple] = [("row", n) for n in range(len(world.rows))]
    found += [("tenants",)] if len({r["_TenantID"] for r in world.rows}) == 1 else []
    for n, row in enumerate(world.rows):
        found += [("column", n, c) for c, value in plain(world).items() if row.get(c) != value]
        found += [("key", n, path) for path in inner(ref.parse(row["EJ_Payload"]) or {})]
    return found


def definition_parts(world: World) -> list[tuple]:
    binding = world.bindings[0]
    transitions = binding["workflow"]["transitions"]
    found: list[tuple] = [("sla", s["code"]) for s in binding["slas"]] + [
        ("transition", n) for n in range(len(transitions))
    ]
    found += [
        ("ladder", s["code"])
        for s in binding["slas"]
        if "state" not in s and s["escalation"] != NO_LADDER
    ]
    found += [("option", s["code"], key) for s in binding["slas"] for key in s.get("options", {})]
    found += [("warn", s["code"]) for s in binding["slas"] if s.get("warn") is not None] + [
        ("terminal", s) for s in binding["workflow"]["terminal"]
    ]
    found += [("actions", n) for n, t in enumerate(transitions) if t["actions"]] + [
        ("events", n) for n, t in enumerate(transitions) if t["events"]
    ]
    found += [
        ("state", s) for s in binding["workflow"]["states"] if s != binding["workflow"]["start"]
    ]
    return found


def without(world: World, parts: list[tuple]) -> World:
    gone, rows = set(parts), []
    for n, row in enumerate(world.rows):
        if ("row", n) in gone:
            continue
        row = row | {p[2]: plain(world)[p[2]] for p in gone if p[0] == "column" and p[1] == n}
        if ("tenants",) in gone:
            row["_TenantID"] = "t1"
        paths = [p[2] for p in gone if p[0] == "key" and p[1] == n]
        if paths:
            payload = json.loads(row["EJ_Payload"])
            for *outer, last in sorted(paths, key=len, reverse=True):
                here = payload
                for key in outer:
                    here = here[key]
                del here[last]
            row["EJ_Payload"] = json.dumps(payload)
        rows.append(row)
    binding = copy.deepcopy(world.bindings[0])
    workflow = binding["workflow"]
    binding["slas"] = [s for s in binding["slas"] if ("sla", s["code"]) not in gone]
    for sla in binding["slas"]:
        if ("warn", sla["code"]) in gone:
            sla["warn"] = None
        if ("ladder", sla["code"]) in gone:
            sla["escalation"] = NO_LADDER | {"actions": []}
        for key in [p[2] for p in gone if p[:2] == ("option", sla["code"])]:
            del sla["options"][key]
    for n, transition in enumerate(workflow["transitions"]):
        for kind in ("actions", "events"):
            if (kind, n) in gone:
                transition[kind] = []
    states = [s for s in workflow["states"] if ("state", s) not in gone]
    workflow["terminal"] = [
        s for s in workflow["terminal"] if ("terminal", s) not in gone and s in states
    ]
    workflow["transitions"] = [
        t
        for n, t in enumerate(workflow["transitions"])
        if ("transition", n) not in gone and t["from"] in states and t["to"] in states
    ]
    workflow["states"] = states
    binding["slas"] = [s for s in binding["slas"] if s.get("state") in (None, *states)]
    return replace(world, bindings=[binding], rows=rows, folds={})


def fewer_runs(world: World, gone: int) -> World:
    """Move a run's rows to the next run, or the last run's rows to the one before."""
    rows = [
        r | {"run": min(r["run"] - (r["run"] > gone), len(world.as_of) - 2)} for r in world.rows
    ]
    as_of = [at for run, at in enumerate(world.as_of) if run != gone]
    return replace(world, rows=rows, as_of=as_of, folds={})


def by_the_clock_of_cases(world: World) -> list[World]:
    """Use the runs of cases/, the simplest first: all rows are moved by as much as the last run, or
    each row by as much as its own run. Missing _SyncDates are set as in cases/.
    """
    as_of = CASES_AS_OF[: len(world.as_of)]
    if len(world.as_of) > len(CASES_AS_OF):
        return []
    moves = [new - old for new, old in zip(as_of, world.as_of, strict=True)]
    found = []
    for of_row in (lambda _: moves[-1], lambda row: moves[row["run"]]):
        rows = [
            r
            | {
                "EJ_EventTimeUTC": r["EJ_EventTimeUTC"] and r["EJ_EventTimeUTC"] + of_row(r),
                "_SyncDate": r["_SyncDate"] + of_row(r),
                "other_sync": r["other_sync"] + of_row(r),
            }
            for r in world.rows
        ]
        usual = [
            r | {"_SyncDate": as_of[r["run"]] - 30 * MINUTE + dt.timedelta(seconds=n)}
            for n, r in enumerate(rows)
        ]
        found += [replace(world, rows=part, as_of=as_of, folds={}) for part in (usual, rows)]
    return [found[0], found[2], found[1], found[3]]


# ---------------------------------------------------------------- the search


class Search:
    """Delta debugging with a limited number of rounds, each with many candidates at once."""

    def __init__(self, fails: Fails, questions: int):
        self.fails, self.left = fails, questions

    def ask(self, worlds: list[World]) -> list[bool]:
        if self.left <= 0 or not worlds:
            return [False] * len(worlds)
        self.left -= 1
        return self.fails(worlds)

    def reduce(self, world: World, parts: list[tuple]) -> World:
        """Leave out as many parts as possible: first all, then smaller and smaller pieces."""
        gone: list[tuple] = []
        size = len(parts)
        while size:
            pieces = [parts[at : at + size] for at in range(0, len(parts), size)]
            good = [
                p
                for p, failed in zip(
                    pieces, self.ask([without(world, gone + p) for p in pieces]), strict=True
                )
                if failed
            ]
            if len(good) > 1:  # each may go; how many of them together?
                joined = [
                    list(itertools.chain.from_iterable(good[:count]))
                    for count in range(1, len(good) + 1)
                ]
                together = [
                    p
                    for p, failed in zip(
                        joined, self.ask([without(world, gone + p) for p in joined]), strict=True
                    )
                    if failed
                ]
                good = [together[-1] if together else good[0]]
            if good:
                gone += good[0]
                parts = [p for p in parts if p not in gone]
                size = min(size, len(parts))
            else:
                size = size // 2
        return without(world, gone)


def smallest(
    world: World, findings: list[Finding], fails: Fails, questions: int = 40
) -> World | None:
    """The smallest object that breaks what the findings break, or None if no single object does."""
    search = Search(fails, questions)
    first = min(findings, key=lambda f: sum(r["EJ_ObjectID"] == f.object_id for r in world.rows))
    starts = of_one_object(world, first)
    found = next((w for w, failed in zip(starts, search.ask(starts), strict=True) if failed), None)
    if found is None:
        return None
    for run in reversed(range(len(found.as_of))):
        if len(found.as_of) > 1:
            fewer = fewer_runs(found, run)
            found = fewer if search.ask([fewer])[0] else found
    found = search.reduce(found, [("row", n) for n in range(len(found.rows))])
    found = search.reduce(found, definition_parts(found))
    found = search.reduce(found, row_parts(found))
    clocked = by_the_clock_of_cases(found)
    return next(
        (w for w, failed in zip(clocked, search.ask(clocked), strict=True) if failed), found
    )


# ---------------------------------------------------------------- printing


def shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dt.datetime):
        clock = value.isoformat(timespec="auto")[11:]
        return f"{(value - START).days + 1} {clock.removesuffix(':00')}"
    return str(value).lower() if isinstance(value, bool) else "''" if value == "" else str(value)


def table(columns: list[str], rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in (columns, *rows)
    ]
    return "\n".join(
        [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]
    )


def events_table(world: World) -> str:
    """Columns that say nothing new are left out, as in cases/README.md."""
    binding = world.bindings[0]
    lines = []
    for n, row in enumerate(world.rows):
        usual = world.as_of == CASES_AS_OF[: len(world.as_of)] and row["_SyncDate"] == world.as_of[
            row["run"]
        ] - 30 * MINUTE + dt.timedelta(seconds=n)
        payload = (
            "-" if row["EJ_Payload"] is None else row["EJ_Payload"].replace("|", "\\u007c") or '""'
        )
        lines.append(
            {
                "run": str(row["run"] + 1),
                "id": row["EJ_ID"] or "",
                "time": shown(row["EJ_EventTimeUTC"]),
                "type": row["EJ_EventType"] or "",
                "seq": "" if row["EJ_Sequence"] is None else str(row["EJ_Sequence"]),
                "source": row["EJ_SourceSystem"] or "",
                "actor": row["EJ_Actor"] or "",
                "tenant": row["_TenantID"] or "",
                "object": row["EJ_ObjectID"] or "",
                "type_name": row["EJ_ObjectType"],
                "sync": "" if usual else shown(row["_SyncDate"]),
                "payload": payload,
            }
        )
    usual_values = {
        "run": "1",
        "type": "X",
        "seq": "",
        "source": "",
        "actor": "",
        "tenant": "t1",
        "type_name": binding["name"],
        "sync": "",
    }
    columns = [
        c
        for c in lines[0]
        if any(line[c] != usual_values.get(c) for line in lines)
        and (c != "object" or len({line[c] for line in lines}) > 1)
    ]
    return table(columns, [[line[c] for c in columns] for line in lines])


def on_one_line(row: dict[str, Any]) -> str:
    return yaml.safe_dump(
        row, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
    ).strip()


def definition_text(binding: dict[str, Any]) -> str:
    """Files for cases/metadb."""
    objects = snapshot([binding])["objects"]
    places = {
        "Table": ("model", "tables"),
        "Workflow": ("workflows", "workflows"),
        "WorkflowState": ("workflows", "states"),
        "WorkflowTransition": ("workflows", "transitions"),
        "RuntimeBinding": ("runtime", "bindings"),
        "SlaPolicy": ("runtime", "slaPolicies"),
        "RuntimeSlaBinding": ("runtime", "slaBindings"),
        "RuntimeSignalType": ("runtime", "signalTypes"),
        "EventType": ("runtime", "eventTypes"),
        "TransitionEvent": ("runtime", "transitionEvents"),
    }
    found = {name: objects[section][part] for name, (section, part) in places.items()}
    bound = {e["eventTypeId"] for e in found["TransitionEvent"]}
    found["EventType"] = [e for e in found["EventType"] if e["id"] in bound]
    lines = []
    for name, rows in found.items():
        lines += [f"metadb/{name}.yml", *("- " + on_one_line(r) for r in rows)] if rows else []
    return "\n".join(lines)


def expected(world: World, lines: list[str]) -> list[str]:
    """The expected rows according to the reference: those of the models that differ, or of all
    models if no two sides are compared.
    """
    named = {m for line in lines for m in re.findall(r"^  \S.*? (\w+): ", line)} & set(
        OBJECT_COLUMN
    )
    tables, found = world.fold(len(world.as_of) - 1)[world.bindings[0]["name"]], []
    for model in OBJECT_COLUMN:
        rows = tables[model]
        if rows and (model in named or not named):
            aside = {
                "_TenantID",
                "_SyncDate",
                "WF_ID",
                "WI_ID",
                "ST_ID",
                "SC_ID",
                "EQ_ID",
                "QR_Journal",
                OBJECT_COLUMN[model],
                OBJECT_COLUMN[model].replace("ID", "Type"),
            }
            columns = [
                c
                for c in canonical(model)
                if c not in aside and any(r.get(c) is not None for r in rows)
            ]
            found += [
                f"{model} after run {len(world.as_of)}",
                "",
                table(columns, [[shown(r.get(c)) for c in columns] for r in rows]),
                "",
            ]
    return found


def report(
    invariant: int,
    world: World | None,
    findings: list[Finding],
    definition: Callable[[dict[str, Any]], str] = definition_text,
) -> str:
    """The whole case in the form of cases/*.md, to be pasted there after a check by hand."""
    title = f"invariant {invariant}, {INVARIANTS[invariant]}: {len(findings)} objects break it"
    if world is None:
        return f"{title}; none that was tried does so alone. The first:\n{findings[0]}"
    binding, found = world.bindings[0], play(world, [invariant])
    lines = [
        title,
        "",
        f"## {INVARIANTS[invariant].capitalize()}: {(found or findings)[0].title}",
        f"binding {binding['name']}",
        "",
    ]
    lines += [
        f"{binding['policy']}, stream {binding['stream']}, auto_close"
        f" {str(binding['auto_close']).lower()}, tenant"
        f" {'in' if binding['tenant_in_key'] else 'not in'} the key."
    ]
    if world.as_of != CASES_AS_OF[: len(world.as_of)]:
        lines += [f"The runs' as_of: {', '.join(map(shown, world.as_of))}."]
    lines += [
        "",
        events_table(world),
        "",
        *expected(world, [line for f in found for line in f.lines]),
    ]
    lines += ["What was found:", *(str(f) for f in found[:3]), ""]
    return "\n".join([*lines, definition(binding)])
