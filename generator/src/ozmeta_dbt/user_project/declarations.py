"""The user's own dbt project: what it declares outside the folder that ozmeta-dbt writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from ozmeta_dbt.config import FILE_NAME, Config, Source
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.user_project.variables import PACKAGE

PROJECT_FILE = "dbt_project.yml"
DEFAULT_PATHS = {"model": ["models"], "seed": ["seeds"], "snapshot": ["snapshots"]}


@dataclass(frozen=True)
class Declared:
    """One entry of `sources:` in a properties file. Its schema and database may hold Jinja."""

    file: str
    name: str
    schema: str
    database: str | None
    tables: frozenset[str]


@dataclass(frozen=True)
class Surroundings:
    """What the user's project has outside the output folder."""

    sources: tuple[Declared, ...] = ()
    unreadable: tuple[str, ...] = ()  # properties files that are not YAML
    groups: tuple[str, ...] = ()  # of dbt
    project: Any = None  # dbt_project.yml
    output: str = ""

    def builds(self, *model: str) -> bool:
        """Whether dbt_project.yml leaves a model below the output folder enabled."""
        return enabled(self.project, self.output, model) is not False

    def has_seed(self, name: str) -> bool:
        """Whether dbt_project.yml leaves a seed of the package enabled."""
        seeds = self.project.get("seeds") if isinstance(self.project, dict) else None
        said: Any = True
        level: Any = seeds
        for part in (PACKAGE, name, None):
            if not isinstance(level, dict):
                break
            said = level.get("+enabled", level.get("enabled", said))
            level = level.get(part)
        return said is not False

    def declared(self, source: Source) -> Declared | None:
        """The entry that declares this very table."""
        tables = (
            entry
            for entry in self.sources
            if entry.name == source.name and source.table in entry.tables
        )
        return next(tables, None)

    def namesake(self, source: Source) -> Declared | None:
        """An entry of the same source, whatever its tables."""
        return next((entry for entry in self.sources if entry.name == source.name), None)

    def undeclared(self, sources: Iterable[Source]) -> list[Source]:
        return [source for source in sources if not self.declared(source)]

    def place(self, source: Source) -> tuple[str, str | None]:
        """The schema and the database of a source: as ozmeta.yml says, or as the project declares
        it, or dbt's default.
        """
        entry = self.declared(source) or self.namesake(source)
        schema = source.schema_ or (entry.schema if entry else source.name)
        return schema, source.database or (entry.database if entry else None)


def look(folder: Path, output: str) -> Surroundings:
    """Read the properties files of a dbt project. A file that is not YAML is skipped, and named."""
    project = read_yaml(folder / PROJECT_FILE)
    sources: list[Declared] = []
    unreadable: list[str] = []
    groups: list[str] = []
    for path in files(folder, project, output, ("model", "seed", "snapshot"), (".yml", ".yaml")):
        document = read_yaml(path)
        name = path.relative_to(folder).as_posix()
        if document is None:
            unreadable.append(name)
        sources += declared_in(name, document)
        groups += [str(entry.get("name")) for entry in dicts(document, "groups")]
    return Surroundings(tuple(sources), tuple(unreadable), tuple(groups), project, output)


def read_yaml(path: Path) -> Any:
    """The document, {} for an empty one; none if the file cannot be read or is not YAML."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None
    return {} if found is None else found


def paths(project: Any, kind: str) -> list[str]:
    """The folders of `model-paths` and the like, by dbt's default where they are not given."""
    given = project.get(f"{kind}-paths") if isinstance(project, dict) else None
    return (
        [path for path in given if isinstance(path, str)]
        if isinstance(given, list)
        else DEFAULT_PATHS[kind]
    )


def files(
    folder: Path, project: Any, output: str, kinds: Iterable[str], endings: tuple[str, ...]
) -> Iterator[Path]:
    """The files below those folders, outside the output folder, each once and in order."""
    found = set()
    for kind in kinds:
        for path in paths(project, kind):
            found |= {file for file in (folder / path).rglob("*") if file.suffix.lower() in endings}
    written = folder / output
    for file in sorted(found):
        if file.is_file() and file.is_relative_to(folder) and not file.is_relative_to(written):
            yield file


