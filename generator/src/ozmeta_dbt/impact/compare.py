"""How the current metadata would change the tables: fold the journal with it in another schema, as
of the last run, and compare.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ozmeta_dbt.impact.project_copy import copy_project
from ozmeta_dbt.operations import explain
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.facts import Facts, instant, live
from ozmeta_dbt.operations.scratch import SUFFIX
from ozmeta_dbt.operations.verify import Choice, differences, scratch
from ozmeta_dbt.problems import DbtFailed
from ozmeta_dbt.project import Project

SCHEMA = "ozmeta.impact.v1"
OTHER = "other"  # the kind of an object whose rows differ in none of the ways that are counted
MOST_LINES = 12  # of a story, before and after
WORDS = ("a row would be added", "a row would be removed", "would be")  # see differences

# {column of a group: its key in the document}
KEYS = {
    "SL_Code": "sla",
    "EQ_SignalCode": "signal",
    "EQ_Level": "level",
    "RS_SignalCode": "signal",
    "RS_Level": "level",
    "AF_Code": "flow",
    "EJ_EventType": "event_type",
    "row_count": "rows",
    "object_count": "objects",
    "least_shift": "least_shift_seconds",
    "greatest_shift": "greatest_shift_seconds",
}


@dataclass(frozen=True)
class Known:
    """What the metadata now says about a binding."""

    slas: set[str] = field(default_factory=set)
    levels: set[tuple[str, str, int]] = field(default_factory=set)  # SLA, signal, level
    event_types: dict[str, str] = field(default_factory=dict)  # {old: current}


def impact(
    dbt: Dbt, project: Project, bindings: list[str], choice: Choice, examples: int
) -> dict[str, Any]:
    """The document that docs/operations/impact.md describes."""
    if not project.plans:
        raise DbtFailed(
            "the metadata gives no binding, so no run would bring any table up to date, and there"
            " is nothing to compare"
        )
    known = {binding.name: known_of(binding) for binding in project.bindings}
    with tempfile.TemporaryDirectory(prefix="ozmeta_impact_") as name:
        copy = copy_project(project, Path(name) / "copy")
        user = replace(dbt, project_dir=copy, scratch=Path(name) / "dbt")
        planned = user.operation("verify_plan", wanted=bindings, for_impact=True)
        plan = check(planned["bindings"])
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "changes": False,
            "first_run": not planned["unbound"]
            and not any(entry["batch"] for entry in plan.values()),
            "sample": {"share": choice.share, "salt": choice.salt, "objects": list(choice.objects)},
            "bindings": [],
            "bindings_gone": [],
        }
        if document["first_run"]:
            return document
        answer = compared(user, plan, choice, project, examples)
    document["bindings"] = [
        told(binding, plan[binding], found, known.get(binding, Known()))
        for binding, found in answer.items()
    ]
    document["bindings_gone"] = [
        {"object_type": object_type, "objects": objects}
        for object_type, objects in planned["unbound"].items()
        if not bindings
    ]
    document["changes"] = bool(document["bindings_gone"]) or any(
        binding["changes"] for binding in document["bindings"]
    )
    return document


def known_of(binding: Any) -> Known:
    return Known(
        {sla.code for sla in binding.slas},
        {(sla.code, one.signal, one.level) for sla in binding.slas for one in sla.levels},
        binding.aliases.event_types,
    )


def check(plan: dict[str, Any]) -> dict[str, Any]:
    for name, entry in plan.items():
        if entry["unfinished"]:
            raise DbtFailed(
                f"the last run of {name} did not finish ({', '.join(entry['unfinished'])}), so its"
                " tables do not show one instant: run dbt with the metadata that is in use, then"
                " ask again"
            )
    return plan


def compared(
    user: Dbt, plan: dict[str, Any], choice: Choice, project: Project, examples: int
) -> dict[str, Any]:
    """The answer of impact_compare. The schema has a name that no other process uses: several pull
    requests may ask at once.
    """
    suffix = f"__{secrets.token_hex(4)}{SUFFIX}"
    now = int(time.time()) * 1_000_000  # if every binding is new
    newest = max((entry["as_of"] for entry in plan.values() if entry["batch"]), default=now)
    by_instant: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for entry in plan.values():
        entry["as_of"] = entry["as_of"] if entry["batch"] else newest
        by_instant[entry["as_of"]].append(entry)
    with scratch(user, suffix) as aside:
        for as_of, entries in by_instant.items():
            # rows that arrived later, no run has read; a run may have read rows of after its as_of
            until = max([as_of, *(reach for entry in entries for reach in entry["reach"])])
            # dbt parses again for other variables, so the comparison has those of the last run
            there = aside.with_vars(
                ozmeta_verify=choice.slice | {"suffix": suffix, "until": until},
                ozmeta_as_of=instant(as_of).replace(" ", "T"),
            )
            models = [
                place[3]
                for entry in entries
                for place in [*entry["models"].values(), *entry["helpers"].values()]
            ]
            there("run", "--full-refresh", "--select", *dict.fromkeys(models))
        return dict(
            there.operation(
                "impact_compare",
                plan=plan,
                lookback_minutes=project.config.journal.lookback_minutes,
                examples=examples,
            )
        )


def told(
    binding: str, entry: dict[str, Any], found: dict[str, Any], known: Known
) -> dict[str, Any]:
    """What the document says about a binding."""
    names = {model: place[3] for model, place in entry["models"].items()}
    tables = [
        {
            "table": names[model],
            "rows": outcome["rows"],
            "rows_that_differ": outcome["differing_rows"],
        }
        for model, outcome in found["tables"].items()
    ]
    kinds = {
        kind: {
            "rows": counted["rows"],
            "objects": counted["objects"],
            "groups": [group_of(kind, group) for group in counted["groups"]],
        }
        for kind, counted in found["kinds"].items()
    }
    definitions = definitions_of(found["codes"], known)
    gone = [{"table": name, "rows": rows} for name, rows in found["gone"].items()]
    changes = (
        not entry["batch"]
        or bool(gone)
        or any(counted["rows"] for counted in kinds.values())
        or any(table["rows_that_differ"] for table in tables)
        or any(definitions.values())
    )
    return {
        "binding": binding,
        "changes": changes,
        "is_new": not entry["batch"],
        "as_of": instant(entry["as_of"]),
        "objects": found["objects"],
        "objects_left_out": found["waiting"],
        "tables_left_out": found["left_out"],
        "kinds": kinds,
        "definitions": definitions,
        "tables": tables,
        "tables_gone": gone,
        "stories": stories(binding, found, known),
    }


def group_of(kind: str, group: dict[str, Any]) -> dict[str, Any]:
    said = {}
    for column, value in group.items():
        key = KEYS.get(column, column)
        if kind == "signals_raised" and column == "after_status":
            key = "kind"
        if key.endswith("_seconds") and value is not None:
            value = value // 1_000_000
        said[key] = value
    return said


def definitions_of(codes: dict[str, Any], known: Known) -> dict[str, Any]:
    """The SLAs and levels that have rows for the first time, and those that have rows in the tables
    but are no longer in the metadata. Definitions that never had a row do not show in the tables.
    """
    before, after = (
        {
            "slas": set(codes[side]["slas"] or []),
            "levels": {tuple(level) for level in codes[side]["levels"] or []},
        }
        for side in ("before", "after")
    )
    levels_first = after["levels"] - before["levels"]
    levels_gone = before["levels"] - known.levels if codes["after"]["levels"] is not None else set()
    slas_gone = before["slas"] - known.slas if codes["after"]["slas"] is not None else set()
    return {
        "slas_first": sorted(after["slas"] - before["slas"]),
        "slas_gone": sorted(slas_gone),
        "levels_first": levels_of(levels_first),
        "levels_gone": levels_of(levels_gone),
    }


def levels_of(levels: set[Any]) -> list[dict[str, Any]]:
    return [{"sla": sla, "signal": signal, "level": level} for sla, signal, level in sorted(levels)]


def stories(binding: str, found: dict[str, Any], known: Known) -> list[dict[str, Any]]:
    """The objects that are examples of a kind, each once, with what differs in its story."""
    kinds: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for kind, counted in found["kinds"].items():
        for one in counted["first"]:
            if one["object_id"] is not None:
                kinds[one["object_id"], one["object_key"]].append(kind)
    columns = {model: outcome["columns"] for model, outcome in found["tables"].items()}
    told = []
    for object_id in found["told"]:
        sides = [
            explain.objects(of_object(found["facts"][side], object_id))
            for side in ("before", "after")
        ]
        for key in sorted(set().union(*sides)):
            named = kinds.get((object_id, key), []) + kinds.get((object_id, None), [])
            if named or not kinds:
                before, after = (side.get(key, {}) for side in sides)
                told.append(
                    story_of(binding, object_id, before, after, columns, known)
                    | {"kinds": named or [OTHER]}
                )
    return [story for story in told if story["kinds"] != [OTHER] or story["columns"]]


def of_object(facts: Facts, object_id: str) -> Facts:
    """The rows of one object, or of the objects of several tenants with this id."""
    return {
        model: [
            row
            for row in rows
            if any(name.endswith("_ObjectID") and row[name] == object_id for name in row)
        ]
        for model, rows in facts.items()
    }


def story_of(
    binding: str,
    object_id: str,
    before: Facts,
    after: Facts,
    columns: dict[str, dict[str, str]],
    known: Known,
) -> dict[str, Any]:
    was, becomes = (lines_of(binding, object_id, facts, known) for facts in (before, after))
    removed = [line for line in was if line not in becomes]
    added = [line for line in becomes if line not in was]
    rows = [] if removed or added else differences(before, after, columns, WORDS)
    return {
        "object": object_id,
        "tenant": explain.tenant(after or before),
        "before": cut(removed),
        "after": cut(added),
        "columns": cut([line.strip() for line in rows]),
    }


def lines_of(binding: str, object_id: str, facts: Facts, known: Known) -> list[str]:
    """An object's story, with each effect on its own line. It is made from the rows alone: the
    steps of a clock (see timer_story) are known only for the current definitions.
    """
    if not facts:
        return []
    facts = facts | {"run": [], "escalation_queue": live(facts.get("escalation_queue", []))}
    facts.setdefault("timeline", [])
    explain.rename(facts, known.event_types)
    told = explain.story(binding, object_id, facts)
    lines = [
        f"{instant(line.at)} {line.what}: {text}" for line in told.lines for _, text in line.effects
    ]
    instance = next(iter(live(facts.get("workflow_instance", []))), None)
    lines += [f"now: {instance['WS_CurrentCode']}"] if instance else []
    return lines + told.notes


def cut(lines: list[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"and {more} more"]
