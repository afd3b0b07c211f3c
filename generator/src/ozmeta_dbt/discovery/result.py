"""A discovery, from the journals to the files: what was done, and what the command prints."""

from __future__ import annotations

import dataclasses
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ozmeta_dbt.config import FILE_NAME
from ozmeta_dbt.discovery import folder as metadata
from ozmeta_dbt.discovery import output
from ozmeta_dbt.discovery.discover import Choice, discover
from ozmeta_dbt.discovery.figures import day, duration, minutes
from ozmeta_dbt.discovery.folder import Discovery
from ozmeta_dbt.discovery.journals import Journals, NothingFound, config_of
from ozmeta_dbt.discovery.section import journal_of
from ozmeta_dbt.discovery.texts import scalar, shown
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.problems import FileProblem
from ozmeta_dbt.user_project import declarations
from ozmeta_dbt.words import counted


@dataclass(frozen=True)
class Done:
    """What a discovery found, and what happened to the files."""

    found: Discovery
    folder: str  # as the messages call it
    files: dict[str, str]
    settled: output.Settled
    written: list[str]  # in the project
    additions: list[str]  # lines for an ozmeta.yml that is there
    check: bool
    project_dir: Path

    @property
    def is_same(self) -> bool:
        return self.settled.is_same

    @property
    def diff(self) -> str:
        """Only if an existing file would differ."""
        return self.settled.diff if self.settled.different else ""


def check_places(root: Path, folder: Path) -> None:
    """FileProblem if the folder is not a dbt project, or the folder to write is not in it."""
    if not (root / declarations.PROJECT_FILE).is_file():
        raise FileProblem(f"{root} is not a dbt project: there is no dbt_project.yml")
    if folder.is_absolute() or ".." in folder.parts:
        raise FileProblem(f"--output is {folder}: expected a folder inside the dbt project")


def discovered(dbt: Dbt, journals: Journals, choice: Choice, folder: Path, check: bool) -> Done:
    root = dbt.project_dir
    check_places(root, folder)
    found, seen = discover(dbt, journals, choice)
    label = folder.as_posix()
    files = metadata.files(found)
    settled = output.compare(root / folder, files)
    project = declarations.read_yaml(root / declarations.PROJECT_FILE)
    to_write = {}
    if not settled.different:
        to_write = {f"{label}/{name}": files[name] for name in settled.new}
    additions: list[str] = []
    if journals.config is None:
        journal = config_of(journals, seen, project.get("name") if project else "")
        if journal is None:
            raise NothingFound(
                f"{FILE_NAME} cannot name {found.journals[0]}, since one of its names is not plain:"
                " make a dbt model that selects from it, and discover that"
            )
        if not settled.different:
            place = declarations.output_in(project)
            to_write[FILE_NAME] = metadata.config(found, f"{label}/", place, journal)
    elif journals.new_config is not None:
        if not settled.different:
            to_write[FILE_NAME] = "\n".join(
                [journals.new_config.rstrip("\n"), *metadata.choices(found), ""]
            )
    else:
        additions = metadata.choices(found, journals.config)
        read = journals.config.metadb.folder
        if read is None or Path(read) != folder:
            additions = [f"metadb: {{folder: {scalar(label + '/')}}}", *additions]
        named = {each.label.lower() for each in journals.config.journal.all_journals}
        unread = [model for model in journals.models if model.lower() not in named]
        additions += [journal_of(unread)] if unread else []
    if to_write and not check:
        output.write(root, to_write)
    written = [] if check else sorted(to_write)
    return Done(found, label, files, settled, written, additions, check, root)


