"""The columns of OZMetaDB as data: their spelling in each table, and the known columns that have no
effect here. A column that is in neither rows.py nor this module is unknown.
"""

from __future__ import annotations

import re
from functools import cache

# The prefixes of each table's own columns. The first is the one of MetaDB's tables.
PREFIXES: dict[str, tuple[str, ...]] = {
    "Table": ("TB",),
    "UiEntity": ("UE",),
    "Workflow": ("WF",),
    "WorkflowState": ("WS", "ST"),
    "WorkflowTransition": ("WT", "TRN"),
    "WorkflowTransitionRole": ("WTR",),
    "Role": ("RO",),
    "ApprovalFlow": ("AF",),
    "ApprovalStep": ("AS",),
    "ApprovalStepRole": ("ASR",),
    "SlaPolicy": ("SL",),
    "EventType": ("EVTT",),
    "EventTemplate": ("ET",),
    "TransitionEvent": ("TE",),
    "RuntimeBinding": ("RB",),
    "RuntimeTemplateBinding": ("RTB",),
    "RuntimeSlaBinding": ("RSB",),
    "RuntimeSignalType": ("RST",),
    "RetentionPolicy": ("RTN",),
    "Field": ("FD",),
    "DataProtectionPolicy": ("DP",),
    "FieldProtection": ("FP",),
    "Language": ("LG",),
    "ProjectLanguage": ("PL",),
    "TextKey": ("TK",),
    "TextTranslation": ("TR",),
}

# Columns of the exporter's contract that have no effect here, beyond those of rows.py.
UNUSED: dict[str, tuple[str, ...]] = {
    "Table": (
        "TB_IsActual",
        "TB_IsForecast",
        "TB_SoftDeleteEnabled",
        "TB_SourceTrackingEnabled",
        "fields",
        "flags",
    ),
    "UiEntity": ("UE_Name", "UE_Type", "UE_Route"),
    "Workflow": ("WF_Version", "WF_Name"),
    "WorkflowState": ("WS_Name", "WS_Order", "sortOrder"),
    "WorkflowTransition": ("WT_Name", "WT_Order", "sortOrder"),
    "WorkflowTransitionRole": ("WTR_ID",),
    "ApprovalFlow": ("AF_ObjectType", "AF_ObjectID"),
    "EventType": ("EVTT_SchemaJSON",),
    "RuntimeTemplateBinding": ("RTB_ID",),
    "RuntimeSignalType": ("RST_ID",),
    "Field": (
        *("LT_Code", "FD_IsPK", "FD_IsFK", "FD_IsInternal", "FD_IsNullable", "FD_DefaultRule"),
        *("FD_Sensitivity", "EnumCode", "FD_Format", "logicalType", "type", "nullable"),
    ),
    "DataProtectionPolicy": ("DP_ExpressionLogical",),
    "Language": ("LG_Name",),
    "ProjectLanguage": ("PL_IsRequired",),
}
# The parts of a snapshot's `objects`, and the arrays in each. A part without names is an array.
PARTS: dict[str, tuple[str, ...]] = {
    "ai": ("features", "models"),
    "biModel": ("facts", "dimensions", "partitions"),
    "devops": ("environments", "deployments"),
    "dimensions": (),
    "documents": ("documentTypes", "redactionPolicies", "retentionPolicies"),
    "enums": ("enums", "values"),
    "eventing": ("eventBuses", "channels", "subscriptions"),
    "fields": (),
    "governance": ("purposes", "consentPolicies", "residencyPolicies"),
    "graph": ("models", "nodeTypes", "edgeTypes"),
    "ingestion": ("ingestionSpecs",),
    "jobs": (),
    "lifecycle": ("changeRequests",),
    "lineage": ("assets", "edges", "jobRuns", "jobRunAssets"),
    "localization": ("projectLanguages", "textUsage"),
    "mappings": ("mapVersions", "mapFields"),
    "metrics": (),
    "platform": ("serviceMap", "drTopologies"),
    "quality": ("rules", "certifications"),
    "relations": (),
    "reliability": ("outboxSpecs", "inboxSpecs"),
    "runtime": ("bindings", "slaBindings", "signalTypes"),
    "search": ("indexes", "fields"),
    "security": (
        "policies",
        "tableSecurity",
        "fieldSecurity",
        "dataProtectionPolicies",
        "fieldProtection",
        "roles",
    ),
    "semantic": ("semanticModels", "measures"),
    "sources": ("sourceSystems", "sourceObjects", "sourceFields"),
    "sync": ("policies",),
    "tables": (),
    "templates": (),
    "texts": ("languages", "textKeys", "translations"),
    "ui": ("apps", "pages", "components", "pageComponents", "validationRules", "searchFacets"),
    "workflows": ("workflows", "states", "transitions"),
}
# Parts that a snapshot may leave out.
OPTIONAL_PARTS = ("model", "identityResolution", "uiThemes", "personalization", "controlPlane")

