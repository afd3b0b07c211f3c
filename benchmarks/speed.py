"""How fast the package is, next to the least that it could cost, to what people write by hand, and
to a loop in Python.

    .venv/bin/python benchmarks/speed.py                               what the targets need, with a
    million events and ten million behind an increment; half an hour
    .venv/bin/python benchmarks/speed.py --only all --events 1000000,10000000,100000000       hours
    .venv/bin/python benchmarks/speed.py --only floor,full,naive --events 10000000

Every measurement is a process of its own. What is compared takes turns, so that other work of the
machine slows down both. Results go to benchmarks/results,
as numbers (.json), the table of targets (.md) and a plot (.png); without --name they are shown and
kept in benchmarks/.work.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import entities
import journal
import report
from projects import HERE, baseline_project, bound_project, trivial_project

WORK = HERE / ".work"
TICKET = entities.TYPES[:1]
TARGETS = ("floor", "full", "naive", "alike", "increment", "overhead", "hundred")
ALL = (*TARGETS, "loop", "first_writer", "memory", "types", "levels", "backlog")
MADE_BY = hashlib.sha256(
    b"".join((HERE / name).read_bytes() for name in ("journal.py", "entities.py"))
).hexdigest()[:8]
LIMIT = "4GB"
TICKS = 400


class Bench:
    def __init__(
        self, sizes: Sequence[int], only: Sequence[str], repetitions: int, memory: str | None
    ):
        self.sizes, self.only, self.repetitions, self.memory_limit = (
            sorted(sizes),
            only,
            repetitions,
            memory,
        )
        self.main = min(sizes)  # the size that the targets speak of
        self.runs: list[dict[str, Any]] = []
        self.facts: dict[str, Any] = {
            "sizes": self.sizes,
            "main": self.main,
            "repetitions": repetitions,
            "memory": memory,
            "cores": os.cpu_count(),
            "duckdb": duckdb.__version__,
            "python": platform.python_version(),
            "dbt": dbt_version(),
            "commit": commit(),
        }

    # measuring

    def note(self, what: str, events: int, found: dict[str, Any]) -> dict[str, Any]:
        self.runs.append({"what": what, "events": events, **found})
        (WORK / "runs.json").write_text(json.dumps({"facts": self.facts, "runs": self.runs}))
        print(
            f"{events:>10} {what:26}"
            + "".join(
                f"{key} {found[key]:.2f}  "
                for key in ("sql", "cpu", "wall", "peak_mb", "statements", "file_mb", "load")
                if key in found
            ),
            flush=True,
        )
        return found

    def python(self, what: str, events: int, *command: str) -> dict[str, Any]:
        return self.note(
            what, events, json.loads(said([sys.executable, *command]).splitlines()[-1])
        )

    def dbt(self, what: str, events: int, folder: Path, as_of: str, *args: str) -> dict[str, Any]:
        command = (sys.executable, str(HERE / "measure.py"), str(folder), as_of, *args)
        found = json.loads(said(command).splitlines()[-1])
        size = sum(file.stat().st_size for file in folder.glob("warehouse.duckdb*"))
        return self.note(what, events, found | {"file_mb": size / 1e6})

    def command(self, what: str, events: int, command: list[str], folder: Path) -> None:
        begun, cpu = time.perf_counter(), children_cpu()
        said(command, folder)
        found = {"wall": time.perf_counter() - begun, "cpu": children_cpu() - cpu}
        self.note(what, events, found | {"load": os.getloadavg()[0]})

    # what is measured

    def whole(self, events: int) -> None:
        """Everything afresh: the package, the least that it could cost, what people write by hand;
        and the package with another policy, or less memory.
        """
        file = journal_file(events)
        as_of = arrived(file)
        measured_here = {"floor", "full", "naive", "alike", "increment", "overhead"} | (
            {"first_writer", "memory"} if events == self.main else set()
        )
        wanted = [what for what in self.only if what in measured_here]
        if not wanted:
            return
        ours = bound_project(
            WORK / str(events) / "ours", TICKET, file, self.memory_limit
        )  # stays, for the increments
        baselines = baseline_project(WORK / str(events) / "baselines", file, self.memory_limit)
        other = {
            "first_writer": bound_project(
                WORK / str(events) / "first_writer",
                TICKET,
                file,
                self.memory_limit,
                policy="first_writer_wins",
            ),
            "memory": bound_project(
                WORK / str(events) / "memory", TICKET, file, memory_limit=LIMIT
            ),
        }
        big = (
            events > self.main
        )  # of these, only what the increments need, once, and the floor for the plot
        for repetition in range(
            1
            if big
            or not {"full", "floor", "naive", "alike", "first_writer", "memory"} & set(wanted)
            else self.repetitions
        ):
            fresh(ours)
            self.dbt("full", events, ours, as_of)
            if "floor" in wanted:
                fresh(baselines)
                self.dbt("floor", events, baselines, as_of, "--select", "floor")
            for by_hand, fact, compare in (
                ("naive", "agreed", same_answers),
                ("alike", "alike", equal_rows),
            ):
                if by_hand in wanted and not big:
                    fresh(baselines)
                    models = f"path:models/baselines/{by_hand}"
                    self.dbt(by_hand, events, baselines, as_of, "--select", models)
                    if not repetition:
                        self.facts[f"{fact}_{events}"] = compare(
                            ours / "warehouse.duckdb", baselines / "warehouse.duckdb"
                        )
            fresh(baselines)
            for what, folder in other.items():
                if what in wanted:
                    fresh(folder)
                    self.dbt(what, events, folder, as_of)
                    fresh(folder)
        if "full" in wanted:
            self.facts[f"rows_{events}"] = rows(ours / "warehouse.duckdb")

    def increments(self) -> None:
        """10,000 events more, nothing more, and some hundred thresholds more; the journals take
        turns. Each increment goes on from the one before, so nothing has to be copied.
        """
        as_of = {events: arrived(journal_file(events)) for events in self.sizes}
        for repetition in range(1, min(self.repetitions, journal.BATCHES) + 1):
            for events in self.sizes:
                file, folder = journal_file(events), WORK / str(events) / "ours"
                last, touched, late = append(file, repetition)
                as_of[events] = max(as_of[events], last)
                self.dbt("increment", events, folder, as_of[events])
                self.runs[-1] |= {"objects": touched, "late": late}
                self.dbt("nothing", events, folder, as_of[events])
                as_of[events], opened = next_thresholds(folder / "warehouse.duckdb")
                self.dbt("tick", events, folder, as_of[events])
                self.runs[-1] |= {"open": opened, "ticked": ticked(folder / "warehouse.duckdb")}
        self.facts["as_of"] = as_of

    def levels(self) -> None:
        """sla_cycle of three policies, two with a calendar and one that pauses, next to the same
        three around the clock: a full refresh, then increments.
        """
        file, folder = journal_file(self.main), WORK / "levels"
        as_of = arrived(file)
        projects = {
            "plain": bound_project(folder / "plain", TICKET, file, self.memory_limit),
            "levels": bound_project(
                folder / "levels",
                TICKET,
                file,
                self.memory_limit,
                calendars=entities.CALENDARS,
                slas=entities.LEVELS,
            ),
        }
        for _ in range(self.repetitions):
            for what, project in projects.items():
                fresh(project)
                self.cycles(f"{what}_full", project, as_of)
        for batch in range(1, min(self.repetitions, journal.BATCHES) + 1):
            as_of = max(as_of, append(file, batch)[0])
            for what, project in projects.items():
                self.cycles(f"{what}_increment", project, as_of)
        shutil.rmtree(folder)

    def backlog(self) -> None:
        """The daily backlog next to workflow_instance: increments of each journal."""
        for events in self.sizes:
            file = journal_file(events)
            folder = bound_project(WORK / "backlog", TICKET, file, self.memory_limit, backlog=True)
            as_of = arrived(file)
            self.dbt("backlog_full", events, folder, as_of)
            for batch in range(1, min(self.repetitions, journal.BATCHES) + 1):
                as_of = max(as_of, append(file, batch)[0])
                cpu = self.dbt("backlog_run", events, folder, as_of)["models_cpu"]
                for what in ("backlog", "workflow_instance"):
                    self.note(f"{what}_increment", events, {"cpu": cpu[f"ticket_{what}"]})
            shutil.rmtree(folder)

    def cycles(self, what: str, project: Path, as_of: str) -> None:
        """Runs everything, and notes what sla_cycle alone took."""
        found = self.dbt(what, self.main, project, as_of)
        self.runs[-1] |= {
            "sla_cycle": found["models"]["ticket_sla_cycle"],
            "sla_cycle_cpu": found["models_cpu"]["ticket_sla_cycle"],
        }

    def types(self) -> None:
        """The same number of events, of four types: four bindings, each of which reads the journal
        for its own.
        """
        file = journal_file(self.main, 4)
        folder, baselines = (
            bound_project(WORK / "types" / "ours", entities.TYPES, file, self.memory_limit),
            baseline_project(WORK / "types" / "baselines", file, self.memory_limit),
        )
        for _ in range(self.repetitions):
            fresh(folder)
            self.dbt("types", self.main, folder, arrived(file))
            fresh(baselines)
            self.dbt("types_floor", self.main, baselines, arrived(file), "--select", "floor")
        shutil.rmtree(WORK / "types")
        file.unlink()  # of a size with what the others need

    def overhead(self) -> None:
        """`dbt run` as a user starts it, with nothing new, next to one model that selects 1; parsed
        before, as the second run of a day is.
        """
        events = self.sizes[0]
        ours, trivial = WORK / str(events) / "ours", trivial_project(WORK / "trivial")
        said_before = [
            "--vars",
            json.dumps(
                {
                    "ozmeta_as_of": (
                        self.facts.get("as_of", {}).get(events) or arrived(journal_file(events))
                    )
                }
            ),
        ]
        for label, args in (("", said_before), ("_now", [])):
            for folder in (ours, trivial):
                said([tool("dbt"), "run", "--profiles-dir", ".", *args], folder)
            for _ in range(max(self.repetitions, 5)):
                self.command(
                    f"run_binding{label}",
                    events,
                    [tool("dbt"), "run", "--profiles-dir", ".", *args],
                    ours,
                )
                self.command(
                    f"run_trivial{label}",
                    events,
                    [tool("dbt"), "run", "--profiles-dir", ".", *args],
                    trivial,
                )

    def hundred(self) -> None:
        folder = bound_project(
            WORK / "hundred", entities.HUNDRED, WORK / "hundred.duckdb", generate=False
        )
        duckdb.connect(str(WORK / "hundred.duckdb")).close()
        others = {
            "parse_empty": trivial_project(WORK / "empty", model=False),
            "parse_package": trivial_project(WORK / "package", model=False, package=True),
        }
        for _ in range(self.repetitions):
            shutil.rmtree(folder / "models" / "ozmeta", ignore_errors=True)
            self.command("generate_100", 0, [tool("ozmeta-dbt"), "generate"], folder)
        self.facts["models_100"] = len(list((folder / "models").rglob("*.sql")))
        for _ in range(self.repetitions + 1):
            for what, where in {"parse_100": folder, **others}.items():
                self.command(what, 0, [tool("dbt"), "parse", "--profiles-dir", "."], where)
        for what in ("parse_100", *others):  # the first is not a warm one
            self.runs.remove(next(run for run in self.runs if run["what"] == what))

    def all(self) -> dict[str, Any]:
        WORK.mkdir(exist_ok=True)
        for events in self.sizes:
            self.whole(events)
        if "loop" in self.only:
            events = self.sizes[0]
            for _ in range(self.repetitions):
                self.python(
                    "loop",
                    events,
                    str(HERE / "baselines" / "loop.py"),
                    str(journal_file(events)),
                    arrived(journal_file(events)),
                )
            self.facts["loop"] = {
                key: self.runs[-1][key] for key in ("objects", "states", "breached")
            }
        if "increment" in self.only:
            self.increments()
        if "overhead" in self.only:
            self.overhead()
        if "levels" in self.only:
            self.levels()
        if "backlog" in self.only:
            self.backlog()
        if "types" in self.only:
            self.types()
        if "hundred" in self.only:
            self.hundred()
        return {"facts": self.facts, "runs": self.runs}


def said(command: Sequence[str], folder: Path | None = None) -> str:
    child = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if child.returncode:
        raise SystemExit(
            f"{' '.join(command)} ended with {child.returncode}\n{child.stdout}{child.stderr}"
        )
    return child.stdout


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def commit() -> str:
    """The commit that is measured, marked if files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def dbt_version() -> str:
    from importlib.metadata import version

    return f"{version('dbt-core')}, dbt-duckdb {version('dbt-duckdb')}"


