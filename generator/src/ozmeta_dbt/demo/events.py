"""The demo's journal: 60 days of events of three tenants, with everything that goes wrong in a real
journal.

The same number of events gives the same rows on every machine: the seed is fixed and no clock is
read. First, every object goes through its workflow (the three `*_history` functions). Then some of
the rows get faults (`MISHAPS`).
"""

from __future__ import annotations

import datetime as dt
import json
import operator
import random
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from ozmeta_dbt.config import CANONICAL_COLUMNS
from ozmeta_dbt.demo.desks import DESKS, Desk

Row = dict[str, Any]
SEED = 7
DAYS = 60
FIRST_DAY = dt.datetime(2026, 1, 1)
END = FIRST_DAY + dt.timedelta(days=DAYS)
TENANTS = ("acme", "globex", "initech")
UNCOUNTED = ("portal", "bank", "queue-app", "approvals-app")  # systems that write no EJ_Sequence
VAN = "station-7"  # has no network on the road
CLERKS = ("lena", "otto", "pia")
AGENTS = ("amir", "bea", "chen", "dora", "elif", "femi")
NEW_CONTRACT = dt.datetime(2026, 2, 1)


class Priority(NamedTuple):
    """In working hours: the time that an agent usually takes, and the time that the SLA allows.
    Also the priority that a case gets if the customer calls.
    """

    pace: float
    target: float
    next: str


CASES = {
    "Critical": Priority(1, 4, "High"),
    "High": Priority(2.5, 8, "Normal"),
    "Normal": Priority(12, 40, "High"),
    "Low": Priority(20, 80, "Normal"),
}


def hours(count: float) -> dt.timedelta:
    return dt.timedelta(seconds=round(count * 3600))


def around_the_clock(moment: dt.datetime, count: float) -> dt.datetime:
    return moment + hours(count)


class History:
    """What happens to one object, as its writers report it. `now` moves on with every `wait`."""

    def __init__(self, rng: random.Random, tenant: str, object_type: str, object_id: str):
        self.rng, self.tenant, self.object_type, self.object_id = (
            rng,
            tenant,
            object_type,
            object_id,
        )
        self.now = (
            FIRST_DAY + dt.timedelta(days=rng.randrange(DAYS)) + hours(rng.triangular(6, 20, 10))
        )  # things start in the daytime
        self.rows: list[Row] = []
        self.votes: list[Row] = []
        self.aside = random.Random(
            f"{tenant}/{object_id}"
        )  # for the votes, so that all else is as it was without them
        self.sequences: Counter[str] = Counter()

    def wait(self, median: float) -> float:
        """Let some hours pass: mostly about the median, sometimes several times that."""
        passed = median * self.rng.lognormvariate(0, 0.7)
        self.now += hours(passed)
        return passed

    def work(self, desk: Desk, median: float) -> float:
        """The same, counted only while a desk is open."""
        passed = median * self.rng.lognormvariate(0, 0.7)
        self.now = desk.after(self.now, passed)
        return passed

    def report(
        self,
        event_type: str,
        source: str,
        actor: str,
        payload: dict[str, Any],
        at: dt.datetime | None = None,
    ) -> None:
        self.rows.append(self.row(self.rng, event_type, source, actor, payload, at or self.now))

    def approval(self, kind: str, actor: str, at: dt.datetime, **said: str) -> None:
        self.votes.append(
            self.row(
                self.aside,
                f"Approval.{kind}",
                "approvals-app",
                actor,
                {"approval": said} if said else {},
                at,
            )
        )

    def row(
        self,
        rng: random.Random,
        event_type: str,
        source: str,
        actor: str,
        payload: dict[str, Any],
        at: dt.datetime,
    ) -> Row:
        """One journal row. It arrives within two minutes. Not every system numbers its events."""
        self.sequences[source] += 1
        return {
            "EJ_ID": new_id(rng),
            "_TenantID": self.tenant,
            "EJ_EventType": (
                f"{self.object_type}.{event_type}" if "." not in event_type else event_type
            ),
            "EJ_EventTimeUTC": at,
            "EJ_Actor": actor,
            "EJ_ObjectType": self.object_type,
            "EJ_ObjectID": self.object_id,
            "EJ_CorrelationID": f"{self.tenant}/{self.object_id}",
            "EJ_SourceSystem": source,
            "EJ_Payload": payload,
            "EJ_Sequence": None if source in UNCOUNTED else self.sequences[source],
            "_SyncDate": at + dt.timedelta(seconds=rng.randint(1, 120)),
        }

    def acknowledge(
        self,
        since: dt.datetime,
        limit: float,
        passed: float,
        sla: str,
        after: Callable[[dt.datetime, float], dt.datetime] = around_the_clock,
    ) -> None:
        """If a wait goes past the SLA's limit (in hours), a manager usually says so: 'I am on it'.
        after: the clock in which both count
        """
        if passed > limit > 0 and self.rng.random() < 0.6:
            reaction = self.rng.uniform(0.2, max(0.3, min(passed - limit, 12)))
            self.report(
                "Escalation.Acknowledged",
                "queue-app",
                "grace",
                {"escalation": {"slaCode": sla}},
                at=after(since, limit + reaction),
            )


