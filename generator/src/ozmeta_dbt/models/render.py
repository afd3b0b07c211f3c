"""The files of a dbt project from the plans of its bindings: one short model per table, one
properties file per binding, the source, the roll-ups and the histories (SPEC 10).
"""

from __future__ import annotations

from ozmeta_dbt.calendars.definition import Calendar
from ozmeta_dbt.config import Config
from ozmeta_dbt.histories.definition import History
from ozmeta_dbt.metadb.rows import RuntimeSignalType
from ozmeta_dbt.models import semantic
from ozmeta_dbt.models.calendars import calendar_files
from ozmeta_dbt.models.catalogue import BY_NAME
from ozmeta_dbt.models.conventions import group_yaml
from ozmeta_dbt.models.description import Model, Scope
from ozmeta_dbt.models.histories import history_files
from ozmeta_dbt.models.literals import jinja
from ozmeta_dbt.models.plan import Plan
from ozmeta_dbt.models.properties import binding_yaml, source_yaml
from ozmeta_dbt.models.rollups import TIME_SPINE, rollup_files, time_spine_yaml
from ozmeta_dbt.models.sql_files import (
    calling,
    file_of,
    row_policy,
    setting,
    table_config,
    view_config,
)
from ozmeta_dbt.models.templates import indexes_of
from ozmeta_dbt.models.yaml_files import dumped
from ozmeta_dbt.user_project.declarations import Surroundings


def render(
    plans: list[Plan],
    config: Config,
    around: Surroundings,
    signal_types: list[RuntimeSignalType],
    calendars: list[Calendar],
    histories: list[History],
) -> dict[str, str]:
    """{path below the output folder: text}. around: what the user's own project has"""
    files: dict[str, str] = {}
    if plans and around.undeclared(config.journal.all_sources):
        files["_journal.yml"] = source_yaml(config, around)
    for plan in plans:
        files |= binding_files(plan, config)
    if config.time_spine and any(plan.binding.semantic for plan in plans):
        files["semantic/ozmeta_time_spine.sql"] = TIME_SPINE
        files["semantic/_models.yml"] = time_spine_yaml()
    if plans:
        files |= rollup_files(plans, config, around, signal_types)
    if plans or histories:
        files |= group_yaml(config, around)
    if plans and calendars:
        files |= calendar_files(calendars, config)
    return files | history_files(histories, config)


def binding_files(plan: Plan, config: Config) -> dict[str, str]:
    name, scope = plan.binding.name, Scope(plan.binding, config, plan.built)
    files = {
        f"{name}/{name}_{model}.sql": model_sql(BY_NAME[model], scope) for model in plan.written
    }
    files[f"{name}/_{name}.yml"] = binding_yaml(scope)
    if plan.semantic:
        documents = semantic.documents(plan.binding, plan.semantic)
        files[f"{name}/_{name}_semantic.yml"] = dumped({"version": 2, **documents})
    return files


def model_sql(model: Model, scope: Scope) -> str:
    call = model.call(scope)
    sets = [setting(name, value) for name, value in call.sets.items()]
    arguments = [f"{name}={value}" for name, value in call.arguments.items()]
    meta = [f"meta={call.meta}"] if call.meta else []
    macro = f"ozmeta_runtime.{model.macro or model.name}"
    if model.is_view:
        config = view_config(*meta)
        rows = row_policy("view", scope.config.row_policies)
        return file_of(*sets, config, *rows, "", calling(macro, arguments))
    indexes = indexes_of(model.name, scope)
    before = [setting("indexes", indexes)] if indexes else []
    key = [f"unique_key={jinja(model.unique_key(scope))}"] if model.unique_key else []
    config = table_config(model.name, *(["indexes"] if indexes else []), *key)
    rows = row_policy("reader" if model.name == "run" else "tenant", scope.config.row_policies)
    # `meta` names what is set above it
    more = [calling("config", meta)] if meta else []
    binding = f"binding={jinja(scope.binding.name)}"
    body = [*sets, *more, ""] if sets or more else []
    return file_of(*before, config, *rows, "", *body, calling(macro, [binding, *arguments]))
