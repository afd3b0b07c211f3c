"""The rows of MetaDB that are used here (spec 1). Each can be read by its column names and by the
camelCase names of exports.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr
from pydantic import Field as PydanticField
from pydantic.fields import FieldInfo

from ozmeta_dbt.documents import OptionalText, Text, storable
from ozmeta_dbt.metadb import contract
from ozmeta_dbt.problems import Origin


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _blank_is(default: bool) -> Callable[[Any], Any]:
    return lambda value: default if value is None or value == "" else value


def _words(value: Any) -> str | None:
    """A text for people. Anything that is not a text counts as null, so it causes no error."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    return "".join(char if storable(char) else "\ufffd" for char in str(value)) or None


def _is_set(value: Any) -> bool:
    """A flag of a text. Anything that does not mean yes counts as no, so it causes no error."""
    return str(value).strip().lower() in ("1", "true", "yes", "y", "t")


Words = Annotated[str | None, BeforeValidator(_words)]
LooseFlag = Annotated[bool, BeforeValidator(_is_set)]
Enabled = Annotated[bool, BeforeValidator(_blank_is(True))]
Flag = Annotated[bool, BeforeValidator(_blank_is(False))]
MAX_MINUTES = 1_000_000_000
Minutes = Annotated[int, PydanticField(ge=0, le=MAX_MINUTES)]
OptionalMinutes = Annotated[Minutes | None, BeforeValidator(_blank_is_none)]
Days = Annotated[int, PydanticField(ge=0, le=1_000_000)]
OptionalDays = Annotated[Days | None, BeforeValidator(_blank_is_none)]
Json = Annotated[Any, "JSON"]


def written_names(info: FieldInfo) -> list[str]:
    """The names by which a file may write a column, its own first. Case is ignored."""
    extra = info.json_schema_extra
    assert isinstance(extra, dict), "every field is made by column()"
    return list(cast("list[str]", extra["names"]))


def canonical(info: FieldInfo) -> str:
    """The column's own name."""
    return written_names(info)[0]


GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def guid(value: Any) -> Any:
    """A GUID in lower case, because sources differ in case. Any other value stays as it is."""
    return value.lower() if isinstance(value, str) and GUID.fullmatch(value) else value


