"""A dbt project with an ozmeta.yml: from its metadata to its bindings, their models and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ozmeta_dbt.bindings import checks, renames, warehouses
from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.bindings.resolver import Resolver
from ozmeta_dbt.config import Config, load_config
from ozmeta_dbt.metadb.readers import read_metadb
from ozmeta_dbt.metadb.rows import RuntimeSignalType
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.models import leftovers, templates, writer
from ozmeta_dbt.models.description import Scope
from ozmeta_dbt.models.plan import Plan, wanted_models
from ozmeta_dbt.models.render import render
from ozmeta_dbt.problems import InvalidMetadata, Problems
from ozmeta_dbt.user_project import declarations, package, variables


@dataclass
class Project:
    """What was read, and what to write. After an error, there are no plans and files."""

    config: Config
    rows: MetaRows
    bindings: list[Binding]
    plans: list[Plan] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # {path below the output folder: text}


def read_project(folder: Path, problems: Problems, check_rules: bool = True) -> Project:
    """Read and check everything. `problems` gathers errors, warnings and notes for the caller.

    check_rules: whether to refuse a rule that can never be true or that compares with an unknown
    name. Tests of the fold use such rules.
    """
    config = load_config(folder)
    flows = {code for choices in config.bindings.values() for code in choices.approval_flows}
    rows = read_metadb(folder, config.metadb, problems, tuple(sorted(flows)))
    variables.check(folder, problems)
    package.check_version(folder, problems)
    lookups = Lookups(rows, config, problems)
    resolver = Resolver(lookups)
    bindings = resolver.bindings()
    if check_rules:
        checks.check(lookups, resolver.drafts)
    problems.notes += leftovers.not_chosen(bindings)
    renames.propose(
        bindings,
        writer.read_names(folder / config.output),
        f"{config.output}/{writer.MANIFEST}",
        problems,
    )
    warehouses.check(bindings, config.warehouses, problems)
    declarations.check_sources(folder, config, problems)
    project = Project(config, rows, bindings)
    if not problems.errors:
        project.plans = [plan_of(binding, folder, config, problems) for binding in bindings]
        scopes = [Scope(plan.binding, config, plan.built) for plan in project.plans]
        templates.check(scopes, problems)
    if not problems.errors:
        around = declarations.look(folder, config.output)
        types = rows.of(RuntimeSignalType)
        project.files = render(project.plans, config, around, types)
        declarations.check_names(folder, config, project.files, problems)
    return project


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
    names = renames.names_of(project.bindings)
    writer.apply(writer.plan(folder / project.config.output, project.files, names))
    return len(project.bindings), len(project.files)
