"""`explain` and `verify` of a project under test, without a process of their own."""

from __future__ import annotations

import io
import json
from typing import Any

from dbt.cli.main import dbtRunner
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.explain import objects, show
from ozmeta_dbt.operations.verify import Choice, verify
from ozmeta_dbt.problems import DbtFailed
from rich.console import Console

from support import fast_dbt
from support.dbt_project_under_test import DbtProject, parsed

EVERYTHING = Choice()


class InThisProcess(Dbt):
    """Spares each call dbt's start and its parse; the demo's tests call the command itself."""

    def __call__(self, *args: str) -> str:
        printed: list[str] = []
        options = [
            "--project-dir",
            str(self.project_dir),
            "--profiles-dir",
            str(self.profiles_dir),
            "--vars",
            json.dumps(self.vars),
        ]
        options += ["--target-path", str(self.scratch / "target")] if self.scratch else []

        def heard(event: Any) -> None:
            printed.append(event.info.msg)

        heard.reads_debug = False
        with fast_dbt.no_collection():
            options += fast_dbt.OPTIONS
            manifest = parsed(self.project_dir, options, self.profiles_dir, self.parsed_with())
            result = dbtRunner(manifest, callbacks=[heard]).invoke([*args, *options])
        if not result.success:
            raise DbtFailed("\n".join(printed) + str(result.exception or ""))
        return "\n".join(printed)

    def parsed_with(self) -> str:
        """The variables, but for the clock, on which no manifest depends."""
        return json.dumps({k: v for k, v in self.vars.items() if k != "ozmeta_as_of"})


def dbt_of(project: DbtProject) -> Dbt:
    return InThisProcess(project.folder, project.folder)


def told(project: DbtProject, object_id: str, binding: str = "case") -> str:
    out = Console(file=io.StringIO(), width=220, highlight=False)
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
