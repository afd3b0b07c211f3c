"""The random worlds hold what they claim to hold, and the shrinker finds what it should."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import support.cases as cases
from support.dbt_project_under_test import DbtProject
from support.invariants import Finding
from support.shrinking import CASES_AS_OF, definition_parts, definition_text, events_table, smallest
from support.worlds import OCCURS, World, census, config, drawn, snapshot


def test_everything_occurs() -> None:
    counted: Counter[str] = Counter()
    for world in drawn(12, 4, 60, chosen=0):
        counted.update(census(world))
    assert not OCCURS - counted.keys()


def test_a_failure_is_reduced_to_what_it_needs() -> None:
    """As if dbt erred where an object has an event by ann after one of type T.Start, in the first
    two runs, and its binding a transition into the start state.
    """
    asked: list[int] = []

    def wrong(world: World) -> bool:
        starts = [
            r["EJ_EventTimeUTC"]
            for r in world.rows
            if r["EJ_EventType"] == "T.Start" and r["EJ_EventTimeUTC"]
        ]
        later = [
            r
            for r in world.rows
            if r["EJ_Actor"] == "ann"
            and r["EJ_EventTimeUTC"]
            and any(r["EJ_EventTimeUTC"] > at for at in starts)
        ]
        workflow = world.bindings[0]["workflow"]
        return bool(later) and any(t["to"] == workflow["start"] for t in workflow["transitions"])

    def fails(candidates: list[World]) -> list[bool]:
        asked.append(len(candidates))
        return [wrong(c) for c in candidates]

    world = next(
        w
        for w in drawn(12, 4, 60, chosen=0)
        if any(
            t["to"] == w.bindings[0]["workflow"]["start"]
            for t in w.bindings[0]["workflow"]["transitions"]
        )
    )
    name = world.bindings[0]["name"]
    keys = sorted(
        {
            (r["_TenantID"], r["EJ_ObjectID"])
            for r in world.rows
            if r["EJ_ObjectType"] == name and r["_TenantID"] and r["EJ_ObjectID"]
        }
    )
    findings = [
        Finding(1, "", name, *key)
        for key in keys
        if wrong(
            World(
                world.bindings[:1],
                [r for r in world.rows if (r["_TenantID"], r["EJ_ObjectID"]) == key],
                world.as_of,
            )
        )
    ]
    small = smallest(world, findings, fails)
    assert small is not None and wrong(small) and len(asked) <= 40
    assert len(small.rows) == 2 and [r["EJ_Payload"] for r in small.rows] in (
        ["{}", "{}"],
        [None, "{}"],
        ["{}", None],
        [None, None],
    )
    assert (
        not small.bindings[0]["slas"]
        and len(small.bindings[0]["workflow"]["transitions"]) == 1
        and small.as_of == CASES_AS_OF[:1]
    )
    assert not [p for p in definition_parts(small) if p[0] in ("actions", "terminal", "events")]
    assert events_table(small).count("\n") == 3


def test_what_fails_only_among_others_is_not_reduced() -> None:
    world = drawn(1, 4, 60, chosen=0)[0]
    assert (
        smallest(
            world,
            [Finding(1, "", "Alpha", "t1", "O1")],
            lambda candidates: [False] * len(candidates),
        )
        is None
    )


def test_what_is_printed_can_be_pasted_into_the_cases(tmp_path: Path) -> None:
    """The binding generates the same models from the printed files, and the printed events are the
    same journal rows.
    """
    world = drawn(1, 4, 60, chosen=0)[0]
    binding, name = world.bindings[0], world.bindings[0]["name"]
    world = World(
        [binding],
        [
            r
            for r in world.rows
            if r["EJ_ObjectType"] == name and r["EJ_ObjectID"] == "O1" and r["EJ_Payload"] != ""
        ],
        world.as_of,
    )
    shift = CASES_AS_OF[1] - world.as_of[-1]
    for row in world.rows:
        row |= {
            "run": 1,
            "_SyncDate": row["_SyncDate"] + shift,
            "EJ_CorrelationID": None,
            "EJ_CausationID": None,
        }
    world.as_of = CASES_AS_OF[:2]
    assert len(world.rows) > 5

    DbtProject(tmp_path / "snapshot", config([binding]), snapshot([binding]))
    folder = tmp_path / "folder" / "metadb"
    folder.mkdir(parents=True)
    for file in definition_text(binding).split("metadb/")[1:]:
        title, _, rows = file.partition("\n")
        (folder / title).write_text(rows, encoding="utf-8")
    DbtProject(tmp_path / "folder", config([binding]) | {"metadb": {"folder": "metadb"}})
    models = [
        {
            path.name: path.read_text(encoding="utf-8")
            for path in (tmp_path / kind / "models").rglob("*.sql")
        }
        for kind in ("snapshot", "folder")
    ]
    assert models[0] == models[1] and len(models[0]) > 4

    (tmp_path / "found.md").write_text(
        f"# Found\n\n## A case\nbinding {name}\n\n{events_table(world)}\n", encoding="utf-8"
    )
    (case,) = cases.read_cases(tmp_path)
    read = [cases.journal_row(case, event, place) for place, event in enumerate(case.events)]
    for row in read:
        row["EJ_EventTimeUTC"] = row["EJ_EventTimeUTC"] and dt.datetime.fromisoformat(
            row["EJ_EventTimeUTC"]
        )
    assert [{c: r[c] for c in r if c != "EJ_ObjectID"} for r in read] == [
        {c: w[c] if w[c] != "" else None for c in r if c != "EJ_ObjectID"}
        for r, w in zip(read, world.rows, strict=True)
    ]