def dicts(value: Any, key: str) -> Iterator[dict[str, Any]]:
    """The mappings in a list of a mapping; nothing if the document is made otherwise."""
    listed = value.get(key) if isinstance(value, dict) else None
    yield from (
        (item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()
    )


def disabled(entry: dict[str, Any]) -> bool:
    config = entry.get("config")
    return entry.get("enabled") is False or (
        isinstance(config, dict) and config.get("enabled") is False
    )


def declared_in(file: str, document: Any) -> Iterator[Declared]:
    for entry in dicts(document, "sources"):
        name, schema, database = entry.get("name"), entry.get("schema"), entry.get("database")
        if isinstance(name, str) and not disabled(entry):
            tables = {
                str(table.get("name")) for table in dicts(entry, "tables") if not disabled(table)
            }
            yield Declared(
                file,
                name,
                str(schema or name),
                str(database) if database else None,
                frozenset(tables),
            )


def check_sources(folder: Path, config: Config, problems: Problems) -> None:
    """Say which journals the project declares itself, and warn if it places one elsewhere than
    ozmeta.yml does.
    """
    around = look(folder, config.output)
    here = Origin(FILE_NAME).at("journal")
    for source in config.journal.all_sources:
        entry = around.declared(source)
        if entry:
            problems.notes.append(
                f"the source {source.label} is declared in {entry.file}: it is used, not declared"
                " again"
            )
            if config.journal.freshness_of(source):
                problems.warn(
                    here.at("freshness"),
                    f"{entry.file} declares {source.label}, so its freshness is not written",
                    f"set `freshness` and `loaded_at_field` in {entry.file}",
                )
        elif entry := around.namesake(source):
            problems.notes.append(
                f"the source {source.name} of {entry.file} does not list {source.table}:"
                f" {config.output}/_journal.yml adds it"
            )
        if entry:
            for key, said, there in (
                ("schema", source.schema_, entry.schema),
                ("database", source.database, entry.database),
            ):
                if said and there and "{{" not in there and said.lower() != there.lower():
                    used = there if around.declared(source) else said
                    problems.warn(
                        here,
                        f"the {key} of {source.label} is {said} here and {there} in {entry.file}:"
                        f" dbt reads {used}",
                        f"leave `{key}` out here, or make the two agree",
                    )
    if (
        config.journal.all_sources
        and around.unreadable
        and around.undeclared(config.journal.all_sources)
    ):
        problems.notes.append(
            f"not read, since it is not YAML: {', '.join(around.unreadable)}; a source declared"
            " there is not known"
        )


def with_schemas(folder: Path, config: Config) -> Config:
    """The same configuration, its sources placed as the project declares them. A schema in Jinja
    stays dbt's own matter.
    """
    around = look(folder, config.output)
    placed = config.model_copy(deep=True)
    for source in placed.journal.all_sources:
        schema, database = around.place(source)
        if "{{" not in schema:
            source.schema_ = schema
        if database and "{{" not in database:
            source.database = database
    return placed


def output_in(project: Any) -> str:
    """The folder to write by default: `ozmeta` in the project's first folder of models."""
    return f"{(paths(project, 'model') or ['models'])[0].rstrip('/')}/ozmeta"


def project_of(output: Path) -> Path | None:
    """The dbt project that reads the models in a folder."""
    for folder in output.parents:
        if (folder / PROJECT_FILE).is_file():
            models = paths(read_yaml(folder / PROJECT_FILE), "model")
            reads = any(output.is_relative_to((folder / path).resolve()) for path in models)
            return folder if reads else None
    return None


def check_names(folder: Path, config: Config, written: Iterable[str], problems: Problems) -> None:
    """An error for each model that would share its name with one of the user's, and for an output
    folder that dbt does not read.

    written: paths below the output folder
    """
    project = read_yaml(folder / PROJECT_FILE)
    check_output(project, config, problems)
    theirs: dict[str, str] = {}
    # dbt keeps models, seeds and snapshots apart from each other by name alone, and databases
    # compare names in any case
    for kinds, endings in ((("model",), (".sql", ".py")), (("seed",), (".csv",))):
        for path in files(folder, project, config.output, kinds, endings):
            theirs.setdefault(path.stem.lower(), path.relative_to(folder).as_posix())
    for path in files(
        folder, project, config.output, ("model", "snapshot"), (".sql", ".yml", ".yaml")
    ):
        for name in snapshots_in(path):
            theirs.setdefault(name.lower(), path.relative_to(folder).as_posix())
    for name in sorted(written):
        model = Path(name)
        if model.suffix != ".sql" or model.stem.lower() not in theirs:
            continue
        there = theirs[model.stem.lower()]
        if model.parts[0] == "semantic":
            hint = (
                "write `time_spine: false` in ozmeta.yml if your project has a time spine of"
                " its own"
            )
            problems.error(
                Origin(FILE_NAME).at("time_spine"),
                f"the model {model.stem} has the name of {there}",
                hint,
            )
        elif model.parts[0] == "rollups" and model.stem.endswith(
            ("journal_volume", "unclaimed_object_type")
        ):
            hint = "write `rollups: {prefix: ozmeta_}` in ozmeta.yml for another name"
            problems.error(
                Origin(FILE_NAME).at("rollups"),
                f"the model {model.stem} has the name of {there}",
                hint,
            )
        elif model.parts[0] == "rollups":
            hint = (
                "write `rollups: {prefix: ozmeta_}` in ozmeta.yml for other names, or `rollups:"
                " false` for none"
            )
            problems.error(
                Origin(FILE_NAME).at("rollups"),
                f"the roll-up {model.stem} has the name of {there}",
                hint,
            )
        elif model.parts[0] == "histories":
            problems.error(
                Origin(FILE_NAME).at("histories"),
                f"the model {model.stem} has the name of {there}",
                f"rename {there}, or the history or its part",
            )
        else:
            hint = f"rename {there}, or the entity or its binding in the metadata"
            problems.error(
                Origin(f"{config.output}/{name}"), f"this model has the name of {there}", hint
            )


SNAPSHOT = re.compile(r"{%-?\s*snapshot\s+(\w+)")


def snapshots_in(path: Path) -> Iterator[str]:
    """The names of the snapshots that a file defines, as a block of Jinja or in YAML."""
    if path.suffix.lower() == ".sql":
        try:
            yield from SNAPSHOT.findall(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        return
    for entry in dicts(read_yaml(path), "snapshots"):
        if entry.get("relation") and isinstance(entry.get("name"), str):
            yield entry["name"]


def check_output(project: Any, config: Config, problems: Problems) -> None:
    """An error if dbt does not read the output folder. Not checked without a dbt_project.yml, or if
    its paths are Jinja.
    """
    if not isinstance(project, dict) or any("{{" in path for path in paths(project, "model")):
        return
    output = PurePosixPath(config.output)
    folders = [PurePosixPath(path) for path in paths(project, "model")]
    if not any(output.is_relative_to(path) for path in folders):
        listed = ", ".join(map(str, folders)) or "empty"
        fix = (
            f"write `output: {output_in(project)}` in ozmeta.yml, or add {config.output} to"
            " model-paths"
        )
        problems.error(
            Origin(PROJECT_FILE).at("model-paths"),
            f"dbt would not read {config.output}: model-paths is {listed}",
            fix,
        )


def enabled(project: Any, output: str, model: tuple[str, ...]) -> bool | None:
    """What `models:` of dbt_project.yml says of a model below the output folder; none if that is
    Jinja.

    model: its folders and its name. The most specific setting holds, as in dbt.
    """
    if not isinstance(project, dict):
        return True
    folder = PurePosixPath(output)
    roots = [PurePosixPath(path) for path in paths(project, "model") if folder.is_relative_to(path)]
    inside = folder.relative_to(roots[0]).parts if roots else folder.parts
    said: Any = True
    level: Any = project.get("models")
    for part in (str(project.get("name")), *inside, *model, None):
        if not isinstance(level, dict):
            break
        for key in ("enabled", "+enabled"):
            if key in level and not isinstance(level[key], dict):
                said = level[key]
        level = level.get(part)
    return said if isinstance(said, bool) else None


def disabled_models(
    folder: Path, config: Config, binding: str, models: Iterable[str], problems: Problems
) -> frozenset[str]:
    """Those of a binding's models that dbt_project.yml disables. An error if nothing of the binding
    can be without it.
    """
    project = read_yaml(folder / PROJECT_FILE)
    found = set()
    here = Origin(PROJECT_FILE).at("models")
    for model in models:
        name = f"{binding}_{model}"
        said = enabled(project, config.output, (binding, name))
        if said is None:
            problems.warn(
                here,
                f"whether {name} is enabled is not known: its `enabled` is not true or false",
                "the other models refer to it: leave it enabled, or disable it for all targets",
            )
        elif not said and model in ("timeline", "quarantine", "run"):
            problems.error(
                here,
                f"{name} is disabled, and no model of the binding can be without it",
                "to leave the whole binding out, set RB_IsEnabled to false",
            )
        elif not said:
            found.add(model)
    return frozenset(found)
