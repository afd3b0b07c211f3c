"""`ozmeta-dbt discover` in a test: the command, and what it wrote."""

from __future__ import annotations

import shutil
from typing import Any

from ozmeta_dbt.documents import loads_yaml

from support.dbt_project_under_test import DbtProject
from support.verification import command

DIFFERENT, INVALID, FILE = 1, 2, 3
Row = dict[str, Any]


def emptied(project: DbtProject) -> None:
    for name in ("models", "metadb"):
        shutil.rmtree(project.folder / name, ignore_errors=True)
    (project.folder / "ozmeta.yml").unlink(missing_ok=True)
    project.manifest = None


def said(project: DbtProject, *args: str, exit: int = 0) -> str:
    """The command's output, without what dbt prints in the same process."""
    status, text = command(project, "discover", *args)
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("OZMETA ")]
    assert status == exit, text
    return "".join(lines)


def table(project: DbtProject, name: str) -> list[Row]:
    rows: list[Row] = loads_yaml((project.folder / "metadb" / f"{name}.yml").read_text("utf-8"))
    return rows


def contents(project: DbtProject) -> dict[str, bytes]:
    return {
        path.relative_to(project.folder).as_posix(): path.read_bytes()
        for path in sorted(project.folder.rglob("*"))
        if path.is_file() and path.suffix in (".yml", ".md") and "dbt_packages" not in path.parts
    }


def runs(project: DbtProject, as_of: str = "2030-01-01T00:00:00") -> None:
    """validate says nothing, generate writes, and dbt runs."""
    status, text = command(project, "validate")
    assert (status, "warning" in text) == (0, False), text
    status, text = command(project, "generate")
    assert status == 0, text
    project.manifest = None
    project.run(as_of)


def declared_moves_that_are_marked(project: DbtProject, binding: str) -> list[Row]:
    states = {row["WS_ID"]: row["WS_Code"] for row in table(project, "WorkflowState")}
    declared = {
        (states[row["WT_FromWS_ID"]], states[row["WT_ToWS_ID"]])
        for row in table(project, "WorkflowTransition")
    }
    marked = project.rows(
        "select TL_FromState as one, TL_ToState as other, TL_Anomaly as mark, count(*) as events"
        f" from {binding}_timeline where TL_Anomaly in ('IllegalTransition',"
        " 'UndeclaredTransition', 'UnknownTransition', 'UnknownState') group by all"
    )
    return [row for row in marked if (row["one"], row["other"]) in declared]
