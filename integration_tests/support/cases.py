"""The cases of cases/: reads them, and turns their events into journal rows."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parent.parent / "cases"

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


def read_cases(folder: Path = CASES) -> list[Case]:
    cases: list[Case] = []
    for path in sorted(folder.glob("*.md")):
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
    return dt.datetime.fromisoformat(f"{date_text(day)} {clock}")


def date_text(day: str) -> str:
    """A day of January 2026, or a whole date."""
    return day if "-" in day else f"2026-01-{int(day):02d}"


def moment_text(text: str) -> str | None:
    """An instant as the journal has it: a text, which may be finer than a microsecond."""
    day, _, clock = text.partition(" ")
    return f"{date_text(day)}T{clock}" if clock else None


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
