"""The models that span all bindings: roll-ups, the count of the journal's rows, the time spine."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.config import Config
from ozmeta_dbt.metadb.rows import RuntimeSignalType
from ozmeta_dbt.models import columns as col
from ozmeta_dbt.models.arguments import journal_literals
from ozmeta_dbt.models.catalogue import MODELS
from ozmeta_dbt.models.columns import columns_of
from ozmeta_dbt.models.conventions import config_of
from ozmeta_dbt.models.description import Model
from ozmeta_dbt.models.literals import Code, jinja, yaml_text
from ozmeta_dbt.models.plan import Plan
from ozmeta_dbt.models.properties import column, well_formed
from ozmeta_dbt.models.sql_files import (
    calling,
    file_of,
    row_policy,
    setting,
    table_config,
    view_config,
)
from ozmeta_dbt.models.yaml_files import dumped
from ozmeta_dbt.user_project.declarations import Surroundings
from ozmeta_dbt.user_project.variables import PACKAGE

SEED = "ozmeta_signal_type"
ACCOUNTING = {
    "journal_volume": columns_of("journal_volume", col.JOURNAL_VOLUME),
    "unclaimed_object_type": columns_of("unclaimed_object_type", col.UNCLAIMED_OBJECT_TYPE),
}
SUMMARIES = {
    "journal_volume": (
        "Number of rows in each journal by object type and day of arrival, whether a binding claims"
        " them or not."
    ),
    "unclaimed_object_type": (
        "Journal rows of an object type that no generated binding claims, not even a disabled one,"
        " with the binding that they may be meant for."
    ),
}


def rollup_files(
    plans: list[Plan], config: Config, around: Surroundings, signal_types: list[RuntimeSignalType]
) -> dict[str, str]:
    prefix = config.rollups.prefix if config.rollups else ""
    bindings = [plan.binding for plan in plans]
    owners = {
        model.name: [plan.binding for plan in plans if model.name in plan.built]
        for model in MODELS
        if model.in_rollup and config.rollups
    }
    rolled_up = [model for model in MODELS if owners.get(model.name)]
    files = {
        f"rollups/{prefix}{model.name}.sql": (
            signals_sql(model, owners[model.name], signal_types, around, config)
            if model.name == "runtime_signal"
            else rollup_sql(model, owners[model.name], config)
        )
        for model in rolled_up
    }
    files[f"rollups/{prefix}journal_volume.sql"] = volume_sql(config)
    is_counted = around.builds("rollups", f"{prefix}journal_volume")
    if is_counted:
        files[f"rollups/{prefix}unclaimed_object_type.sql"] = unclaimed_sql(
            bindings, config, prefix
        )
    described = [
        rollup_properties(model, owners[model.name], config, prefix) for model in rolled_up
    ]
    described += accounting_properties(config, prefix) if is_counted else []
    # not _rollups.yml, which a binding called Rollups has
    files["rollups/_models.yml"] = dumped({"version": 2, "models": described})
    return files


def rollup_properties(
    model: Model, owners: list[Binding], config: Config, prefix: str
) -> dict[str, Any]:
    types = ", ".join(binding.object_type for binding in owners)
    summary = model.summary.format("any binding").rstrip(".")
    return {
        "name": f"{prefix}{model.name}",
        "description": yaml_text(f"{summary}: the live rows of {types} together."),
        **config_of(config, model.name, model.purpose),
        "columns": [
            column(found, typed=config.contracts)
            for found in columns_of(model.name, rollup_columns(model))
        ],
    }


def rollup_columns(model: Model) -> tuple[str, ...]:
    more = col.SIGNAL_TYPE if model.name == "runtime_signal" else ()
    return (*model.columns, *more)


def refs_of(model: Model, owners: list[Binding]) -> list[Code]:
    return [Code(f"ref({jinja(f'{binding.name}_{model.name}')})") for binding in owners]


def rollup_sql(model: Model, owners: list[Binding], config: Config) -> str:
    refs = refs_of(model, owners)
    live = [] if model.is_soft_deleted else ["live=none"]
    return file_of(
        view_config(),
        *row_policy("view", config.row_policies),
        "",
        setting("columns", list(model.columns)),
        "",
        calling("ozmeta_runtime.rollup", ["columns", jinja(refs, 2, 1), *live]),
    )


def signals_sql(
    model: Model,
    owners: list[Binding],
    types: list[RuntimeSignalType],
    around: Surroundings,
    config: Config,
) -> str:
    """The roll-up of signals also shows what is known of their types."""
    literals = [
        {"code": row.code, "retention_days": row.retention_days}
        for row in sorted(types, key=lambda row: row.code)
        if row.retention_days is not None
    ]
    seed = [f"seed=ref({jinja(PACKAGE)}, {jinja(SEED)})"] if around.has_seed(SEED) else []
    arguments = ["columns=columns", f"relations={jinja(refs_of(model, owners), 2, 11)}"]
    return file_of(
        view_config(),
        *row_policy("view", config.row_policies),
        "",
        setting("columns", list(model.columns)),
        setting("types", literals),
        "",
        calling("ozmeta_runtime.signal_rollup", [*arguments, "types=types", *seed]),
    )


def volume_sql(config: Config) -> str:
    lookback = f"lookback_minutes={config.journal.lookback_minutes}"
    return file_of(
        table_config("journal_volume"),
        *row_policy("nobody", config.row_policies),
        "",
        setting("journals", journal_literals(config)),
        "",
        calling("ozmeta_runtime.journal_volume", ["journals", lookback]),
    )


def unclaimed_sql(bindings: list[Binding], config: Config, prefix: str) -> str:
    """`explain` and `verify` read from its config by which names a binding may be called."""
    claimed = [
        {"binding": b.name, "object_type": b.object_type, "object_types": sorted(b.object_types)}
        for b in bindings
    ]
    ignored = sorted(
        set(config.journal.ignore_object_types), key=lambda name: (name is None, name or "")
    )
    arguments = [
        f"volume=ref('{prefix}journal_volume')",
        "claimed=claimed",
        f"ignored={jinja(ignored, 2, 9)}",
    ]
    return file_of(
        setting("claimed", claimed),
        view_config("meta={'ozmeta_claimed': claimed}"),
        *row_policy("view", config.row_policies),
        "",
        calling("ozmeta_runtime.unclaimed_object_type", arguments),
    )


def accounting_properties(config: Config, prefix: str) -> list[dict[str, Any]]:
    """Of the two models that account for the whole journal, once per project."""
    counted = well_formed(
        "journal_volume", ["_Key", "JV_Journal", "JV_Rows"], ["_Key"], {}, live=False
    )
    claimed = {
        "ozmeta_runtime.object_types_claimed": {
            "name": "object_types_claimed",
            "config": {"severity": "warn"},
        }
    }
    tests = {"journal_volume": counted, "unclaimed_object_type": claimed}
    return [
        {
            "name": f"{prefix}{model}",
            "description": yaml_text(SUMMARIES[model]),
            **config_of(config, model),
            "data_tests": [tests[model]],
            "columns": [column(found, typed=config.contracts) for found in described],
        }
        for model, described in ACCOUNTING.items()
    ]


TIME_SPINE = file_of(
    "{{ config(materialized='incremental') }}",
    "",
    "{{ ozmeta_runtime.time_spine('2000-01-01', '2060-01-01') }}",
)


def time_spine_yaml() -> str:
    return dumped(
        {
            "version": 2,
            "models": [
                {
                    "name": "ozmeta_time_spine",
                    "description": (
                        "One row per day, which dbt's semantic models need. If your project has"
                        " a time spine of its own, set time_spine: false in ozmeta.yml."
                    ),
                    "config": {"tags": ["ozmeta"]},
                    "time_spine": {"standard_granularity_column": "date_day"},
                    "columns": [
                        {"name": "date_day", "description": "The day.", "granularity": "day"}
                    ],
                }
            ],
        }
    )
