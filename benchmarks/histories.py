"""What it costs to turn a table of changes into a journal, compared with sorting that table once.

    .venv/bin/python benchmarks/histories.py                    ten million changes
    .venv/bin/python benchmarks/histories.py --changes 1000000

The table has one or two changes per event, an event every 5 seconds, and a load every 5 minutes.
One row in 100 is loaded twice. Two increments of 10,000 changes follow the full refresh; the second
is measured, since the first run after a full refresh also reads its whole last hour. Each figure is
the median of --turns, and a ratio is that of one turn. Results go to results/histories.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration_tests"))
from support import small_case  # noqa: E402
from support.dbt_project_under_test import DbtProject  # noqa: E402

INCREMENT = 10_000
AS_OF = "2030-01-01T00:00:00"
MOST = 3.0  # a full refresh, in sorts of the table (issue 20)
ROWS = """\
with numbered as (
    -- two changes in two thirds of the events
    select i, i // 2 + i % 2 * (hash(i // 2) % 3 = 0)::int * 100 as event
    from range({first}, {last}) as numbers(i)
),
timed as (
    select *, timestamp '2020-01-01' + to_seconds(event * 5) as happened from numbered
)
select
    'OBJ-' || hash(event) % {objects} as object_id,
    case i % 3 when 0 then 'status' when 1 then 'priority' else 'assignee' end as field,
    'value ' || hash(i) % 50 as new_value,
    'value ' || hash(i + 1) % 50 as old_value,
    happened as changed_at,
    'user' || hash(event) % 500 as changed_by,
    date_trunc('minute', happened) + to_minutes(5) + copy * interval 1 hour as loaded_at
from timed, unnest(case when hash(i) % 100 = 0 then [0, 1] else [0] end) as copies(copy)
"""
MODEL = """\
{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}
{{ ozmeta_runtime.journal_from_changes(
    relation=source('raw', 'changes'),
    object_type='Ticket',
    columns={
        'object_id': 'object_id', 'field': 'field', 'new_value': 'new_value',
        'old_value': 'old_value', 'at': 'changed_at', 'by': 'changed_by',
        'loaded_at': 'loaded_at'},
    status_field='status',
    source_system='bench',
    time_zone='UTC') }}
"""


@dataclass
class Cost:
    wall: float
    cpu: float


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--changes", type=int, default=10_000_000)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    work = HERE / ".work" / "histories"
    turns = [one_turn(work, given.changes) for _ in range(given.turns)]
    shutil.rmtree(work, ignore_errors=True)
    text = report(given.changes, turns)
    (HERE / "results" / "histories.md").write_text(text, encoding="utf-8")
    print(text)
    ratio = statistics.median(turn["full"].cpu / turn["sort"].cpu for turn in turns)
    return 0 if ratio <= MOST else 1


def one_turn(work: Path, changes: int) -> dict[str, Cost]:
    project = new_project(work)
    fill(project, "create table raw.changes as", 0, changes, changes)
    found = {"sort": sort(project), "full": run(project, "--full-refresh")}
    for number, name in enumerate(("first increment", "increment")):
        first = changes + number * INCREMENT
        fill(project, "insert into raw.changes", first, first + INCREMENT, changes)
        found[name] = run(project)
    found["nothing new"] = run(project)
    return found


def new_project(work: Path) -> DbtProject:
    shutil.rmtree(work, ignore_errors=True)
    project = DbtProject(work, small_case.CONFIG, small_case.snapshot())
    source = {"name": "raw", "tables": [{"name": "changes"}]}
    project.write("models/raw.yml", {"version": 2, "sources": [source]})
    profile = json.loads(
        json.dumps({"type": "duckdb", "path": str(project.database), "threads": 1})
    )
    outputs = {"duckdb": profile | {"settings": {"threads": 2}}}
    project.write("profiles.yml", {"under_test": {"target": "duckdb", "outputs": outputs}})
    (work / "models/history.sql").write_text(MODEL, encoding="utf-8")
    with project.connect() as connection:
        connection.execute("create schema if not exists raw")
    return project


def fill(project: DbtProject, statement: str, first: int, last: int, changes: int) -> None:
    rows = ROWS.format(first=first, last=last, objects=max(changes // 16, 1))
    with project.connect() as connection:
        connection.execute(f"{statement} {rows}")


def sort(project: DbtProject) -> Cost:
    """One sort of the table by object and time, written to a table."""
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute('set threads = 2');"
        "c.execute('create table raw.sorted as from raw.changes order by object_id, changed_at')"
    )
    cost = measured([sys.executable, "-c", script, str(project.database)])
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("drop table raw.sorted")
    return cost


def run(project: DbtProject, *args: str) -> Cost:
    """The statements of one run, without dbt's own time."""
    command = [sys.executable, str(HERE / "measure.py"), str(project.folder), AS_OF]
    done = subprocess.run(
        [*command, "--select", "history", *args], capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout.splitlines()[-1])
    return Cost(said["sql"], said["cpu"])


def measured(command: list[str]) -> Cost:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(ended - begun, cpu)


def report(changes: int, turns: list[dict[str, Cost]]) -> str:
    lines = [
        f"{changes:,} changes, two threads, DuckDB {duckdb.__version__}, {len(turns)} turns:",
        "",
        "| what | CPU s | SQL s | CPU, of one sort |",
        "|---|---|---|---|",
    ]
    for name in turns[0]:
        cpu, wall = (
            statistics.median(getattr(t[name], kind) for t in turns) for kind in ("cpu", "wall")
        )
        ratio = statistics.median(t[name].cpu / t["sort"].cpu for t in turns)
        lines.append(f"| {name} | {cpu:.2f} | {wall:.2f} | {ratio:.2f} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