def fresh(folder: Path) -> None:
    """A warehouse without tables: what a first run finds."""
    for file in folder.glob("warehouse.duckdb*"):
        file.unlink()


def journal_file(events: int, types: int = 1) -> Path:
    """The journal's file, made once and kept; without what earlier increments appended."""
    file = WORK / f"journal-{events}-{types}-{MADE_BY}.duckdb"
    if not file.exists():
        print(
            f"{events:>10} events are made, of {types} type{'s' if types > 1 else ''}", flush=True
        )
        for old in WORK.glob(f"journal-{events}-{types}-*"):
            old.unlink()
        said([sys.executable, str(HERE / "journal.py"), str(file), str(events), str(types)])
    return file


def arrived(file: Path) -> str:
    """When the journal's last row arrived, before any increment; what earlier increments appended
    is taken out.
    """
    with duckdb.connect(str(file)) as connection:
        first = connection.execute("select min(_SyncDate) from raw.arriving").fetchone()[0]
        if (
            connection.execute("select max(_SyncDate) from raw.event_journal").fetchone()[0]
            >= first
        ):
            connection.execute("delete from raw.event_journal where _SyncDate >= ?", [first])
        return connection.execute(
            "select cast(max(_SyncDate) as varchar) from raw.event_journal"
        ).fetchone()[0]


