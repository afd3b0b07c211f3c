"""The hand-worked cases under cases/: see its README for how they are read."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from dbt_project_under_test import JOURNAL_COLUMNS, OBJECT_COLUMN, DbtProject, differences
from shrinking import shown

CASES = Path(__file__).parent / "cases"
AS_OF = {1: "2026-01-01T12:00:00", 2: "2026-01-02T12:00:00", 3: "2026-01-03T12:00:00"}
CONFIG = {
    "version": 1,
    "metadb": {"folder": "metadb"},
    "journal": {"source": {"name": "ops", "schema": "raw", "table": "event_journal"}},
    "bindings": {
        "Doc": {
            "state_aliases": {"Sent": "Submitted"},
            "transition_aliases": {"Hand in": "Submit"},
        },
        "Form": {"conflict_policy": "first_writer_wins"},
        "Asset": {"auto_close": False},
        "Purchase": {"approval_flows": ["Quick", "Again", "Kept"]},
    },
    "approval_flows": {
        "Again": {"onRequest": "restart"},
        "Kept": {
            "versions": [
                {"steps": [{"code": "Check", "quorum": 2}, {"code": "Sign"}]},
                {"from": "2026-01-02"},
            ]
        },
    },
}
SHORT = {
    "code": "transition.code",
    "from": "transition.fromState",
    "to": "transition.toState",
    "version": "transition.rowVersion",
}


@dataclass
class Case:
    id: str
    title: str
    binding: str = ""
    events: list[dict[str, str]] = field(default_factory=list)
    expected: list[tuple[str, int, list[str], list[list[str]]]] = field(
        default_factory=list
    )  # model, run, columns, rows


def read_cases() -> list[Case]:
    cases: list[Case] = []
    for path in sorted(CASES.glob("*.md")):
        if path.name == "README.md":
            continue
        for number, part in enumerate(path.read_text(encoding="utf-8").split("\n## ")[1:], 1):
            title, _, body = part.partition("\n")
            case = Case(f"{path.stem}-{number}", title)
            case.binding = re.search(r"^binding (\w+)$", body, re.M).group(1)
            for block in re.finditer(
                r"(?:^(\w+)(?: after run (\d))?\n\n)?((?:^\|.*\n?)+)", body, re.M
            ):
                model, run, table = block.groups()
                header, _, *rows = [
                    [cell.strip() for cell in line.strip().strip("|").split("|")]
                    for line in table.strip().splitlines()
                ]
                if model:
                    case.expected.append((model, int(run or 3), header, rows))
                else:
                    case.events = [dict(zip(header, row, strict=True)) for row in rows]
            cases.append(case)
    return cases


def moment(text: str) -> dt.datetime | None:
    if text in ("", "-"):
        return None
    day, clock = text.split()
    return dt.datetime.fromisoformat(f"2026-01-{int(day):02d} {clock}")


def moment_text(text: str) -> str | None:
    """As the journal has it: a text, which may be finer than a microsecond."""
    day, _, clock = text.partition(" ")
    return f"2026-01-{int(day):02d}T{clock}" if clock else None


def payload(text: str) -> str | None:
    if text == "-":
        return None
    if text[:1] in ("{", "[", '"') or (text and "=" not in text):
        return text
    document: dict[str, Any] = {}
    for pair in re.findall(r'(\S+?)=("(?:[^"\\]|\\.)*"|\[.*?\]|\S*)(?:\s|$)', text):
        *path, last = SHORT.get(pair[0], pair[0]).split(".")
        here = document
        for key in path:
            here = here.setdefault(key, {})
        try:
            here[last] = json.loads(pair[1])
        except ValueError:
            here[last] = pair[1]
    return json.dumps(document)


def journal_row(case: Case, event: dict[str, str], place: int) -> dict[str, Any]:
    run = int(event.get("run") or 1)
    arrived = (
        dt.datetime.fromisoformat(AS_OF[run])
        - dt.timedelta(minutes=30)
        + dt.timedelta(seconds=place)
    )
    return {
        "EJ_ID": event["id"] or None,
        "_TenantID": (event["tenant"] or None) if "tenant" in event else "t1",
        "EJ_EventType": (event["type"] or None) if "type" in event else "X",
        "EJ_EventTimeUTC": moment_text(event["time"]),
        "EJ_Actor": event.get("actor") or None,
        "EJ_ObjectType": event.get("type_name") or case.binding,
        "EJ_ObjectID": case.id,
        "EJ_SourceSystem": event.get("source") or None,
        "EJ_Sequence": int(event["seq"]) if event.get("seq") else None,
        "EJ_Payload": payload(event["payload"]),
        "_SyncDate": moment(event.get("sync") or "") or arrived,
    }


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@pytest.fixture(scope="module")
def outcome(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """{run: {model of a binding: its rows}}, and the full refresh's differences under run 0. Where
    pytest runs some cases only, only their models.
    """
    chosen = [
        item.callspec.params["case"] if hasattr(item, "callspec") else None
        for item in request.session.items
        if item.path == Path(__file__)
    ]
    everything = None in chosen
    folder = tmp_path_factory.mktemp("cases")
    (folder / "metadb").symlink_to(CASES / "metadb", target_is_directory=True)
    project = DbtProject(folder, CONFIG)
    project.create_journal(JOURNAL_COLUMNS | {"EJ_EventTimeUTC": "varchar"})
    cases = read_cases()
    bindings = sorted({snake(case.binding) for case in (cases if everything else chosen)})
    needed = {
        f"+{snake(case.binding)}_{model}"
        for case in ([] if everything else chosen)
        for model, *_ in case.expected
    }
    select = (
        ["--select", *sorted(needed), *(f"{binding}_run" for binding in bindings)] if needed else []
    )
    found: dict[int, Any] = {}
    for run, as_of in AS_OF.items():
        project.append(
            journal_row(case, event, place)
            for case in cases
            for place, event in enumerate(case.events)
            if int(event.get("run") or 1) == run
        )
        project.run(as_of, *select)
        with project.connect() as connection:
            tables = {
                row[0]
                for row in connection.execute(
                    "select table_name from information_schema.tables where table_schema = 'main'"
                ).fetchall()
            }
        found[run] = {
            f"{b}_{m}": project.rows(f"select * from {b}_{m}")
            for b in bindings
            for m in OBJECT_COLUMN
            if f"{b}_{m}" in tables
        }
    if not everything:
        return found
    with project.connect() as connection:
        connection.execute("create schema increments")
        for table in found[3]:
            connection.execute(f"create table increments.{table} as from main.{table}")
    project.run(AS_OF[3], "--full-refresh")
    with project.connect() as connection:
        found[0] = {
            b: differences(
                "increments",
                "main",
                connection,
                b,
                [m for m in OBJECT_COLUMN if f"{b}_{m}" in tables],
            )
            for b in bindings
        }
    return found


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case.id}: {case.title}")
def test_case(case: Case, outcome: dict[int, dict[str, list[dict[str, Any]]]]) -> None:
    binding = snake(case.binding)
    assert case.events and case.expected
    for model, run, columns, rows in case.expected:
        actual = [
            row
            for row in outcome[run][f"{binding}_{model}"]
            if row[OBJECT_COLUMN[model]] == case.id
        ]
        if "_DeleteDate" not in columns:
            actual = [row for row in actual if row.get("_DeleteDate") is None]
        assert sorted([shown(row[c]) for c in columns] for row in actual) == sorted(rows), (
            f"{model} after run {run}"
        )


def test_a_full_refresh_gives_the_same_rows(outcome: dict[int, Any]) -> None:
    assert not any(outcome[0].values()), outcome[0]
