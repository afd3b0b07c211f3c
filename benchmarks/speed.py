"""How fast the models are: a full refresh, an increment, a run with nothing new, and what people write by hand instead (benchmarks/naive).

    .venv/bin/python benchmarks/speed.py [events, default 1000000] [repetitions, default 3]

The journal is synthetic and the same for the same number of events. Each repetition starts from a copy of the same database file, and full refresh
and hand-written models take turns, so that what else the machine does hits both. Reported are medians of seconds, and the median of each
repetition's own ratio. SQL is the sum of what dbt reports per model (compiling it included), wall is the whole dbt run, Python's start aside.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration_tests"))
from dbt_project_under_test import DbtProject  # noqa: E402

INCREMENT = 10_000
MODELS = ("timeline", "workflow_instance", "sla_cycle", "sla_timer", "escalation_queue", "quarantine")
CONFIG = {"version": 1, "metadb": {"snapshot": "metadb/snapshot.json"}, "journal": {"source": {"name": "ops", "schema": "raw", "table": "event_journal"}}}

STATES = ("New", "Assigned", "InProgress", "Waiting", "Resolved", "Closed")
TRANSITIONS = (
    ("Assign", "New", "Assigned"), ("Start", "Assigned", "InProgress"), ("Pause", "InProgress", "Waiting"), ("Resume", "Waiting", "InProgress"),
    ("Resolve", "InProgress", "Resolved"), ("Reopen", "Resolved", "InProgress"), ("Close", "Resolved", "Closed"),
)  # fmt: skip
# What happens to a ticket, and to how many in ten: 8 events on average. A word that is no transition is an event that moves nothing.
COURSES = (
    (4, "Created Assign Start Pause Resume Commented Resolve Close"),
    (2, "Created Assign Start Commented Resolve Close"),
    (2, "Created Assign Start Pause Resume Resolve Reopen Commented Resolve Close"),
    (2, "Created Assign Start Pause Resume Commented Pause Acknowledged"),
)


def rule(kind: str, expr: dict[str, Any], **params: Any) -> dict[str, Any]:
    return {"version": 1, "kind": kind, "expr": expr, "params": params}


def is_in(ref: str, *values: str) -> dict[str, Any]:
    return {"op": "in", "args": [{"ref": ref}, *({"lit": value} for value in values)]}


def snapshot() -> dict[str, Any]:
    """One entity with a workflow of six states and three SLAs: plain with a field's rule, warned with a ladder of three levels, and one that pauses."""
    to = "transition.toState"
    ladder = [
        {"type": "EnqueueEscalation", "signalType": "SLA.Warned", "target": "role:TeamLead"},
        {"type": "EnqueueEscalation", "signalType": "SLA.Breached", "target": "role:ServiceManager"},
        {"type": "EnqueueEscalation", "signalType": "SLA.Breached", "target": "role:Director", "payload": {"afterMinutes": 1440}},
    ]
    policies = (
        ("Pickup", 60, None, None, rule("TimerStart", {"op": "and", "args": [is_in(to, "Assigned"), is_in("object.Priority", "High", "Critical")]}), rule("TimerStop", is_in(to, "InProgress"))),
        ("Lifetime", 1440, 1080, {"version": 1, "kind": "Escalation", "actions": ladder}, rule("TimerStart", is_in(to, "Assigned")), rule("TimerStop", is_in(to, "Resolved", "Closed"))),
        ("Work", 480, None, None, rule("TimerStart", is_in(to, "InProgress"), onRestart="resume"), rule("TimerStop", is_in(to, "Waiting", "Resolved"))),
    )  # fmt: skip
    states = [{"id": f"s{s}", "workflowId": "w", "code": s, "isInitial": s == "New", "isTerminal": s == "Closed"} for s in STATES]
    transitions = [{"id": f"t{c}", "workflowId": "w", "code": c, "fromStateId": f"s{a}", "toStateId": f"s{b}"} for c, a, b in TRANSITIONS]
    return {
        "snapshotVersion": 1, "clientCode": "BEN", "projectCode": "Speed",
        "objects": {
            "model": {"tables": [{"id": "ticket", "code": "Ticket", "cdCode": "TK"}]},
            "workflows": {"workflows": [{"id": "w", "code": "TicketFlow", "objectType": "Table", "objectId": "ticket"}], "states": states, "transitions": transitions},
            "runtime": {
                "bindings": [{"id": "b", "objectType": "Table", "objectId": "ticket", "workflowId": "w", "runtimeMode": "Sidecar", "instanceKeyStrategy": "Tenant+ObjectID"}],
                "slaPolicies": [
                    {"id": f"p{code}", "code": code, "objectType": "Table", "objectId": "ticket", "targetMinutes": target, "warnMinutes": warn, "escalationRule": escalation}
                    for code, target, warn, escalation, _, _ in policies
                ],
                "slaBindings": [{"id": f"x{p[0]}", "bindingId": "b", "slaId": f"p{p[0]}", "startRule": p[4], "stopRule": p[5]} for p in policies],
            },
        },
    }  # fmt: skip


