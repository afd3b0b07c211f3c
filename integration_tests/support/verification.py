"""`explain` and `verify` of a project under test, without a separate process."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

from dbt.cli.main import dbtRunner
from ozmeta_dbt import cli
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.explain import objects, show
from ozmeta_dbt.operations.verify import Choice, verify
from ozmeta_dbt.problems import DbtFailed
from rich.console import Console

from support import fast_dbt
from support.dbt_project_under_test import DbtProject, parsed

EVERYTHING = Choice()


def in_this_process(self: Dbt, *args: str) -> str:
    """dbt's output, without the time to start dbt and to parse the project."""
    printed: list[str] = []
    folder, profiles = self.project_dir.resolve(), self.profiles_dir or Path.cwd()
    options = ["--project-dir", str(folder), "--profiles-dir", str(profiles)]
    options += ["--vars", json.dumps(self.vars), *fast_dbt.OPTIONS]
    options += ["--target-path", str(self.scratch / "target")] if self.scratch else []
    without_clock = {name: value for name, value in self.vars.items() if name != "ozmeta_as_of"}

    def heard(event: Any) -> None:
        printed.append(event.info.msg)

    heard.reads_debug = False
    with fast_dbt.no_collection():
        manifest = parsed(folder, options, profiles, json.dumps(without_clock))
        result = dbtRunner(manifest, callbacks=[heard]).invoke([*args, *options])
    if not result.success:
        raise DbtFailed("\n".join(printed) + str(result.exception or ""))
    return "\n".join(printed)


class InThisProcess(Dbt):
    __call__ = in_this_process


def dbt_of(project: DbtProject) -> Dbt:
    return InThisProcess(project.folder, project.folder)


def command(project: DbtProject, *args: str) -> tuple[int, str]:
    """The exit status and the output of `ozmeta-dbt` in the project's folder."""
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    here, status = Path.cwd(), None
    os.chdir(project.folder)
    try:
        with (
            mock.patch.object(sys, "argv", ["ozmeta-dbt", *args]),
            mock.patch.object(Dbt, "__call__", in_this_process),
            redirect_stdout(printed),
            redirect_stderr(printed),
        ):
            cli.main()
    except SystemExit as done:
        status = done.code
    finally:
        os.chdir(here)
    return int(status or 0), printed.buffer.getvalue().decode()  # type: ignore[attr-defined]


def told(project: DbtProject, object_id: str, binding: str = "case", width: int = 220) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False)
    for facts in objects(
        dbt_of(project).operation("explain_facts", binding=binding, object=object_id)
    ).values():
        show("case", object_id, facts, out)
    return "\n".join(
        " ".join(line.split()) for line in out.file.getvalue().splitlines() if line.strip()
    )


def verified(
    project: DbtProject, choice: Choice = EVERYTHING, lookback: int = 5
) -> tuple[bool, str]:
    out = Console(file=io.StringIO(), width=220, highlight=False)
    same = verify(dbt_of(project), [], choice, lookback, 2, False, out)
    return same, out.file.getvalue()


def tampered(project: DbtProject, *statements: str) -> None:
    with project.connect() as connection:
        for statement in statements:
            connection.execute(statement)
