"""Mutated journal rows through dbt on DuckDB, together with objects whose events are not changed.

What must hold:

- Every run succeeds, and so do `dbt test`'s checks of form, `explain` and `report`.
- Every row is accounted for (SPEC 9.6): in the timeline, a duplicate of one that is, in quarantine,
  or counted as unclaimed.
- The tables of the other objects are the same as without the hostile rows.
- Nothing that is printed speaks to a terminal, and the report has no element that a harmless one
  has not.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import yaml
from ozmeta_dbt.demo.events import END, journals
from ozmeta_dbt.demo.metadata import snapshot as demo_snapshot
from ozmeta_dbt.demo.project import OZMETA
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.project import read_project
from ozmeta_dbt.report import page
from ozmeta_dbt.report.document import BindingReport
from ozmeta_dbt.report.make import Choice, make
from support.dbt_project_under_test import (
    JOURNAL_COLUMNS,
    OBJECT_COLUMN,
    DbtProject,
    RunFailed,
    canonical,
)
from support.verification import command, dbt_of

from fuzzers.metadata import is_control
from fuzzers.mutation import mutated
from fuzzers.pages import parsed
from fuzzers.tally import Fault, Tally
from fuzzers.texts import hostile

Row = dict[str, Any]
KEPT = "kept-"  # begins the ids of the objects that are left alone
BINDINGS = {"case": "Case", "invoice": "Invoice"}  # Ticket of the demo is unclaimed here
TEXT_COLUMNS = tuple(
    name for name, type_ in JOURNAL_COLUMNS.items() if type_ == "varchar" and name != "EJ_Payload"
)
# Of a journal whose times and sequences are text, so that anything can be written into them.
AS_TEXT = JOURNAL_COLUMNS | {"EJ_EventTimeUTC": "varchar", "EJ_Sequence": "varchar"}
TIMES = (
    *("0001-01-01", "9999-12-31T23:59:59.999999999Z", "10000-01-01", "-0001-01-01", "0000-00-00"),
    *("2026-02-30", "2026-01-01T24:00:00", "2026-01-01T23:59:60Z", "2026-01-01T00:00:00+99:99"),
    *("2026-01-01T00:00:00-18:00", "1970-01-01", "infinity", "-infinity", "NaN", "now", "epoch"),
    *("2026-01-01T12", "20260101", "2026-W01-1", "1", "1e400", "99999999999999999999", "-1", ""),
    *("2026-01-01T00:00:00.1234567890123456789Z", "0001-01-01T00:00:00+14:00", "2026-01-01 5:00"),
    "9999-12-31T23:59:59-14:00",
)
INSTANTS = (
    *(
        dt.datetime.min,
        dt.datetime.max,
        dt.datetime(1, 1, 1, 0, 0, 0, 1),
        dt.datetime(1582, 10, 10),
    ),
    *(dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(2262, 4, 12), None),
)
SEQUENCES = (0, -1, 1, 2**63 - 1, -(2**63), None)
SEQUENCE_TEXTS = ("1e3", "1.5", "0x1", "9" * 30, "-9223372036854775809", " 1", "1 ", "+1", "", "٣")
DEPTHS = (10, 90, 400, 1500, 20_000)
BROKEN = (
    *("", " ", "null", "[]", "1", '"x"', "{", "{}x", "{,}", '{"a":1,}', "{'a':1}", '{"a":NaN}'),
    *('{"a":1}{"a":1}', '{"a":01}', '{"a":1e}', '{"a":"\\x"}', '{"a":"\\ud800"}', "\ufeff{}"),
    *('{"a":"\\u0000"}', '{"\\u0000":1}', '{"a":"\n"}', '{"a":tru}', "{/**/}", "﹛﹜", '{"":{}}'),
    *('{"object":{"\\u0000":1,"Priority":"\\u0000"}}', '{"a":1e999999}', '{"a":-1e-999999}'),
    *('{"transition":{"code":"Close"},"transition":{"code":"x"}}', '{"object":null,"object":1}'),
    '{"transition":{"code":"a","code":"Close","toState":"x","toState":null}}',
)


def demo_project(folder: Path, bindings: Collection[str]) -> DbtProject:
    """The demo's project, with these bindings only."""
    config = yaml.safe_load(OZMETA) | {"metadb": {"snapshot": "metadb/snapshot.json"}}
    names = {BINDINGS[binding] for binding in bindings}
    config["bindings"] = {name: of for name, of in config["bindings"].items() if name in names}
    document = demo_snapshot()
    tables = {row["id"]: row for row in document["objects"]["model"]["tables"]}
    for binding in document["objects"]["runtime"]["bindings"]:
        binding["isEnabled"] = tables[binding["objectId"]]["code"] in names
    return DbtProject(folder, config, document)


