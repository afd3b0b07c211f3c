"""Send what waits for a channel: page by page and in order.

Each row is marked in the warehouse as being sent before it is sent, and as sent after. So a process
that ends in between leaves a mark, and the next process says that the row may be a repeat.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

from ozmeta_dbt.config import Channel
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.facts import Row, instant
from ozmeta_dbt.operations.notify import messages
from ozmeta_dbt.operations.notify.channels import Target
from ozmeta_dbt.operations.notify.delivery import Policy, deliver
from ozmeta_dbt.problems import DbtFailed
from ozmeta_dbt.words import counted

PAGE = 100  # rows that are marked with one call of dbt, which takes seconds
MARGIN = 120.0  # seconds for dbt's calls

Since = str | int | None


@dataclass
class Sent:
    """The outcome of a page."""

    rows: int = 0  # how many were sent, from its beginning
    unknown: bool = False  # whether the outcome of the next one is unknown
    failed: Row | None = None
    why: str = ""

    def done(self, last: bool) -> dict[str, Any]:
        return {"sent": self.rows, "unknown": int(self.unknown), "last": last}


class Lease:
    """How long this process may go on until its next call of dbt. Neither a clock that is set back
    nor a computer that sleeps makes it longer.
    """

    def __init__(self, length: float) -> None:
        self.length, self.begun = length, (time.monotonic(), time.time())

    @property
    def left(self) -> float:
        return self.length - max(time.monotonic() - self.begun[0], time.time() - self.begun[1])


@dataclass
class Sender:
    """A channel, and how to send to it."""

    name: str
    channel: Channel
    dbt: Dbt
    out: Console
    policy: Policy = field(default_factory=Policy)
    page: int = PAGE
    process: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def filters(self) -> dict[str, list[str]]:
        channel = self.channel
        return {
            "bindings": channel.bindings,
            "signals": channel.signals,
            "kinds": list(channel.kinds),
            "severities": list(channel.severities),
        }

    @property
    def lease_seconds(self) -> int:
        return int(2 * self.policy.longest + 2 * MARGIN)

    def say(self, text: str, style: str = "") -> None:
        self.out.print(f"{escape(self.name)}: {escape(text)}", style=style or None)

    def next_page(self, since: Since = None, done: dict[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self.dbt.operation(
            "notify_page",
            channel=self.name,
            process=self.process,
            filters=self.filters,
            since=since,
            size=self.page,
            lease_seconds=self.lease_seconds,
            done=done,
        )
        return answer

    def preview(self, since: Since) -> None:
        """Print what would be sent. Nothing is written or sent."""
        answer: dict[str, Any] = self.dbt.operation(
            "notify_preview", channel=self.name, filters=self.filters, since=since, size=self.page
        )
        self.tell(answer, "would skip")
        for row in answer["rows"]:
            self.out.print(escape(self.text(row)(row["repeats"] > 0)), soft_wrap=True)
        rest = answer["waiting"] - len(answer["rows"])
        more = f"; these are the first {len(answer['rows'])}" if rest else ""
        self.say(f"{counted(answer['waiting'], 'row')} would be sent{more}. Nothing was sent")

    def send(self, target: Target, since: Since = None) -> bool:
        """Send all that waits. False if a row could not be sent, or if the channel is in use."""
        total, done, first = 0, None, True
        while True:
            lease = Lease(self.lease_seconds)
            answer = self.recorded(total, since, done)
            if answer.get("busy") or answer.get("lost"):
                self.tell_busy(answer, total)
                return False
            if first:
                self.tell(answer, "skipped")
            rows, first, since = answer["rows"], False, None
            if not rows:
                self.say(f"{counted(total, 'row')} sent" if total else "nothing to send")
                return True
            page = self.send_page(target, rows, lease)
            total += page.rows
            done = page.done(last=page.failed is not None)
            if page.failed is not None:
                self.recorded(total, None, done)
                self.tell_failed(page, total, answer["waiting"] - page.rows)
                return False

    def send_page(self, target: Target, rows: list[Row], lease: Lease) -> Sent:
        """Send rows in order until one fails or the lease is about to end. If the process is told
        to stop, it first records what was sent.
        """
        page = Sent()
        try:
            for row in rows:
                if page.rows and lease.left < self.policy.longest + MARGIN:
                    break
                key = messages.row_id(row)
                sent = deliver(target, self.policy, self.text(row), key, row["repeats"] > 0)
                if not sent.sent:
                    page.failed, page.unknown, page.why = row, sent.unknown, sent.why
                    break
                page.rows += 1
        except BaseException:
            page.unknown = True
            self.next_page(done=page.done(last=True))
            raise
        return page

    def recorded(self, total: int, since: Since, done: dict[str, Any] | None) -> dict[str, Any]:
        """Record the outcome of the last page, and return the next one."""
        try:
            return self.next_page(since, done)
        except DbtFailed as error:
            if not done or not done["sent"]:
                raise
            raise DbtFailed(
                f"{error}\n{self.name}: {counted(done['sent'], 'row')} of the {total} that were"
                " sent could not be recorded as sent. The next run sends them again, as possible"
                " repeats"
            ) from None

    def text(self, row: Row) -> Callable[[bool], str]:
        format = "json" if self.channel.command is not None else self.channel.format
        return lambda repeats: messages.body(format, messages.document(self.name, row, repeats))

    def tell(self, answer: dict[str, Any], passed: str) -> None:
        for binding in answer["missing"]:
            self.say(f"{binding} has no signal log yet: run dbt first", "yellow")
        for binding in answer["new"]:
            if binding not in answer["skipped"]:
                self.say(f"{binding} is new to this channel")
        for binding, rows in answer["skipped"].items():
            new = ", which is new to this channel" if binding in answer["new"] else ""
            self.say(
                f"{passed} {counted(rows, 'row')} of {binding}{new}. To send what was skipped,"
                " use --from beginning or --from with an instant"
            )

    def tell_busy(self, answer: dict[str, Any], total: int) -> None:
        sent = f" after {counted(total, 'row')}" if total else ""
        if answer.get("lost"):
            self.say(
                f"stopped{sent}: this process took too long, and another one took the channel over."
                " Rows may be sent twice, as possible repeats",
                "red",
            )
            return
        self.say(
            f"stopped{sent}: another process uses this channel, last seen at"
            f" {instant(answer['busy'])} UTC. If it has died, the channel is free"
            f" {math.ceil(self.lease_seconds / 60)} minutes after that",
            "red",
        )

    def tell_failed(self, page: Sent, total: int, waiting: int) -> None:
        row = page.failed or {}
        sent = f"{counted(total, 'row')} sent, then " if total else ""
        about = f"{row['RS_Kind']} {row['RS_SignalCode']} of {row['RS_ObjectType']}"
        self.say(
            f"{sent}{about} {row['RS_ObjectID']} (row {row['_Key']} of {row['binding']}) could not"
            f" be sent: {page.why}. {counted(waiting, 'row')} still to send, this one first",
            "red",
        )