def append(file: Path, batch: int) -> tuple[str, int, int]:
    """Appends a batch to the journal: when its last row arrived, the objects that it touches, and
    how many of its rows are late.
    """
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "insert into raw.event_journal select * exclude (batch) from raw.arriving"
            " where batch = ?",
            [batch],
        )
        last, touched, late = connection.execute(
            """
            select cast(max(_SyncDate) as varchar), count(distinct (_TenantID, EJ_ObjectID)),
                sum(case when EJ_SourceSystem <> 'app' then 1 else 0 end)
            from raw.arriving where batch = ?
            """,
            [batch],
        ).fetchone()
    return last, touched, int(late)


def rows(warehouse: Path) -> dict[str, int]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = 'warehouse' and"
                " table_name like 'ticket_%' order by 1"
            ).fetchall()
        ]
        return {
            name: connection.execute(f"select count(*) from {name}").fetchone()[0] for name in names
        }


def next_thresholds(warehouse: Path) -> tuple[str, int]:
    """The instant at which TICKS open timers will have passed their next threshold (a breach is
    after it), and how many are open.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        instant = connection.execute(
            "select cast(ST_NextUTC + interval 1 microsecond as varchar) from ticket_sla_cycle"
            " where ST_NextUTC is not null and _DeleteDate is null order by ST_NextUTC limit 1"
            f" offset {TICKS - 1}"
        ).fetchone()[0]
        return (
            instant,
            connection.execute(
                "select count(*) from ticket_sla_timer where ST_StopUTC is null and _DeleteDate is"
                " null"
            ).fetchone()[0],
        )


def ticked(warehouse: Path) -> int:
    """Cycles that the last run wrote, and no threshold may be left behind."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        written, left = connection.execute("""
            select count(*) filter (where _Batch = (select max(RUN_Batch) from ticket_run)),
                count(*) filter (where ST_NextUTC <= (select max(RUN_AsOfUTC) from ticket_run)
                and _DeleteDate is null)
            from ticket_sla_cycle
        """).fetchone()
        if left or written < TICKS:
            raise SystemExit(
                f"{written} cycles were written, and {left} thresholds that as_of has reached are"
                " left"
            )
        return written


def same_answers(ours: Path, by_hand: Path) -> dict[str, int]:
    """Where the models written by hand mean the same they have to say the same: on tickets with
    nothing wrong, none of whose events is still on its way.
    """
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"attach '{ours}' as ours (read_only); attach '{by_hand}' as by_hand (read_only)"
        )
        connection.execute("""
            create temp table wrong as
            select _TenantID, EJ_ObjectID from ours.ticket_timeline where TL_Anomaly is not null
                union select _TenantID, QR_ObjectID from ours.ticket_quarantine
            union select _TenantID, EJ_ObjectID from by_hand.naive_timeline
                where position <> EJ_Sequence  -- an event is missing, or its clock was wrong
        """)
        pairs = {
            "states": (
                (
                    "select _TenantID, EJ_ObjectID, state, since, version, last_transition,"
                    " last_actor, first_event_at from by_hand.naive_workflow_instance"
                ),
                (
                    "select _TenantID, WI_ObjectID as EJ_ObjectID, WS_CurrentCode,"
                    " WI_CurrentSinceUTC, WI_RowVersion, WI_LastTransitionCode, case when"
                    " WI_RowVersion > 0 then WI_LastActor end, WI_FirstEventUTC from"
                    " ours.ticket_workflow_instance"
                ),
            ),
            "timers": (
                (
                    "select _TenantID, EJ_ObjectID, sla, started_at, stopped_at, is_breached,"
                    " status from by_hand.naive_sla_timer"
                ),
                (
                    "select _TenantID, ST_ObjectID as EJ_ObjectID, SL_Code, ST_StartUTC,"
                    " ST_StopUTC, ST_BreachedUTC is not null, ST_Status from ours.ticket_sla_timer"
                ),
            ),
            "cycles": (
                (
                    "select _TenantID, EJ_ObjectID, sla, started_at, stopped_at, is_breached,"
                    " cycle_no from by_hand.naive_sla_cycle"
                ),
                (
                    "select _TenantID, ST_ObjectID as EJ_ObjectID, SL_Code, ST_StartUTC,"
                    " ST_StopUTC, ST_BreachedUTC is not null, ST_CycleNo from ours.ticket_sla_cycle"
                ),
            ),
            "escalations": (
                (
                    "select _TenantID, EJ_ObjectID, sla, level, raised_at, severity, role from"
                    " by_hand.naive_escalation_queue"
                ),
                (
                    "select _TenantID, EQ_ObjectID as EJ_ObjectID, SL_Code, EQ_Level,"
                    " EQ_CreatedUTC, EQ_Severity, EQ_AssignedToRole from"
                    " ours.ticket_escalation_queue where SL_Code <> 'Work'"
                ),
            ),
            "signals": (
                (
                    "select _TenantID, EJ_ObjectID, sla, signal, raised_at from"
                    " by_hand.naive_runtime_signal"
                ),
                (
                    "select _TenantID, RS_ObjectID as EJ_ObjectID, SL_Code, RS_SignalCode,"
                    " RS_ScheduledUTC from ours.ticket_runtime_signal where SL_Code <> 'Work'"
                ),
            ),
            "refused": (
                "select _TenantID, EJ_ObjectID, EJ_ID, reason from by_hand.naive_quarantine",
                (
                    "select _TenantID, QR_ObjectID as EJ_ObjectID, QR_EventID, QR_Reason from"
                    " ours.ticket_quarantine"
                ),
            ),
        }
        found = {}
        for name, (hand, our) in pairs.items():
            hand, our = (
                (
                    f"(from ({query}) anti join wrong using (_TenantID, EJ_ObjectID))"
                    if name != "refused"
                    else f"(select distinct * from ({query}))"
                )
                for query in (hand, our)
            )
            found[name], different = connection.execute(
                f"select (select count(*) from {our}), (select count(*) from ((from {hand} except"
                f" all from {our}) union all (from {our} except all from {hand})))"
            ).fetchone()
            if different or not found[name]:
                raise SystemExit(
                    f"{name}: the models written by hand differ in {different} rows of"
                    f" {found[name]}"
                )
    return found


# What a full refresh writes about itself, and keys whose text is the package's own
NOT_COMPARED = {"_Key", "_ObjectKey", "_DeleteDate", "_DefinitionHash", "_Batch", "_UpdateDate"}
ALIKE = (
    "timeline",
    "quarantine",
    "workflow_instance",
    "sla_cycle",
    "sla_timer",
    "escalation_queue",
    "runtime_signal",
)


def equal_rows(ours: Path, by_hand: Path) -> dict[str, int]:
    """The hand-written models alike have the package's rows, all of them, in every column that both
    have. Returns how many rows each model has.
    """
    found = {}
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"attach '{ours}' as ours (read_only); attach '{by_hand}' as by_hand (read_only)"
        )
        for name in ALIKE:
            columns = [
                column
                for (column,) in connection.execute(
                    "select column_name from duckdb_columns() where database_name = 'ours' and"
                    f" table_name = 'ticket_{name}' intersect select column_name from"
                    " duckdb_columns() where database_name = 'by_hand' and table_name ="
                    f" 'alike_{name}' order by 1"
                ).fetchall()
                if column not in NOT_COMPARED
            ]
            our, hand = (
                f"(select {', '.join(columns)} from {table})"
                for table in (f"ours.ticket_{name}", f"by_hand.alike_{name}")
            )
            count, different = connection.execute(
                f"select (select count(*) from {our}), (select count(*) from ((from {hand} except"
                f" all from {our}) union all (from {our} except all from {hand})))"
            ).fetchone()
            if different or not count or len(columns) < 10:
                raise SystemExit(
                    f"{name}: the hand-written model alike differs in {different} of {count} rows,"
                    f" compared by {', '.join(columns)}"
                )
            found[f"{name} by {len(columns)} columns"] = count
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--events", default="1000000,10000000", help="sizes of the journal, by commas"
    )
    parser.add_argument(
        "--only",
        default=",".join(TARGETS),
        help=f"of {', '.join(ALL)}; all; default: what the table of targets needs",
    )
    parser.add_argument("--repetitions", type=int, default=5, help="turns; default 5")
    parser.add_argument(
        "--memory",
        help=(
            "DuckDB's memory_limit where none is measured, such as 12GB on a machine that others"
            " use; default DuckDB's own, 80 %% of the machine's"
        ),
    )
    parser.add_argument("--name", help="the results' name in benchmarks/results")
    options = parser.parse_args()
    only = list(ALL) if options.only == "all" else options.only.split(",")
    if unknown := set(only) - set(ALL):
        parser.error(f"--only knows no {', '.join(sorted(unknown))}")
    found = Bench(
        [int(size.replace("_", "")) for size in options.events.split(",")],
        only,
        options.repetitions,
        options.memory,
    ).all()
    folder = HERE / "results" if options.name else WORK
    print("\n" + report.write(found, folder, options.name or "last"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
