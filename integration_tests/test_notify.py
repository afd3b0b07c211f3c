"""`ozmeta-dbt notify` from the signal log to a webhook: what is sent and in which order, what the
warehouse keeps of it, and what happens if a process dies at any point.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import engine
from engines.base import NotRun
from engines.scenarios import Scenario, Step
from ozmeta_dbt.config import checked
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.notify import delivery, run
from ozmeta_dbt.operations.notify.channels import Webhook
from ozmeta_dbt.operations.notify.delivery import Policy
from ozmeta_dbt.operations.notify.run import Sender
from ozmeta_dbt.problems import DbtFailed
from rich.console import Console
from support.dbt_project_under_test import DbtProject
from support.receiver import SECRET, Receiver, drop, hang, receiving, status
from support.small_case import CONFIG, HOSTILE, emitting, event
from support.verification import command, dbt_of

BEGINNING = ("--from", "beginning")
FAILED, INVALID = 6, 2


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """Three runs notice ten rows: 3 at 00:40, 3 at 02:00. At 04:00, a late event retracts 3."""
    project = DbtProject(tmp_path_factory.mktemp("notify"), CONFIG, emitting())
    project.create_journal()
    project.append([event("a", 0, "Go"), event("b", 100, "Back")])
    project.run("2026-01-01T00:40:00")
    project.run("2026-01-01T02:00:00")
    project.append([event("late", 50, "Back", _SyncDate=dt.datetime(2026, 1, 1, 3, 30))])
    project.run("2026-01-01T04:00:00")
    with project.connect() as connection:
        connection.execute("create table kept as from case_runtime_signal")
    return project


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as found:
        monkeypatch.setenv("HOOK", found.url)
        yield found


@pytest.fixture
def project(built: DbtProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[DbtProject]:
    """The project with its log as it was built, and before any channel has begun."""
    monkeypatch.setattr(delivery.Policy, "wait", lambda *_: 0.01)
    channels(built)
    yield built
    execute(
        built,
        "drop table if exists ozmeta_notification",
        "create or replace table case_runtime_signal as from kept",
    )


def channels(project: DbtProject, **given: Any) -> None:
    config: dict[str, Any] = copy.deepcopy(CONFIG)
    config["notify"] = given or {"oncall": {"url_env": "HOOK"}}
    project.write("ozmeta.yml", config)


def execute(project: DbtProject, *statements: str) -> None:
    with project.connect() as connection:
        for statement in statements:
            connection.execute(statement)


def notify(project: DbtProject, *args: str, exit: int = 0) -> str:
    found, text = command(project, "notify", *args)
    said = "\n".join(line for line in text.splitlines() if not line.startswith("OZMETA "))
    assert found == exit, said
    assert SECRET not in text
    return said


def notice(project: DbtProject, key: str, minute: int, **columns: Any) -> None:
    """One more row of the log, as a run at that minute of the next day would add it."""
    values: dict[str, Any] = {
        "_Key": f"{key}|1",
        "_SignalKey": key,
        "RS_NoticedUTC": dt.datetime(2026, 1, 2) + dt.timedelta(minutes=minute),
    } | columns
    with project.connect() as connection:
        replaced = ", ".join(f"? as {name}" for name in values)
        connection.execute(
            f"insert into case_runtime_signal select * replace ({replaced}) from kept"
            " where RS_SignalCode = 'SLA.Breached' and RS_Number = 1",
            list(values.values()),
        )


def keys(receiver: Receiver) -> list[str]:
    return [message["_Key"] for message in receiver.got]


def repeated(receiver: Receiver) -> list[bool]:
    return [message["possible_repeat"] for message in receiver.got]


def statuses(project: DbtProject, channel: str = "oncall") -> dict[str, int]:
    rows = project.rows(
        "select NT_Status, count(*) as n from ozmeta_notification where NT_Channel ="
        f" '{channel}' group by 1"
    )
    return {row["NT_Status"]: row["n"] for row in rows}


def sender(project: DbtProject, receiver: Receiver, **options: Any) -> Sender:
    config = checked(CONFIG | {"notify": {"oncall": {"url_env": "HOOK"}}}, "ozmeta.yml")
    out = Console(file=(project.folder / "out").open("w"), width=200)
    return Sender("oncall", config.notify["oncall"], dbt_of(project), out, **options)


def test_all_is_sent_in_the_order_in_which_the_runs_noticed_it(
    project: DbtProject, receiver: Receiver
) -> None:
    assert (
        notify(project, *BEGINNING) == "oncall: case is new to this channel\noncall: 10 rows sent"
    )
    log = project.rows(
        "select * from case_runtime_signal order by RS_NoticedUTC, RS_Number, RS_ScheduledUTC, _Key"
    )
    assert keys(receiver) == [row["_Key"] for row in log]
    assert repeated(receiver) == [False] * 10
    for row, message in zip(log, receiver.got, strict=True):
        for name in ("RS_SignalCode", "RS_Number", "RS_Level", "RS_ObjectID", "RS_Notes"):
            assert message[name] == row[name]
        assert message["RS_NoticedUTC"] == f"{row['RS_NoticedUTC']:%Y-%m-%dT%H:%M:%SZ}"
        assert message["RS_ScheduledUTC"] == f"{row['RS_ScheduledUTC']:%Y-%m-%dT%H:%M:%SZ}"
    retracted = [m for m in receiver.got if m["RS_Kind"] == "Retracted"]
    assert len(retracted) == 3
    for message in retracted:  # which earlier row no longer holds
        earlier = receiver.got[keys(receiver).index(message["retracts"])]
        assert earlier["RS_Kind"] == "Raised"
        assert earlier["RS_SubjectKey"] == message["RS_SubjectKey"]
    assert [h["Idempotency-Key"] for h in receiver.headers] == [m["id"] for m in receiver.got]
    assert len({m["id"] for m in receiver.got}) == 10
    assert statuses(project) == {"Began": 1, "Sent": 10}
    assert notify(project) == "oncall: nothing to send"
    assert notify(project, *BEGINNING) == "oncall: nothing to send"
    assert len(receiver.got) == 10


def test_a_new_channel_begins_now_and_says_what_it_passes_over(
    project: DbtProject, receiver: Receiver
) -> None:
    said = notify(project)
    assert "oncall: skipped 10 rows of case, which is new to this channel." in said
    assert "--from beginning" in said
    notice(project, "new", 0)
    assert notify(project) == "oncall: 1 row sent"
    assert keys(receiver) == ["new|1"]
    # what was skipped can still be sent
    said = notify(project, "--from", "2026-01-01T04:00:00Z")
    assert said == "oncall: 4 rows sent"
    assert {message["RS_NoticedUTC"] for message in receiver.got[1:]} == {"2026-01-01T04:00:00Z"}


def test_what_waits_can_be_passed_over(project: DbtProject, receiver: Receiver) -> None:
    notify(project)
    notice(project, "old", 0)
    notice(project, "new", 5)
    said = notify(project, "--from", "2026-01-02T00:05:00+00:00")
    assert "oncall: skipped 1 row of case. To send" in said
    assert keys(receiver) == ["new|1"]
    notice(project, "newer", 10)
    assert "nothing to send" in notify(project, "--from", "now")
    assert notify(project) == "oncall: nothing to send"
    assert len(receiver.got) == 1


def test_a_wrong_instant_is_refused(project: DbtProject, receiver: Receiver) -> None:
    assert "is not now, beginning or an instant" in notify(project, "--from", "noon", exit=INVALID)


def test_a_dry_run_writes_and_sends_nothing(
    project: DbtProject, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK")
    said = notify(project, "--dry-run", *BEGINNING).splitlines()
    assert said[-1] == "oncall: 10 rows would be sent. Nothing was sent"
    shown = [json.loads(line) for line in said if line.startswith("{")]
    tables = project.rows("select 1 from duckdb_tables where table_name = 'ozmeta_notification'")
    assert (receiver.got, tables) == ([], [])
    said = notify(project, "--dry-run").splitlines()
    assert "would skip 10 rows of case, which is new to this channel." in said[0]
    assert said[-1] == "oncall: 0 rows would be sent. Nothing was sent"
    monkeypatch.setenv("HOOK", receiver.url)
    notify(project, "--from", "2026-01-01T04:00:00Z")
    notice(project, "new", 0)
    before = project.rows("from ozmeta_notification order by all")
    said = notify(project, "--dry-run").splitlines()
    assert [json.loads(line)["_Key"] for line in said[:-1]] == ["new|1"]
    assert notify(project, "--dry-run", *BEGINNING).endswith(
        "7 rows would be sent. Nothing was sent"
    )
    assert project.rows("from ozmeta_notification order by all") == before
    assert len(receiver.got) == 4
    notify(project, *BEGINNING)
    assert sorted(receiver.got, key=lambda m: m["id"]) == sorted(
        [*shown, *(m for m in receiver.got if m["_Key"] == "new|1")], key=lambda m: m["id"]
    )


def test_a_row_that_fails_keeps_later_rows_back(project: DbtProject, receiver: Receiver) -> None:
    receiver.expect(status(200), status(200), status(400))
    said = notify(project, *BEGINNING, exit=FAILED)
    assert "2 rows sent, then Raised" in said
    assert "could not be sent: the receiver answered 400 Bad Request. 8 rows still to send" in said
    assert len(receiver.got) == 3
    assert statuses(project) == {"Began": 1, "Sent": 2}
    receiver.expect(status(401))
    notify(project, exit=FAILED)
    assert keys(receiver)[3] == keys(receiver)[2]
    assert notify(project) == "oncall: 8 rows sent"
    assert keys(receiver)[4] == keys(receiver)[2]
    assert repeated(receiver) == [False] * 12  # the receiver said that it took nothing
    assert len(set(keys(receiver))) == 10


def test_a_repeat_is_marked_also_if_another_run_sends_it(
    project: DbtProject, receiver: Receiver
) -> None:
    receiver.expect(status(200), drop, drop)
    said = notify(project, *BEGINNING, "--attempts", "2", exit=FAILED)
    assert "1 row sent, then" in said
    assert "the connection ended without an answer (2 attempts)" in said
    assert repeated(receiver) == [False, False, True]
    assert statuses(project) == {"Began": 1, "Sent": 1, "Sending": 1}
    receiver.expect(status(503), status(429, Retry_After="0"), status(200))
    notify(project)
    assert repeated(receiver)[3:] == [True, True, True] + [False] * 8
    assert len({message["id"] for message in receiver.got[1:6]}) == 1


def test_a_receiver_that_hangs_ends_in_time(project: DbtProject, receiver: Receiver) -> None:
    receiver.expect(hang)
    said = notify(project, *BEGINNING, "--timeout", "0.3", "--attempts", "1", exit=FAILED)
    assert "did not answer in time" in said
    assert notify(project) == "oncall: 10 rows sent"
    assert repeated(receiver) == [False, True] + [False] * 9


def died(project: DbtProject) -> None:
    """Time passes, and the mark of the process that died expires."""
    execute(
        project,
        "update ozmeta_notification set NT_ChangedUTC = NT_ChangedUTC - interval '1 hour' where"
        " NT_Status = 'Running'",
    )


def test_after_a_crash_between_sending_and_recording_all_may_be_repeats(
    project: DbtProject, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = Dbt.operation

    def broken(self: Dbt, name: str, **args: Any) -> Any:
        if args.get("done"):
            raise DbtFailed("the warehouse is gone")
        return operation(self, name, **args)

    with monkeypatch.context() as patched:
        patched.setattr(Dbt, "operation", broken)
        said = notify(project, *BEGINNING, exit=10)
    assert "the warehouse is gone" in said
    assert "10 rows of the 10 that were sent could not be recorded as sent" in said
    assert statuses(project) == {"Began": 1, "Running": 1, "Sending": 10}
    said = notify(project, exit=FAILED)  # as far as anyone knows, it is still running
    assert "another process uses this channel" in said
    assert statuses(project) == {"Began": 1, "Running": 1, "Sending": 10}
    died(project)
    assert notify(project) == "oncall: 10 rows sent"
    assert keys(receiver)[10:] == keys(receiver)[:10]
    assert repeated(receiver) == [False] * 10 + [True] * 10
    assert statuses(project) == {"Began": 1, "Sending": 10, "Sent": 10}
    assert notify(project) == "oncall: nothing to send"


def test_after_a_crash_before_sending_rows_are_marked_too(
    project: DbtProject, receiver: Receiver
) -> None:
    """This cannot be distinguished from a crash after sending."""
    sender(project, receiver).next_page(since=0)
    died(project)
    assert notify(project) == "oncall: 10 rows sent"
    assert repeated(receiver) == [True] * 10


def test_after_a_crash_at_the_beginning_nothing_is_lost(
    project: DbtProject, receiver: Receiver
) -> None:
    """The rows before the channel began are skipped, and then the process dies."""
    notify(project)
    execute(project, "delete from ozmeta_notification where NT_Status = 'Began'")
    assert notify(project) == "oncall: case is new to this channel\noncall: nothing to send"
    notice(project, "new", 0)
    assert notify(project) == "oncall: 1 row sent"


def test_ctrl_c_records_what_was_sent(
    project: DbtProject, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver, calls = run.deliver, []

    def interrupted(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return deliver(*args)

    with monkeypatch.context() as patched:
        patched.setattr(run, "deliver", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sender(project, receiver).send(Webhook(receiver.url), 0)
    assert statuses(project) == {"Began": 1, "Sent": 2, "Sending": 1}
    assert notify(project) == "oncall: 8 rows sent"
    assert repeated(receiver) == [False, False, True] + [False] * 7


def test_a_second_process_is_refused(project: DbtProject, receiver: Receiver) -> None:
    first, second = sender(project, receiver), sender(project, receiver)
    assert len(first.next_page(since=0)["rows"]) == 10
    answer = second.next_page()
    assert answer["busy"]
    assert answer["rows"] == []
    assert "another process uses this channel" in notify(project, exit=FAILED)
    done = {"sent": 10, "unknown": 0, "last": False}
    assert first.next_page(done=done)["rows"] == []
    assert statuses(project) == {"Began": 1, "Sent": 10}
    assert notify(project) == "oncall: nothing to send"


def test_a_process_that_was_too_slow_stops(project: DbtProject, receiver: Receiver) -> None:
    first, second = sender(project, receiver, page=4), sender(project, receiver)
    assert len(first.next_page(since=0)["rows"]) == 4
    died(project)
    assert [row["repeats"] for row in second.next_page()["rows"]] == [1] * 4 + [0] * 6
    assert first.next_page(done={"sent": 4, "unknown": 0, "last": False}).get("lost")
    assert second.next_page(done={"sent": 10, "unknown": 0, "last": False})["rows"] == []
    assert notify(project) == "oncall: nothing to send"


def test_two_that_begin_together_both_stop(project: DbtProject, receiver: Receiver) -> None:
    """Each writes its mark before it looks for others, so that never both continue."""
    notify(project)
    execute(
        project,
        "insert into ozmeta_notification select 'oncall', '', '', null, 'Running', 0, 0, 'other',"
        " (now() at time zone 'UTC') from range(1)",
    )
    notice(project, "new", 0)
    notify(project, exit=FAILED)
    assert receiver.got == []


@pytest.mark.parametrize("page", [1, 3, 10])
def test_pages_keep_the_order(project: DbtProject, receiver: Receiver, page: int) -> None:
    assert sender(project, receiver, page=page).send(Webhook(receiver.url), 0)
    assert receiver.got == sorted(receiver.got, key=lambda m: (m["RS_NoticedUTC"], m["RS_Number"]))
    assert len(set(keys(receiver))) == len(receiver.got) == 10
    assert statuses(project) == {"Began": 1, "Sent": 10}


def test_a_page_ends_before_the_process_takes_too_long(
    project: DbtProject, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if a clock jumps: the rows that were not reached are taken again, and not as repeats."""
    monkeypatch.setattr(run.Lease, "left", property(lambda self: 0))
    one = sender(project, receiver, page=4)
    assert one.send(Webhook(receiver.url), 0)
    assert repeated(receiver) == [False] * 10
    assert statuses(project) == {"Began": 1, "Sent": 10}
    monkeypatch.undo()
    lease = run.Lease(100)
    monkeypatch.setattr(run.time, "time", lambda: lease.begun[1] + 90)
    assert 9 < lease.left <= 10
    monkeypatch.setattr(run.time, "time", lambda: lease.begun[1] - 5000)
    assert 99 < lease.left <= 100


