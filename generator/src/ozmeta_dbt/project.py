"""A dbt project with an ozmeta.yml: from its metadata to its bindings, and to what its models
should be.
"""

from __future__ import annotations

from pathlib import Path

from ozmeta_dbt.bindings import checks, renames, warehouses
from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.bindings.resolver import Resolver
from ozmeta_dbt.config import Config, load_config
from ozmeta_dbt.metadb.readers import MetaRows, read_metadb
from ozmeta_dbt.models import leftovers, writer
from ozmeta_dbt.models.render import left_out, render, wanted_models
from ozmeta_dbt.problems import InvalidMetadata, Problems
from ozmeta_dbt.user_project import declarations, variables


def read_rows(
    folder: Path, problems: Problems, check_rules: bool = True
) -> tuple[Config, MetaRows, list[Binding]]:
    """Read and check everything. Errors, warnings and notes are gathered in `problems`, for the
    caller to judge. `check_rules`: whether a rule that can
    never be true, or that compares with a name there is not, is refused; tests of the fold play
    such rules too.
    """
    config = load_config(folder)
    flows = {code for choices in config.bindings.values() for code in choices.approval_flows}
    rows = read_metadb(folder, config.metadb, problems, tuple(sorted(flows)))
    variables.check(folder, problems)
    resolver = Resolver(rows, config, problems)
    bindings = resolver.bindings()
    if check_rules:
        checks.check(resolver, problems)
    problems.notes += leftovers.not_chosen(bindings)
    renames.propose(
        bindings,
        writer.read_names(folder / config.output),
        f"{config.output}/{writer.MANIFEST}",
        problems,
    )
    warehouses.check(bindings, config.warehouses, problems)
    declarations.check_sources(folder, config, problems)
    for binding in bindings if not problems.errors else []:
        binding.disabled = declarations.disabled_models(
            folder, config, binding.name, wanted_models(binding), problems
        )
        for model, needed in left_out(binding).items():
            problems.notes.append(
                f"{binding.name}_{model} is left out: it needs {binding.name}_{needed}, which is"
                " disabled in dbt_project.yml or left out"
            )
    if not problems.errors:
        declarations.check_names(folder, config, files_of(folder, config, bindings), problems)
    return config, rows, bindings


def read_project(
    folder: Path, problems: Problems, check_rules: bool = True
) -> tuple[Config, list[Binding]]:
    config, _, bindings = read_rows(folder, problems, check_rules)
    return config, bindings


def files_of(folder: Path, config: Config, bindings: list[Binding]) -> dict[str, str]:
    """What `generate` writes into this dbt project: {path below the output folder: text}"""
    return render(bindings, config, declarations.look(folder, config.output))


def write_models(folder: Path, check_rules: bool = True) -> tuple[int, int]:
    """What `ozmeta-dbt generate --force` does, without a word; the numbers of bindings and of
    files. InvalidMetadata where there are errors.
    """
    problems = Problems()
    config, bindings = read_project(folder, problems, check_rules)
    if problems.errors:
        raise InvalidMetadata(problems)
    files = files_of(folder, config, bindings)
    writer.apply(writer.plan(folder / config.output, files, renames.names_of(bindings)))
    return len(bindings), len(files)