def make_journal(connection: duckdb.DuckDBPyConnection, events: int) -> None:
    """raw.event_journal with `events` rows, raw.arriving with INCREMENT more, in the order they arrived over a year; from hashes, so always the same.
    5 % of the events were captured by an offline station and come up to three days late, 1 % come twice, 3 % of the tickets have something wrong."""
    known = {code: (source, target) for code, source, target in TRANSITIONS}
    script, shares = [], []
    for course, (share, words) in enumerate(COURSES):
        shares += [str(course)] * share
        for step, word in enumerate(words.split(), 1):
            source, target = known.get(word, (None, None))
            event = {"Acknowledged": "Escalation.Acknowledged"}.get(word, f"Ticket.{word}")
            script.append((course, step, event, word if source else None, source, target))
    connection.execute("create or replace temp macro draw(what, salt, n) as cast(hash(what, salt) % n as bigint)")
    connection.execute("create temp table script (course int, step int, event varchar, code varchar, source varchar, target varchar)")
    connection.executemany("insert into script values (?, ?, ?, ?, ?, ?)", script)
    objects = int((events + INCREMENT) / 8 * 1.05) + 10
    connection.execute(f"""
        create temp table produced as
        with objects as (
            select
                o, 'tenant-' || lpad(cast(draw(o, 1, 20) as varchar), 2, '0') as tenant, 'T' || lpad(cast(o as varchar), 9, '0') as id,
                [{', '.join(shares)}][1 + draw(o, 2, 10)] as course,
                epoch_us(timestamp '2026-01-01') + cast(o * 31536000000000.0 / {objects} as bigint) + cast(draw(o, 3, 3600000000) as bigint) as born,
                ['Low', 'Medium', 'High', 'Critical'][1 + draw(o, 4, 4)] as priority,
                ['EMEA', 'AMER', 'APAC'][1 + draw(o, 5, 3)] as region,
                -- what is wrong with a ticket, and at which of its steps 4 to 6
                case when draw(o, 6, 1000) < 30 then ['code', 'illegal', 'skew', 'payload'][1 + draw(o, 7, 4)] end as wrong, 4 + draw(o, 8, 3) as wrong_step
            from range({objects}) as r (o)
        ),
        steps as (
            select
                objects.*, script.step, script.event, script.code, script.source, script.target, wrong_step = step as is_wrong,
                -- from five minutes to half a day between two steps, more often short
                born + sum(cast(300000000 + 43200000000 * power((draw(o * 100 + step, 9, 1000000)) / 1e6, 3) as bigint)) over (partition by o order by step) as happened,
                draw(o * 100 + step, 10, 100) < 5 as is_late
            from objects inner join script on script.course = objects.course
        ),
        told as (
            select
                *,
                case when is_wrong and wrong = 'code' then 'Escalate' when is_wrong and wrong = 'illegal' then 'Assign' else code end as told_code,
                case when is_wrong and wrong = 'skew' then happened - 86400000000 else happened end as told_time,
                happened + cast(draw(o * 100 + step, 11, (case when is_late then 259200000000 else 240000000 end)) as bigint) as arrived
            from steps
        )
        select
            cast(cast(md5(o || '|' || step) as uuid) as varchar) as EJ_ID, tenant as _TenantID, event as EJ_EventType,
            make_timestamp(cast(told_time as bigint)) as EJ_EventTimeUTC, 'agent-' || draw(o * 100 + step, 12, 400) as EJ_Actor,
            case when draw(o * 100 + step, 13, 10) = 0 then 'TK' else 'Ticket' end as EJ_ObjectType, id as EJ_ObjectID,
            cast(cast(md5('c' || o) as uuid) as varchar) as EJ_CorrelationID, cast(null as varchar) as EJ_CausationID,
            case when is_late then 'mobile-' || draw(o, 14, 30) else 'app' end as EJ_SourceSystem, 'tickets' as EJ_SourceKey,
            case when is_wrong and wrong = 'payload' then '["lost in transit"]' else
                '{{' || case when told_code is not null then '"transition":{{"code":"' || told_code || '"'
                        || case when told_code = code then ',"fromState":"' || source || '","toState":"' || target || '"' else '' end || '}},' else '' end
                || case when event = 'Escalation.Acknowledged' then '"escalation":{{"slaCode":"Lifetime"}},' else '' end
                || '"object":{{"Priority":"' || priority || '","Region":"' || region || '","Amount":' || draw(o, 15, 100000) || '}},"user":{{"roles":["agent","tier'
                || draw(o * 100 + step, 16, 3) || '"]}},"context":{{"channel":"' || ['web', 'mail', 'phone'][1 + draw(o, 17, 3)] || '","session":"' || lpad(cast(draw(o * 100 + step, 18, 1000000000) as varchar), 10, '0') || '"}}}}'
            end as EJ_Payload,
            step as EJ_Sequence, cast(arrived as bigint) as arrived
        from told
    """)  # fmt: skip
    connection.execute(f"""
        create temp table delivered as
        select EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_ObjectType, EJ_ObjectID, EJ_CorrelationID, EJ_CausationID, EJ_SourceSystem, EJ_SourceKey,
            EJ_Payload, md5(EJ_Payload) as EJ_PayloadHash, cast(EJ_Sequence as bigint) as EJ_Sequence, make_timestamp(arrived) as _SyncDate
        from (select * from produced union all select * replace (arrived + 60000000 + cast(draw(EJ_ID, 1, 7200000000) as bigint) as arrived) from produced where draw(EJ_ID, 2, 100) = 0)
        order by arrived, EJ_ID limit {events + INCREMENT}
    """)
    connection.execute("create schema if not exists raw")
    connection.execute(f"create or replace table raw.event_journal as from delivered order by _SyncDate, EJ_ID limit {events}")
    connection.execute(f"create or replace table raw.arriving as from delivered order by _SyncDate, EJ_ID offset {events}")
    connection.execute("drop table delivered; drop table produced; drop table script")