def test_channels_do_not_depend_on_each_other(
    project: DbtProject, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels(
        project,
        broken={"url_env": "HOOK"},
        people={"url_env": "HOOK", "format": "slack", "kinds": ["Retracted"]},
        critical={"url_env": "HOOK", "severities": ["Critical"], "signals": ["SLA.Breached"]},
    )
    receiver.expect(status(404))
    said = notify(project, *BEGINNING, exit=FAILED)
    assert "broken: Raised" in said
    assert "people: 3 rows sent" in said
    assert "critical: 2 rows sent" in said
    slack = receiver.got[1:4]
    assert all("no longer holds" in message["blocks"][0]["text"]["text"] for message in slack)
    assert [m["RS_Kind"] for m in receiver.got[4:]] == ["Raised", "Retracted"]
    assert statuses(project, "critical") == {"Began": 1, "Sent": 2, "Skipped": 8}
    assert notify(project, "broken") == "broken: 10 rows sent"
    # a filter that lets more through does not send the past
    channels(project, critical={"url_env": "HOOK", "bindings": ["CA"]})
    assert notify(project) == "critical: nothing to send"
    notice(project, "new", 0, RS_Severity="Info")
    assert notify(project) == "critical: 1 row sent"


def test_backfilled_rows_are_sent_only_to_a_channel_that_asks(
    project: DbtProject, receiver: Receiver
) -> None:
    notify(project)
    notice(project, "old", 0, RS_Kind="Backfilled")
    assert notify(project) == "oncall: nothing to send"
    channels(project, history={"url_env": "HOOK", "kinds": ["Backfilled"]})
    assert "history: 1 row sent" in notify(project, *BEGINNING)


def test_a_full_refresh_repeats_nothing(project: DbtProject, receiver: Receiver) -> None:
    notify(project, *BEGINNING)
    project.run("2026-01-01T04:00:00", "--full-refresh")
    assert notify(project) == "oncall: nothing to send"


def test_a_log_that_is_built_again_repeats_nothing(project: DbtProject, receiver: Receiver) -> None:
    """The rows of the new log have other instants, but the channel knows their signals."""
    notify(project, *BEGINNING)
    known = set(keys(receiver))
    execute(project, "drop table case_runtime_signal")
    project.run("2026-01-01T05:00:00")
    again = project.rows("select _Key, RS_Number from case_runtime_signal")
    assert again
    assert {row["_Key"] for row in again} <= known
    assert notify(project) == "oncall: nothing to send"
    key = again[0]["_Key"].partition("|")[0]
    notice(project, key, 0, _Key=f"{key}|2", RS_Number=2, RS_Kind="Retracted")
    assert notify(project) == "oncall: 1 row sent"
    assert receiver.got[-1]["retracts"] == again[0]["_Key"]


def test_rows_that_share_an_instant_with_sent_ones_are_sent(
    project: DbtProject, receiver: Receiver
) -> None:
    """Runs may have one `ozmeta_as_of`, and a full refresh may have an earlier one."""
    notify(project, *BEGINNING)
    notice(project, "same", 0, RS_NoticedUTC=dt.datetime(2026, 1, 1, 4))
    notice(project, "earlier", 0, RS_NoticedUTC=dt.datetime(2025, 1, 1))
    assert notify(project) == "oncall: 2 rows sent"
    assert keys(receiver)[10:] == ["earlier|1", "same|1"]


def test_a_binding_that_a_channel_does_not_know_begins_now(
    project: DbtProject, receiver: Receiver
) -> None:
    notify(project, *BEGINNING)
    execute(project, "update ozmeta_notification set NT_Binding = 'other'")
    said = notify(project)
    assert "oncall: skipped 10 rows of case, which is new to this channel." in said
    assert len(receiver.got) == 10


def test_hostile_texts_arrive_as_they_are(project: DbtProject, receiver: Receiver) -> None:
    notify(project)
    for number, text in enumerate(HOSTILE):
        notice(project, f"new{number}'", number, RS_ObjectID=text, RS_Notes=text, _TenantID=text)
    assert notify(project) == f"oncall: {len(HOSTILE)} rows sent"
    assert [message["RS_ObjectID"] for message in receiver.got] == HOSTILE
    assert [message["RS_Notes"] for message in receiver.got] == HOSTILE
    notice(project, "bad", 99, RS_ObjectID="[red]x[/] {{ 1 }}")
    receiver.expect(status(400))
    assert "[red]x[/] {{ 1 }}" in notify(project, exit=FAILED)


def test_a_command_gets_the_rows(project: DbtProject, receiver: Receiver, tmp_path: Path) -> None:
    program = "import sys; open('got', 'a').write(sys.stdin.read())"
    channels(project, pager={"command": ["python3", "-c", program], "kinds": ["Retracted"]})
    assert "pager: 3 rows sent" in notify(project, *BEGINNING)
    lines = (project.folder / "got").read_text().splitlines()
    assert [json.loads(line)["RS_Kind"] for line in lines] == ["Retracted"] * 3
    channels(project, pager={"command": ["python3", "-c", "raise SystemExit(7)"]})
    notice(project, "new", 0)
    assert "exit status 7 (2 attempts)" in notify(project, "--attempts", "2", exit=FAILED)


def test_what_is_missing_is_named_before_anything_happens(
    project: DbtProject, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK")
    monkeypatch.setattr(Dbt, "operation", lambda *_, **__: pytest.fail("dbt was called"))
    said = notify(project, exit=INVALID)
    assert "ozmeta.yml /notify/oncall/url_env: the environment variable HOOK is not set" in said
    assert "has no channel 'oncal' (did you mean 'oncall'?)" in notify(
        project, "oncal", exit=INVALID
    )


def test_a_filter_that_matches_nothing_is_named_when_generating(
    project: DbtProject, receiver: Receiver
) -> None:
    wanted = {"bindings": ["case", "Cases"], "signals": ["Work.Handed'Back", "SLA.Breach"]}
    channels(project, oncall={"url_env": "HOOK"} | wanted)
    status, said = command(project, "validate")
    assert status == INVALID
    assert (
        "/notify/oncall/bindings/1: no enabled binding is called 'Cases' (did you mean 'Case'?)"
        in said
    )
    assert (
        "/notify/oncall/signals/1: no signal is called 'SLA.Breach' (did you mean 'SLA.Br" in said
    )
    assert "2 errors" in said


def test_a_binding_that_is_not_there_is_named(project: DbtProject, receiver: Receiver) -> None:
    channels(project, oncall={"url_env": "HOOK", "bindings": ["Cases"]})
    assert "no binding 'Cases'. It has: case" in notify(project, exit=10)


def test_a_log_that_is_not_there_yet_is_named(project: DbtProject, receiver: Receiver) -> None:
    execute(project, "drop table case_runtime_signal")
    for more in ([], ["--dry-run"]):
        assert "case has no signal log yet: run dbt first" in notify(project, *more)
    assert receiver.got == []


# ---------------------------------------------------------------- Postgres


def test_on_postgres(
    receiver: Receiver, tmp_path: Path, record_property: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_property("engine", "postgres")
    record_property("scenario", "notify")
    monkeypatch.setattr(delivery.Policy, "wait", lambda *_: 0.01)
    try:
        with engine("postgres").session(tmp_path / "engine") as worker:
            record_property("version", worker.engine.version())
            rows = [event("a", 0, "Go"), event("b", 100, "Back")]
            steps = [Step("2026-01-01T02:00:00", rows)]
            scenario = Scenario("notify", CONFIG, steps, emitting())
            for _ in scenario.play(worker, tmp_path / "project"):
                pass
            one, two = (sender_at(worker, tmp_path, page) for page in (2, 100))
            target = Webhook(receiver.url)
            one.preview(0)
            assert receiver.got == []
            receiver.expect(status(200), status(200), status(200), drop, status(400))
            assert not one.send(target, 0)
            assert repeated(receiver) == [False] * 4 + [True]
            assert [row["repeats"] for row in one.next_page()["rows"]] == [1, 0]
            assert not two.send(target)
            one.next_page(done={"sent": 1, "unknown": 0, "last": True})
            assert two.send(target)
            assert len(set(keys(receiver))) == 6
            assert keys(receiver)[3] == keys(receiver)[4] not in keys(receiver)[5:]
            assert repeated(receiver)[5:] == [False, False]
            two.preview(0)
            text = (tmp_path / "out2").read_text() + (tmp_path / "out100").read_text()
            assert "another process uses this channel" in text
            assert "oncall: 6 rows would be sent; these are the first 2" in text
            assert "oncall: 2 rows sent" in text
    except NotRun as why:
        record_property("why", str(why))
        pytest.skip(f"NOT RUN: {why}")


def sender_at(worker: Any, folder: Path, page: int) -> Sender:
    config = checked(CONFIG | {"notify": {"oncall": {"url_env": "HOOK"}}}, "ozmeta.yml")

    class There(Dbt):
        def operation(self, name: str, **args: Any) -> Any:
            return worker.ask(operation=f"ozmeta_runtime.{name}", args=args)

    out = Console(file=(folder / f"out{page}").open("w", buffering=1), width=300)
    return Sender("oncall", config.notify["oncall"], There(folder), out, Policy(2, 2), page)
