"""Make the report: ask the warehouse for the figures and the stories, and write the file."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ozmeta_dbt.instants import from_micros, instant
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.verified import last_verified
from ozmeta_dbt.problems import DbtFailed, Refused, writing
from ozmeta_dbt.project import event_aliases
from ozmeta_dbt.report import document, page
from ozmeta_dbt.report.document import BindingReport
from ozmeta_dbt.report.stories import stories, wanted


@dataclass(frozen=True)
class Choice:
    bindings: tuple[str, ...] = ()
    tenant: str | None = None
    since: str = "90d"
    rows: int = 100
    stories: int = 60

    @property
    def span(self) -> dict[str, Any]:
        """`since` as the arguments of the macro report_facts."""
        if self.since == "beginning":
            return {}
        if days := re.fullmatch(r"([1-9]\d{0,4})d", self.since):
            return {"days": int(days[1])}
        at = instant(self.since)
        if at is None:
            raise Refused(
                f"--since is {self.since!r}: expected a date or a timestamp such as 2026-03-01, a"
                " number of days such as 90d, or `beginning`"
            )
        return {"since": at.isoformat(" ")}


def make(dbt: Dbt, choice: Choice) -> list[BindingReport]:
    answer = dbt.operation(
        "report_facts",
        wanted=list(choice.bindings),
        tenant=choice.tenant,
        rows=choice.rows,
        **choice.span,
    )
    if not answer:
        raise DbtFailed("this project has no generated binding: run ozmeta-dbt generate first")
    check(answer, choice)
    reports = document.read(answer, last_verified(dbt))
    objects = {report.name: wanted(report.figures, choice.stories) for report in reports}
    ids = {name: sorted({object_id for object_id, _ in of}) for name, of in objects.items() if of}
    if ids:
        told, aliases = dbt.operation("report_stories", wanted=ids), event_aliases(dbt.project_dir)
        for report in reports:
            report.stories = stories(
                report.name,
                objects[report.name],
                told.get(report.name, {}),
                aliases.get(report.name, {}),
            )
    return reports


def check(answer: dict[str, Any], choice: Choice) -> None:
    """An empty report is probably a typo, so it is an error."""
    complete = [found for found in answer.values() if "as_of" in found]
    if complete and choice.tenant is not None and not any(f["has_tenant"] for f in complete):
        raise Refused(
            f"--tenant is {choice.tenant!r}: no event has this tenant. Tenants are compared letter"
            " by letter"
        )
    for name, found in answer.items():
        if found.get("since") is not None and found["since"] > found["as_of"]:
            raise Refused(
                f"--since is {choice.since!r}, which is after the last run of {name}, as of"
                f" {from_micros(found['as_of'])} UTC"
            )


def write(
    reports: list[BindingReport], path: Path, form: str, title: str, tenant: str | None
) -> int:
    """Write the file, completely or not at all. Returns its size in bytes."""
    if form == "json":
        text = json.dumps(document.as_json(reports), indent=1, ensure_ascii=False, default=iso)
    else:
        text = page.html(reports, title, tenant)
    content = text.encode("utf-8")
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return len(content)


def iso(value: Any) -> str:
    return f"{value.isoformat()}Z"