class Row(BaseModel):
    """A row, where its columns are, and whether an enabled binding uses it."""

    model_config = ConfigDict(extra="ignore")
    _origin: Origin = PrivateAttr(default=Origin(""))
    _places: dict[str, Origin] = PrivateAttr(default_factory=dict)
    _is_used: bool = PrivateAttr(default=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Add to each column the spellings that follow from its name."""
        for info in cls.model_fields.values() if cls.__name__ in contract.PREFIXES else ():
            first: dict[str, str] = {}
            names = written_names(info)
            for name in [*names, *contract.spellings(cls.__name__, names[0])]:
                first.setdefault(name.lower(), name)
            info.json_schema_extra = {"names": list(first.values())}

    @property
    def origin(self) -> Origin:
        return self._origin

    @property
    def is_used(self) -> bool:
        """Whether an enabled binding needs this row. A fault of any other row is a warning."""
        return self._is_used

    def at(self, field: str) -> Origin:
        """Where a field of this row is, under the name that its file uses."""
        return self._places.get(field, self._origin.at(canonical(type(self).model_fields[field])))


class RowWithId(Row):
    """A row that others point to. Without an id, it is known by its code."""

    id: Text


def column(name: str, *aliases: str, **kwargs: Any) -> Any:
    return PydanticField(json_schema_extra={"names": [name, *aliases]}, **kwargs)


def optional(name: str, *aliases: str) -> Any:
    return column(name, *aliases, default=None)


class Table(RowWithId):
    id: Text = column("TB_ID")
    # `code` is the name in objects.model.tables. Next to a name, it is the 2-letter code.
    code: Text = column("TB_TableName", "tableName", "name", "code")
    cd_code: OptionalText = optional("CD_Code", "cdCode", "code")
    schema_name: OptionalText = optional("TB_SchemaName", "schema")
    requires_tenant: Flag = column("TB_RequiresTenant", default=False)
    table_type: Words = optional("TB_TableType")
    text_key_id: Words = optional("TB_TextKeyID", "textKey")
    description: Words = optional("TB_Description")
    notes: Words = optional("TB_Notes")


class UiEntity(RowWithId):
    id: Text = column("UE_ID")
    code: Text = column("UE_Code")
    text_key_id: Words = optional("UE_TextKeyID", "textKey")
    description: Words = optional("UE_Description")
    notes: Words = optional("UE_Notes")


class Workflow(RowWithId):
    id: Text = column("WF_ID")
    code: Text = column("WF_Code")
    object_type: OptionalText = optional("WF_ObjectType")
    object_id: OptionalText = optional("WF_ObjectID")
    is_enabled: Enabled = column("WF_IsEnabled", default=True)
    text_key_id: Words = optional("WF_TextKeyID", "textKey")
    description: Words = optional("WF_Description")
    notes: Words = optional("WF_Notes")
    config: Json = optional("WF_ConfigJSON")


class WorkflowState(RowWithId):
    id: Text = column("WS_ID")
    workflow_id: Text = column("WF_ID", "workflowId")
    code: Text = column("WS_Code")
    is_start: Flag = column(
        "WS_IsStart", "WS_IsInitial", "ST_IsInitial", "isInitial", default=False
    )
    is_terminal: Flag = column("WS_IsTerminal", default=False)
    sla_minutes: OptionalMinutes = optional("WS_SlaMinutes")
    text_key_id: Words = optional("WS_TextKeyID", "textKey")
    description: Words = optional("WS_Description")
    notes: Words = optional("WS_Notes")
    config: Json = optional("WS_ConfigJSON")


class WorkflowTransition(RowWithId):
    id: Text = column("WT_ID")
    workflow_id: Text = column("WF_ID", "workflowId")
    from_state_id: OptionalText = optional(
        "WT_FromWS_ID", "FromST_ID", "FromWS_ID", "TRN_FromST_ID", "fromStateId", "fromState"
    )
    to_state_id: Text = column(
        "WT_ToWS_ID", "ToST_ID", "ToWS_ID", "TRN_ToST_ID", "toStateId", "toState"
    )
    code: Text = column("WT_Code")
    guard: Any = optional("WT_GuardLogical", "TRN_GuardDSL", "WT_GuardDSL", "guardDsl")
    action: Any = optional("WT_ActionLogical", "TRN_ActionDSL", "WT_ActionDSL", "actionDsl")
    is_enabled: Enabled = column("WT_IsEnabled", default=True)
    text_key_id: Words = optional("WT_TextKeyID", "textKey")
    description: Words = optional("WT_Description")
    notes: Words = optional("WT_Notes")
    config: Json = optional("WT_ConfigJSON")


class WorkflowTransitionRole(Row):
    transition_id: Text = column("WT_ID", "TRN_ID", "transitionId")
    role_id: Text = column("RO_ID", "roleId")
    notes: Words = optional("WTR_Notes")


class Role(RowWithId):
    id: Text = column("RO_ID")
    code: Text = column("RO_Code")
    text_key_id: Words = optional("RO_TextKeyID")
    notes: Words = optional("RO_Notes")


class ApprovalFlow(RowWithId):
    id: Text = column("AF_ID")
    code: Text = column("AF_Code")
    is_enabled: Enabled = column("AF_IsEnabled", default=True)
    text_key_id: Words = optional("AF_TextKeyID", "textKey")
    description: Words = optional("AF_Description")
    notes: Words = optional("AF_Notes")


class ApprovalStep(RowWithId):
    id: Text = column("AS_ID")
    flow_id: Text = column("AF_ID", "flowId", "approvalFlowId")
    order: Annotated[int, PydanticField(ge=0, le=1_000_000)] = column(
        "AS_Order", "AS_StepOrder", "stepOrder"
    )
    code: Text = column("AS_Code")
    rule: Any = optional("AS_RuleLogical", "rule", "ruleDsl")
    text_key_id: Words = optional("AS_TextKeyID", "textKey")
    description: Words = optional("AS_Description")
    notes: Words = optional("AS_Notes")


class ApprovalStepRole(Row):
    step_id: Text = column("AS_ID", "stepId", "approvalStepId")
    role_id: Text = column("RO_ID", "roleId")
    notes: Words = optional("ASR_Notes")


class SlaPolicy(RowWithId):
    id: Text = column("SL_ID")
    code: Text = column("SL_Code")
    object_type: Literal["Workflow", "Transition", "ApprovalStep", "Table", "UiEntity"] | None = (
        optional("SL_ObjectType")
    )
    object_id: OptionalText = optional("SL_ObjectID")
    target_minutes: Minutes = column("SL_TargetMinutes")
    warn_minutes: OptionalMinutes = optional("SL_WarnMinutes")
    escalation_rule: Any = optional("SL_EscalationRule", "escalationRuleDsl")
    is_enabled: Enabled = column("SL_IsEnabled", default=True)
    text_key_id: Words = optional("SL_TextKeyID", "textKey")
    description: Words = optional("SL_Description")
    notes: Words = optional("SL_Notes")


class EventType(RowWithId):
    id: Text = column("EVTT_ID")
    code: Text = column("EVTT_Code")
    category: Words = optional("EVTT_Category")
    retention_days: OptionalDays = optional("EVTT_DefaultRetentionDays")
    text_key_id: Words = optional("EVTT_TextKeyID")
    notes: Words = optional("EVTT_Notes")


class TransitionEvent(Row):
    transition_id: Text = column("WT_ID", "TRN_ID", "transitionId")
    event_type_id: Text = column("EVTT_ID", "eventTypeId")
    notes: Words = optional("TE_Notes")


class RuntimeBinding(RowWithId):
    id: Text = column("RB_ID")
    object_type: Literal["Table", "UiEntity"] | None = optional("RB_ObjectType")
    object_id: OptionalText = optional("RB_ObjectID")
    workflow_id: OptionalText = optional("WF_ID", "workflowId")
    approval_flow_id: OptionalText = optional("AF_ID", "approvalFlowId")
    runtime_mode: Literal["None", "Inline", "Sidecar"] = column("RB_RuntimeMode", default="Sidecar")
    key_strategy: Literal["ObjectID", "Tenant+ObjectID", "Composite"] = column(
        "RB_InstanceKeyStrategy", default="Tenant+ObjectID"
    )
    is_enabled: Enabled = column("RB_IsEnabled", default=True)
    text_key_id: Words = optional("RB_TextKeyID")
    notes: Words = optional("RB_Notes")


class EventTemplate(Row):
    """A calendar, or a template of a generated table. Only a template that a binding uses is
    checked.
    """

    id: Words = optional("ET_ID", "templateId")
    code: Words = optional("ET_Code")
    type: Words = optional("ET_TemplateType", "type")
    spec: Json = optional("ET_SpecJSON", "spec")

    @property
    def is_calendar(self) -> bool:
        return self.type == "Calendar"


class RuntimeTemplateBinding(Row):
    binding_id: Text = column("RB_ID", "bindingId")
    template_id: OptionalText = optional("ET_ID", "templateId")
    purpose: Literal["WorkflowInstance", "SlaTracking", "ApprovalTracking", "EscalationQueue"] = (
        column("RTB_Purpose")
    )
    target_layer: Literal["OLTP", "Lakehouse", "Warehouse", "Semantic"] = column(
        "RTB_TargetLayer", default="Warehouse"
    )
    notes: Words = optional("RTB_Notes")


class RuntimeSlaBinding(Row):
    id: OptionalText = optional("RSB_ID")
    binding_id: Text = column("RB_ID", "bindingId")
    sla_id: Text = column("SL_ID", "slaId", "slaPolicyId")
    start_rule: Any = optional("RSB_StartRule")
    stop_rule: Any = optional("RSB_StopRule")
    notes: Words = optional("RSB_Notes")


class RuntimeSignalType(Row):
    code: Text = column("RST_Code")
    severity: OptionalText = optional("RST_Severity")
    retention_days: OptionalDays = optional("RST_DefaultRetentionDays")
    text_key_id: Words = optional("RST_TextKeyID")
    notes: Words = optional("RST_Notes")


class Language(Row):
    code: Words = optional("LG_Code", "languageCode")
    is_default: LooseFlag = column("LG_IsDefault", default=False)


class ProjectLanguage(Row):
    """A language of the project."""

    code: Words = optional("LG_Code", "languageCode", "code")
    is_default: LooseFlag = column("PL_IsDefault", default=False)


class TextKey(Row):
    """A text in all its languages."""

    id: Words = optional("TK_ID", "textKeyId")
    code: Words = optional("TK_Code")
    text: Words = optional("TK_DefaultText", "text")


class TextTranslation(Row):
    """A text in one language."""

    text_key: Words = optional("TK_ID", "textKeyId", "textKey")
    language: Words = optional("LG_Code", "languageCode", "language")
    text: Words = optional("TR_Text")


class RetentionPolicy(RowWithId):
    """How long records are kept: see bindings/retention.py."""

    id: Text = column("RTN_ID")
    code: Text = column("RTN_Code")
    retention_days: OptionalDays = optional("RTN_RetentionDays", "days")
    disposition: Words = optional("RTN_Disposition")
    legal_hold: Flag = column("RTN_LegalHold", default=False)
    is_enabled: Enabled = column("RTN_IsEnabled", default=True)
    text_key_id: Words = optional("RTN_TextKeyID")
    notes: Words = optional("RTN_Notes")
    config: Json = optional("RTN_ConfigJSON")


class Field(RowWithId):
    """A field of a table: see bindings/protection.py."""

    id: Text = column("FD_ID")
    table_id: OptionalText = optional("TB_ID", "tableId")
    code: OptionalText = optional("FD_FieldName", "code")
    mask: Words = optional("FD_Mask")


class DataProtectionPolicy(RowWithId):
    """How the values of fields are protected."""

    id: Text = column("DP_ID")
    code: OptionalText = optional("DP_Code")
    type: Words = optional("DP_Type")
    algorithm: Words = optional("DP_Algorithm")
    key_ref: Words = optional("DP_KeyRef")
    is_enabled: Enabled = column("DP_IsEnabled", default=True)
    text_key_id: Words = optional("DP_TextKeyID")
    notes: Words = optional("DP_Notes")


class FieldProtection(Row):
    """Which field a policy protects."""

    field_id: OptionalText = optional("FD_ID", "fieldId")
    policy_id: OptionalText = optional("DP_ID", "policyId")
    mode: Words = optional("FP_Mode")
    notes: Words = optional("FP_Notes")


TABLES: dict[str, type[Row]] = {
    cls.__name__: cls
    for cls in (
        Table,
        UiEntity,
        Workflow,
        WorkflowState,
        WorkflowTransition,
        WorkflowTransitionRole,
        Role,
        ApprovalFlow,
        ApprovalStep,
        ApprovalStepRole,
        SlaPolicy,
        EventType,
        TransitionEvent,
        RuntimeBinding,
        EventTemplate,
        RuntimeTemplateBinding,
        RuntimeSlaBinding,
        RuntimeSignalType,
        RetentionPolicy,
        Field,
        DataProtectionPolicy,
        FieldProtection,
        Language,
        ProjectLanguage,
        TextKey,
        TextTranslation,
    )
}


@cache
def spelt(cls: type[Row]) -> dict[str, list[str]]:
    """{field: the names by which a file may write it}, the column's own first."""
    return {field: written_names(info) for field, info in cls.model_fields.items()}


@cache
def id_fields(cls: type[Row]) -> frozenset[str]:
    """The fields that hold the id of this row or of another one."""
    return frozenset(
        name for name, info in cls.model_fields.items() if canonical(info).endswith("ID")
    )


@cache
def known_names(cls: type[Row]) -> frozenset[str]:
    """All names of the columns that are read, in lower case."""
    return frozenset(name.lower() for names in spelt(cls).values() for name in names)
