"""Offline stations: each works on its own DuckDB file, then the journals are replayed to one
another. It makes no difference who saw which event first.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "sqlalchemy", reason="SQLAlchemy is not installed: no journal is exported or replayed"
)
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from ozmeta_dbt.config import load_config
from ozmeta_dbt.operations import journal
from support.dbt_project_under_test import OBJECT_COLUMN, DbtProject, canonical

MORNING = dt.datetime(2026, 1, 1, 8)
OFFLINE, TOGETHER = "2026-01-01T18:00:00", "2026-01-02T12:00:00"
BACK = dt.datetime(2026, 1, 2, 9)  # when the stations have a network again
POLICIES = {"Case": "last_writer_wins", "Ticket": "first_writer_wins"}
MODELS = (
    "timeline",
    "workflow_instance",
    "sla_cycle",
    "sla_timer",
    "escalation_queue",
    "quarantine",
)
CLOCKS = {
    "office": 0,
    "station-7": -45,
    "station-8": 20,
}  # minutes by which a writer's clock is wrong


def sources(*tables: str) -> list[dict[str, str]]:
    return [{"name": "ops", "schema": "raw", "table": table} for table in tables]


def config(*tables: str) -> dict[str, Any]:
    where = {"sources": sources(*tables)} if tables else {"source": sources("event_journal")[0]}
    return {
        "version": 1,
        "metadb": {"snapshot": "metadb/snapshot.json"},
        "journal": where,
        "bindings": {name: {"conflict_policy": policy} for name, policy in POLICIES.items()},
    }


def snapshot() -> dict[str, Any]:
    """Two entities with the same workflow (Open, Busy, Done) and an SLA of an hour on Busy."""
    tables, packs, bindings, policies, rules = [], [], [], [], []
    for n in POLICIES:
        tables.append({"id": n, "code": n, "cdCode": n[:2].upper()})
        moves = [("Go", "Open", "Busy"), ("Back", "Busy", "Open"), ("Finish", "Busy", "Done")]
        packs.append(
            {
                "workflow": {"id": f"w{n}", "code": n},
                "states": [
                    {
                        "id": f"{n}{state}",
                        "code": state,
                        "isInitial": state == "Open",
                        "isTerminal": state == "Done",
                    }
                    for state in ("Open", "Busy", "Done")
                ],
                "transitions": [
                    {"id": f"{n}{code}", "code": code, "fromStateId": n + a, "toStateId": n + b}
                    for code, a, b in moves
                ],
            }
        )
        bindings.append(
            {"id": f"b{n}", "objectType": "Table", "objectId": n, "workflowId": f"w{n}"}
        )
        policies.append(
            {
                "id": f"p{n}",
                "code": "Work",
                "objectType": "Table",
                "objectId": n,
                "targetMinutes": 60,
                "warnMinutes": 30,
            }
        )
        start = {
            "version": 1,
            "kind": "TimerStart",
            "expr": {
                "op": "and",
                "args": [
                    {"op": "eq", "args": [{"ref": "transition.toState"}, {"lit": "Busy"}]},
                    {"op": "ne", "args": [{"ref": "object.Kind"}, {"lit": "idle"}]},
                ],
            },
        }
        stop = {
            "version": 1,
            "kind": "TimerStop",
            "expr": {"op": "eq", "args": [{"ref": "transition.fromState"}, {"lit": "Busy"}]},
        }
        rules.append({"bindingId": f"b{n}", "slaId": f"p{n}", "startRule": start, "stopRule": stop})
    return {
        "snapshotVersion": 1,
        "objects": {
            "tables": tables,
            "workflows": packs,
            "runtime": {"bindings": bindings, "slaPolicies": policies, "slaBindings": rules},
        },
    }


def written_by(writer: str) -> list[dict[str, Any]]:
    """A day of one writer, who does not know the others' events but works on the same objects. Its
    sequence numbers are right, its clock is not.
    """
    rng, rows = random.Random(writer), []
    for object_type in POLICIES:
        for object_id in "123456":
            at = MORNING + dt.timedelta(minutes=rng.randrange(60))
            for number in range(1, rng.randint(2, 6)):
                at += dt.timedelta(minutes=rng.randint(1, 90))
                said: dict[str, Any] = {"code": rng.choice(["Go", "Go", "Back", "Finish"])} | (
                    {"rowVersion": number - 1} if rng.random() < 0.3 else {}
                )
                document = (
                    {"transition": said, "object": {"Kind": rng.choice(["idle", "busy"])}}
                    if rng.random() < 0.9
                    else {"object": {"Kind": None}}
                )
                slip = dt.timedelta(
                    minutes=rng.randint(-30, 30) if rng.random() < 0.2 else 0
                )  # a clock that jumps, too
                rows.append(
                    {
                        "EJ_ID": f"{writer}/{object_type}/{object_id}/{number}",
                        "_TenantID": "t",
                        "EJ_EventType": f"{object_type}.Moved",
                        "EJ_EventTimeUTC": at + dt.timedelta(minutes=CLOCKS[writer]) + slip,
                        "EJ_Actor": writer,
                        "EJ_ObjectType": object_type,
                        "EJ_ObjectID": object_id,
                        "EJ_SourceSystem": writer,
                        "EJ_Sequence": number,
                        "EJ_Payload": json.dumps(document),
                        "_SyncDate": at,
                    }
                )
    rng.shuffle(rows)
    return [
        *rows,
        rows[0] | {"_SyncDate": MORNING + dt.timedelta(hours=9)},
        rows[1] | {"EJ_ID": f"{writer}/broken", "EJ_Payload": "{"},
    ]


class Site:
    """A station, or the center: a dbt project with its own DuckDB file."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        rows: list[dict[str, Any]],
        *tables: str,
    ):
        self.project = DbtProject(folder, config(*tables), snapshot())
        self.project.create_journal()
        self.project.append(rows)
        self.variable = re.sub(r"\W", "_", folder.name).upper() + "_URL"
        monkeypatch.setenv(self.variable, f"duckdb:///{self.project.database}")

    @property
    def place(self) -> journal.Place:
        return journal.Place.of(load_config(self.project.folder))

    def export(self, path: Path) -> Path:
        # dbt, which runs in this process, keeps the last file open
        DuckDBConnectionManager.close_all_connections()
        journal.export(path, self.place, self.variable)
        return path

    def replay(self, path: Path, now: dt.datetime = BACK) -> journal.Replayed:
        DuckDBConnectionManager.close_all_connections()
        return journal.replay(path, self.place, self.variable, now)

    def rows(self) -> int:
        return self.project.rows("select count(*) as n from raw.event_journal")[0]["n"]

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Live rows by canonical columns. Of ids, only the part that does not depend on the
        arrival.
        """
        found = {}
        for binding in map(str.lower, POLICIES):
            for model in MODELS:
                live = "" if model == "timeline" else " where _DeleteDate is null"
                rows = self.project.rows(
                    f"select {', '.join(canonical(model))} from {binding}_{model}{live}"
                )
                found[f"{binding}_{model}"] = sorted(
                    ({name: same(name, value) for name, value in row.items()} for row in rows),
                    key=str,
                )
        return found


def same(name: str, value: Any) -> Any:
    if name in ("_SyncDate", "QR_Journal"):
        return None
    return (
        value[13:]
        if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7.*", value)
        else value
    )


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """After a day offline, all journals are replayed to all stations, each in another order. Also a
    center that reads the stations' journals as they are.
    """
    folder = tmp_path_factory.mktemp("sites")
    with pytest.MonkeyPatch.context() as patch:
        found = {name: Site(folder / name, patch, written_by(name)) for name in CLOCKS}
        before = {}
        for name, site in found.items():
            site.project.run(OFFLINE)
            before[name] = site.tables()
        files = {name: site.export(folder / f"{name}.ndjson") for name, site in found.items()}
        found["other office"] = Site(folder / "other office", patch, written_by("office"))
        orders = {
            "office": ["station-7", "station-8"],
            "other office": ["station-8", "station-7"],
            "station-7": ["office", "station-8"],
            "station-8": ["station-7", "office"],
        }
        told = {}
        for name, order in orders.items():
            for number, other in enumerate(order):
                told[name, other] = found[name].replay(
                    files[other], BACK + dt.timedelta(hours=number)
                )
            found[name].project.run(TOGETHER)
        several = Site(
            folder / "several",
            patch,
            written_by("office"),
            "event_journal",
            "station_7",
            "station_8",
        )
        add(several, "station_7", [])
        add(several, "station_8", [])
        several.project.run(OFFLINE)
        add(several, "station_8", written_by("station-8"))
        add(several, "station_7", written_by("station-7"))
        several.project.run(TOGETHER)
        yield {**found, "several": several}, before, files, told


def add(site: Site, table: str, rows: list[dict[str, Any]]) -> None:
    with site.project.connect() as connection:
        connection.execute(
            f"create table if not exists raw.{table} as from raw.event_journal limit 0"
        )
        for row in rows:
            connection.execute(
                f"insert into raw.{table} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                list(row.values()),
            )


def test_the_day_has_what_stations_are_known_for(sites: Any) -> None:
    """Otherwise the comparison below would prove little."""
    found, before, _, told = sites
    timeline = [
        row
        for binding in ("case", "ticket")
        for row in found["office"].tables()[f"{binding}_timeline"]
    ]
    assert {row["TL_Anomaly"] for row in timeline} >= {
        "ClockSkew",
        "IllegalTransition",
        "VersionConflict",
    }
    assert any(
        len({row["EJ_SourceSystem"] for row in timeline if row["EJ_ObjectID"] == id}) == 3
        for id in "123456"
    )
    for table in (
        "case_timeline",
        "ticket_timeline",
        "case_workflow_instance",
        "ticket_workflow_instance",
        "case_sla_timer",
    ):
        assert (
            before["station-7"][table] != before["station-8"][table]
        )  # offline, they told other stories
    assert (
        len({row["WS_CurrentCode"] for row in found["office"].tables()["ticket_workflow_instance"]})
        > 1
    )
    assert (
        found["office"].tables()["case_escalation_queue"]
        and found["office"].tables()["case_quarantine"]
    )
    assert {(done.rows - done.appended, done.clashes) for done in told.values()} == {
        (1, 0)
    }  # what a station was delivered twice is there by then


@pytest.mark.parametrize("name", ["other office", "station-7", "station-8", "several"])
def test_who_saw_what_first_makes_no_difference(sites: Any, name: str) -> None:
    found, *_ = sites
    expected, actual = found["office"].tables(), found[name].tables()
    for table in expected:
        assert actual[table] == expected[table], table


def test_a_replay_repeated_or_killed_half_way_changes_nothing(
    sites: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _, files, _ = sites
    office = found["office"]
    monkeypatch.setenv(office.variable, f"duckdb:///{office.project.database}")
    every = [f"{binding}_{model}" for binding in ("case", "ticket") for model in MODELS]
    before, count = (
        {table: office.project.rows(f"from {table} order by all") for table in every},
        office.rows(),
    )
    for path in files.values():
        done = office.replay(path)
        assert (done.appended, done.there) == (0, done.rows) and done.rows > 0
    more = files["station-7"].with_name("more.ndjson")
    changed = [row | {"EJ_ID": f"more/{row['EJ_ID']}"} for row in written_by("station-7")]
    site = Site(more.parent / "more", monkeypatch, changed)
    site.export(more)
    append, batches = journal.Journal.append, []

    def dies(self: journal.Journal, rows: list[Any]) -> None:
        append(self, rows)
        batches.append(len(rows))
        if len(batches) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(journal, "BATCH", 10)
        patched.setattr(journal.Journal, "append", dies)
        with pytest.raises(KeyboardInterrupt):
            office.replay(more)
    assert len(batches) == 2 and office.rows() == count
    office.project.run(TOGETHER)
    assert {table: office.project.rows(f"from {table} order by all") for table in every} == before


def test_clashing_ids_are_counted_and_end_in_quarantine(
    sites: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A station that restarted its ids. Three of them equal ids of the office, for the same objects
    but by other people.
    """
    found, _, files, _ = sites
    target = found["other office"]
    monkeypatch.setenv(target.variable, f"duckdb:///{target.project.database}")
    mine = [
        row
        for row in written_by("office")
        if row["EJ_ObjectType"] == "Case" and "broken" not in row["EJ_ID"]
    ][:3]
    elsewhere = mine[0] | {
        "EJ_ObjectID": "elsewhere"
    }  # of another object: no duplicate, but an event of its own
    clashing = Site(
        files["office"].parent / "clashing",
        monkeypatch,
        [
            *(row | {"EJ_Actor": "station-9", "EJ_SourceSystem": "station-9"} for row in mine),
            elsewhere,
        ],
    )
    done = target.replay(
        clashing.export(files["office"].with_name("clashing.ndjson")), BACK + dt.timedelta(hours=2)
    )
    assert (done.rows, done.appended, done.clashes) == (4, 4, 4) and set(done.clashing) == {
        row["EJ_ID"] for row in mine
    }
    before = target.tables()
    target.project.run(TOGETHER)
    after = target.tables()
    refused = [
        row for row in after["case_quarantine"] if row["QR_Reason"] == "ConflictingDuplicate"
    ]
    assert sorted((row["QR_EventID"], row["QR_Actor"]) for row in refused) == sorted(
        (row["EJ_ID"], "station-9") for row in mine
    )
    for table in after:
        if table != "case_quarantine":
            column = OBJECT_COLUMN[table.partition("_")[2]]
            assert [row for row in after[table] if row[column] != "elsewhere"] == before[table], (
                table
            )
    assert [
        row["EJ_ID"] for row in after["case_timeline"] if row["EJ_ObjectID"] == "elsewhere"
    ] == [mine[0]["EJ_ID"]]