def summary(done: Done) -> list[str]:
    found = done.found
    lines = [f"read {', '.join(found.journals)}"]
    for of in found.workflows:
        seen = of.of
        lines.append(
            f"{shown(seen.name)}: {counted(seen.events, 'event')} of"
            f" {counted(seen.objects, 'object')}, {day(seen.first_at)} to {day(seen.last_at)}"
        )
        ends = ", ".join(map(shown, of.ends[:6])) or "none found"
        lines.append(
            f"  {counted(len(of.states), 'state')}: starts in {shown(of.start)}, ends: {ends}"
        )
        lines.append(
            f"  {counted(len(of.transitions), 'transition')}, and {len(of.rare)} rare ones that"
            f" are undeclared; {counted(seen.event_type_count, 'event type')}"
        )
        for level in of.levels:
            lines.append(
                f"  {level.code}: {minutes(level.minutes)}"
                f" ({found.percentile}%: {duration(level.time.percentile)})"
            )
        if of.report_fields:
            lines.append(f"  report by: {', '.join(shown(f.name) for f in of.report_fields[:10])}")
    if done.check:
        lines += [f"would write {done.folder}/{name}" for name in done.settled.new]
        lines += [f"differs: {done.folder}/{name}" for name in done.settled.different]
        lines += [f"{done.folder}/ is as it would be written"] * done.is_same
    elif done.settled.different:
        lines.append(
            f"{done.folder}/ has {', '.join(done.settled.different)}, which a discovery would write"
            " otherwise. Nothing was written. The difference, with what is there as the old side:"
        )
    else:
        lines += [f"wrote {name}" for name in done.written]
        lines += [f"{done.folder}/ is up to date"] * (not done.written)
    return lines


def next_steps(done: Done) -> list[str]:
    if done.check or done.settled.different:
        return []
    lines = []
    if done.additions:
        lines += [f"{FILE_NAME} is yours and was not changed. To add there:"]
        lines += [f"  {line}" for line in done.additions]
    if done.written:
        here = done.project_dir.resolve() == Path.cwd().resolve()
        place = "" if here else f" --project-dir {shlex.quote(str(done.project_dir))}"
        lines += ["next:"]
        lines += [
            f"  {step}{place}" for step in ("ozmeta-dbt generate", "dbt run", "ozmeta-dbt report")
        ]
    return lines


def warnings(done: Done) -> list[str]:
    found = done.found
    lines = [
        f"{shown(each.name)}: none of its events has a transition in its payload, so it was left"
        " out"
        for each in found.left_out
    ]
    for of in found.workflows:
        seen = of.of
        if seen.objects == 1:
            lines.append(f"{shown(seen.name)}: there is one object only, so the figures say little")
        if not of.ends:
            lines.append(
                f"{shown(seen.name)}: no state looks like an end. Mark those that are with"
                " WS_IsTerminal in WorkflowState.yml"
            )
        if seen.rows > seen.usable_rows:
            lines.append(
                f"{shown(seen.name)}: {counted(seen.rows - seen.usable_rows, 'row')} cannot be used"
                " and will be quarantined"
            )
    return lines


def document(done: Done) -> dict[str, Any]:
    """All figures, for programs."""
    found = done.found
    return {
        "journals": found.journals,
        "percentile": found.percentile,
        "rare": found.rare,
        "object_types": [
            {
                "object_type": of.of.name,
                "table": found.name(of),
                "events": of.of.events,
                "objects": of.of.objects,
                "start": of.start,
                "ends": of.ends,
                "waiting": of.waiting,
                "states": [
                    dataclasses.asdict(s) | {"sla_minutes": of.state_minutes.get(s.name)}
                    for s in of.states
                ],
                "transitions": [
                    dataclasses.asdict(t.move) | {"code": t.code, "exits": t.exits, "rare": rare}
                    for rare, listed in ((False, of.transitions), (True, of.rare))
                    for t in listed
                ],
                "event_types": [dataclasses.asdict(each) for each in of.of.event_types],
                "service_levels": [dataclasses.asdict(level) for level in of.levels],
                "fields": [dataclasses.asdict(each) for each in of.of.fields],
                "report_fields": [each.name for each in of.report_fields],
            }
            for of in found.workflows
        ],
        "left_out": [each.name for each in found.left_out],
        "folder": done.folder,
        "written": done.written,
        "same": done.settled.same,
        "different": done.settled.different,
        "diff": done.diff,
        "additions": done.additions,
    }
