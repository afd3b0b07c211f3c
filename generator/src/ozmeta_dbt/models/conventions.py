"""What dbt's conventions require of a generated model: tags, meta, group, access, contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.bindings.entity import snake_case
from ozmeta_dbt.config import FILE_NAME, Config
from ozmeta_dbt.models.columns import Column
from ozmeta_dbt.models.literals import yaml_text
from ozmeta_dbt.models.yaml_files import OneLine, dumped
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.user_project.declarations import Surroundings

TAG = "ozmeta"
# Both call the types of TYPES by these names.
WITH_CONTRACTS = ("duckdb", "postgres")
TYPES = {
    "bigint": {
        *("AE_Approvals", "AE_Rejections", "AE_Stage", "AE_StageAfter", "AE_StageBefore"),
        *("AE_Version", "AI_CurrentStepOrder", "AI_Round", "AP_Approvals", "AP_Ignored"),
        *("AP_OutOfTurn", "AP_Quorum", "AP_Rejections", "AP_Round", "AP_StepNo", "AS_Order"),
        *("BL_Objects", "BL_Entered", "BL_Left", "CF_TargetPercent", "CF_LateMinutes"),
        *("CF_StartWeekday", "CF_StartHour", "CF_StopWeekday", "CF_StopHour"),
        *("CF_BreachWeekday", "CF_BreachHour"),
        *("CP_Day", "CP_From", "CP_IsOpen", "CP_Next", "CP_Open", "CP_To", "CP_WasOpen"),
        *("CW_Bucket", "CW_From", "CW_Next", "CW_Open", "CW_OpenEnd"),
        *("EJ_Sequence", "EQ_Level", "JV_Rows", "PL_RowVersion", "QR_Rows"),
        *("RS_Level", "RS_Number", "RS_RetentionDays"),
        *("RUN_Batch", "RUN_EventsFolded", "RUN_Number", "RUN_ObjectsFolded"),
        *("ST_CycleNo", "ST_ElapsedMinutes", "ST_EscalationLevel", "ST_OpenMicros"),
        *("ST_PausedSeconds", "ST_RanMicros", "ST_RemainingMinutes", "ST_TargetMinutes"),
        *("TL_EventNanos", "TL_Position", "TL_RowVersion", "TS_ObjectAgeSeconds", "TS_Seconds"),
        *("UO_Rows", "WI_RowVersion", "_Batch"),
    },
    "timestamp": {
        *("BL_Day", "CF_StartDay", "CF_StartWeek", "CF_StartMonth", "CF_StopDay", "CF_StopWeek"),
        *("CF_StopMonth", "CF_BreachDay", "CF_BreachWeek", "CF_BreachMonth"),
        *("JV_Day", "UO_FirstDay", "UO_LastDay", "_SyncDate", "_UpdateDate", "_DeleteDate"),
    },
    "boolean": {"TL_Replaced"},
}
# models that other models of the package read, and people do not
INTERNAL = ("calendar_window", "calendar_piece")


def data_type(column: Column) -> str:
    """The type of a column: bigint, timestamp, boolean or text."""
    name = column.key.rpartition(".")[2]
    for type_, names in TYPES.items():
        if name in names:
            return type_
    if name.endswith("UTC"):
        return "timestamp"
    return "boolean" if re.match("[A-Z]+_Is[A-Z]", name) else "text"


def config_of(
    config: Config,
    model: str,
    purpose: str = "",
    binding: Binding | None = None,
    tags: Iterable[str] = (),
    meta: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The `config` of a model in its properties file.

    model: the model's name without the binding
    tags, meta: of a model without a binding
    """
    tags = [TAG, *tags]
    meta = dict(meta)
    if binding:
        tags.append(f"{TAG}_binding_{binding.name}")
        meta |= {"ozmeta_binding": binding.name, "ozmeta_object_type": binding.object_type}
    if purpose:
        tags.append(f"{TAG}_purpose_{snake_case(purpose)}")
        meta["ozmeta_purpose"] = purpose
    found: dict[str, Any] = {"tags": tags}
    if meta:
        found["meta"] = OneLine({name: yaml_text(value) for name, value in meta.items()})
    if config.group:
        found["group"] = config.group.name
        found["access"] = "private" if model in INTERNAL else "public"
    if has_contract(config, model):
        found["contract"] = OneLine({"enforced": True})
    return {"config": found}


def has_contract(config: Config, model: str) -> bool:
    """The view of an entity's own table has that table's columns, which no file lists."""
    return config.contracts and model != "inline"


def check(config: Config, around: Surroundings, problems: Problems) -> None:
    """An error if the group has no owner, or if the types of a contract are not known."""
    here = Origin(FILE_NAME)
    if config.group and not config.group.owner and config.group.name not in around.groups:
        problems.error(
            here.at("group"),
            f"the group {config.group.name} needs an owner, and no properties file of the project"
            " declares it",
            "write `group: {name: ..., owner: {name: ...}}`",
        )
    if config.group and config.group.owner and config.group.name in around.groups:
        problems.notes.append(
            f"the group {config.group.name} is declared in the project: it is used, not declared"
            " again"
        )
    unknown = [name for name in config.warehouses if name not in WITH_CONTRACTS]
    if config.contracts and (unknown or not config.warehouses):
        problems.error(
            here.at("contracts"),
            f"the types of a contract are known for {' and '.join(WITH_CONTRACTS)}, and"
            f" `warehouses` has {', '.join(unknown)}"
            if unknown
            else "the types of a contract depend on the warehouse, and `warehouses` names none",
            "leave `contracts` out"
            if unknown
            else f"write `warehouses: [{WITH_CONTRACTS[0]}]` or `[{WITH_CONTRACTS[1]}]`",
        )


def group_yaml(config: Config, around: Surroundings) -> dict[str, str]:
    """The file that declares the group, if the project does not."""
    if not config.group or not config.group.owner or config.group.name in around.groups:
        return {}
    owner = {
        name: yaml_text(value)
        for name, value in config.group.owner.model_dump(exclude_none=True).items()
    }
    group = {"name": config.group.name, "owner": OneLine(owner)}
    return {"_groups.yml": dumped({"version": 2, "groups": [group]})}
