"""Hostile texts in what `ozmeta-dbt notify` sends.

What must hold for each: the body is JSON of the same structure as that of a harmless text, nobody
is mentioned, nothing is a link, and the format `json` gives the texts as they are.
"""

from __future__ import annotations

import json
import random
import re
from typing import Any

from ozmeta_dbt.operations.notify import messages

from fuzzers.pages import shape
from fuzzers.tally import Fault, Tally
from fuzzers.texts import PLAIN, hostile

TEXTS = (
    *("_TenantID", "RS_ObjectType", "RS_ObjectID", "RS_Notes", "RS_SignalCode", "SL_Code"),
    *("_Key", "_SignalKey", "binding", "RS_Severity"),
)
ROW: dict[str, Any] = {
    "number": "1",
    "repeats": 0,
    "RS_Kind": "Retracted",
    "RS_Number": "2",
    "RS_Level": "1",
    "RS_ScheduledUTC": "1767225600000000",
    "RS_NoticedUTC": "1767225600000000",
    **dict.fromkeys(TEXTS, PLAIN),
}
MENTION = re.compile(r"[<>]|@(?:channel|here|everyone)", re.IGNORECASE)


def texts(document: Any) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in texts(value)]
    if isinstance(document, list):
        return [text for value in document for text in texts(value)]
    return [document] if isinstance(document, str) else []


def body(format: str, text: str) -> Any:
    row = ROW | dict.fromkeys(TEXTS, text)
    return json.loads(messages.body(format, messages.document("oncall", row, True)))


def check(text: str) -> str:
    """What does not hold for a text; empty if all does."""
    if body("json", text)["RS_ObjectID"] != text:
        return "the JSON has another text"
    for format in ("slack", "teams"):
        calm, found = body(format, PLAIN), body(format, text)
        # a text without a letter is left out as an empty one is
        if text.strip() and messages.plain(text) and shape(calm) != shape(found):
            return f"another structure for {format}: {found}"
        for seen in texts(found):
            if len(seen) > 3000:
                return f"a text of {len(seen)} characters for {format}"
        if format == "slack" and (wrong := [t for t in texts(found) if MENTION.search(t)]):
            return f"a mention or a link: {wrong[0]}"
    return ""


def run(seed: int, inputs: int, tally: Tally) -> None:
    for number in range(inputs):
        name = f"messages {seed}-{number}"
        text = hostile(random.Random(name), storable=True)
        if wrong := check(text):
            tally.faults.append(Fault(f"{name} {text!r}", wrong))
        tally.count("a text in a message")