def timed(project: DbtProject, *command: str) -> dict[str, Any]:
    """`dbt run` in a process of its own, which leaves the database file closed: while dbt's handle lives, a file put in its place would go unseen."""
    child = subprocess.run([sys.executable, __file__, "--run", str(project.folder), *command], capture_output=True, text=True)
    if child.returncode:
        raise SystemExit(child.stdout + child.stderr)
    return json.loads(child.stdout.splitlines()[-1])


def run_once(folder: str, as_of: str, *args: str) -> None:
    project = DbtProject.__new__(DbtProject)  # as it stands: it was written by the parent
    project.folder = Path(folder)
    project.dbt("parse", as_of=as_of)
    seconds: dict[str, float] = {}

    def note(event: Any) -> None:
        """Seconds of each statement, by model: dbt's own time is not SQL time."""
        if event.info.name == "SQLQueryStatus":
            name = event.data.node_info.node_name
            seconds[name] = seconds.get(name, 0) + event.data.elapsed

    begun = time.perf_counter()
    project.run(as_of, *args, callbacks=[note])
    print(json.dumps({"wall": time.perf_counter() - begun, "sql": sum(seconds.values()), "models": {name: s for name, s in seconds.items() if name}}))


def same_answers(project: DbtProject) -> list[str]:
    """Where the hand-written models mean the same, on tickets with nothing wrong, they have to say the same."""
    wrong = "select _TenantID, EJ_ObjectID from ticket_timeline where TL_Anomaly is not null union select _TenantID, QR_ObjectID from ticket_quarantine"
    found = project.rows(f"""
        with wrong as ({wrong}),
        by_hand as (from naive_timeline anti join wrong using (_TenantID, EJ_ObjectID) where is_latest),
        ours as (from (select *, WI_ObjectID as EJ_ObjectID from ticket_workflow_instance) anti join wrong using (_TenantID, EJ_ObjectID))
        select count(*) as tickets, count(*) filter (where by_hand.state_after is distinct from ours.WS_CurrentCode) as other_state
        from by_hand full join ours using (_TenantID, EJ_ObjectID)
    """)[0]
    breaches = project.rows(f"""
        with wrong as ({wrong}),
        by_hand as (from naive_sla_timers anti join wrong using (_TenantID, EJ_ObjectID) where sla = 'Pickup' and is_breached),
        ours as (from (select *, ST_ObjectID as EJ_ObjectID from ticket_sla_timer) anti join wrong using (_TenantID, EJ_ObjectID) where SL_Code = 'Pickup' and ST_BreachedUTC is not null)
        select (select count(*) from by_hand) as naive, (select count(*) from ours) as ours
    """)[0]
    lines = [
        f"current state: {found['tickets']} tickets with nothing wrong, {found['other_state']} differ",
        f"breaches of the plain SLA on them: {breaches['naive']} by hand, {breaches['ours']} here",
    ]
    if found["other_state"] or breaches["naive"] != breaches["ours"] or not breaches["ours"]:
        raise SystemExit("\n".join(["The two do not agree:", *lines]))
    return lines


