"""The properties files of dbt: what models and columns mean, and which tests they get."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.bindings.definitions import Binding, EntityTable
from ozmeta_dbt.config import Config, Source
from ozmeta_dbt.models.catalogue import BY_NAME
from ozmeta_dbt.models.columns import Column
from ozmeta_dbt.models.conventions import config_of, data_type, has_contract
from ozmeta_dbt.models.description import Model, Scope
from ozmeta_dbt.models.literals import yaml_text
from ozmeta_dbt.models.prose import with_text
from ozmeta_dbt.models.yaml_files import OneLine, dumped
from ozmeta_dbt.user_project.declarations import Surroundings

LIVE = {"config": {"where": "_DeleteDate is null"}}


def well_formed(
    model: str, filled: list[str], keys: list[Any], codes: dict[str, list[str]], live: bool
) -> dict[str, Any]:
    """One test for the columns that must be filled, the keys and the allowed codes. A test per
    column would scan the table once per column.
    """
    arguments = {"filled": filled, "keys": keys} | (
        {"codes": {name: [yaml_text(value) for value in values] for name, values in codes.items()}}
        if codes
        else {}
    )
    return {
        "ozmeta_runtime.well_formed": {
            "name": f"well_formed_{model}",
            "arguments": arguments | ({"live": True} if live else {}),
        }
    }


def column(found: Column, tests: list[Any] | None = None, typed: bool = False) -> dict[str, Any]:
    """typed: whether the model has a contract"""
    type_ = {"data_type": data_type(found)} if typed else {}
    entry = {"name": found.name, **type_, "description": found.reference}
    return {**entry, "data_tests": tests} if tests else OneLine(entry)


STATUSES = {
    "AE_Kind": ["Request", "Approve", "Reject", "Withdraw"],
    "AE_Effect": [
        "Requested",
        "Resubmitted",
        "Approved",
        "Rejected",
        "Withdrawn",
        "Voted",
        "OutOfTurn",
        "Ignored",
    ],
    "AE_Reason": [
        "NoFlow",
        "UnknownFlow",
        "UnknownStep",
        "NoOpenRound",
        "OutOfTurn",
        "RoundIsOpen",
        "NoVoter",
        "RefusedByPolicy",
    ],
    "AP_Outcome": ["Waiting", "Pending", "Approved", "Rejected", "Withdrawn", "Skipped"],
    "AI_Status": ["Pending", "Approved", "Rejected", "Withdrawn"],
    "RS_Kind": ["Raised", "Retracted", "Backfilled"],
    "RS_Subject": ["sla_cycle", "escalation_queue", "approval_step", "timeline"],
    "RS_Severity": ["Info", "Warning", "Critical"],
    "ST_Status": ["Running", "Warned", "Breached", "Stopped"],
    "ST_Outcome": ["Met", "Missed", "Cancelled"],
    "EQ_Status": ["Open", "Ack", "Closed"],
    "EQ_Severity": ["Info", "Warning", "Critical"],
}


def source_yaml(config: Config, around: Surroundings) -> str:
    """The journals that the user's project does not declare as sources."""
    sources: dict[tuple[str, str, str | None], list[Source]] = {}
    for source in around.undeclared(config.journal.all_sources):
        sources.setdefault((source.name, *around.place(source)), []).append(source)
    described = []
    for (name, schema, database), tables in sources.items():
        entry: dict[str, Any] = {
            "name": name,
            "schema": schema,
            "description": "The append-only event journal that applications write.",
        }
        if database:
            entry["database"] = database
        entry["tables"] = [journal_table(config, source) for source in tables]
        described.append(entry)
    return dumped({"version": 2, "sources": described})


def journal_table(config: Config, source: Source) -> dict[str, Any]:
    table: dict[str, Any] = {
        "name": source.table,
        "description": "One row an event; rows are only ever added.",
    }
    freshness = config.journal.freshness_of(source)
    if freshness:
        ages = freshness.model_dump(exclude_none=True, exclude={"loaded_at_field", "filter"})
        found: dict[str, Any] = {name: OneLine(age) for name, age in ages.items()}
        if freshness.filter:
            found["filter"] = yaml_text(freshness.filter)
        loaded_at = yaml_text(config.journal.loaded_at(freshness))
        table["config"] = {"loaded_at_field": loaded_at, "freshness": found}
    return table


def binding_yaml(scope: Scope) -> str:
    document: dict[str, Any] = {"version": 2}
    if scope.binding.entity:
        document["sources"] = [entity_source(scope.binding, scope.binding.entity)]
    document["models"] = [model_properties(BY_NAME[name], scope) for name in scope.built]
    return dumped(document)


def entity_source(binding: Binding, entity: EntityTable) -> dict[str, Any]:
    """A source with its own name, so that it cannot clash with a source of the project."""
    place = {"schema": entity.schema} | ({"database": entity.database} if entity.database else {})
    description = yaml_text(with_text(f"{binding.object_type}'s own table.", binding.text))
    return {
        "name": f"{binding.name}_entity",
        **place,
        "description": description,
        "tables": [{"name": entity.table, "description": description}],
    }


def model_properties(model: Model, scope: Scope) -> dict[str, Any]:
    summary = model.summary.format(scope.binding.object_type)
    own = model.all_columns(scope)
    rows = [*well_formed_rows(model, scope, own), *model.tests(scope)]
    return {
        "name": f"{scope.binding.name}_{model.name}",
        "description": yaml_text(model.describe(scope, summary)),
        **config_of(scope.config, model.name, model.purpose, scope.binding),
        **({"data_tests": rows} if rows else {}),
        "columns": [
            column(c, relations_of(model, scope, c.name), has_contract(scope.config, model.name))
            for c in own
        ],
    }


def well_formed_rows(model: Model, scope: Scope, own: list[Column]) -> list[Any]:
    if not model.is_tested:
        return []
    names = [column.name for column in own]
    codes = {
        name: known
        for name in names
        if name not in model.any_code and (known := codes_of(scope.binding, name))
    }
    not_null = model.not_null - lacking(scope.binding)
    filled = [name for name in names if name == "_Key" or name in not_null]
    unique = (
        [model.unique_key(scope)]
        if model.unique_key
        else [name for name in names if name in ("_Key", model.unique)]
    )
    name = f"{scope.binding.name}_{model.name}"
    return [well_formed(name, filled, unique, codes, live=model.is_soft_deleted)]


def lacking(binding: Binding) -> set[str]:
    """Columns that may be null because of the options of an SLA."""
    return {"ST_DueUTC"} if any(sla.options.may_lack_due for sla in binding.slas) else set()


def relations_of(model: Model, scope: Scope, name: str) -> list[Any]:
    """The test that a column points to a row of another model, if dbt builds that model."""
    other = model.relations.get(name)
    if other not in scope.built:
        return []
    to = {"to": f"ref('{scope.binding.name}_{other}')", "field": name}
    return [{"relationships": {"arguments": to} | LIVE}]


def codes_of(binding: Binding, column_name: str) -> list[str]:
    """The codes that a column may hold. Empty for any other column."""
    if column_name in ("WS_Code", "WS_CurrentCode", "TL_State", "TL_FromState", "TL_ToState"):
        return binding.workflow.states
    if column_name in ("AF_Code", "AS_Code"):
        return (
            [flow.code for flow in binding.flows]
            if column_name == "AF_Code"
            else sorted({step.code for flow in binding.flows for step in flow.all_steps})
        )
    return (
        [sla.code for sla in binding.slas]
        if column_name == "SL_Code"
        else STATUSES.get(column_name, [])
    )
