"""The command `ozmeta-dbt`: one module per command. Exit statuses: SPEC 10."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from inspect import getdoc
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt import __version__
from ozmeta_dbt.cli import (
    demo,
    discover,
    erase,
    explain,
    export,
    generate,
    impact,
    init,
    journal,
    notify,
    purge,
    report,
    validate,
    verify,
)
from ozmeta_dbt.cli.console import err, load, out
from ozmeta_dbt.problems import EXIT_UNEXPECTED, OzmetaProblem

__all__ = ["app", "err", "load", "main", "out"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From OZMetaDB metadata to live workflow state, SLA timers and escalation queues in dbt.",
)


def help_of(command: Callable[..., None]) -> str:
    """Its docstring, without the line breaks within a paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in str(getdoc(command)).split("\n\n"))


def first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."


for command in (
    init.init,
    discover.discover,
    validate.validate,
    generate.generate,
    export.export,
    explain.explain,
    verify.verify,
    impact.impact,
    report.report,
    notify.notify,
    purge.purge,
    erase.erase,
    demo.demo,
):
    text = help_of(command)
    app.command(help=text, short_help=first_sentence(text))(command)
app.add_typer(journal.app, name="journal")


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        out.print(__version__)
        raise typer.Exit()


def main() -> None:
    """Run the command. A problem becomes a message and an exit status."""
    # metadata may hold what a terminal cannot show
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except OzmetaProblem as error:
        for line in error.lines:
            err.print(f"[red]error[/]   {escape(line)}")
        if error.summary:
            err.print(f"[red]{escape(error.summary)}[/]; nothing was written")
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("OZMETA_DEBUG"):
            raise
        err.print(
            f"[red]unexpected[/] {type(error).__name__}: {escape(str(error))}; set OZMETA_DEBUG=1"
            " to see where, and please report it"
        )
        sys.exit(EXIT_UNEXPECTED)
