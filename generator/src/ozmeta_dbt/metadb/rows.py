"""The rows of MetaDB that matter here (SPEC 1), each readable by column name and by the camelCase
name that exports write.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr
from pydantic.fields import FieldInfo

from ozmeta_dbt.documents import OptionalText, Text, storable
from ozmeta_dbt.problems import Origin


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _blank_is(default: bool) -> Callable[[Any], Any]:
    return lambda value: default if value is None or value == "" else value


def _words(value: Any) -> str | None:
    """A text for people. Anything that is not a text counts as none, so it can refuse nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    return "".join(char if storable(char) else "\ufffd" for char in str(value)) or None


def _is_set(value: Any) -> bool:
    """A flag of a text. Anything that does not mean yes counts as no, so it can refuse nothing."""
    return str(value).strip().lower() in ("1", "true", "yes", "y", "t")


Words = Annotated[str | None, BeforeValidator(_words)]
LooseFlag = Annotated[bool, BeforeValidator(_is_set)]
Json = Annotated[Any, "JSON"]
Enabled = Annotated[bool, BeforeValidator(_blank_is(True))]
Flag = Annotated[bool, BeforeValidator(_blank_is(False))]
MAX_MINUTES = 1_000_000_000
Minutes = Annotated[int, Field(ge=0, le=MAX_MINUTES)]
OptionalDays = Annotated[
    Annotated[int, Field(ge=0, le=1_000_000)] | None, BeforeValidator(_blank_is_none)
]
OptionalMinutes = Annotated[Minutes | None, BeforeValidator(_blank_is_none)]


class Row(BaseModel):
    """A row, where it stands, and by which names its file calls its columns."""

    model_config = ConfigDict(extra="ignore")
    _origin: Origin = PrivateAttr(default=Origin(""))
    _written: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def origin(self) -> Origin:
        return self._origin

    def at(self, field: str) -> Origin:
        """Where a field of this row stands, under the name its file uses."""
        return self._origin.at(self._written.get(field, canonical(type(self).model_fields[field])))


class RowWithId(Row):
    """A row that others point to."""

    id: Text


def column(name: str, *aliases: str, **kwargs: Any) -> Any:
    return Field(json_schema_extra={"names": [name, *aliases]}, **kwargs)


