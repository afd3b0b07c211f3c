"""A journal as applications would have written it, made by DuckDB from hashes: the same for the
same number of events, and each the beginning of a longer one.

    .venv/bin/python benchmarks/journal.py FILE EVENTS [TYPES, default 1]

One business, whose journal is read after a month, a year or five: about 27,000 events a day
whatever the length, so that an increment is the same at every length. pruning.py passes another
INTERVAL, so that its journal covers the months that it is asked for.
About 8 events an object, over weeks; 20 tenants; 5 % captured by an offline station that comes
online up to three days later; 1 % delivered twice;
3 % of the objects have one thing wrong (a code of no transition, a move that is not legal, a clock
a day behind, a payload that is no object).
The file gets raw.event_journal with EVENTS rows in the order they arrived, and raw.arriving with
the next BATCHES of 10,000. It is written in windows of
two months, so memory does not depend on its length.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from entities import TRANSITIONS, TYPES

BATCH, BATCHES = 10_000, 5
# What happens to an object, and to how many in twenty: 8 events on average. A word that is no
# transition is an event that moves nothing.
COURSES = (
    (9, "Created Assign Start Pause Resume Commented Resolve Close"),
    (4, "Created Assign Start Commented Resolve Close"),
    (4, "Created Assign Start Pause Resume Resolve Reopen Commented Resolve Close"),
    (3, "Created Assign Start Pause Resume Commented Pause Acknowledged"),
)
DAY = 86_400_000_000  # microseconds, as all times here
INTERVAL = 25_500_000  # between the births of two objects
WINDOW, LIFE = (
    60 * DAY,
    48 * DAY,
)  # what is written at a time, at most; longer than any object's first and last arrival are apart
START = "2020-01-01"


def produced(since: int, until: int, types: int, interval: int = INTERVAL) -> str:
    """A select of the events that arrive from `since` until `until` (microseconds since START)."""
    shares = [str(course) for course, (share, _) in enumerate(COURSES) for _ in range(share)]
    names, codes = (", ".join(f"'{t[i]}'" for t in TYPES[:types]) for i in (0, 1))
    return f"""
        with objects as (
            select
                o, 'tenant-' || lpad(cast(draw(o, 1, 20) as varchar), 2, '0') as tenant, 'T'
                    || lpad(cast(o as varchar), 9, '0') as id,
                [{", ".join(shares)}][1 + draw(o, 2, 20)] as course,
                    o * {interval} + draw(o, 3, {interval}) as born,
                ['Low', 'Medium', 'High', 'Critical'][1 + draw(o, 4, 4)] as priority,
                    ['EMEA', 'AMER', 'APAC'][1 + draw(o, 5, 3)] as region,
                -- what is wrong with an object, and at which of its steps 4 to 6
                case when draw(o, 6, 1000) < 30
                    then ['code', 'illegal', 'skew', 'payload'][1 + draw(o, 7, 4)] end as wrong,
                    4 + draw(o, 8, 3) as wrong_step
            from range({max(since - LIFE, 0) // interval}, {until // interval + 1}) as r (o)
        ),
        steps as (
            select
                objects.* exclude (wrong), script.step, script.event, script.code, script.source,
                    script.target, case when wrong_step = step then wrong end as wrong,
                    o * 100 + step as e,
                -- from five minutes to four days between two steps, more often short
                born + sum(300000000 + cast({4 * DAY} *
                    power(draw(o * 100 + step, 9, 1000000) / 1e6, 1.5) as bigint))
                    over (partition by o order by step) as happened,
                draw(o * 100 + step, 10, 100) < 5 as is_late
            from objects inner join script on script.course = objects.course
        ),
        once as (select *, happened + draw(e, 11, case when is_late then {3 * DAY}
            else 240000000 end) as arrived from steps),
        delivered as (
            select * from once union all
            select * replace (arrived + 60000000 + draw(e, 19, 7200000000) as arrived) from once
                where draw(e, 20, 100) = 0
        )
        select
            cast(cast(md5(o || '|' || step) as uuid) as varchar) as EJ_ID, tenant as _TenantID, case
                when event = 'Acknowledged' then 'Escalation' else [{names}][1 + o % {types}] end
                || '.' || event as EJ_EventType,
            timestamp '{START}' + to_microseconds(cast(happened - case when wrong = 'skew'
                then {DAY} else 0 end as bigint)) as EJ_EventTimeUTC,
            'agent-' || draw(e, 12, 400) as EJ_Actor, case when draw(e, 13, 10) = 0
                then [{codes}][1 + o % {types}]
                else [{names}][1 + o % {types}] end as EJ_ObjectType,
            id as EJ_ObjectID, cast(cast(md5('c' || o) as uuid) as varchar) as EJ_CorrelationID,
                cast(null as varchar) as EJ_CausationID,
            case when is_late then 'mobile-' || draw(o, 14, 30) else 'app' end as EJ_SourceSystem,
                'tickets' as EJ_SourceKey,
            case when wrong = 'payload' then '["lost in transit"]' else
                '{{' || case when wrong = 'code' then '"transition":{{"code":"Escalate"}},'
                    when wrong = 'illegal' then '"transition":{{"code":"Assign"}},'
                             when code is not null then '"transition":{{"code":"' || code
                                 || '","fromState":"' || source || '","toState":"' || target
                                 || '"}},' else '' end
                || case when event = 'Acknowledged' then '"escalation":{{"slaCode":"Lifetime"}},'
                    else '' end
                || '"object":{{"Priority":"' || priority || '","Region":"' || region
                    || '","Amount":' || draw(o, 15, 100000) || '}},"user":{{"roles":["agent","tier'
                    || draw(e, 16, 3)
                || '"]}},"context":{{"channel":"' || ['web', 'mail', 'phone'][1 + draw(e, 17, 3)]
                    || '","session":"' || lpad(cast(draw(e, 18, 1000000000) as varchar), 10, '0')
                || '","client":"Mozilla/5.0 (compatible; desk) build ' || draw(e, 21, 50) || '"}}}}'
            end as EJ_Payload,
            md5(EJ_Payload) as EJ_PayloadHash, cast(step as bigint) as EJ_Sequence,
                timestamp '{START}' + to_microseconds(cast(arrived as bigint)) as _SyncDate
        from delivered
        where arrived >= {since} and arrived < {until}
    """


def write(file: Path, events: int, types: int = 1, interval: int = INTERVAL) -> None:
    known = {code: (source, target) for code, source, target in TRANSITIONS}
    script = [
        (course, step, word, word if word in known else None, *known.get(word, (None, None)))
        for course, (_, words) in enumerate(COURSES)
        for step, word in enumerate(words.split(), 1)
    ]
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with duckdb.connect(str(unfinished), config={"threads": 2}) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create temp macro draw(what, salt, n) as cast(hash(what, salt) % n as bigint)"
        )
        connection.execute(
            "create temp table script (course int, step int, event varchar, code varchar, source"
            " varchar, target varchar)"
        )
        connection.executemany("insert into script values (?, ?, ?, ?, ?, ?)", script)
        days = (events // 27_000 + 5) * max(1, interval // INTERVAL)
        written, since, window = 0, 0, min(WINDOW, days * DAY)
        while written < events + BATCH * BATCHES:
            numbered = (
                f"select {written} + row_number() over (order by _SyncDate, EJ_ID) as n, * from"
                f" ({produced(since, since + window, types, interval)})"
            )
            connection.execute(f"create or replace temp table part as from ({numbered}) order by n")
            if not written:
                connection.execute(
                    "create table raw.event_journal as select * exclude (n) from part limit 0"
                )
                connection.execute(
                    "create table raw.arriving as select 1 as batch, * exclude (n) from part"
                    " limit 0"
                )
            connection.execute(
                f"insert into raw.event_journal select * exclude (n) from part where n <= {events}"
                " order by n"
            )
            connection.execute(
                f"insert into raw.arriving select cast((n - {events} - 1) // {BATCH} as int) + 1, *"
                f" exclude (n) from part where n > {events} and n <= {events + BATCH * BATCHES}"
                " order by n"
            )
            written += connection.execute("select count(*) from part").fetchone()[0]
            since += window
    unfinished.rename(file)


if __name__ == "__main__":
    write(Path(sys.argv[1]), *(int(argument) for argument in sys.argv[2:4]))
