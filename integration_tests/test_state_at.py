"""The macro state_at against the reference, on random worlds, and its errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import support.reference_fold as ref
from support.dbt_project_under_test import DbtProject, RunFailed
from support.invariants import load, new_project, run
from support.small_case import CONFIG, event, snapshot
from support.worlds import MINUTE, World, drawn

STATE = ("WS_Code", "SA_IsTerminal", "SA_SinceUTC", "SA_LastEventID", "SA_LastEventUTC")
COLUMNS = ("_TenantID", "SA_ObjectType", "SA_ObjectID", *STATE, "SA_Position", "SA_RowVersion")
Asked = tuple[dt.datetime, dt.datetime | None]  # the instant, and known_at


def asked_of(world: World) -> Iterator[Asked]:
    """The instant of an event and the clock of each run, each as known then, later and now."""
    times = sorted(r["EJ_EventTimeUTC"] for r in world.rows if r["EJ_EventTimeUTC"])
    for instant in (times[len(times) // 2], world.as_of[1], world.as_of[-1] - MINUTE):
        for known in (None, instant, instant + 45 * MINUTE, instant - 30 * MINUTE):
            yield instant, known


def call(name: str, asked: Asked) -> str:
    instant, known = asked
    second = "'then'" if instant == known else f"'{known}'" if known else "none"
    return f"{{{{ ozmeta_runtime.state_at('{name}', '{instant}', {second}) }}}}"


def compiled(project: DbtProject, sql: str) -> str:
    """The SQL of a model with this text. The model exists only during the call."""
    model = project.folder / "models/states.sql"
    model.write_text(sql, encoding="utf-8")
    project.manifest = None
    try:
        result = project.dbt("compile", "--select", "states", as_of="2026-01-01T00:00:00")
        return str(result.result[0].node.compiled_code)
    finally:
        model.unlink()
        project.manifest = None


def reference(world: World, binding: dict[str, Any], asked: Asked) -> list[tuple]:
    instant, known = asked
    rows = [r for r in world.rows if known is None or r["_SyncDate"] <= known]
    folded = ref.fold(rows, binding, known or world.as_of[-1])
    found: dict[tuple, list[dict[str, Any]]] = {}
    for row in folded["timeline"]:
        tenant = row["_TenantID"] if binding["tenant_in_key"] else ""
        if row.get("TL_Position") and row["TL_EffectiveUTC"] <= instant:
            found.setdefault((tenant, row["EJ_ObjectID"]), []).append(row)
    states = []
    for (tenant, object_id), events in found.items():
        last = max(events, key=lambda e: e["TL_Position"])
        changes = [
            e["TL_EffectiveUTC"]
            for e in events
            if e["TL_Position"] == 1 or (e["TL_IsApplied"] and e["TL_FromState"] != e["TL_ToState"])
        ]
        terminal = last["TL_State"] in binding["workflow"]["terminal"]
        state = (last["TL_State"], terminal, max(changes), last["EJ_ID"], last["TL_EffectiveUTC"])
        place = (last["TL_Position"], last["TL_RowVersion"])
        states.append((tenant, binding["name"], object_id, *state, *place))
    return sorted(states, key=repr)


@pytest.mark.parametrize("world", drawn(2, 2, 40, chosen=7), ids=["one", "other"])
def test_states_equal_the_reference_known_then_and_now(world: World, tmp_path: Path) -> None:
    project = new_project(tmp_path, world)
    for number, as_of in enumerate(world.as_of):
        load(project, [r for r in world.rows if r["run"] == number])
        run(project, world.bindings, as_of)
    questions = [(b, asked) for b in world.bindings for asked in asked_of(world)]
    columns = ", ".join(COLUMNS)
    answers = compiled(
        project,
        "\nunion all\n".join(
            f"select {place} as question, {columns} from {call(binding['name'], asked)}"
            for place, (binding, asked) in enumerate(questions)
        ),
    )
    rows = project.rows(answers)
    differs = set()
    for place, (binding, asked) in enumerate(questions):
        found = [tuple(r.values())[1:] for r in rows if r["question"] == place]
        assert sorted(found, key=repr) == reference(world, binding, asked), (binding["name"], asked)
        differs.add(len(found))
    assert len(differs) > 3  # the questions have different answers


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    project = DbtProject(tmp_path_factory.mktemp("state_at"), CONFIG, snapshot("CaseFile"))
    project.create_journal()
    project.append([event("a", 0, "Go", EJ_ObjectType="CaseFile")])
    project.run("2026-01-01T01:00:00")
    return project


@pytest.mark.parametrize("name", ["CaseFile", "case_file", "Case File", "CASE_FILE"])
def test_a_binding_is_found_by_any_spelling(small: DbtProject, name: str) -> None:
    sql = f"from {{{{ ozmeta_runtime.state_at('{name}', '2026-01-01') }}}}"
    assert [row["WS_Code"] for row in small.rows(compiled(small, sql))] == ["Busy"]


def test_a_model_that_asks_depends_on_the_timeline(small: DbtProject) -> None:
    model = small.folder / "models/state_then.sql"
    model.write_text(
        "select * from {{ ozmeta_runtime.state_at('CaseFile', '2026-01-02', 'then') }}"
    )
    small.manifest = None
    try:
        small.run("2026-01-01T02:00:00", "--select", "+state_then")
        assert [row["WS_Code"] for row in small.rows("from state_then")] == ["Busy"]
    finally:
        model.unlink()
        small.manifest = None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("'CaseFiel', '2026-01-01'", "case_fiel_timeline"),
        ("'CaseFile', 'noon'", "state_at: instant is 'noon': expected an ISO 8601 timestamp"),
        ("'CaseFile', none", "state_at: instant is 'None': expected an ISO 8601 timestamp"),
        ("'CaseFile', '2026-01-01', 'now'", "state_at: known_at is 'now': expected an ISO 8601"),
    ],
)
def test_what_is_wrong_is_said(small: DbtProject, arguments: str, message: str) -> None:
    with pytest.raises(RunFailed, match=message):
        compiled(small, f"select * from {{{{ ozmeta_runtime.state_at({arguments}) }}}}")
