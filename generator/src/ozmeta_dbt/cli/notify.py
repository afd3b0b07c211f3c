"""Send signals to people and programs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from ozmeta_dbt.cli.console import Profile, ProfilesDir, ProjectDir, Target, Vars, out
from ozmeta_dbt.config import load_config
from ozmeta_dbt.instants import instant, to_micros
from ozmeta_dbt.operations.dbt import Dbt, vars_of
from ozmeta_dbt.problems import NotSent

BEGINNING = "0001-01-01"


def since_of(text: str | None) -> str | int | None:
    """`--from` as the macros take it: now, or microseconds since 1970."""
    if text is None or text == "now":
        return text
    moment = instant(BEGINNING if text == "beginning" else text)
    if moment is None:
        raise typer.BadParameter(
            f"{text!r} is not now, beginning or an instant such as 2026-03-01T12:00:00Z",
            param_hint="--from",
        )
    return to_micros(moment)


def notify(
    channels: Annotated[
        list[str] | None,
        typer.Argument(
            help="The channels, by their names under notify in ozmeta.yml. Default: all."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print what would be sent. Nothing is written or sent."),
    ] = False,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Where to start in the signal log: `now` skips all waiting rows, `beginning` sends"
            " all rows that were not sent, an instant sends rows that were noticed since. Default:"
            " continue where the last run stopped. A new channel starts with new rows.",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=300, help="Seconds that an attempt may take.")
    ] = 10.0,
    attempts: Annotated[
        int, typer.Option(min=1, max=20, help="How often to try to send a row.")
    ] = 5,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Send the new rows of the signal log to webhooks and commands, in order and at least once. A
    row that may have been sent before is marked. The exit status is 6 if a row could not be sent.
    """
    from ozmeta_dbt.operations.notify.channels import chosen, targets
    from ozmeta_dbt.operations.notify.delivery import Policy
    from ozmeta_dbt.operations.notify.run import Sender

    since, config = since_of(from_), load_config(project_dir)
    wanted = chosen(config, channels or [])
    where = {} if dry_run else targets(wanted, project_dir, os.environ)
    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    if threading.current_thread() is threading.main_thread():
        # a CI system that cancels a job sends SIGTERM: record what was sent, as for Ctrl-C
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    failed = False
    for name, channel in wanted.items():
        sender = Sender(name, channel, dbt, out, Policy(timeout, attempts))
        if dry_run:
            sender.preview(since)
        elif not sender.send(where[name], since):
            failed = True
    if failed:
        raise NotSent