def new_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def transition(code: str, seen: int | None = None, **more: Any) -> dict[str, Any]:
    """A payload that asks for a transition. `seen` is the row version that its writer saw."""
    return {"transition": {"code": code} | ({} if seen is None else {"rowVersion": seen})} | more


def case_history(h: History) -> None:
    """Agents work while their desk is open, so their waits are in its hours."""
    priority = h.rng.choices(tuple(CASES), (5, 20, 55, 20))[0]
    team = h.rng.choices(tuple(DESKS), (60, 40))[0]
    desk, agent = DESKS[team], h.rng.choice(AGENTS)
    channel = h.rng.choice(("web", "mail", "phone"))
    # bound to the transition Submit by its event type: no code needed
    h.report(
        "Submitted",
        "portal",
        "customer",
        {"object": {"Priority": priority, "Team": team, "Channel": channel}},
    )
    target, pace = (4, 1.6) if h.now < NEW_CONTRACT else (2, 1)
    since, passed = h.now, h.work(desk, pace)
    h.acknowledge(since, target, passed, "FirstResponse", desk.after)
    if h.rng.random() < 0.06:
        h.report("Moved", "backoffice", "tara", transition("Cancel"))
        return
    h.report("Moved", "backoffice", "tara", transition("Approve"))
    ran = 0.0  # hours of its SLA
    while True:
        if h.rng.random() < 0.012:  # nobody ever moves it again
            left = CASES[priority].target - ran
            h.acknowledge(h.now, left, left + 24, "Resolve", desk.after)
            return
        if h.rng.random() < 0.08:  # a call that changes the priority, and moves nothing
            ran += h.work(desk, CASES[priority].pace * 0.3)
            priority = CASES[priority].next
            h.report("Reprioritised", "backoffice", "tara", {"object": {"Priority": priority}})
        since, passed = h.now, h.work(desk, CASES[priority].pace)
        h.acknowledge(since, CASES[priority].target - ran, passed, "Resolve", desk.after)
        ran += passed
        choice = h.rng.random()
        if choice < 0.30:
            h.report("Moved", "backoffice", agent, transition("AskCustomer"))
            h.wait(28)
            h.report("Moved", "portal", "customer", transition("CustomerReplied"))
            continue
        if choice < 0.33:
            h.report(
                "Moved", "backoffice", "tara", transition("Cancel", object={"Reason": "duplicate"})
            )
            return
        h.report("Moved", "backoffice", agent, transition("Propose", user={"roles": ["Agent"]}))
        since, passed = h.now, h.work(desk, CASES[priority].pace / 4)
        h.acknowledge(since, 16, passed, "State.Review", desk.after)
        ran += passed
        if h.rng.random() < 0.85:
            h.report(
                "Moved", "backoffice", "tara", transition("Approve", user={"roles": ["TeamLead"]})
            )
            return
        h.report("Moved", "backoffice", "tara", transition("SendBack"))
        if h.rng.random() < 0.9:
            h.report(
                "Escalation.Closed",
                "queue-app",
                "carl",
                {"escalation": {"signalType": "Escalation.Raised"}},
                at=h.now + hours(h.rng.uniform(1, 30)),
            )


def invoice_history(h: History) -> None:
    amount = round(h.rng.lognormvariate(8, 1.2), 2)
    h.report("Received", "erp", "scanner", {"object": {"Amount": amount, "Currency": "EUR"}})
    h.wait(10)
    disputed = h.rng.random() < 0.1
    h.report("Moved", "erp", "ines", transition("Dispute" if disputed else "Match"))
    if disputed:
        h.wait(90)
        if h.rng.random() < 0.25:
            h.report("Moved", "erp", "finn", transition("Reject"))
            return
        amount = round(amount * h.rng.uniform(0.8, 1), 2)
        h.report("Moved", "erp", "ines", transition("Settle", object={"Amount": amount}))
    if h.rng.random() < 0.01:
        if amount >= 10_000:
            ask_for_approval(h, h.now, 20, answered=False)
        return
    since, passed = h.now, h.wait(20)
    if amount >= 10_000:
        h.acknowledge(since, 48, passed, "ApproveLarge")
        ask_for_approval(h, since, passed)
    h.report("Moved", "erp", "finn", transition("Approve"))
    h.wait(170)
    h.report("Paid", "bank", "bank", {"object": {"Paid": True}})