class Table(RowWithId):
    id: Text = column("TB_ID", "id")
    code: Text = column("TB_TableName", "code", "name", "tableName")
    cd_code: OptionalText = column("CD_Code", "cdCode", default=None)
    schema_name: OptionalText = column("TB_SchemaName", "schema", "schemaName", default=None)
    requires_tenant: Flag = column("TB_RequiresTenant", "requiresTenant", default=False)
    text_key_id: Words = column("TB_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("TB_Description", "description", default=None)
    notes: Words = column("TB_Notes", "notes", default=None)


class UiEntity(RowWithId):
    id: Text = column("UE_ID", "id")
    code: Text = column("UE_Code", "code")
    text_key_id: Words = column("UE_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("UE_Description", "description", default=None)
    notes: Words = column("UE_Notes", "notes", default=None)


class Workflow(RowWithId):
    id: Text = column("WF_ID", "id")
    code: Text = column("WF_Code", "code")
    object_type: OptionalText = column("WF_ObjectType", "objectType", default=None)
    object_id: OptionalText = column("WF_ObjectID", "objectId", default=None)
    is_enabled: Enabled = column("WF_IsEnabled", "isEnabled", default=True)
    text_key_id: Words = column("WF_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("WF_Description", "description", default=None)
    notes: Words = column("WF_Notes", "notes", default=None)


class WorkflowState(RowWithId):
    id: Text = column("WS_ID", "id")
    workflow_id: Text = column("WF_ID", "workflowId")
    code: Text = column("WS_Code", "code")
    is_start: Flag = column("WS_IsStart", "isInitial", "isStart", default=False)
    is_terminal: Flag = column("WS_IsTerminal", "isTerminal", default=False)
    sla_minutes: OptionalMinutes = column("WS_SlaMinutes", "slaMinutes", default=None)
    text_key_id: Words = column("WS_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("WS_Description", "description", default=None)
    notes: Words = column("WS_Notes", "notes", default=None)


class WorkflowTransition(RowWithId):
    id: Text = column("WT_ID", "id")
    workflow_id: Text = column("WF_ID", "workflowId")
    from_state_id: Text = column("WT_FromWS_ID", "fromStateId")
    to_state_id: Text = column("WT_ToWS_ID", "toStateId")
    code: Text = column("WT_Code", "code")
    guard: Any = column("WT_GuardLogical", "guardDsl", default=None)
    action: Any = column("WT_ActionLogical", "actionDsl", default=None)
    is_enabled: Enabled = column("WT_IsEnabled", "isEnabled", default=True)
    text_key_id: Words = column("WT_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("WT_Description", "description", default=None)
    notes: Words = column("WT_Notes", "notes", default=None)


class WorkflowTransitionRole(Row):
    transition_id: Text = column("WT_ID", "transitionId")
    role_id: Text = column("RO_ID", "roleId")


class Role(RowWithId):
    id: Text = column("RO_ID", "id")
    code: Text = column("RO_Code", "code")


class ApprovalFlow(RowWithId):
    id: Text = column("AF_ID", "id")
    code: Text = column("AF_Code", "code")
    is_enabled: Enabled = column("AF_IsEnabled", "isEnabled", default=True)
    text_key_id: Words = column("AF_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("AF_Description", "description", default=None)
    notes: Words = column("AF_Notes", "notes", default=None)


class ApprovalStep(RowWithId):
    id: Text = column("AS_ID", "id")
    flow_id: Text = column("AF_ID", "flowId", "approvalFlowId")
    order: Annotated[int, Field(ge=0, le=1_000_000)] = column("AS_Order", "order", "stepOrder")
    code: Text = column("AS_Code", "code")
    rule: Any = column("AS_RuleLogical", "rule", "ruleDsl", default=None)
    text_key_id: Words = column("AS_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("AS_Description", "description", default=None)
    notes: Words = column("AS_Notes", "notes", default=None)


class ApprovalStepRole(Row):
    step_id: Text = column("AS_ID", "stepId", "approvalStepId")
    role_id: Text = column("RO_ID", "roleId")


class SlaPolicy(RowWithId):
    id: Text = column("SL_ID", "id")
    code: Text = column("SL_Code", "code")
    object_type: Literal["Workflow", "Transition", "ApprovalStep", "Table", "UiEntity"] = column(
        "SL_ObjectType", "objectType"
    )
    object_id: OptionalText = column("SL_ObjectID", "objectId", default=None)
    target_minutes: Minutes = column("SL_TargetMinutes", "targetMinutes")
    warn_minutes: OptionalMinutes = column("SL_WarnMinutes", "warnMinutes", default=None)
    escalation_rule: Any = column(
        "SL_EscalationRule", "escalationRule", "escalationRuleDsl", default=None
    )
    is_enabled: Enabled = column("SL_IsEnabled", "isEnabled", default=True)
    text_key_id: Words = column("SL_TextKeyID", "textKeyId", "textKey", default=None)
    description: Words = column("SL_Description", "description", default=None)
    notes: Words = column("SL_Notes", "notes", default=None)


class EventType(RowWithId):
    id: Text = column("EVTT_ID", "id")
    code: Text = column("EVTT_Code", "code")


class TransitionEvent(Row):
    transition_id: Text = column("WT_ID", "transitionId")
    event_type_id: Text = column("EVTT_ID", "eventTypeId")


class RuntimeBinding(RowWithId):
    id: Text = column("RB_ID", "id")
    object_type: Literal["Table", "UiEntity"] = column("RB_ObjectType", "objectType")
    object_id: Text = column("RB_ObjectID", "objectId")
    workflow_id: OptionalText = column("WF_ID", "workflowId", default=None)
    approval_flow_id: OptionalText = column("AF_ID", "approvalFlowId", default=None)
    runtime_mode: Literal["None", "Inline", "Sidecar"] = column(
        "RB_RuntimeMode", "runtimeMode", default="Sidecar"
    )
    key_strategy: Literal["ObjectID", "Tenant+ObjectID", "Composite"] = column(
        "RB_InstanceKeyStrategy", "instanceKeyStrategy", default="Tenant+ObjectID"
    )
    is_enabled: Enabled = column("RB_IsEnabled", "isEnabled", default=True)


class EventTemplate(Row):
    """A template of a table of the data plane. Only a template that a binding uses is checked."""

    id: Words = column("ET_ID", "id", "templateId", default=None)
    code: Words = column("ET_Code", "code", default=None)
    type: Words = column("ET_TemplateType", "templateType", "type", default=None)
    spec: Json = column("ET_SpecJSON", "specJson", "spec", default=None)


class RuntimeTemplateBinding(Row):
    binding_id: Text = column("RB_ID", "bindingId")
    template_id: OptionalText = column("ET_ID", "templateId", default=None)
    purpose: Literal["WorkflowInstance", "SlaTracking", "ApprovalTracking", "EscalationQueue"] = (
        column("RTB_Purpose", "purpose")
    )
    target_layer: Literal["OLTP", "Lakehouse", "Warehouse", "Semantic"] = column(
        "RTB_TargetLayer", "targetLayer", default="Warehouse"
    )


class RuntimeSlaBinding(Row):
    id: OptionalText = column("RSB_ID", "id", default=None)
    binding_id: Text = column("RB_ID", "bindingId")
    sla_id: Text = column("SL_ID", "slaId", "slaPolicyId")
    start_rule: Any = column("RSB_StartRule", "startRule", default=None)
    stop_rule: Any = column("RSB_StopRule", "stopRule", default=None)


class RuntimeSignalType(Row):
    code: Text = column("RST_Code", "code")
    severity: Literal["Info", "Warning", "Critical"] = column("RST_Severity", "severity")
    retention_days: OptionalDays = column(
        "RST_DefaultRetentionDays", "defaultRetentionDays", default=None
    )


class Language(Row):
    code: Words = column("LG_Code", "code", "languageCode", default=None)
    is_default: LooseFlag = column("LG_IsDefault", "isDefault", default=False)


class ProjectLanguage(Row):
    """A language of the project."""

    code: Words = column("LG_Code", "languageCode", "code", default=None)
    is_default: LooseFlag = column("PL_IsDefault", "isDefault", default=False)


class TextKey(Row):
    """A text in all its languages."""

    id: Words = column("TK_ID", "id", "textKeyId", default=None)
    code: Words = column("TK_Code", "code", default=None)
    text: Words = column("TK_DefaultText", "defaultText", "text", default=None)


class TextTranslation(Row):
    """A text in one language."""

    text_key: Words = column("TK_ID", "textKeyId", "textKey", default=None)
    language: Words = column("LG_Code", "languageCode", "language", default=None)
    text: Words = column("TR_Text", "text", default=None)


# Columns of MetaDB that are known and of no matter here: no warning is due for them.
IGNORED = {
    "id",
    "pj_id",
    "projectid",
    "cl_id",
    "clientid",
    "tb_schemaname",
    "schema",
    "tabletype",
    "fields",
    "evtt_schemajson",
    "schemajson",
    "rst_id",
    "rtb_id",
    "description",
    "name",
    "wt_description",
    "wf_description",
    "displayname",
    "af_objecttype",
    "af_objectid",
    "objecttype",
    "objectid",
    "lg_name",
    "pl_id",
    "pl_isrequired",
    "isrequired",
    "pl_notes",
    "tk_notes",
    "tr_id",
    "tr_notes",
    "notes",
}

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
        Language,
        ProjectLanguage,
        TextKey,
        TextTranslation,
    )
}

# Tables of which no row is needed. A value that is no row of them is a warning.
OPTIONAL = {"EventTemplate", "Language", "ProjectLanguage", "TextKey", "TextTranslation"}


def written_names(info: FieldInfo) -> list[str]:
    """The names by which a file may write a field, the column's own first."""
    extra = info.json_schema_extra
    assert isinstance(extra, dict), "every field is made by column()"
    return list(cast("list[str]", extra["names"]))


def canonical(info: FieldInfo) -> str:
    """The column's own name."""
    return written_names(info)[0]


def names_of(cls: type[Row]) -> dict[str, str]:
    """{lower-case name in a file: field}"""
    return {
        name.lower(): field_name
        for field_name, info in cls.model_fields.items()
        for name in written_names(info)
    }
