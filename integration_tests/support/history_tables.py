"""Tables of a ticket system, and models that make journals of them. Every engine must read them in
the same way.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

Rows = list[dict[str, Any]]


class Clock(dt.datetime):
    """A time of a clock in some zone: a timestamp without a zone, even if other columns are
    instants.
    """


COLUMNS = {
    "changes": {
        "ticket": "text",
        "field": "text",
        "new_value": "text",
        "old_value": "text",
        "happened": "text",
        "author": "integer",
        "loaded": "instant",
        "gone": "boolean",
        "kind": "text",
    },
    "comments": {
        "comment_id": "integer",
        "ticket": "text",
        "written": "clock",
        "author": "integer",
        "is_public": "boolean",
        "body": "text",
        "rating": "integer",
        "loaded": "instant",
    },
    "tickets": {
        "ticket": "text",
        "tenant": "text",
        "created": "clock",
        "reporter": "integer",
        "status": "text",
        "prio": "text",
        "team": "text",
        "gone": "boolean",
        "loaded": "instant",
    },
    "users": {"id": "integer", "email": "text", "duty": "text"},
    "states": {"code": "integer", "label": "text", "lang": "text"},
}
USERS: Rows = [
    {"id": 7, "email": "ann@example.com", "duty": "agent"},
    {"id": 8, "email": 'B"en\\ 😀', "duty": "role 'x'"},
    {"id": 8, "email": "Zoë", "duty": None},
]
STATES: Rows = [
    {"code": 1, "label": "Open", "lang": "en"},
    {"code": 1, "label": "Offen", "lang": "de"},
    {"code": 2, "label": "Busy", "lang": "en"},
    {"code": 3, "label": 'Done "at\nlast"', "lang": "en"},
]
TEXTS = [
    "plain",
    'a "quote" and \\ and \\n',
    "it's; -- {{ 1/0 }}",
    "two\nlines\tand, a comma",
    "Ünïcode 😀",
    '","object":{"Note":"x"',
    "",
    " blanks ",
]


def arrival(day: int, hour: int = 8, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(2026, 4, day, hour, minute, second, 250_000)


def change(
    ticket: str,
    field: str | None,
    new: str | None,
    happened: str | None,
    loaded: dt.datetime | None,
    old: str | None = None,
    author: int | None = 7,
    **columns: Any,
) -> dict[str, Any]:
    row = {"ticket": ticket, "field": field, "new_value": new, "old_value": old}
    row |= {"happened": happened, "author": author, "loaded": loaded}
    return row | {"gone": None, "kind": "ticket"} | columns


def first_changes() -> Rows:
    """Berlin's clock, which is an hour on from 2026-03-29 01:00 UTC; and times with an offset."""
    load = arrival(1)
    rows = [
        change("A", "status", "1", "2026-03-28T10:00:00", load, None),
        change("A", "status", "2", "2026-03-29 01:59:59.5", load, "1"),
        change("A", "status", "3", "2026-03-29T03:00:00.1234567", load, "2"),
        change("A", "status", "1", "2026-03-29T01:00:00.123456Z", load, "3", author=9),
        change("A", "team", "10", "2026-03-29T03:00:00.1234567", load, "9"),
        change("A", "zeta", "z", "2026-03-29T03:00:00.1234567", load),
        change("A", "alpha", "a", "2026-03-29T03:00:00.1234567", load),
        change("A", "aerger", "ä", "2026-03-29T03:00:00.1234567", load),
        change("A", "channel", "mail", "2026-03-29T03:00:00.1234567", load),
        change("A", "source", "web", "2026-03-29T03:00:00.1234567", load),
        # one instant: a chain of values, by two authors and by nobody
        change("B", "status", "2", "2026-03-30T12:00+02:00", load, "1"),
        change("B", "status", "3", "2026-03-30T10:00:00Z", load, "2"),
        change("B", "status", "4", "2026-03-30T05:30:00-0430", load, "3", author=8),
        change("B", "prio", None, "2026-03-30 12:00", load, "high", author=None),
        change("B", "priority", "low", "2026-03-30 12:00", load, None, author=None),
        change("B", "priority", "Low", "2026-03-30 12:00", load, None, author=None),
        # what does not count, and what is not an instant or has no object
        change("B", "ignored", "x", "2026-03-30 12:00", load),
        change("B", "status", "9", "2026-03-30 12:00", load, gone=True),
        change("B", "status", "9", "2026-03-30 12:00", load, kind="problem"),
        change("B", "prio", "3", "soon", load),
        change("B", "prio", "4", None, load),
        change("", "prio", "5", "2026-03-30 12:00", load),
        change("B", "prio", "6", "2026-03-30", load, gone=False),
        change("B", None, "7", "2026-03-30", load),
    ]
    rows += [
        change("C'\\", "note", text, f"2026-03-31T09:{number:02}:00", load, author=8)
        for number, text in enumerate(TEXTS)
    ]
    again = [row | {"loaded": load + dt.timedelta(seconds=20)} for row in rows[:3]]
    return rows + again


