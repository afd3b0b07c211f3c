"""A project: from its metadata to its bindings, their models and files. With an ozmeta.yml in a dbt
project, or without one, for a snapshot alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ozmeta_dbt.bindings import channels, checks, renames, row_policies, warehouses
from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.bindings.resolver import Resolver
from ozmeta_dbt.calendars.definition import Calendar
from ozmeta_dbt.calendars.sources import versions_of
from ozmeta_dbt.config import FILE_NAME, Config, checked, load_config
from ozmeta_dbt.histories.definition import History
from ozmeta_dbt.histories.reading import histories
from ozmeta_dbt.metadb.readers import read_metadb
from ozmeta_dbt.metadb.rows import EventType, RetentionPolicy, RuntimeSignalType
from ozmeta_dbt.metadb.snapshot import snapshot_text
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.models import addition, conventions, leftovers, manifest, readme, templates, writer
from ozmeta_dbt.models.description import Scope
from ozmeta_dbt.models.exposures import exposure_file
from ozmeta_dbt.models.histories import FOLDER as HISTORIES
from ozmeta_dbt.models.manifest import Snapshot
from ozmeta_dbt.models.option_words import service_levels
from ozmeta_dbt.models.plan import Plan, wanted_models
from ozmeta_dbt.models.render import render
from ozmeta_dbt.problems import FileProblem, InvalidMetadata, Origin, Problems
from ozmeta_dbt.user_project import declarations, package, variables
from ozmeta_dbt.words import counted

# the journal, if nothing else is said
JOURNAL = {"name": "ops", "schema": "raw", "table": "event_journal"}


@dataclass
class Project:
    """What was read, and what to write. After an error, there are no plans and files."""

    config: Config
    rows: MetaRows
    bindings: list[Binding]
    calendars: list[Calendar] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    folder: Path = Path()  # the dbt project
    plans: list[Plan] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # {path below the output folder: text}
    snapshot: Snapshot = field(default_factory=Snapshot)
    title: str = ""  # client, project and revision

    def to_write(self) -> writer.Plan:
        """What a generation would do to the output folder."""
        names, versions = renames.names_of(self.bindings), versions_of(self.calendars)
        output = self.folder / self.config.output
        levels = service_levels(self.bindings)
        return writer.plan(output, self.files, self.snapshot, names, versions, levels)


def read_project(folder: Path, problems: Problems, check_rules: bool = True) -> Project:
    """Read and check everything. `problems` gathers errors, warnings and notes for the caller.

    check_rules: whether to refuse a rule that can never be true or that compares with an unknown
    name. Tests of the fold use such rules.
    """
    config = load_config(folder)
    former = manifest.read_names(folder / config.output)
    return build(Scene(folder, folder, former), config, problems, check_rules)


def read_snapshot(
    snapshot: Path,
    out: Path | None,
    choices: Mapping[str, Any],
    problems: Problems,
    shown: Snapshot | None = None,
) -> Project:
    """Read and check a snapshot without an ozmeta.yml. If the folder to write is in a dbt project,
    that project's own sources and models count.

    out: the folder to write, if any
    choices: keys of ozmeta.yml other than `version`, `metadb` and `output`
    shown: what the generated files say about the snapshot, by default its path and its hash
    """
    if not snapshot.is_file():
        raise FileProblem(f"{snapshot} does not exist, or is not a file")
    former = manifest.read_names(out) if out else {}
    whole = (out or Path("ozmeta")).resolve()
    dbt_project = declarations.project_of(whole) if out else None
    folder = dbt_project or whole.parent
    fixed = {
        "version": 1,
        "metadb": {"snapshot": snapshot.as_posix()},
        "output": whole.relative_to(folder).as_posix(),
    }
    config = checked({"journal": {"source": JOURNAL}, **choices, **fixed}, "the options")
    scene = Scene(folder, Path(), former, dbt_project is not None, shown)
    return build(scene, config, problems)


@dataclass(frozen=True)
class Scene:
    """The surroundings of a generation."""

    folder: Path  # the output folder is in it
    metadata: Path  # what the place of the metadata is relative to
    former: dict[str, Any]  # the names in the last manifest
    in_project: bool = True  # whether a dbt project is in the folder, or may be
    shown: Snapshot | None = None


def build(scene: Scene, config: Config, problems: Problems, check_rules: bool = True) -> Project:
    folder = scene.folder
    flows = {code for choices in config.bindings.values() for code in choices.approval_flows}
    rows = read_metadb(scene.metadata, config.metadb, problems, tuple(sorted(flows)))
    if scene.in_project:
        variables.check(folder, problems)
        package.check_version(folder, problems)
        package.check_dbt(folder, problems)
    lookups = Lookups(rows, config, problems)
    resolver = Resolver(lookups)
    bindings = resolver.bindings()
    if check_rules:
        checks.check(lookups, resolver.drafts)
    if not problems.errors:  # else a binding that uses it may be missing
        problems.notes += leftovers.not_chosen(bindings)
        used = {calendar.code for binding in bindings for calendar in binding.calendars}
        problems.notes += [
            f"{code}: no SLA of an enabled binding uses this calendar"
            for code in sorted(lookups.calendars.keys() - used)
        ]
    renames.propose(bindings, scene.former, f"{config.output}/{manifest.NAME}", problems)
    warehouses.check(bindings, config.warehouses, problems)
    row_policies.check(bindings, config, problems)
    if not problems.errors:
        channels.check_channels(bindings, config, problems)
    if scene.in_project:
        declarations.check_sources(folder, config, problems)
    project = Project(
        config,
        rows,
        bindings,
        list(lookups.calendars.values()),
        histories(config, problems),
        folder,
    )
    problems.notes += unread(project.histories, config)
    check_tenants(project, problems)
    if not problems.errors:
        project.plans = [plan_of(binding, folder, config, problems) for binding in bindings]
        scopes = [Scope(plan.binding, config, plan.built) for plan in project.plans]
        templates.check(scopes, problems)
    if not problems.errors:
        around = (
            declarations.look(folder, config.output)
            if scene.in_project
            else declarations.Surroundings()
        )
        project.snapshot, project.title = source_of(scene, config, rows)
        signal_types = rows.of(RuntimeSignalType)
        conventions.check(config, around, problems)
        project.files = render(
            project.plans, config, around, signal_types, project.calendars, project.histories
        )
        check_histories(project.histories, config, project.files, around, problems)
        project.files |= exposure_file(project.plans, config, around, project.files, problems)
        project.files[readme.NAME] = readme.text(project.plans, facts_of(project))
        if scene.in_project:
            declarations.check_names(folder, config, project.files, problems)
    return project


def check_histories(
    found: list[History],
    config: Config,
    files: Iterable[str],
    around: declarations.Surroundings,
    problems: Problems,
) -> None:
    """An error for each model of a history that shares its name with another generated model, and
    for each source of a history that the user's project declares too.
    """
    others = {
        Path(name).stem.lower(): name
        for name in files
        if name.endswith(".sql") and Path(name).parts[0] != HISTORIES
    }
    for history in found:
        for entry in around.sources:
            if entry.name == history.source and entry.tables & set(history.tables):
                problems.error(
                    Origin(FILE_NAME).at("histories", history.name),
                    f"{entry.file} declares the source {history.source}, which is the name of the"
                    " source of this history",
                    "rename the history, or that source",
                )
        for part in history.parts:
            if there := others.get(part.model.lower()):
                problems.error(
                    Origin(FILE_NAME).at("histories", history.name, part.kind, part.name),
                    f"its model {part.model} has the name of {config.output}/{there}",
                    "rename the history or the part",
                )


def check_tenants(project: Project, problems: Problems) -> None:
    """A warning for each history whose rows would all be quarantined, because they have no tenant
    and their binding asks for one.
    """
    read = {table.label.lower() for table in project.config.journal.all_journals}
    for history in project.histories:
        lacking = [
            part
            for part in history.parts
            if "tenant" not in part.arguments["columns"] and part.model.lower() in read
        ]
        for binding in project.bindings:
            if lacking and binding.needs_tenant and history.object_type in binding.object_types:
                models = ", ".join(part.model for part in lacking)
                problems.warn(
                    Origin(FILE_NAME).at("histories", history.name),
                    f"{models}: the rows have no tenant, so {binding.object_type} quarantines all"
                    " of them",
                    "let the binding's RB_InstanceKeyStrategy be ObjectID, or give"
                    " `columns: {tenant: {value: acme}}` in each part",
                )


def unread(found: list[History], config: Config) -> list[str]:
    """A note on the models of histories that `journal` does not name."""
    read = {table.label.lower() for table in config.journal.all_journals}
    missing = [
        part.model for history in found for part in history.parts if part.model.lower() not in read
    ]
    if not missing:
        return []
    entries = ", ".join(f"{{ref: {model}}}" for model in missing)
    return [f"the journal does not read {', '.join(missing)}: add {entries} to journal.sources"]


def source_of(scene: Scene, config: Config, rows: MetaRows) -> tuple[Snapshot, str]:
    """The snapshot that was read, with its client and project. For a folder or a database, the hash
    is that of the snapshot that `export` writes.
    """
    names = [rows.codes.get(key) for key in ("clientCode", "projectCode")]
    title = " / ".join(str(name) for name in names if name)
    if config.metadb.snapshot is None:
        path = config.metadb.folder or config.metadb.url_env or ""
        return Snapshot(path, manifest.sha256(snapshot_text(rows).encode())), title
    revision = rows.codes.get("snapshotVersion")
    if revision is not None:
        title = ", ".join(filter(None, [title, f"revision {revision}"]))
    data = manifest.read_bytes(scene.metadata / config.metadb.snapshot) or b""
    read = Snapshot(shown_path(Path(config.metadb.snapshot)), manifest.sha256(data))
    return scene.shown or read, title


def shown_path(path: Path) -> str:
    """The path of a snapshot, without the folders of the machine that the generator runs on."""
    if not path.is_absolute():
        return path.as_posix()
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name


def facts_of(project: Project) -> readme.Facts:
    facts = readme.Facts(
        project.snapshot,
        project.title,
        retention=retention_of(project.rows),
        histories=project.histories,
    )
    if project.plans:
        return facts
    wanted = addition.addition(project.rows)
    lines = addition.instructions(wanted, project.config.metadb.snapshot is not None)
    return replace(facts, nothing=wanted.why, additions=lines)


def retention_of(rows: MetaRows) -> list[tuple[str, str, str]]:
    """What MetaDB says about how long rows are kept: kind, code, how long."""
    found = [("Event type", row.code, row.retention_days, False) for row in rows.of(EventType)]
    found += [
        ("Signal type", row.code, row.retention_days, False) for row in rows.of(RuntimeSignalType)
    ]
    found += [
        ("Policy", row.code, row.retention_days, row.legal_hold)
        for row in rows.of(RetentionPolicy)
        if row.is_enabled
    ]
    return [
        (kind, code, ", ".join(filter(None, [counted(days, "day"), "legal hold" if hold else ""])))
        for kind, code, days, hold in sorted(found, key=lambda entry: entry[:2])
        if days is not None
    ]


def plan_of(binding: Binding, folder: Path, config: Config, problems: Problems) -> Plan:
    wanted = wanted_models(binding)
    plan = Plan(
        binding, declarations.disabled_models(folder, config, binding.name, wanted, problems)
    )
    for model, needed in plan.left_out.items():
        problems.notes.append(
            f"{binding.name}_{model} is left out: it needs {binding.name}_{needed}, which is"
            " disabled in dbt_project.yml or left out"
        )
    return plan


def write_models(folder: Path, check_rules: bool = True) -> tuple[int, int]:
    """What `ozmeta-dbt generate --force` does, without a message. Returns the numbers of bindings
    and of files; raises InvalidMetadata if there are errors.
    """
    problems = Problems()
    project = read_project(folder, problems, check_rules)
    if problems.errors:
        raise InvalidMetadata(problems)
    writer.apply(project.to_write())
    return len(project.bindings), len(project.files)


def event_aliases(folder: Path) -> dict[str, dict[str, str]]:
    """{binding, by the name of its models: {old event type: current name}}. Empty if the project
    has no ozmeta.yml.
    """
    if not (folder / FILE_NAME).exists():
        return {}
    bindings = read_project(folder, Problems()).bindings
    return {binding.name: binding.aliases.event_types for binding in bindings}
