"""What a script would do instead: a loop over the events, a dict of objects, JSON loaded event by
event. It writes nothing, and prints what it found.

python baselines/loop.py JOURNAL AS_OF     prints {"sql", "wall", "peak_mb", "objects", "states",
"breached"} as JSON
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import peak_mb

MINUTES = {"Pickup": 1440, "Lifetime": 20160, "Work": 7200}
COLUMNS = "EJ_ID, _TenantID, EJ_ObjectID, EJ_EventTimeUTC, EJ_Sequence, EJ_Payload"


def starts_stops(to: str | None, priority: str | None) -> tuple[set[str], set[str]]:
    starts = {"Pickup"} if to == "Assigned" and priority in ("High", "Critical") else set()
    starts |= {"Lifetime"} if to == "Assigned" else {"Work"} if to == "InProgress" else set()
    stops = (
        {"Pickup"}
        if to == "InProgress"
        else (
            {"Work"}
            if to == "Waiting"
            else (
                {"Lifetime", "Work"}
                if to == "Resolved"
                else {"Lifetime"}
                if to == "Closed"
                else set()
            )
        )
    )
    return starts, stops


def fold(events: list[tuple[Any, ...]], as_of: datetime) -> tuple[str, dict[str, timedelta]]:
    """An object's state, and how long each of its SLAs has run."""
    state, running, ran = "New", {}, {}
    for happened, _, _, payload in sorted(events):
        found = json.loads(payload)
        if not isinstance(found, dict):
            continue
        to = found.get("transition", {}).get("toState")
        state = to or state
        starts, stops = starts_stops(to, found.get("object", {}).get("Priority"))
        for sla in stops & running.keys():
            ran[sla] = ran.get(sla, timedelta()) + happened - running.pop(sla)
        for sla in starts - running.keys():
            running[sla] = happened
    for sla, since in running.items():
        ran[sla] = ran.get(sla, timedelta()) + as_of - since
    return state, ran


def main(journal: str, until: str) -> None:
    as_of, begun = datetime.fromisoformat(until), time.perf_counter()
    objects: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    seen: set[str] = set()
    with duckdb.connect(journal, read_only=True) as connection:
        rows = connection.execute(
            f"select {COLUMNS} from raw.event_journal where EJ_ObjectType in ('Ticket', 'TK')"
        )
        while batch := rows.fetchmany(100_000):
            for event, tenant, name, happened, sequence, payload in batch:
                if event not in seen:
                    seen.add(event)
                    objects.setdefault((tenant, name), []).append(
                        (happened, sequence, event, payload)
                    )
    states: Counter[str] = Counter()
    breached: Counter[str] = Counter()
    for events in objects.values():
        state, ran = fold(events, as_of)
        states[state] += 1
        breached.update(
            sla for sla, length in ran.items() if length > timedelta(minutes=MINUTES[sla])
        )
    seconds = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "sql": seconds,
                "wall": seconds,
                "peak_mb": peak_mb(),
                "objects": len(objects),
                "states": states,
                "breached": breached,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
