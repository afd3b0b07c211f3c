"""What is sent for a row of the signal log: its JSON, and the same in the format of a receiver."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

import jinja2

from ozmeta_dbt.operations.facts import Row, instant
from ozmeta_dbt.words import shortened

MAX_TEXT = 200  # of a field in Slack and Teams, which refuse a message that is too long
MAX_SECTION = 3000  # of a block in Slack, with its escapes
NUMBERS = ("RS_Number", "RS_Level")
INSTANTS = ("RS_ScheduledUTC", "RS_NoticedUTC")
MAY_REPEAT = "You may have received this message before."


def document(channel: str, row: Row, repeats: bool) -> dict[str, Any]:
    """The row as JSON. docs/guides/notify.md describes the keys.

    row: as the macro signal_rows returns it
    repeats: whether an earlier attempt may have reached the receiver
    """
    values = {name: value for name, value in row.items() if name not in ("number", "repeats")}
    for name in NUMBERS:
        values[name] = int(values[name]) if values[name] is not None else None
    for name in INSTANTS:
        if values[name] is not None:
            values[name] = instant(values[name]).replace(" ", "T") + "Z"
    retracts = None
    if row["RS_Kind"] == "Retracted":
        retracts = f"{row['_SignalKey']}|{int(row['RS_Number']) - 1}"
    head = {"id": row_id(row), "channel": channel, "possible_repeat": repeats, "retracts": retracts}
    return head | values


def row_id(row: Row) -> str:
    """Identifies the row in every attempt. `_Key` does so within a binding, until somebody drops
    the log.
    """
    parts = [row["binding"], row["_Key"], row["RS_NoticedUTC"]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def body(format: str, message: dict[str, Any]) -> str:
    """The text to send. format: json, slack or teams"""
    if format == "json":
        return json.dumps(message)
    text = template(format).render(title=title(message), lines=lines(message))
    return json.dumps(json.loads(text))


def title(message: dict[str, Any]) -> str:
    tenant = f" (tenant {plain(message['_TenantID'])})" if message["_TenantID"] else ""
    about = (
        f"{plain(message['RS_SignalCode'])}: {plain(message['RS_ObjectType'])}"
        f" {plain(message['RS_ObjectID'])}{tenant}"
    )
    if message["RS_Kind"] == "Retracted":
        return f"Retracted: {about}"
    if message["RS_Kind"] == "Backfilled":
        return f"Backfilled: {about}"
    return f"{plain(message['RS_Severity'])}: {about}"


def lines(message: dict[str, Any]) -> list[str]:
    said = []
    if message["retracts"]:
        said.append(
            "The earlier signal no longer holds, because a later event undid it. It is the row"
            f" {plain(message['retracts'])} of the signal log."
        )
    facts = {
        "SLA": message["SL_Code"],
        "Level": message["RS_Level"],
        "Due": shown(message["RS_ScheduledUTC"]),
        "Noticed": shown(message["RS_NoticedUTC"]),
        "Notes": message["RS_Notes"],
    }
    said += [f"{name}: {plain(value)}" for name, value in facts.items() if value not in (None, "")]
    return said + [MAY_REPEAT] * message["possible_repeat"]


def shown(moment: str | None) -> str | None:
    return moment.replace("T", " ").replace("Z", " UTC") if moment else None


def plain(value: object) -> str:
    """A value on one line: without control characters and marks that change the direction of text,
    and not too long.
    """
    text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in str(value))
    return shortened(" ".join(text.split()), MAX_TEXT)


def for_slack(text: str) -> str:
    """A text that Slack shows as it is: no link, no mention of a person, a group or a channel."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub("@(?=channel|here|everyone)", "@\u200b", text, flags=re.I)
    if len(text) <= MAX_SECTION:
        return text
    return re.sub("&[a-z]*$", "", text[: MAX_SECTION - 3]) + "..."


@cache
def template(format: str) -> jinja2.Template:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    environment.filters["slack"] = for_slack
    folder = resources.files("ozmeta_dbt.operations.notify").joinpath("templates")
    return environment.from_string(folder.joinpath(f"{format}.json").read_text(encoding="utf-8"))