def second_changes() -> Rows:
    """Rows that the first load had, new ones at the same instants, and one that came late."""
    load = arrival(1, 8, 30)
    again = [row | {"loaded": load} for row in first_changes()[3:16]]
    return [
        *again,
        change("A", "status", "2", "2026-03-29T03:00:00.1234567", load, "1"),
        change("A", "note", "new", "2026-03-29T03:00:00.1234567", load),
        change("D", "status", "1", "2026-04-01T10:00:00", load),
        change("D", "prio", "low", "2026-10-25T01:30:00", load),
        change("A", "status", "3", "2026-03-28T11:00:00", arrival(1, 7, 40), "1"),
    ]


def third_changes() -> Rows:
    load = arrival(2, 9)
    return [
        change("D", "status", "2", "2026-04-02T10:00:00", load, "1", author=8),
        change("D", "status", "1", "2026-04-02T10:00:00", load, "2", author=None),
        change("A", "status", "2", "2026-04-02T10:00:00", load, "3"),
        change("A", "team", "11", "2026-04-02T10:00:00", None, "10"),
    ]


def comment(
    number: int, written: tuple[int, ...], loaded: dt.datetime, **columns: Any
) -> dict[str, Any]:
    row = {"comment_id": number, "ticket": "AB"[number % 2], "written": Clock(*written)}
    row |= {"author": 7 + number % 3, "is_public": (True, False, None)[number % 3]}
    return row | {"body": TEXTS[number % len(TEXTS)], "rating": number, "loaded": loaded} | columns


def comments() -> list[Rows]:
    """New York's clock, which is an hour on from 2026-03-08 07:00 UTC. A row that was edited."""
    first = [comment(n, (2026, 3, 8, 1 + 2 * (n % 2), 59, n, 5), arrival(1)) for n in range(9)]
    edited = [
        comment(3, (2026, 3, 8, 3, 59, 3, 5), arrival(1, 8, 10), body="edited"),
        comment(20, (2026, 3, 30, 10), arrival(1, 8, 10), rating=None, body=None, author=None),
    ]
    last = [comment(n, (2026, 4, 2, 5, n), arrival(2, 9), ticket="D") for n in range(30, 33)]
    return [[*first, first[0] | {"body": "a copy"}], edited, last]


def tickets() -> list[Rows]:
    """Two tenants with one id; a row that is deleted, then restored; one that is born deleted."""

    def row(ticket: str, day: int, tenant: str | None = "t1", **columns: Any) -> dict[str, Any]:
        row = {"ticket": ticket, "tenant": tenant, "created": Clock(2026, 3, day, 7)}
        row |= {"reporter": 8, "status": "3", "prio": "low", "team": None, "gone": False}
        return row | {"loaded": arrival(1)} | columns

    first = [
        row("A", 27, team="10"),
        row("A", 28, "t2", reporter=None, status=None),
        row("B", 29, None, prio=TEXTS[1]),
        row("C'\\", 30, gone=True),
        row("D", 31, created=None),
    ]
    gone = arrival(1, 8, 30)
    second = [first[0] | {"gone": True, "loaded": gone}, row("E", 31, status="7", loaded=gone)]
    back = arrival(2, 9)
    third = [
        first[0] | {"gone": None, "loaded": back, "status": "2"},
        first[3] | {"loaded": back},
        second[1] | {"gone": True, "loaded": back},
    ]
    return [first, second, third]


def raw_table(schema: str) -> str:
    """The macro with which models name these tables: they need no source of dbt's."""
    return f"""\
{{% macro raw_table(name) %}}
  {{%- do return(api.Relation.create(
      database=target.database, schema='{schema}', identifier=name, type='table')) -%}}
{{% endmacro %}}
"""


class Raw(str):
    """One of these tables, as an argument of a macro."""

    def __repr__(self) -> str:
        return f"raw_table('{self}')"


def model(macro: str, **arguments: Any) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return (
        "{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}\n"
        f"{{{{ ozmeta_runtime.{macro}({given}) }}}}\n"
    )


