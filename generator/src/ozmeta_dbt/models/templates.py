"""What event templates ask of the models: columns, a key, indexes (SPEC 10.8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ozmeta_dbt.bindings.definitions import Binding, Index, Named, Template
from ozmeta_dbt.models.catalogue import BY_NAME
from ozmeta_dbt.models.description import Scope
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.words import did_you_mean, listed

# the model that is the table of each purpose
MODEL_OF = {
    "WorkflowInstance": "workflow_instance",
    "SlaTracking": "sla_timer",
    "ApprovalTracking": "approval_instance",
    "EscalationQueue": "escalation_queue",
}
# a view has no indexes, so the table that it shows gets them
INDEXED = {"sla_timer": "sla_cycle"}
# What tells the rows of each model apart, besides _Key. The first is the one to name.
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "workflow_instance": (("_TenantID", "WI_ObjectType", "WI_ObjectID"), ("WI_ID",)),
    "sla_timer": (
        ("_TenantID", "WI_ID", "SL_Code"),
        ("_TenantID", "ST_ObjectType", "ST_ObjectID", "SL_Code"),
        ("ST_ID",),
    ),
    "approval_instance": (("_TenantID", "AI_ObjectType", "AI_ObjectID", "AF_Code"), ("AI_ID",)),
    "escalation_queue": (("EQ_ID",),),
}
# The key of OZMetaDB's own template, which does not identify a row (SPEC 6.1). A project cannot
# change that template, so it causes no warning. The description of EQ_ID names the key to merge on.
QUEUE_KEY = ("_TenantID", "EQ_ObjectType", "EQ_ObjectID", "EQ_SignalCode", "EQ_CreatedUTC")
MAX_COLUMNS = 32  # of an index on Postgres


def check(scopes: Iterable[Scope], problems: Problems) -> None:
    """Errors for columns that a model lacks, and warnings for a key that differs from the model's.
    A template that several bindings use is reported once.
    """
    found = Problems()
    for scope in scopes:
        for purpose, templates in scope.binding.templates.items():
            for template in templates:
                check_template(template, MODEL_OF[purpose], scope, found)
    problems.errors += dict.fromkeys(found.errors)
    problems.warnings += dict.fromkeys(found.warnings)


def check_template(template: Template, model: str, scope: Scope, problems: Problems) -> None:
    own = {column.name.lower(): column.name for column in BY_NAME[model].all_columns(scope)}

    def complete(names: Iterable[Named]) -> bool:
        unknown = [named for named in names if named.name.lower() not in own]
        for named in unknown:
            problems.error(
                named.origin,
                f"the event template {template.code} asks for the column {named.name!r}, which"
                f" {model} does not have",
                did_you_mean(named.name, own.values()),
            )
        return not unknown

    complete(template.columns)
    if complete(template.key) and template.key:
        check_key(template, model, scope.binding, problems)
    for index in template.indexes:
        if complete(index.columns):
            check_index(index, template, model, scope.binding, problems)


def check_key(template: Template, model: str, binding: Binding, problems: Problems) -> None:
    if is_key(template.key, model, binding) or (
        model == "escalation_queue"
        and {named.name.lower() for named in template.key} == {name.lower() for name in QUEUE_KEY}
    ):
        return
    names = ", ".join(named.name for named in template.key)
    ours = f"({', '.join(KEYS[model][0])})"
    why = (
        "two levels or SLAs can raise one signal at one instant"
        if model == "escalation_queue"
        else f"the rows of {model} are identified by {ours}"
    )
    problems.warn(
        template.key[0].origin.parent,
        f"the event template {template.code} has the key ({names}), which has no effect: {why}",
        f"merge on _Key or {ours.strip('()') if ',' not in ours else ours}",
    )


def check_index(
    index: Index, template: Template, model: str, binding: Binding, problems: Problems
) -> None:
    names = [named.name.lower() for named in index.columns]
    if len(set(names)) < len(names):
        problems.error(index.origin, f"an index of {template.code} names a column twice")
    elif len(names) > MAX_COLUMNS:
        problems.error(
            index.origin,
            f"an index of {template.code} has {len(names)} columns",
            f"{MAX_COLUMNS} at most",
        )
    elif index.is_unique and not can_be_unique(index, model, binding):
        problems.warn(
            index.origin,
            f"an index of {template.code} on {INDEXED.get(model, model)} is made without `unique`:"
            f" several rows may have the same {listed(named.name for named in index.columns)}",
        )


def is_key(names: Iterable[Named], model: str, binding: Binding) -> bool:
    return key_of((named.name for named in names), binding) in keys_of(model, binding)


def can_be_unique(index: Index, model: str, binding: Binding) -> bool:
    own = key_of((named.name for named in index.columns), binding)
    return model not in INDEXED and any(key <= own for key in keys_of(model, binding))


def keys_of(model: str, binding: Binding) -> list[set[str]]:
    return [key_of(key, binding) for key in (*KEYS[model], ("_Key",))]


def key_of(names: Iterable[str], binding: Binding) -> set[str]:
    """The columns of a key. The tenant counts only if it is part of the instance key."""
    own = {name.lower() for name in names}
    return own if binding.tenant_in_key else own - {"_tenantid"}


def indexes_of(model: str, scope: Scope) -> list[dict[str, Any]]:
    """The indexes of a model: {columns, unique?}, each once, in the order of the templates."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for purpose, templates in scope.binding.templates.items():
        asked = MODEL_OF[purpose]
        if INDEXED.get(asked, asked) != model:
            continue
        own = {c.name.lower(): c.name for c in BY_NAME[asked].all_columns(scope)}
        for index in (index for template in templates for index in template.indexes):
            columns = tuple(own[named.name.lower()] for named in index.columns)
            entry = found.setdefault(columns, {"columns": list(columns)})
            if index.is_unique and can_be_unique(index, asked, scope.binding):
                entry["unique"] = True
    return list(found.values())