def ask_for_approval(h: History, since: dt.datetime, passed: float, answered: bool = True) -> None:
    """Two of three clerks check, then finance releases, all within the hours until the invoice is
    approved.
    """

    def after(share: float) -> dt.datetime:
        return since + hours(passed * share)

    first, second, third = h.aside.sample(CLERKS, 3)
    h.approval("Requested", "ines", since)
    if h.aside.random() < 0.1:  # too early: it is the clerks' turn
        h.approval("Approved", "finn", after(0.2), step="Release")
    if h.aside.random() < 0.2:
        h.approval("Rejected", first, after(0.25))
    if not answered:
        return
    if h.aside.random() < 0.1:  # withdrawn, and asked again: the votes start anew
        h.approval("Withdrawn", "ines", after(0.28))
        h.approval("Requested", "ines", after(0.3))
    for clerk, share in ((second, 0.4), (third, 0.6)):
        if h.aside.random() < 0.2:  # the first clerk stands in; the vote is the other's
            h.approval("Approved", first, after(share), onBehalfOf=clerk)
        else:
            h.approval("Approved", clerk, after(share))
    h.approval("Approved", "finn", after(0.97))


def ticket_history(h: History) -> None:
    h.report(
        "Opened", "dispatch", "hotline", {"object": {"Region": h.rng.choice(("north", "south"))}}
    )
    h.wait(5)
    h.report("Moved", "dispatch", "dirk", transition("Schedule", seen=0))
    version = 1
    if h.rng.random() < 0.05:
        h.wait(12)
        h.report("Moved", "dispatch", "dirk", transition("Abort", seen=version))
        return
    planned, passed = h.now, h.wait(16)
    h.acknowledge(planned, 48, passed, "OnSiteInTime")
    if h.rng.random() < 0.1:
        # The office moves the visit, not knowing whether the offline van has left: whoever was
        # first wins.
        moved = planned + (h.now - planned) * h.rng.uniform(0.6, 1.3)
        h.report("Moved", "dispatch", "dirk", transition("Reschedule", seen=version), at=moved)
        if moved < h.now:
            visit(h, seen=version)  # refused: the van had not heard of it
            version += 1
            h.wait(30)
    if h.rng.random() > 0.01:
        visit(h, seen=version)
    return


def visit(h: History, seen: int) -> None:
    """Three events from a van. Van 'station-7' has no network on the road, so all its events arrive
    when it is back, hours or days later.
    """
    source, technician = h.rng.choices(((VAN, "sven"), ("van-2", "vera")), (45, 55))[0]
    first = len(h.rows)
    for place, (code, median) in enumerate((("Depart", 0.5), ("Arrive", 1.2), ("Complete", 2.2))):
        h.wait(median)
        h.report("Moved", source, technician, transition(code, seen=seen + place))
    if source == VAN:
        back = h.now + hours(h.rng.uniform(2, 60))
        for place, row in enumerate(h.rows[first:]):
            row["_SyncDate"] = back + dt.timedelta(seconds=place)


# ---------------------------------------------------------------- mishaps: each takes a row and
# gives the rows that really arrive


def later(rng: random.Random, row: Row, most: float) -> dt.datetime:
    moved: dt.datetime = row["_SyncDate"] + hours(rng.uniform(0.1, most))
    return moved


def stray(rng: random.Random, row: Row, payload: Any) -> Row:
    """A row by a careless import job, next to the real one."""
    return row | {
        "EJ_ID": new_id(rng),
        "EJ_Actor": "import",
        "EJ_SourceSystem": "import-job",
        "EJ_Sequence": None,
        "EJ_Payload": payload,
        "EJ_EventType": f"{row['EJ_ObjectType']}.Imported",
        "EJ_EventTimeUTC": row["EJ_EventTimeUTC"] + dt.timedelta(minutes=1),
    }


def arrives_late(rng: random.Random, row: Row) -> list[Row]:
    return [row | {"_SyncDate": later(rng, row, 40)}]


def redelivered(rng: random.Random, row: Row) -> list[Row]:
    return [row, row | {"_SyncDate": later(rng, row, 72)}]


def contradicted(rng: random.Random, row: Row) -> list[Row]:
    return [row, row | {"EJ_Actor": "import", "_SyncDate": later(rng, row, 72)}]