NAMED_USERS = {"relation": Raw("users"), "key": "id", "name": "email", "role": "duty"}
NAMED_STATES = {"relation": Raw("states"), "key": "code", "name": "label", "only": {"lang": ["en"]}}
MODELS = {
    "desk_changes": model(
        "journal_from_changes",
        relation=Raw("changes"),
        object_type="Case",
        columns={
            "object_id": "ticket",
            "field": "field",
            "new_value": "new_value",
            "old_value": "old_value",
            "at": "happened",
            "by": "author",
            "loaded_at": "loaded",
            "deleted": "gone",
            "tenant": {"value": "t1"},
        },
        status_field=["status", "state"],
        tracked=["Group", "Priority"],
        only={"kind": ["ticket", "task"]},
        fields={
            "prio": "Priority",
            "priority": "Priority",
            "team": "Group",
            "zeta": "Zeta",
            "alpha": "alpha",
            "aerger": "Ärger",
            "channel": "context.Channel",
            "source": "context.source",
            "note": 'No "te"',
        },
        names={
            "status": NAMED_STATES,
            "team": {"values": {"10": "First 'line'", "11": "Second \\ line"}},
        },
        users=NAMED_USERS,
        source_system="desk",
        time_zone="Europe/Berlin",
    ),
    "every_change": model(
        "journal_from_changes",
        relation=Raw("changes"),
        object_type="Other",
        columns={
            "object_id": "ticket",
            "field": "field",
            "new_value": "new_value",
            "at": "loaded",
            "loaded_at": "loaded",
            "change_id": "old_value",
            "tenant": "kind",
            "sequence": "new_value",
        },
        status_field="status",
        ignore_fields=["ignored"],
        time_zone="UTC",
        lookback_minutes=0,
    ),
    "desk_comments": model(
        "journal_from_events",
        relation=Raw("comments"),
        object_type="Case",
        columns={
            "object_id": "ticket",
            "at": "written",
            "loaded_at": "loaded",
            "event_id": "comment_id",
            "by": "author",
            "sequence": "rating",
            "tenant": {"value": "t1"},
        },
        event_type={
            "column": "is_public",
            "values": {"true": "Case.PublicComment", "false": "Case.InternalComment"},
            "default": "Case.Comment",
        },
        fields={"body": "context.Body", "rating": "Rating", "is_public": "context.public"},
        names={"rating": {"values": {"1": "one"}}},
        users=NAMED_USERS,
        source_system="desk",
        time_zone="America/New_York",
    ),
    "every_comment": model(
        "journal_from_events",
        relation=Raw("comments"),
        object_type="Other",
        event_type="Other.Said",
        only={"is_public": False},
        columns={"object_id": {"value": "all"}, "at": "loaded", "loaded_at": "loaded"},
        fields={"body": "Body"},
        time_zone="UTC",
    ),
    "desk_tickets": model(
        "journal_from_objects",
        relation=Raw("tickets"),
        object_type="Case",
        columns={
            "object_id": "ticket",
            "tenant": "tenant",
            "created_at": "created",
            "created_by": "reporter",
            "loaded_at": "loaded",
            "status": "status",
            "deleted": "gone",
        },
        fields={"prio": "Priority", "team": "Group", "reporter": "context.Reporter"},
        names={"status": NAMED_STATES, "team": {"values": {"9": "Ninth"}}},
        users=NAMED_USERS,
        source_system="desk",
        time_zone="UTC",
    ),
    "every_ticket": model(
        "journal_from_objects",
        relation=Raw("tickets"),
        object_type="Other",
        columns={
            "object_id": "ticket",
            "created_at": "created",
            "loaded_at": "loaded",
            "status": "status",
            "deleted": "gone",
        },
        fields={"prio": "Priority", "team": "Group"},
        deleted_state='Gone "é"',
        changes={
            "relation": Raw("changes"),
            "status_field": "status",
            "only": {"kind": "ticket"},
            "columns": {
                "object_id": "ticket",
                "field": "field",
                "old_value": "old_value",
                "at": "happened",
                "deleted": "gone",
            },
            "fields": {"prio": "Priority", "priority": "Priority", "team": "Group"},
        },
        names={"status": NAMED_STATES},
        time_zone="Europe/Berlin",
    ),
    "every_journal": (
        "{{ ozmeta_runtime.union_journals([ref('every_change'), ref('every_comment'),"
        " ref('every_ticket')]) }}\n"
    ),
}
JOURNALS = ("desk_changes", "desk_comments", "desk_tickets")
