"""One message to a webhook or a command: attempts, timeouts, what counts as sent, and what is
never shown. No dbt here.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ozmeta_dbt.config import Config, checked
from ozmeta_dbt.operations.notify import messages
from ozmeta_dbt.operations.notify.channels import Command, Webhook, chosen, targets
from ozmeta_dbt.operations.notify.delivery import (
    MAX_WAIT,
    Outcome,
    Policy,
    deliver,
    refused,
    seconds,
)
from ozmeta_dbt.problems import InvalidMetadata
from support.receiver import SECRET, Receiver, drip, drop, hang, receiving, status
from support.small_case import CONFIG, HOSTILE


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def send(
    target: Webhook | Command, repeats: bool = False, **policy: Any
) -> tuple[Outcome, list[float]]:
    """The outcome of a message, and the waits between its attempts."""
    waits: list[float] = []
    rules = Policy(**{"timeout": 0.4, "attempts": 3, "sleep": waits.append} | policy)
    return deliver(target, rules, lambda r: json.dumps({"repeat": r}), "key-1", repeats), waits


def to(receiver: Receiver) -> Webhook:
    return Webhook(receiver.url)


def repeats(receiver: Receiver) -> list[bool]:
    return [message["repeat"] for message in receiver.got]


def test_a_message_is_sent_once_with_its_key(receiver: Receiver) -> None:
    assert send(Webhook(receiver.url, "t0ken")) == (Outcome(True), [])
    assert repeats(receiver) == [False]
    headers = receiver.headers[0]
    assert headers["Idempotency-Key"] == "key-1"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Authorization"] == "Bearer t0ken"


def test_a_message_that_an_earlier_process_may_have_sent_says_so(receiver: Receiver) -> None:
    send(to(receiver), repeats=True)
    assert repeats(receiver) == [True]


@pytest.mark.parametrize("code", [500, 502, 503, 504, 408])
def test_an_error_of_the_receiver_is_tried_again_as_a_possible_repeat(
    receiver: Receiver, code: int
) -> None:
    receiver.expect(status(code))
    outcome, waits = send(to(receiver))
    assert outcome.sent
    assert repeats(receiver) == [False, True]
    assert len(waits) == 1
    assert 0.5 <= waits[0] <= 1


def test_waits_double_and_differ(receiver: Receiver) -> None:
    receiver.expect(*[status(500)] * 6)
    outcome, waits = send(to(receiver), attempts=6, first_wait=16)
    assert not outcome.sent
    assert outcome.unknown
    assert outcome.why == "the receiver answered 500 Internal Server Error (6 attempts)"
    for wait, longest in zip(waits, [16, 32, 60, 60, 60], strict=True):
        assert longest / 2 <= wait <= longest
    assert len(set(waits)) == 5


def test_a_receiver_that_has_enough_is_asked_again_when_it_says(receiver: Receiver) -> None:
    """The receiver took nothing, so the second attempt is not a repeat."""
    soon = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=40)
    receiver.expect(
        status(429, Retry_After="7"), status(429, Retry_After=email.utils.format_datetime(soon))
    )
    outcome, waits = send(to(receiver))
    assert outcome.sent
    assert waits[0] == 7
    assert 30 <= waits[1] <= 40
    assert repeats(receiver) == [False, False, False]


def test_a_receiver_that_asks_for_too_long_a_wait_is_left_for_the_next_run(
    receiver: Receiver,
) -> None:
    receiver.expect(status(429, Retry_After="3600"))
    outcome, waits = send(to(receiver))
    assert (outcome.sent, outcome.unknown, waits) == (False, False, [])
    assert "429 Too Many Requests, and asks to wait for 3600 seconds" in outcome.why


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0),
        ("12", 12),
        ("-3", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("9" * 400, 999999999),
    ],
)
def test_retry_after(text: str | None, wait: float | None) -> None:
    assert seconds(text) == wait
    assert seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 413, 422])
def test_a_message_that_the_receiver_refuses_is_not_tried_again(
    receiver: Receiver, code: int
) -> None:
    receiver.expect(status(code))
    outcome, waits = send(to(receiver))
    assert (outcome.sent, outcome.unknown, waits) == (False, False, [])
    assert f"answered {code} " in outcome.why
    assert len(receiver.got) == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, code: int) -> None:
    receiver.expect(status(code, Location=receiver.url))
    outcome, _ = send(to(receiver))
    assert not outcome.sent
    assert "does not follow" in outcome.why
    assert len(receiver.got) == 1


def test_a_connection_that_ends_after_the_message_was_read_makes_a_possible_repeat(
    receiver: Receiver,
) -> None:
    receiver.expect(drop)
    outcome, _ = send(to(receiver))
    assert outcome.sent
    assert repeats(receiver) == [False, True]
    receiver.expect(drop, status(400))
    assert send(to(receiver))[0].unknown  # the second answer says nothing about the first attempt


@pytest.mark.parametrize("slow", [hang, drip], ids=["hangs", "a byte now and then"])
def test_a_slow_receiver_is_given_up_in_time(receiver: Receiver, slow: Any) -> None:
    receiver.expect(slow, slow)
    begun = time.monotonic()
    outcome, _ = send(to(receiver), attempts=2)
    assert time.monotonic() - begun < 3
    assert (outcome.sent, outcome.unknown) == (False, True)
    assert outcome.why == "the receiver did not answer in time (2 attempts)"
    assert repeats(receiver) == [False, True]


def test_a_receiver_that_is_not_there_got_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    outcome, waits = send(Webhook(f"http://127.0.0.1:{port}/{SECRET}"))
    assert (outcome.sent, outcome.unknown, len(waits)) == (False, False, 2)
    assert outcome.why == "the receiver refused the connection (3 attempts)"


def test_a_server_that_speaks_no_http_or_no_tls(receiver: Receiver) -> None:
    outcome, _ = send(Webhook(receiver.url.replace("http:", "https:")))
    assert not outcome.sent
    assert not outcome.unknown
    assert SECRET not in outcome.why
    assert "127.0.0.1" not in outcome.why


def test_every_status_says_what_it_means() -> None:
    for code in range(300, 600):
        attempt = refused(code, None)
        assert not attempt.sent
        assert attempt.unknown <= attempt.again, code
        assert attempt.again == (code >= 500 or code in (408, 425, 429)), code
        assert str(code) in attempt.why


# ---------------------------------------------------------------- commands

PROGRAM = """
import pathlib, sys
pathlib.Path("got").open("a").write(sys.stdin.read())
codes = pathlib.Path("codes")
left = codes.read_text().split() if codes.exists() else []
codes.write_text(" ".join(left[1:]))
sys.exit(int(left[0]) if left else 0)
"""


def test_a_command_gets_the_message_and_is_tried_again(tmp_path: Path) -> None:
    tmp_path.joinpath("codes").write_text("3 75")
    outcome, waits = send(Command((sys.executable, "-c", PROGRAM), tmp_path), timeout=20)
    assert outcome.sent
    assert len(waits) == 2
    got = [json.loads(line)["repeat"] for line in (tmp_path / "got").read_text().splitlines()]
    assert got == [False, True, True]
    tmp_path.joinpath("codes").write_text("3")
    outcome, _ = send(Command((sys.executable, "-c", PROGRAM), tmp_path), timeout=20, attempts=1)
    assert outcome == Outcome(False, True, "the command ended with exit status 3 (1 attempt)")


def test_a_command_is_no_shell(tmp_path: Path) -> None:
    outcome, waits = send(Command(("no-such-program; touch x",), tmp_path))
    assert not outcome.sent
    assert not outcome.unknown
    assert not waits
    assert "no-such-program; touch x cannot be started: No such file" in outcome.why
    assert not list(tmp_path.iterdir())


def test_a_command_that_hangs_ends_with_all_that_it_started(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time;"
        " time.sleep(60)']); open('pid', 'w').write(str(p.pid)); time.sleep(60)"
    )
    begun = time.monotonic()
    outcome, _ = send(Command((sys.executable, "-c", program), tmp_path), timeout=2, attempts=1)
    assert time.monotonic() - begun < 20
    assert outcome.unknown
    assert "did not end within 2 seconds" in outcome.why
    pid = (tmp_path / "pid").read_text()
    states = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True).stdout
    assert not states.strip() or states.strip().startswith("Z")


# ---------------------------------------------------------------- messages

ROW: dict[str, Any] = {
    "number": 1,
    "repeats": 0,
    "binding": "case",
    "_Key": "abc|2",
    "_SignalKey": "abc",
    "RS_Number": "2",
    "RS_Kind": "Retracted",
    "RS_SignalCode": "SLA.Breached",
    "RS_Severity": "Critical",
    "_TenantID": "acme",
    "RS_ObjectType": "Case",
    "RS_ObjectID": "4711",
    "RS_ScheduledUTC": "1767225600000000",
    "RS_NoticedUTC": "1767229200500000",
    "RS_Subject": "sla_cycle",
    "RS_SubjectKey": "k",
    "RS_CausingEventID": None,
    "SL_Code": "Resolve",
    "RS_Level": None,
    "RS_Notes": None,
}


def body(format: str, repeats: bool = False, **changes: Any) -> Any:
    return json.loads(messages.body(format, messages.document("oncall", ROW | changes, repeats)))


def texts(value: Any) -> list[str]:
    """Every text under a key `text`, which is what people see."""
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for part in value.values() for text in texts(part)]
    return []


def test_json_has_the_row_of_the_log() -> None:
    found = body("json", repeats=True)
    assert found.pop("id") == messages.row_id(ROW)
    assert found == {
        **{name: value for name, value in ROW.items() if name not in ("number", "repeats")},
        "RS_Number": 2,
        "RS_ScheduledUTC": "2026-01-01T00:00:00Z",
        "RS_NoticedUTC": "2026-01-01T01:00:00.500000Z",
        "channel": "oncall",
        "possible_repeat": True,
        "retracts": "abc|1",
    }
    assert body("json", RS_Kind="Raised", RS_Number="1")["retracts"] is None


def test_the_id_of_a_row_tells_rows_apart_and_attempts_not() -> None:
    changes = [{}, {"binding": "other"}, {"_Key": "abc|3"}, {"RS_NoticedUTC": "1"}]
    assert len({messages.row_id(ROW | change) for change in changes}) == 4
    assert messages.row_id(ROW | {"repeats": 3, "number": 9}) == messages.row_id(ROW)


@pytest.mark.parametrize("format", ["slack", "teams"])
def test_people_read_that_a_signal_no_longer_holds_and_that_it_may_be_a_repeat(format: str) -> None:
    seen = "\n".join(texts(body(format)))
    assert "Retracted: SLA.Breached: Case 4711 (tenant acme)" in seen
    assert "no longer holds" in seen
    assert "the row abc|1 of the signal log" in seen
    assert "Due: 2026-01-01 00:00:00 UTC" in seen
    assert messages.MAY_REPEAT not in seen
    assert messages.MAY_REPEAT in "\n".join(texts(body(format, repeats=True)))
    raised = "\n".join(texts(body(format, RS_Kind="Raised", RS_Number="1")))
    assert "Critical: SLA.Breached: Case 4711" in raised
    assert "no longer holds" not in raised


MENTIONS = [
    "<!channel>", "<!here|here>", "<@U123>", "@channel", "@HERE", "@everyone",
    "<https://evil.example|your bank>", "*bold* _it_ `code` :fire:", "[x](https://evil.example)",
    "&<" * 300,
    '"}], "text": "x', "a\nb\r\n\tc\0d", "\u202egnp\u2066", "\ud800", "x" * 10000, "& &amp; <",
    "<at>all</at>", *HOSTILE,
]  # fmt: skip


@pytest.mark.parametrize("text", MENTIONS)
def test_a_hostile_text_stays_a_text(text: str) -> None:
    fields = ("_TenantID", "RS_ObjectType", "RS_ObjectID", "RS_Notes", "RS_SignalCode", "SL_Code")
    hostile = dict.fromkeys((*fields, "_Key", "_SignalKey"), text)
    assert body("json", **hostile)["RS_ObjectID"] == text
    slack, teams = body("slack", **hostile), body("teams", **hostile)
    assert set(slack) == {"text", "blocks"}
    assert slack["blocks"][0]["text"]["type"] == "plain_text"
    for seen in texts(slack):
        assert not any(part in seen for part in ("<", ">", "@channel", "@HERE", "@everyone"))
        assert len(seen) <= 3000
    content = teams["attachments"][0]["content"]
    assert set(content) == {"$schema", "type", "version", "body"}  # no entity: nobody is mentioned
    for block in content["body"]:
        assert block["type"] == "RichTextBlock"  # whose texts are no Markdown
        assert [run["type"] for run in block["inlines"]] == ["TextRun"]
    for seen in [*texts(slack)[0].splitlines(), *texts(teams)]:
        assert all(c.isprintable() or c == "\u200b" for c in seen)


# ---------------------------------------------------------------- channels


def config(**channels: Any) -> Config:
    return checked(CONFIG | {"notify": channels}, "ozmeta.yml")


def fault(**channel: Any) -> str:
    with pytest.raises(InvalidMetadata) as refused:
        config(oncall=channel)
    return str(refused.value)


def test_a_channel_is_a_webhook_or_a_command() -> None:
    assert fault().startswith("ozmeta.yml /notify/oncall: give either `url_env: NAME`")
    assert "/notify/oncall: give either" in fault(url_env="X", command=["x"])
    assert "go with `url_env` only" in fault(command=["x"], format="slack")
    assert fault(url_env="https://hooks.example.com/T0PS3CRET").startswith(
        "ozmeta.yml /notify/oncall/url_env: expected the name of an environment variable"
    )
    assert SECRET not in fault(url_env=f"https://hooks.example.com/{SECRET}")
    assert "/notify/oncall/kinds/0: is 'Retract'" in fault(url_env="X", kinds=["Retract"])
    assert "/notify/oncall/severities/0: is 'critical'" in fault(
        url_env="X", severities=["critical"]
    )
    assert "'uri_env' is not a key" in fault(uri_env="X")
    assert "/notify/oncall/command: " in fault(command=[])
    assert "/notify/oncall/command: " in fault(command="page.py")


def test_a_channel_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidMetadata, match=r"no channel 'oncal' .did you mean 'oncall'"):
        chosen(config(oncall={"url_env": "X"}), ["oncal"])
    with pytest.raises(InvalidMetadata, match=r"ozmeta\.yml: has no channel"):
        chosen(config(), [])
    both = config(b={"url_env": "X"}, a={"command": ["x"]})
    assert list(chosen(both, [])) == ["b", "a"]
    assert list(chosen(both, ["a", "a"])) == ["a"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, "the environment variable HOOK is not set, or empty"),
        ("  ", "is not set, or empty"),
        (f"ftp://example.com/{SECRET}", "is not an http or https URL"),
        (f"file:///etc/{SECRET}", "is not a URL"),
        (f"example.com/{SECRET}", "is not a URL"),
        (f"https://example.com:port/{SECRET}", "is not a URL"),
        (f"https://example.com/a b{SECRET}", "is not a URL"),
        (f"https://[::1/{SECRET}", "is not a URL"),
        (f"https://user:{SECRET}@example.com/", "has a user or a password"),
    ],
)
def test_a_wrong_url_is_named_by_its_variable_and_never_shown(url: str | None, said: str) -> None:
    channels = config(oncall={"url_env": "HOOK"}).notify
    with pytest.raises(InvalidMetadata) as refused:
        targets(channels, Path(), {"HOOK": url} if url is not None else {})
    assert "ozmeta.yml /notify/oncall/url_env: " in str(refused.value)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)
    assert SECRET not in repr(Webhook(f"https://example.com/{SECRET}", SECRET))


def test_a_token_of_two_lines_is_refused() -> None:
    channels = config(oncall={"url_env": "HOOK", "token_env": "TOKEN"}).notify
    with pytest.raises(InvalidMetadata, match="/notify/oncall/token_env: the value of TOKEN"):
        targets(channels, Path(), {"HOOK": "https://example.com/", "TOKEN": "a\r\nX: b"})
    assert MAX_WAIT == 60  # the page in docs/guides says so
