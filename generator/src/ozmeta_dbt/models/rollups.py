"""The models that span all bindings: roll-ups, the count of the journal's rows, the time spine."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.config import Config
from ozmeta_dbt.models import columns as col
from ozmeta_dbt.models.arguments import journal_literals
from ozmeta_dbt.models.catalogue import MODELS
from ozmeta_dbt.models.description import Model
from ozmeta_dbt.models.literals import Code, jinja, yaml_text
from ozmeta_dbt.models.plan import Plan
from ozmeta_dbt.models.properties import column, well_formed
from ozmeta_dbt.models.yaml_files import HEADER, dumped
from ozmeta_dbt.user_project.declarations import Surroundings

ACCOUNTING = {"journal_volume": col.VOLUME, "unclaimed_object_type": col.UNCLAIMED}


def rollup_files(plans: list[Plan], config: Config, around: Surroundings) -> dict[str, str]:
    prefix = config.rollups.prefix if config.rollups else ""
    bindings = [plan.binding for plan in plans]
    owners = {
        model.name: [plan.binding for plan in plans if model.name in plan.built]
        for model in MODELS
        if model.in_rollup and config.rollups
    }
    rolled_up = [model for model in MODELS if owners.get(model.name)]
    files = {
        f"rollups/{prefix}{model.name}.sql": rollup_sql(model, owners[model.name])
        for model in rolled_up
    }
    files[f"rollups/{prefix}journal_volume.sql"] = volume_sql(config)
    is_counted = around.builds("rollups", f"{prefix}journal_volume")
    if is_counted:
        files[f"rollups/{prefix}unclaimed_object_type.sql"] = unclaimed_sql(
            bindings, config, prefix
        )
    described = [rollup_properties(model, owners[model.name], prefix) for model in rolled_up]
    described += accounting_properties(prefix) if is_counted else []
    # not _rollups.yml, which a binding called Rollups has
    files["rollups/_models.yml"] = dumped({"version": 2, "models": described})
    return files


def rollup_properties(model: Model, owners: list[Binding], prefix: str) -> dict[str, Any]:
    types = ", ".join(binding.object_type for binding in owners)
    summary = model.summary.format("any binding").rstrip(".")
    return {
        "name": f"{prefix}{model.name}",
        "description": yaml_text(f"{summary}: the live rows of {types} together."),
        "columns": [column(name, text) for name, text in model.columns.items()],
    }


def rollup_sql(model: Model, owners: list[Binding]) -> str:
    refs = [Code(f"ref({jinja(f'{binding.name}_{model.name}')})") for binding in owners]
    live = "" if model.is_soft_deleted else ", live=none"
    return "\n".join(
        [
            "{#- " + HEADER + " -#}",
            "{{ config(materialized='view') }}",
            "",
            f"{{% set columns = {jinja(list(model.columns))} %}}",
            "",
            f"{{{{ ozmeta_runtime.rollup(columns, {jinja(refs)}{live}) }}}}",
            "",
        ]
    )


def volume_sql(config: Config) -> str:
    storage = "materialized='incremental', unique_key='_Key', on_schema_change='append_new_columns'"
    return "\n".join(
        [
            "{#- " + HEADER + " -#}",
            f"{{{{ config({storage}, **ozmeta_runtime.volume_storage()) }}}}",
            "",
            f"{{% set journals = {jinja(journal_literals(config))} %}}",
            "",
            (
                "{{ ozmeta_runtime.journal_volume(journals,"
                f" lookback_minutes={config.journal.lookback_minutes}) }}}}"
            ),
            "",
        ]
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
    return "\n".join(
        [
            "{#- " + HEADER + " -#}",
            f"{{% set claimed = {jinja(claimed)} %}}",
            "{{ config(materialized='view', meta={'ozmeta_claimed': claimed}) }}",
            "",
            (
                f"{{{{ ozmeta_runtime.unclaimed_object_type(volume=ref('{prefix}journal_volume'),"
                f" claimed=claimed, ignored={jinja(ignored)}) }}}}"
            ),
            "",
        ]
    )


def accounting_properties(prefix: str) -> list[dict[str, Any]]:
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
            "description": yaml_text(col.SUMMARIES[model]),
            "data_tests": [tests[model]],
            "columns": [column(*item) for item in described.items()],
        }
        for model, described in ACCOUNTING.items()
    ]


TIME_SPINE = "\n".join(
    [
        "{#- " + HEADER + " -#}",
        "{{ config(materialized='table') }}",
        "",
        "{{ ozmeta_runtime.time_spine('2000-01-01', '2060-01-01') }}",
        "",
    ]
)


def time_spine_yaml() -> str:
    return dumped(
        {
            "version": 2,
            "models": [
                {
                    "name": "ozmeta_time_spine",
                    "description": (
                        "A row per day, which dbt's semantic models need. Say time_spine: false in"
                        " ozmeta.yml where the project has its own."
                    ),
                    "time_spine": {"standard_granularity_column": "date_day"},
                    "columns": [
                        {"name": "date_day", "description": "The day.", "granularity": "day"}
                    ],
                }
            ],
        }
    )
