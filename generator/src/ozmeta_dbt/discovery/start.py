"""From the tables of a system to the journals that discover reads: the history in ozmeta.yml, its
models, and a run of dbt that builds them.

ozmeta.yml and the models are written before dbt runs, because dbt can build only existing models.
Everything that can be checked without a run is checked before. If the run fails, both stay, because
the user may want to correct them. The message says so, and the same command continues from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ozmeta_dbt.config import FILE_NAME, Config, ModelRef, checked, load_config
from ozmeta_dbt.discovery import own_table, preset_tables
from ozmeta_dbt.discovery.journals import (
    PLAIN,
    Journals,
    NothingFound,
    journals_to_read,
    of_models,
    relation_named,
)
from ozmeta_dbt.discovery.section import Section
from ozmeta_dbt.discovery.warehouse import Place, Seen, look
from ozmeta_dbt.documents import loads_yaml
from ozmeta_dbt.histories import presets
from ozmeta_dbt.histories.definition import History
from ozmeta_dbt.histories.reading import histories
from ozmeta_dbt.models import manifest, writer
from ozmeta_dbt.models.conventions import group_yaml
from ozmeta_dbt.models.histories import history_files
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.problems import DbtFailed, FileProblem, Interrupted, InvalidMetadata, Problems
from ozmeta_dbt.project import check_histories
from ozmeta_dbt.user_project import declarations, package
from ozmeta_dbt.words import one_of


@dataclass(frozen=True)
class Asked:
    """What the options say about the tables."""

    preset: str | None = None
    loader: str | None = None
    schema: str | None = None
    database: str | None = None
    relation: str | None = None
    own: own_table.Choice = field(default_factory=own_table.Choice)


@dataclass(frozen=True)
class Start:
    """The history to discover, and what is to be written for it."""

    models: list[str]
    config: Config
    files: dict[str, str]  # {path in the project: text}
    new_config: str | None = None
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Started:
    journals: Journals
    told: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    built: list[str] = field(default_factory=list)

    def said(self, later: list[str]) -> list[str]:
        """What the command prints about it. later: files that it wrote again afterwards"""
        lines = [*self.told, *(f"wrote {name}" for name in self.written if name not in later)]
        return lines + ([f"built {', '.join(self.built)}"] if self.built else [])


def started(dbt: Dbt, asked: Asked, output: Path, check: bool) -> Started:
    """The journals to read. Those of a history are built before."""
    folder = f"{output.as_posix()}/"
    if asked.preset is not None:
        return begin(dbt, for_preset(dbt, asked, folder), check)
    if asked.relation is not None:
        if start := for_table(dbt, asked, folder):
            return begin(dbt, start, check)
        return Started(journals_to_read(dbt.project_dir, asked.relation))
    journals = journals_to_read(dbt.project_dir, None)
    if start := for_named(dbt, output):
        return replace(begin(dbt, start, check), journals=journals)
    return Started(journals)


def is_own_table(seen: Seen, choice: own_table.Choice) -> bool:
    """Whether a relation is a table of changes. Those of an event journal begin with EJ_."""
    is_journal = any(column.lower().startswith("ej_") for column in seen.has)
    if is_journal and not choice.is_empty:
        raise NothingFound(
            f"{seen.shown} has the columns of an event journal, so --status-field, --column and"
            " --time-zone have no meaning: leave them out"
        )
    return seen.exists and not is_journal


def for_preset(dbt: Dbt, asked: Asked, folder: str) -> Start:
    """The history of a preset: that of ozmeta.yml, or a new one."""
    preset = preset_named(asked)
    place = place_of(preset, asked)
    config, found = read(dbt.project_dir)
    if config:
        keys = config.histories
        own = [history for history in found if keys[history.name].preset == preset.name]
        own.sort(key=lambda history: history.name != preset.name)
        if own:
            check_same(own[0], keys[own[0].name].loader, place, asked)
            return of_history(dbt, config, found, own[0])
    seen = look(dbt, map(place.table, preset_tables.tables_of(preset)))
    section, lacking = preset_tables.section(preset, place, seen)
    if lacking:
        raise NothingFound(
            "\n".join(lacking)
            + f"\nIf a table has it under another name, write that name to {FILE_NAME} instead of"
            f" {preset_tables.MINE}, and give the command again:\n"
            + (added(section) if config else whole(dbt.project_dir, section, folder))
        )
    return new(dbt, config, section, folder, [])


def for_table(dbt: Dbt, asked: Asked, folder: str) -> Start | None:
    """The history of a table of changes: that of ozmeta.yml, or a new one. None if the relation is
    an event journal, or there is none.
    """
    named = relation_named(asked.relation or "")
    place = Place(named["schema"], named["database"])
    seen = look(dbt, [place.table(named["identifier"])])[named["identifier"]]
    if not is_own_table(seen, asked.own):
        return None
    config, found = read(dbt.project_dir)
    for history in found if config else ():
        if config and reads_table(history, place, seen):
            if not asked.own.is_empty:
                raise NothingFound(
                    f"{FILE_NAME} says how {seen.shown} is read, under histories.{history.name}:"
                    " change it there, and leave out --status-field, --column and --time-zone"
                )
            return of_history(dbt, config, found, history)
    concluded = own_table.concluded(dbt, place, seen, asked.own)
    return new(dbt, config, concluded.section, folder, concluded.told)


def for_named(dbt: Dbt, output: Path) -> Start | None:
    """The histories that ozmeta.yml names as journals, if there is no metadata folder yet:
    `generate` then writes no models. None if the folder exists, or if there is no such history.
    """
    config, found = read(dbt.project_dir)
    if config is None or (dbt.project_dir / output).exists():
        return None
    named = {each.ref for each in config.journal.all_journals if isinstance(each, ModelRef)}
    models = [part.model for history in found for part in history.parts if part.model in named]
    if not models:
        return None
    return Start(models, config, model_files(dbt.project_dir, config, found))


# ------------------------------------------------------------ what is asked for


def preset_named(asked: Asked) -> presets.Preset:
    name = asked.preset or ""
    if name not in presets.names():
        raise NothingFound(f"--preset is {name!r}: {one_of(name, presets.names())}")
    loader = asked.loader or presets.DEFAULT_LOADER
    if found := presets.known(name, loader):
        return found
    raise NothingFound(
        f"the preset {name} does not know the tables of the loader {loader}"
        f"{presets.why_unknown(name, loader)}. It knows those of {', '.join(presets.loaders(name))}"
    )


def place_of(preset: presets.Preset, asked: Asked) -> Place:
    schema, database = asked.schema, asked.database
    if asked.relation is not None:
        named = relation_named(asked.relation)
        preset_tables.check_table(preset, asked.relation, named["identifier"])
        for option, said, there in (
            ("schema", schema, named["schema"]),
            ("database", database, named["database"]),
        ):
            if said and there and said.lower() != there.lower():
                raise NothingFound(
                    f"--{option} is {said}, and --relation says {there}: leave one of them out"
                )
        schema, database = named["schema"], named["database"] or database
    for name in (schema, database):
        if name and not PLAIN.fullmatch(name):
            raise NothingFound(
                f"{FILE_NAME} cannot name {name!r}: expected a letter or _, then letters, digits,"
                " _, $ and -"
            )
    return Place(schema or preset.name, database)


def check_same(history: History, loader: str | None, place: Place, asked: Asked) -> None:
    """NothingFound if an option contradicts ozmeta.yml."""
    given = asked.relation or asked.schema
    for option, said, there in (
        ("loader", asked.loader, loader or presets.DEFAULT_LOADER),
        ("schema", place.schema if given else None, history.schema),
        ("database", place.database, history.database or "the target's"),
    ):
        if said and said.lower() != there.lower():
            raise NothingFound(
                f"the {option} of the history {history.name} is {there} in {FILE_NAME}, and the"
                f" options say {said}: change it there, or leave the option out"
            )


def reads_table(history: History, place: Place, seen: Seen) -> bool:
    for part in history.parts:
        table = part.relation
        if table.source is None and seen.node and table.name == seen.node["name"]:
            return True
        same = [(table.name, seen.name), (history.schema, place.schema)]
        if place.database and history.database:
            same.append((history.database, place.database))
        if table.source is not None and all(a.lower() == b.lower() for a, b in same):
            return True
    return False


# ------------------------------------------------------------ what is written


def read(root: Path) -> tuple[Config | None, list[History]]:
    """ozmeta.yml and its histories, if there is one."""
    if not (root / FILE_NAME).is_file():
        return None, []
    config, problems = load_config(root), Problems()
    found = histories(config, problems)
    if problems.errors:
        raise InvalidMetadata(problems)
    return config, found


def whole(root: Path, section: Section, folder: str) -> str:
    project = declarations.read_yaml(root / declarations.PROJECT_FILE)
    return section.ozmeta_yml(folder, declarations.output_in(project))


def added(section: Section) -> str:
    return "\n".join([*section.histories, section.journal])


def new(dbt: Dbt, config: Config | None, section: Section, folder: str, told: list[str]) -> Start:
    """A history that is not in ozmeta.yml. NothingFound if an ozmeta.yml exists, because discover
    never changes one.
    """
    if config is not None:
        names = [each.label for each in config.journal.all_journals]
        more = f"; keep {', '.join(names)} in journal" if names else ""
        raise NothingFound(
            f"{FILE_NAME} is yours, and has no history of these tables. Add this to it{more}, and"
            f" give the command again:\n{added(section)}"
        )
    text = whole(dbt.project_dir, section, folder)
    made, problems = checked(loads_yaml(text), FILE_NAME), Problems()
    found = histories(made, problems)
    if problems.errors:
        raise InvalidMetadata(problems)
    models = model_files(dbt.project_dir, made, found)
    return Start(section.models, made, {FILE_NAME: text, **models}, text, told)


def of_history(dbt: Dbt, config: Config, found: list[History], history: History) -> Start:
    models = [part.model for part in history.parts]
    return Start(models, config, model_files(dbt.project_dir, config, found))


def model_files(root: Path, config: Config, found: list[History]) -> dict[str, str]:
    """The missing models of all histories, as `generate` writes them. Nothing is removed:
    `generate` does that.
    """
    problems = Problems()
    around = declarations.look(root, config.output)
    files = group_yaml(config, around) | history_files(found, config)
    package.check_version(root, problems)
    check_histories(found, config, files, around, problems)
    declarations.check_names(root, config, files, problems)
    if problems.errors:
        raise InvalidMetadata(problems)
    output = root / config.output
    plan = writer.plan(output, files, manifest.Snapshot())
    write = {name: text for name, text in plan.write.items() if name != manifest.NAME}
    if edited := [name for name in plan.edited if name in write]:
        raise FileProblem(
            "edited by hand since they were generated: "
            + ", ".join(f"{config.output}/{name}" for name in edited)
            + ". Nothing was written. Look with `ozmeta-dbt generate --diff`, then generate with"
            " --force, or move what you need elsewhere."
        )
    if write:
        write[manifest.NAME] = manifest.with_files(output, files)
    return {f"{config.output}/{name}": text for name, text in write.items()}


def begin(dbt: Dbt, start: Start, check: bool) -> Started:
    """Write the files, and let dbt build the models."""
    journals = of_models(start.models, start.config, start.new_config)
    if check:
        if start.new_config is not None:
            raise NothingFound(
                f"--check builds nothing, and there is no {FILE_NAME} yet: give the command without"
                " --check first"
            )
        return Started(journals, start.told)
    if start.files:
        writer.apply(writer.Plan(dbt.project_dir, write=start.files))
    written = sorted(name for name in start.files if Path(name).name != manifest.NAME)
    with after(written):
        dbt("run", "--select", *start.models)
    return Started(journals, start.told, written, start.models)


@contextmanager
def after(written: list[str]) -> Iterator[None]:
    """Reports files that were written before a problem."""
    try:
        yield
    except (DbtFailed, NothingFound, FileProblem) as why:
        if not written:
            raise
        raise Interrupted(
            why,
            f"No metadata was written, but {', '.join(written)}. Correct the tables, or how"
            f" {FILE_NAME} reads them, and give the same command again. Or delete these files to"
            " start anew.",
        ) from None