def main(events: int = 1_000_000, repetitions: int = 3) -> int:
    work = HERE / ".work" / "speed"
    shutil.rmtree(work, ignore_errors=True)
    project = DbtProject(work, CONFIG, snapshot(), threads=1)
    for kind in ("naive", "floor"):
        shutil.copytree(HERE / kind, work / "models" / kind)
    with duckdb.connect(str(work / "journal.duckdb")) as connection:
        make_journal(connection, events)
        first, last, size = connection.execute("""
            select (select cast(max(_SyncDate) as varchar) from raw.event_journal), (select cast(max(_SyncDate) as varchar) from raw.arriving),
                (select avg(length(EJ_Payload)) from raw.event_journal)
        """).fetchone()
        later = connection.execute("select cast(cast(? as timestamp) + interval 1 minute as varchar)", [last]).fetchone()[0]
        touched = connection.execute("select count(distinct (_TenantID, EJ_ObjectID)) from raw.arriving").fetchone()[0]
    print(f"{events} events, payloads of {size:.0f} bytes; then {INCREMENT} more, on {touched} tickets; as_of {first}, then {last}; {repetitions} repetitions", flush=True)

    def start_from(file: str) -> None:
        project.database.unlink(missing_ok=True)
        project.database.with_name(project.database.name + ".wal").unlink(missing_ok=True)
        shutil.copyfile(work / file, project.database)

    ours, by_hand, floor = ["--exclude", "path:models/naive", "path:models/floor"], ["--select", "path:models/naive"], ["--select", "path:models/floor"]
    runs: dict[str, list[dict[str, Any]]] = {"full refresh": [], "by hand": [], "floor": [], "increment": [], "nothing new": []}
    for repetition in range(repetitions):
        start_from("journal.duckdb")
        runs["full refresh"].append(timed(project, first, "--full-refresh", *ours))
        if repetition == 0:
            with project.connect() as connection:
                connection.execute("checkpoint")  # so that the file alone holds everything
            shutil.copyfile(project.database, work / "full.duckdb")
            timed(project, first, *by_hand)
            agreed = same_answers(project)
        start_from("journal.duckdb")
        runs["by hand"].append(timed(project, first, *by_hand))
        start_from("journal.duckdb")
        runs["floor"].append(timed(project, first, *floor))
        start_from("full.duckdb")
        with project.connect() as connection:
            connection.execute("insert into raw.event_journal from raw.arriving")
        runs["increment"].append(timed(project, last, *ours))
        runs["nothing new"].append(timed(project, later, *ours))
    counts = {m: project.rows(f"select count(*) as n from ticket_{m}")[0]["n"] for m in MODELS}

    def median(kind: str, what: str) -> float:
        return statistics.median(run[what] for run in runs[kind])

    def ratio(kind: str, of: str) -> float:
        return statistics.median(a["sql"] / b["sql"] for a, b in zip(runs[kind], runs[of], strict=True))

    print(f"rows after the increment: {counts}\n" + "\n".join(agreed))
    print(f"\n{'':14}{'SQL s':>8}{'wall s':>8}   SQL, by repetition")
    for kind in runs:
        print(f"{kind:14}{median(kind, 'sql'):8.2f}{median(kind, 'wall'):8.2f}   {', '.join(format(run['sql'], '.2f') for run in runs[kind])}")
    targets = (("full refresh", "by hand", 1 / 3), ("increment", "full refresh", 1 / 5))
    print()
    for kind, of, target in targets:
        found = ratio(kind, of)
        print(f"{kind} / {of}: {found:.2f} (target: at most {target:.2f}, {'met' if found <= target else 'MISSED'})")
    print(f"full refresh / floor: {ratio('full refresh', 'floor'):.2f}; floor / by hand: {ratio('floor', 'by hand'):.2f}")
    print(f"increment / by hand: {ratio('increment', 'by hand'):.2f}; nothing new / full refresh: {ratio('nothing new', 'full refresh'):.2f}")
    print(f"\n{'SQL s per model':28}" + "".join(f"{kind:>14}" for kind in runs if kind not in ("by hand", "floor")))
    names = sorted({name for run in runs["full refresh"] for name in run["models"]}, key=lambda n: -runs["full refresh"][0]["models"][n])
    for name in names[:8]:
        print(f"{name:28}" + "".join(f"{statistics.median(run['models'].get(name, 0) for run in runs[kind]):14.2f}" for kind in runs if kind not in ("by hand", "floor")))
    for name in runs["by hand"][0]["models"]:
        print(f"{name:28}{statistics.median(run['models'][name] for run in runs['by hand']):14.2f}  by hand")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        sys.exit(run_once(*sys.argv[2:]))
    sys.exit(main(*(int(argument) for argument in sys.argv[1:3])))