def slow_clock(rng: random.Random, row: Row) -> list[Row]:
    return [row | {"EJ_EventTimeUTC": row["EJ_EventTimeUTC"] - hours(rng.uniform(6, 30))}]


def fast_clock(rng: random.Random, row: Row) -> list[Row]:
    return [row | {"EJ_EventTimeUTC": row["EJ_EventTimeUTC"] + hours(rng.uniform(12, 48))}]


def wrong_transition(rng: random.Random, row: Row) -> list[Row]:
    """A misspelt code, a state that does not exist, a move that no transition allows, or a move out
    of turn.
    """
    state = {"Case": "Review", "Invoice": "Approved", "Ticket": "OnSite"}[row["EJ_ObjectType"]]
    back = {"Case": "New", "Invoice": "Received", "Ticket": "Open"}[row["EJ_ObjectType"]]
    code = {"Case": "Propose", "Invoice": "Approve", "Ticket": "Arrive"}[row["EJ_ObjectType"]]
    wrong = rng.choice(
        (
            {"code": "Aprove"},
            {"toState": "Archived"},
            {"fromState": state, "toState": back},
            {"code": code, "toState": state},
        )
    )
    return [row, stray(rng, row, {"transition": wrong})]


def malformed(rng: random.Random, row: Row) -> list[Row]:
    broken = stray(rng, row, {"note": "nightly import"})
    fault = rng.choice(
        (
            {"EJ_Payload": '{"transition": {"code": "App'},
            {"EJ_Payload": [1, 2, 3]},
            {"EJ_ID": None},
            {"EJ_EventTimeUTC": None},
            {"EJ_ObjectID": None},
            {"_TenantID": None},
        )
    )
    return [row, broken | fault]


MISHAPS: tuple[tuple[float, Callable[[random.Random, Row], list[Row]]], ...] = (
    (0.02, arrives_late),
    (0.015, redelivered),
    (0.002, contradicted),
    (0.006, slow_clock),
    (0.001, fast_clock),
    (0.006, wrong_transition),
    (0.002, malformed),
)


def what_arrives(rng: random.Random, row: Row) -> list[Row]:
    draw = rng.random()
    for share, mishap in MISHAPS:
        if draw < share:
            return mishap(rng, row)
        draw -= share
    return [row]


# ---------------------------------------------------------------- the journal


def as_written(row: Row) -> Row:
    """The row with every column, and its payload as JSON text. initech's old systems write the
    two-letter code of the table.
    """
    row = {column: row.get(column) for column in CANONICAL_COLUMNS}
    payload = row["EJ_Payload"]
    row["EJ_Payload"] = payload if isinstance(payload, str) else json.dumps(payload)
    if row["_TenantID"] == "initech":
        row["EJ_ObjectType"] = {"Case": "CA", "Invoice": "IN", "Ticket": "TK"}[row["EJ_ObjectType"]]
    return row


def journals(events: int = 20_000, seed: int = SEED) -> tuple[list[Row], list[Row]]:
    """About `events` journal rows that have arrived by the end, in the order of their arrival. Also
    the journal of van station-7: the rows that it has written by then and has not delivered yet.
    """
    rng = random.Random(seed)
    van: list[Row] = []
    numbers: Counter[tuple[str, str]] = (
        Counter()
    )  # each tenant counts from 1: the same ids in all of them
    rows: list[Row] = []
    kinds = (
        ("Case", "CASE", case_history),
        ("Invoice", "INV", invoice_history),
        ("Ticket", "TKT", ticket_history),
    )
    while len(rows) < events:
        tenant = rng.choices(TENANTS, (50, 30, 20))[0]
        object_type, prefix, happens = rng.choices(kinds, (45, 35, 20))[0]
        numbers[tenant, object_type] += 1
        history = History(rng, tenant, object_type, f"{prefix}-{numbers[tenant, object_type]:05d}")
        happens(history)
        arriving = [arrived for row in history.rows for arrived in what_arrives(rng, row)] + [
            arrived for row in history.votes for arrived in what_arrives(history.aside, row)
        ]
        rows += [as_written(row) for row in arriving if row["_SyncDate"] < END]
        there = {row["EJ_ID"] for row in arriving if row["_SyncDate"] < END}
        van += [
            as_written(row | {"_SyncDate": row["EJ_EventTimeUTC"]})
            for row in history.rows
            if row["EJ_SourceSystem"] == VAN
            and row["EJ_EventTimeUTC"] < END <= row["_SyncDate"]
            and row["EJ_ID"] not in there
        ]
    order = operator.itemgetter("_SyncDate")
    return sorted(
        rows, key=lambda row: (row["_SyncDate"], row["EJ_ID"] or "", row["EJ_Actor"])
    ), sorted(van, key=order)