# Columns that any table may have: {suffix after the table's prefix}, and names without a prefix.
ANYWHERE = ("ID", "Code", "TextKeyID", "Notes", "Description", "ConfigJSON", "IsEnabled")
PLAIN = ("PJ_ID", "CL_ID", "projectId", "clientId", "name", "displayName", "textKey", "schema")
# The exporter's contract does not list these tables. Their other ids and texts are known too.
OUTSIDE = {
    "UiEntity",
    "ApprovalFlow",
    "ApprovalStep",
    "ApprovalStepRole",
    "EventType",
    "EventTemplate",
    "TransitionEvent",
    "RuntimeTemplateBinding",
}
OUTSIDE_COLUMN = re.compile(r"[a-z]{2,5}_(id|textkeyid|notes|description|configjson)")

# Columns without an effect. A faulty value is a warning, and counts as null.
WITHOUT_EFFECT = {"config", "retention_days"}
# A row without an id is known by these columns, and any other by its code.
KNOWN_BY: dict[str, tuple[str, ...]] = {
    "WorkflowState": ("workflow_id", "code"),
    "WorkflowTransition": ("workflow_id", "code", "from_state_id", "to_state_id"),
    "ApprovalStep": ("flow_id", "code"),
    "RuntimeBinding": ("object_type", "object_id", "workflow_id"),
}


def camel(text: str) -> str:
    """IsStart -> isStart, TextKeyID -> textKeyId, FromWS_ID -> fromWsId"""
    words = [
        word for part in text.split("_") for word in re.findall("[A-Z]+(?![a-z])|.[a-z]*", part)
    ]
    return "".join(
        word.lower() if place == 0 else word.capitalize() for place, word in enumerate(words)
    )


def spellings(table: str, column: str) -> list[str]:
    """The names of a column: its own, those with the table's other prefixes, and in camelCase."""
    prefixes = PREFIXES[table]
    prefix, _, rest = column.partition("_")
    if not rest:
        return [column]
    if prefix not in prefixes:
        return [column, prefix.lower() + camel(rest)[:1].upper() + camel(rest)[1:]]
    names = [column, *(f"{other}_{rest}" for other in prefixes if other != prefix), camel(rest)]
    return names + ([f"{other.lower()}Id" for other in prefixes] if rest == "ID" else [])


@cache
def is_unused(table: str, key: str) -> bool:
    """Whether a column is known and has no effect. `key` is in lower case."""
    prefixes = PREFIXES[table]
    known = {
        name.lower()
        for column in (*UNUSED.get(table, ()), *(f"{prefixes[0]}_{rest}" for rest in ANYWHERE))
        for name in spellings(table, column)
    }
    if key in known or key in {name.lower() for name in PLAIN}:
        return True
    return table in OUTSIDE and OUTSIDE_COLUMN.fullmatch(key) is not None
