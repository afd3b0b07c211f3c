"""`ozmeta-dbt erase` (SPEC 8.7): no table holds the person any more, and `verify` stays green."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines.base import JOURNAL_TYPES, Worker
from ozmeta_dbt.operations.erase import Erasure
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.project import read_project
from rich.console import Console
from support.dbt_project_under_test import DbtProject
from support.purged_case import (
    AS_OF,
    configuration,
    contents,
    finished,
    metadata,
    refreshed,
    restore,
    rows_of,
    save,
)
from support.small_case import HOSTILE, event
from support.verification import command, dbt_of, tampered, verified

INVALID = 2
ZOE = "Zoë O'Hara"  # a customer: a field of o1's payloads, which the tables show


def document() -> dict[str, Any]:
    found = metadata()
    policy = found["objects"]["runtime"]["slaPolicies"][0]
    policy["escalationRule"]["actions"][1]["target"] = "role:Desk"
    return found


def config() -> dict[str, Any]:
    found = configuration()
    found["bindings"] = {"Case": {"report_fields": ["Customer"]}}
    return found


def rows() -> list[dict[str, Any]]:
    """o1 is about Zoë; ann votes for ben on o2."""
    of_zoe = finished("o1")
    for row, escaped in zip(of_zoe, (True, False, True, False, True, False), strict=True):
        if row["EJ_Payload"].startswith("{"):
            said = json.loads(row["EJ_Payload"]) | {"object": {"Customer": ZOE}}
            row["EJ_Payload"] = json.dumps(said, ensure_ascii=escaped)
    on_behalf = finished("o2")
    on_behalf[2] |= {"EJ_Payload": json.dumps({"approval": {"onBehalfOf": "ann"}})}
    return [*of_zoe, *on_behalf, *finished("o3")[:-1]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    project = DbtProject(tmp_path_factory.mktemp("erase"), config(), document())
    project.create_journal()
    project.append(rows())
    project.run("2026-01-02T00:00:00")
    project.run(AS_OF)
    save(project)
    return project


@pytest.fixture
def project(built: DbtProject) -> DbtProject:
    restore(built)
    return built


def holding(project: DbtProject, *texts: str) -> dict[str, int]:
    """{table: rows with a column that has one of the texts in it}, of every table."""
    found = {}
    for name, table in contents(project).items():
        count = sum(
            any(isinstance(value, str) and text in value for value in row for text in texts)
            for row in table
        )
        if count:
            found[name] = count
    return found


def erased(project: DbtProject, *args: str) -> str:
    status, said = command(project, "erase", *args)
    assert status == 0, said
    return said


def take_ann_out(project: DbtProject) -> None:
    tampered(
        project,
        "update raw.event_journal set EJ_Actor = 'erased' where EJ_Actor = 'ann'",
        "update raw.event_journal set EJ_Payload = replace(EJ_Payload, 'ann', 'erased')",
    )


def take_zoe_out(project: DbtProject) -> None:
    tampered(
        project,
        "update raw.event_journal set EJ_Actor = 'erased' where EJ_ObjectID = 'o1'",
        "update raw.event_journal set EJ_Payload = json_merge_patch(EJ_Payload,"
        ' \'{"object": {"Customer": "erased"}}\')'
        " where EJ_ObjectID = 'o1' and EJ_ID <> 'o1-bad'",
        "update raw.event_journal set EJ_Payload = 'erased' where EJ_ID = 'o1-bad'",
    )


def same(project: DbtProject) -> None:
    equal, said = verified(project, lookback=60)
    assert equal, said
    status, said = command(project, "impact")
    assert status == 0 and "nothing would change" in said, said
    assert refreshed(project, AS_OF) == {}


def test_a_person_that_the_journal_still_holds(project: DbtProject) -> None:
    before = contents(project)
    status, said = command(project, "erase", "--actor", "ann")
    assert status == INVALID and "13 rows of the journal still hold the actor 'ann'" in said
    statement = re.search(r"update .*;", said)
    assert statement and contents(project) == before
    tampered(project, statement[0])
    status, said = command(project, "erase", "--actor", "ann")
    # what a payload says, one of them malformed
    assert status == INVALID and "4 rows of the journal still hold the actor" in said
    status, said = command(project, "erase", "--object", "o1")
    assert status == INVALID and "still hold the object 'o1'" in said
    assert contents(project) == before


def test_an_actor(project: DbtProject) -> None:
    assert set(holding(project, "ann")) == {
        "case_approval_event",
        "case_journal",
        "case_quarantine",
        "case_timeline",
        "case_workflow_instance",
    }
    take_ann_out(project)
    signals = project.rows("from case_runtime_signal order by all")
    said = erased(project, "--actor", "ann", "--dry-run")
    assert "rows of 3 objects would be erased" in said and holding(project, "ann")
    told = {table: int(n) for table, n in re.findall(r"^  (case_\w+) +(\d+) rows?$", said, re.M)}
    erased(project, "--actor", "ann", "--by", "the officer")
    assert holding(project, "ann") == {}
    hashes = project.rows("select EJ_Actor, TL_ContentHash from case_timeline")
    assert {row["TL_ContentHash"] for row in hashes if row["EJ_Actor"] == "erased"} == {"Erased"}
    assert all(row["TL_ContentHash"] != "Erased" for row in hashes if row["EJ_Actor"] == "ben") or (
        project.rows("from ozmeta_erased_event where ER_EventID = 'o2-yes'")
    )
    record = project.rows("from ozmeta_erasure")
    assert {row["ER_Table"]: row["ER_Rows"] for row in record} == told
    assert {(row["ER_By"], row["ER_Kind"]) for row in record} == {("the officer", "actor")}
    assert all(row["ER_ErasedUTC"] for row in record)
    assert project.rows("from ozmeta_erasing") == []
    assert project.rows("from case_runtime_signal order by all") == signals  # none is noticed again
    same(project)
    assert "hold nothing of it" in erased(project, "--actor", "ann")


def test_an_object(project: DbtProject) -> None:
    held = holding(project, ZOE, json.dumps(ZOE)[1:-1])
    assert {"case_timeline", "case_journal", "case_workflow_instance", "case_sla_cycle"} == set(
        held
    )
    others = project.rows("from case_timeline where EJ_ObjectID <> 'o1' order by all")
    take_zoe_out(project)
    erased(project, "--object", "o1", "--tenant", "t1")
    assert holding(project, ZOE, json.dumps(ZOE)[1:-1], "Zo") == {}
    columns = "EJ_Actor, PL_object_Customer, TL_ContentHash"
    found = project.rows(f"select distinct {columns} from case_timeline where EJ_ObjectID = 'o1'")
    assert [list(row.values()) for row in found] == [["erased", '"erased"', "Erased"]]
    kept = project.rows("from case_timeline where EJ_ObjectID <> 'o1' order by all")
    assert kept == others
    assert project.rows("select OF_Customer from case_sla_cycle where ST_ObjectID = 'o1'") == [
        {"OF_Customer": "erased"}
    ]
    same(project)


def test_an_object_that_left_the_journal(project: DbtProject) -> None:
    tampered(project, "delete from raw.event_journal where EJ_ObjectID = 'o1'")
    erased(project, "--object", "o1")
    assert rows_of(project, "o1") in ({}, {"journal": rows_of(project, "o1").get("journal")})
    assert holding(project, ZOE) == {}
    equal, said = verified(project, lookback=60)
    assert equal, said


def test_what_a_source_delivers_again(project: DbtProject) -> None:
    """The former content of an erased event is no conflict."""
    take_ann_out(project)
    erased(project, "--actor", "ann")
    again = [{**row, "_SyncDate": dt.datetime(2026, 3, 1, 12)} for row in finished("o3")[:4]]
    project.append(again)
    project.run("2026-03-02T00:00:00")
    assert holding(project, "ann").keys() <= {"case_journal"}  # the mirror has what was delivered
    sql = "select 1 from case_quarantine where QR_Reason = 'ConflictingDuplicate'"
    assert project.rows(sql) == []
    equal, said = verified(project, lookback=60)
    assert equal, said


def test_an_erasure_that_fails_is_run_again(project: DbtProject) -> None:
    take_ann_out(project)
    view = "create view case_runtime_signal as from held"
    tampered(project, "alter table case_runtime_signal rename to held", view)
    status, said = command(project, "erase", "--actor", "ann")
    assert status, said
    tampered(
        project,
        "drop view if exists case_runtime_signal",
        "drop table if exists case_runtime_signal",
        "alter table held rename to case_runtime_signal",
    )
    assert project.rows("from ozmeta_erasing") != []
    erased(project, "--actor", "ann")
    assert holding(project, "ann") == {} and project.rows("from ozmeta_erasing") == []
    same(project)


def test_texts_of_the_metadata(project: DbtProject) -> None:
    """Notes of actions, and the principals of escalations that were retracted."""
    tampered(
        project,
        "update case_escalation_queue set EQ_Notes = 'Retracted',"
        " EQ_AssignedToPrincipal = 'evelyn9', _DeleteDate = now() where EQ_ObjectID = 'o2'",
        "update case_runtime_signal set RS_Notes = 'evelyn9' where RS_ObjectID = 'o3'",
        'update case_journal set EJ_Payload = \'{"signal":{"notes":"evelyn9"}}\''
        " where MJ_Journal = 'ozmeta_runtime' and EJ_ObjectID = 'o3'",
    )
    assert len(holding(project, "evelyn9")) == 3
    erased(project, "--actor", "evelyn9", "--replacement", 'it\'s "gone"')
    assert holding(project, "evelyn9") == {}
    payloads = project.rows("select EJ_Payload from case_journal where MJ_RowHash = 'Erased'")
    assert {json.loads(row["EJ_Payload"])["signal"]["notes"] for row in payloads} == {
        'it\'s "gone"'
    }


def test_hostile_names(tmp_path: Path) -> None:
    names = [name for name in HOSTILE if "\n" not in name]
    project = DbtProject(tmp_path, config(), document())
    project.create_journal()
    project.append(
        event(
            f"e{n}",
            n,
            "Go" if n % 2 else None,
            f"{name} {n}",
            EJ_Actor=name,
            EJ_Payload=json.dumps({"object": {"Customer": name}}, ensure_ascii=n % 2 == 0),
        )
        for n, name in enumerate(names)
    )
    project.run(AS_OF)
    for name in (names[0], names[6], names[7]):
        assert holding(project, name)
        with project.connect() as connection:
            connection.execute(
                "update raw.event_journal set EJ_Actor = null, EJ_Payload = '{}'"
                " where EJ_Actor = ?",
                [name],
            )
        erased(project, "--actor", name)
        sql = "select count(*) as n from case_timeline where EJ_Actor = ? or PL_object_Customer = ?"
        with project.connect() as connection:
            found = connection.execute(
                sql.replace(" as n", ""), [name, json.dumps(name)]
            ).fetchone()
        assert found == (0,)
    equal, said = verified(project, lookback=60)
    assert equal, said


def test_what_is_refused(project: DbtProject) -> None:
    before = contents(project)
    for args, words in (
        ((), "give either --object or --actor"),
        (("--object", "o1", "--actor", "ann"), "give either --object or --actor"),
        (("--actor", "ann", "--tenant", "t1"), "goes with --object only"),
        (("--actor", "nobody", "--binding", "Cases!"), "no binding 'Cases!'"),
    ):
        status, said = command(project, "erase", *args)
        assert status == INVALID and words in " ".join(said.split()), said
    assert "hold nothing of it" in erased(project, "--actor", "nobody")
    assert contents(project) == before


def test_messages(tmp_path: Path) -> None:
    """With deduplicate_on, a message that comes again under another id."""
    found = config()
    found["journal"]["deduplicate_on"] = ["EJ_SourceKey"]
    project = DbtProject(tmp_path, found, document())
    project.create_journal()
    life = [row | {"EJ_SourceKey": row["EJ_ID"]} for row in finished("o1")]
    project.append(life)
    project.run(AS_OF)
    take_ann_out(project)
    erased(project, "--actor", "ann")
    assert holding(project, "ann") == {}
    arrival = dt.datetime(2026, 3, 1, 12)
    project.append({**row, "EJ_ID": row["EJ_ID"] + "2", "_SyncDate": arrival} for row in life[:4])
    project.run("2026-03-02T00:00:00")
    assert holding(project, "ann").keys() <= {"case_journal"}
    equal, said = verified(project, lookback=60)
    assert equal, said


def test_erase_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    made = DbtProject(tmp_path / "made", config(), document())
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("models", "metadb", "ozmeta.yml"):
        (folder / name).symlink_to(made.folder / name)
    postgres.open(folder, "main")
    engine, raw = postgres.engine, ("raw", "event_journal")
    setup = [engine.create_schema("raw"), engine.create_table(*raw, JOURNAL_TYPES)]
    postgres.execute([*setup, *engine.append(*raw, rows())])
    postgres.dbt("run", as_of=AS_OF)

    project = read_project(folder, Problems())
    out = Console(file=io.StringIO())
    erasure = Erasure(
        dbt_of(made), project.config, project.plans, {"actor": "ann"}, "erased", None, out
    )
    journal_config = erasure.config(project.plans[0])
    ask: Callable[..., Any] = postgres.ask
    args = {"binding": "case", "config": journal_config, "who": {"actor": "ann"}}
    as_of = {"ozmeta_as_of": AS_OF}
    plan = ask(operation="erase_plan", args=args | {"replacement": "erased"}, vars=as_of)
    assert plan["held"] == 13 and plan["objects"] == 3
    postgres.execute(
        [
            "update raw.event_journal set EJ_Actor = 'erased' where EJ_Actor = 'ann'",
            "update raw.event_journal set EJ_Payload = replace(EJ_Payload, 'ann', 'erased')",
        ]
    )
    assert ask(operation="erase_plan", args=args | {"replacement": "x"}, vars=as_of)["held"] == 0
    ask(operation="erase_begin", args=args, vars=as_of)
    ask(dbt=["run", "--select", *plan["models"]], vars=as_of | {"ozmeta_erase": True})
    end = {"binding": "case", "who": {"actor": "ann"}, "tables": plan["tables"], "replacement": "x"}
    assert ask(operation="erase_end", args=end, vars=as_of) == {"left": {}}
    sql = "select EJ_Actor, count(*) from main.case_timeline group by 1 order by 1"
    assert postgres.rows(sql) == [["ben", "5"], ["erased", "9"]]
    assert postgres.rows("select count(*) from main.ozmeta_erasure") == [[str(len(plan["tables"]))]]