def templates() -> list[Row]:
    """The demo's events: those to mutate, and those to leave unchanged."""
    return [{name: row.get(name) for name in JOURNAL_COLUMNS} for row in journals(3000)[0]]


def kept_rows(rows: list[Row], bindings: Collection[str]) -> list[Row]:
    """The events of some objects of each type, under ids of their own."""
    kinds = {BINDINGS[binding] for binding in bindings}
    found = []
    by_object: dict[tuple[Any, Any], list[Row]] = defaultdict(list)
    for row in rows:
        if row["EJ_ObjectType"] in kinds and row["EJ_ObjectID"]:
            by_object[row["EJ_ObjectType"], row["EJ_ObjectID"]].append(row)
    counted: Counter[str] = Counter()
    for (kind, _), own in sorted(by_object.items()):
        counted[kind] += 1
        if counted[kind] <= 12:
            found += [
                row
                | {
                    "EJ_ID": row["EJ_ID"] and KEPT + str(row["EJ_ID"]),
                    "EJ_ObjectID": KEPT + str(row["EJ_ObjectID"]),
                }
                for row in own
            ]
    return found


def hostile_payload(chance: random.Random, payload: Any) -> str | None:
    kind = chance.random()
    if kind < 0.25:
        return chance.choice(BROKEN)
    try:
        is_deep = payload.count("[") + payload.count("{") > 100  # from an earlier change
        document = None if is_deep else json.loads(payload)
    except (AttributeError, ValueError):
        document = None
    if not isinstance(document, dict):
        document = {"transition": {"code": "Close"}}
    if kind < 0.35:
        part, depth = chance.choice(("object", "context", "user", "x")), chance.choice(DEPTHS)
        begin, end = chance.choice((("[", "]"), ('{"a":', "}"), ('{"Priority":[', "]}")))
        return f'{{"{part}":{begin * depth}1{end * depth}}}'
    if kind < 0.37:
        document["object"] = {"Notes": hostile(chance, storable=True) * 3000}
    else:
        document = mutated(chance, document)[0]
    text = json.dumps(document, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.15:
        place = chance.randint(0, len(text))
        text = text[:place] + hostile(chance, storable=True) + text[place:]
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    return text.replace("1e+400", "1e400")


def hostile_row(chance: random.Random, template: Row, others: list[Row], as_text: bool) -> Row:
    """A copy of an event with one to three columns changed."""
    row = copy.copy(template)
    for _ in range(chance.choice((1, 1, 2, 3))):
        kind = chance.random()
        if kind < 0.4:
            row["EJ_Payload"] = hostile_payload(chance, row["EJ_Payload"])
        elif kind < 0.5:
            row["EJ_EventTimeUTC"] = (
                chance.choice((*TIMES, hostile(chance, storable=True)))
                if as_text
                else chance.choice(INSTANTS)
            )
        elif kind < 0.57:
            row["EJ_Sequence"] = chance.choice(
                (*SEQUENCES, *SEQUENCE_TEXTS) if as_text else SEQUENCES
            )
        elif kind < 0.67:  # another event with this one's id, or this one in another's name
            name = chance.choice(("EJ_ID", "EJ_ObjectID", "EJ_SourceSystem", "_TenantID"))
            row[name] = chance.choice(others)[name]
        else:
            name = chance.choice(TEXT_COLUMNS)
            row[name] = chance.choice((None, "", hostile(chance, storable=True)))
    if str(row["EJ_ObjectID"] or "").startswith(KEPT):
        row["EJ_ObjectID"] = "x" + row["EJ_ObjectID"]
    return row


def append(project: DbtProject, rows: list[Row]) -> None:
    """All rows at once: one by one takes a millisecond each."""
    names = list(JOURNAL_COLUMNS)
    marks = ", ".join("?" * len(names))
    columns = ", ".join(f'"{name}"' for name in names)
    with project.connect() as connection:
        connection.execute("begin")
        connection.executemany(
            f"insert into raw.event_journal ({columns}) values ({marks})",
            [[row[name] for name in names] for row in rows],
        )
        connection.execute("commit")


def batches(rows: list[Row], number: int) -> Iterator[tuple[str, list[Row]]]:
    """The rows by arrival, in so many runs, with the clock of each."""
    rows = sorted(rows, key=lambda row: row["_SyncDate"])
    size = -(-len(rows) // number)
    for at in range(0, len(rows), size):
        part = rows[at : at + size]
        is_last = at + size >= len(rows)
        yield (END if is_last else part[-1]["_SyncDate"]).isoformat(), part


def kept_tables(project: DbtProject, bindings: Collection[str]) -> dict[str, Counter[str]]:
    """{table: the rows of the unchanged objects, on canonical columns}"""
    found = {}
    made = {row["table_name"] for row in project.rows("select table_name from duckdb_tables()")}
    made |= {row["view_name"] for row in project.rows("select view_name from duckdb_views()")}
    for binding in bindings:
        for model, column in OBJECT_COLUMN.items():
            if f"{binding}_{model}" not in made:
                continue
            live = "" if model == "timeline" else " and _DeleteDate is null"
            rows = project.rows(
                f"select {', '.join(canonical(model))} from {binding}_{model}"
                f" where starts_with({column}, '{KEPT}'){live}"
            )
            found[f"{binding}_{model}"] = Counter(str(sorted(row.items())) for row in rows)
    return found


# ---------------------------------------------------------------- every row is accounted for

SHOWN = ("EJ_ID", "_TenantID", "EJ_EventType", "EJ_Actor", "EJ_ObjectID", "EJ_SourceSystem")
REFUSED = {
    "EJ_ID": "QR_EventID",
    "_TenantID": "_TenantID",
    "EJ_EventType": "QR_EventType",
    "EJ_Actor": "QR_Actor",
    "EJ_ObjectID": "QR_ObjectID",
    "EJ_SourceSystem": "QR_SourceSystem",
    "EJ_Payload": "QR_Payload",
}


def lost(project: DbtProject, bindings: dict[str, set[str]]) -> list[str]:
    """Rows of the journal that are in no table."""
    found = []
    journal = project.rows("from raw.event_journal")
    for binding, object_types in bindings.items():
        own = [row for row in journal if row["EJ_ObjectType"] in object_types]
        timeline = {
            (row["_TenantID"], row["EJ_ObjectID"], row["EJ_ID"])
            for row in project.rows(f"from {binding}_timeline")
        }
        refused = {
            tuple(row[name] or None for name in REFUSED.values())
            for row in project.rows(f"from {binding}_quarantine where _DeleteDate is null")
        }
        contents: dict[Any, set[Any]] = defaultdict(set)
        for row in own:
            shown = tuple(row[name] or None for name in REFUSED)
            key = (row["_TenantID"], row["EJ_ObjectID"], row["EJ_ID"])
            if key in timeline:
                contents[key].add(shown)
            elif shown not in refused:
                found.append(f"{binding}: {row}")
        # of several contents under one id, one is in the timeline and the others are refused
        for key, shown in contents.items():
            if len(shown - refused) > 1:
                found.append(f"{binding}: {key} has contents that are nowhere: {shown - refused}")
    unclaimed = sum(r["UO_Rows"] for r in project.rows("from unclaimed_object_type"))
    claimed = set().union(*bindings.values())
    others = sum(row["EJ_ObjectType"] not in claimed for row in journal)
    if unclaimed != others:
        found.append(f"{others} rows of other types, of which {unclaimed} are counted")
    return found


# ---------------------------------------------------------------- all of it


class Calm:
    """The unchanged objects in a separate project: the rows of their tables, and their report."""

    def __init__(
        self, folder: Path, bindings: Collection[str] = BINDINGS, with_report: bool = True
    ) -> None:
        self.bindings = {binding: set[str]() for binding in bindings}  # with their object types
        self.templates = templates()
        self.rows = kept_rows(self.templates, bindings)
        project = demo_project(folder, bindings)
        for binding in read_project(project.folder, Problems()).bindings:
            self.bindings[binding.name] = set(binding.object_types)
        project.create_journal()
        append(project, self.rows)
        project.run(END.isoformat())
        self.tables = kept_tables(project, bindings)
        self.reports: list[BindingReport] = []
        if with_report:
            with redirect_stdout(io.StringIO()):  # dbt prints what the operations answer
                self.reports = make(dbt_of(project), Choice(stories=6))
            self.kinds = parsed(page.html(self.reports, "Report", "acme")).kinds
        if not all(self.tables[f"{binding}_timeline"] for binding in bindings):
            raise AssertionError("no object is left alone")


def run(
    seed: int,
    inputs: int,
    tally: Tally,
    folder: Path,
    calm: Calm,
    kinds: Collection[bool] = (False, True),
) -> None:
    """So many rows, in a journal of canonical types and in one whose columns are texts."""
    for as_text in kinds:
        name = f"journal {seed} {'text' if as_text else 'typed'}"
        chance = random.Random(name)
        rows = [
            hostile_row(chance, chance.choice(calm.templates), calm.templates, as_text)
            for _ in range(inputs // len(kinds))
        ]
        tally.count("a journal row", len(rows))
        for wrong in played(folder / name.replace(" ", "_"), rows, calm, as_text, chance):
            tally.faults.append(Fault(name, wrong))


def played(
    folder: Path, rows: list[Row], calm: Calm, as_text: bool, chance: random.Random
) -> Iterator[str]:
    """What does not hold after the rows were folded."""
    project = demo_project(folder, calm.bindings)
    project.create_journal(AS_TEXT if as_text else JOURNAL_COLUMNS)
    for as_of, part in batches(calm.rows + rows, 2):
        append(project, part)
        try:
            project.run(as_of)
        except RunFailed as error:
            yield f"a run fails: {str(error)[:3000]}"
            return
    for text in lost(project, calm.bindings)[:5]:
        yield f"a row is nowhere: {text[:2000]}"
    found = kept_tables(project, calm.bindings)
    for table, expected in calm.tables.items():
        if found[table] != expected:
            more, fewer = found[table] - expected, expected - found[table]
            yield f"{table} changed beside hostile rows: {list(more)[:2]} for {list(fewer)[:2]}"
    yield from of_explain(project, chance, rows)
    if calm.reports:
        yield from of_report(project, calm)


def of_explain(project: DbtProject, chance: random.Random, rows: list[Row]) -> Iterator[str]:
    ids = [row["EJ_ObjectID"] for row in rows if row["EJ_ObjectID"]]
    for object_id in chance.sample(ids, 4):
        status, printed = command(
            project, "explain", "--profiles-dir", str(project.folder), "--", "case", object_id
        )
        if status not in (0, 1):
            yield f"explain {object_id!r} exits with {status}: {printed[-2000:]}"
        elif control := [char for char in printed if is_control(char)]:
            yield f"explain {object_id!r} prints {control[0]!r}"


def of_report(project: DbtProject, calm: Calm) -> Iterator[str]:
    path = project.folder / "report.html"
    status, printed = command(
        project, "report", "--out", str(path), "--profiles-dir", str(project.folder)
    )
    if status != 0:
        yield f"report exits with {status}: {printed[-2000:]}"
        return
    found = parsed(path.read_text(encoding="utf-8"))
    for kind in sorted(found.kinds - calm.kinds):
        yield f"the report has an element of a kind that a harmless one has not: {kind}"
    if wrong := [part for part in found.found if "a comment" in part or "out of order" in part]:
        yield f"the report has {wrong[:3]}"
