"""What the reference pages say about each table, column, op, ref, cast, action and config key.

`docs/make_reference.py` writes the pages. The keys are "table.<Table>", "<Table>.<field>",
"kind.<kind>", "op.<op>", "ref.<ref>", "cast.<cast>", "action.<type>", "action key.<key>",
"rule key.<key>",
"grain.<model>", "written.<model>" and "config.<key>.<key>".
"""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ozmeta_dbt.metadb.rows import TABLES

_TABLES = {
    "table.Table": "The entities that are tables. A binding points to one.",
    "table.UiEntity": "The entities that are not tables. A binding points to one.",
    "table.Workflow": "The workflows.",
    "table.WorkflowState": "The states of each workflow.",
    "table.WorkflowTransition": "The moves from state to state.",
    "table.WorkflowTransitionRole": "Who may take a transition. The fold does not enforce it.",
    "table.Role": "The roles.",
    "table.ApprovalFlow": "The approval flows.",
    "table.ApprovalStep": "The steps of each approval flow, in order.",
    "table.ApprovalStepRole": "The roles that a step asks.",
    "table.SlaPolicy": "The SLAs: how long a timer may run, and what follows.",
    "table.EventType": "The types of events that journals hold.",
    "table.TransitionEvent": "Which event type means which transition.",
    "table.RuntimeBinding": "What is tracked. One enabled row makes one set of models.",
    "table.EventTemplate": (
        "Calendars, and templates of tables. Every calendar is read, and each template that a "
        "binding uses."
    ),
    "table.RuntimeTemplateBinding": "Which models a binding gets. Without rows it gets all.",
    "table.RuntimeSlaBinding": "Which SLAs a binding runs, and when a timer starts and stops.",
    "table.RuntimeSignalType": (
        "The severity and retention days of each signal. The seed ozmeta_signal_type has the"
        " defaults."
    ),
    "table.Language": "The languages of MetaDB. A snapshot may have only their codes.",
    "table.ProjectLanguage": "The languages of the project.",
    "table.TextKey": "Texts for people, which other tables point to.",
    "table.TextTranslation": "The same texts in each language.",
    "table.RetentionPolicy": (
        "How long records are kept. A binding has the one that ozmeta.yml names, or the one with"
        " the name of its table."
    ),
    "table.Field": "The fields of tables whose values are protected.",
    "table.DataProtectionPolicy": (
        "How values are protected on their way into the tables: hashed, masked or tokenised."
    ),
    "table.FieldProtection": "Which fields a policy protects.",
}

_COLUMNS = {
    "Table.id": "Id of the table. Without one, its code is its id, as for every row.",
    "Table.code": (
        "Its name. The models are named after it in snake_case. `code` is the name only if no "
        "other column has it."
    ),
    "Table.cd_code": (
        "Its 2-letter code. Journals may use it as the object type. `code` is the 2-letter code "
        "if another column has the name."
    ),
    "Table.schema_name": "Its schema in the warehouse. Only Inline needs it.",
    "Table.requires_tenant": (
        "Whether a row without a tenant goes to quarantine. Under Tenant+ObjectID, it always does."
    ),
    "UiEntity.id": "Id of the UI entity.",
    "UiEntity.code": "Its name. The models are named after it in snake_case.",
    "Workflow.id": "Id of the workflow.",
    "Workflow.code": "Its code.",
    "Workflow.object_type": "What it belongs to: Table or UiEntity.",
    "Workflow.object_id": "Id of that table or UI entity.",
    "Workflow.is_enabled": "Whether it may be used. If not, its bindings are skipped.",
    "WorkflowState.id": "Id of the state.",
    "WorkflowState.workflow_id": "Its workflow.",
    "WorkflowState.code": "Its code, as the journal writes it in fromState and toState.",
    "WorkflowState.is_start": "Whether objects start here. Exactly one state of a workflow does.",
    "WorkflowState.is_terminal": "Whether the object is finished here.",
    "WorkflowState.sla_minutes": "Minutes an object may stay here. Makes an SLA `State.<code>`.",
    "WorkflowTransition.id": "Id of the transition.",
    "WorkflowTransition.workflow_id": "Its workflow.",
    "WorkflowTransition.from_state_id": (
        "The state it leaves: its id, or its code. Without one, it leaves any state that is not "
        "terminal."
    ),
    "WorkflowTransition.to_state_id": "The state it leads to: its id, or its code.",
    "WorkflowTransition.code": "Its code. Transitions from several states may share one.",
    "WorkflowTransition.guard": "A rule of kind Guard. It is checked, and not evaluated.",
    "WorkflowTransition.action": "A rule of kind Action: what follows when it is applied.",
    "WorkflowTransition.is_enabled": "Whether the fold may choose it.",
    "WorkflowTransitionRole.transition_id": "The transition.",
    "WorkflowTransitionRole.role_id": "The role.",
    "Role.id": "Id of the role.",
    "Role.code": "Its code, as in `user.roles` and `role:<code>`.",
    "ApprovalFlow.id": "Id of the flow.",
    "ApprovalFlow.code": "Its code, as in `approval.flow` of a payload.",
    "ApprovalFlow.is_enabled": "Whether it may be used.",
    "ApprovalStep.id": "Id of the step.",
    "ApprovalStep.flow_id": "Its flow.",
    "ApprovalStep.order": "Its place in the flow. The least comes first.",
    "ApprovalStep.code": "Its code, as in `approval.step` of a payload.",
    "ApprovalStep.rule": (
        '`{"quorum": n or "all", "of": m, "veto": true or false}`, or a rule '
        "document with these as params. The default is quorum 1, veto true."
    ),
    "ApprovalStepRole.step_id": "The step.",
    "ApprovalStepRole.role_id": "A role that it asks.",
    "SlaPolicy.id": "Id of the SLA.",
    "SlaPolicy.code": "Its code. `StartTimer` and `StopTimer` name it.",
    "SlaPolicy.object_type": "What it measures. It decides when a timer without rules runs.",
    "SlaPolicy.object_id": "Id of what it measures.",
    "SlaPolicy.target_minutes": "Minutes until the timer is breached.",
    "SlaPolicy.warn_minutes": "Minutes until the warning. Less than the target.",
    "SlaPolicy.escalation_rule": (
        "A rule of kind Escalation. Its EnqueueEscalation actions are "
        "the levels. Without a rule there is one level, at the breach."
    ),
    "SlaPolicy.is_enabled": "Whether it may be used.",
    "EventType.id": "Id of the event type.",
    "EventType.code": "Its code, as in EJ_EventType.",
    "TransitionEvent.transition_id": "The transition.",
    "TransitionEvent.event_type_id": "The event type that means it.",
    "RuntimeBinding.id": "Id of the binding.",
    "RuntimeBinding.object_type": (
        "Where the entity is: in Table or in UiEntity. Only a binding that writes models needs it."
    ),
    "RuntimeBinding.object_id": "Id of the entity. Only a binding that writes models needs it.",
    "RuntimeBinding.workflow_id": (
        "The workflow that its objects follow. Without one, the binding is skipped with a warning."
    ),
    "RuntimeBinding.approval_flow_id": "The flow that approval events mean if they name none.",
    "RuntimeBinding.runtime_mode": (
        "None writes no models. Sidecar writes tables beside the "
        "entity. Inline adds a view with the entity's own columns."
    ),
    "RuntimeBinding.key_strategy": (
        "What identifies an object: the id, tenant and id, or "
        "columns that ozmeta.yml names under `key`."
    ),
    "RuntimeBinding.is_enabled": "Whether models are written for it.",
    "EventTemplate.id": "Id of the event template.",
    "EventTemplate.code": "Its code. A calendar needs one, and SLA policies name it.",
    "EventTemplate.type": "`Calendar` for a calendar. Other types have no effect.",
    "EventTemplate.spec": (
        "The columns, the key and the indexes that it asks for: `columns`, `key` and `indexes`, "
        "all optional. See [Event templates](metadata-to-models.md#event-templates). A calendar "
        "has the keys of `calendars.<name>` in [ozmeta.yml](ozmeta-yml.md#calendars) instead."
    ),
    "Language.code": "Its code, such as `en-US`.",
    "Language.is_default": "Whether texts are in this language if the project has no default.",
    "ProjectLanguage.code": "Its code, such as `en-US`.",
    "ProjectLanguage.is_default": (
        "Whether texts are in this language, unless ozmeta.yml has `language`."
    ),
    "TextKey.id": "Id of the text.",
    "TextKey.code": "Its code.",
    "TextKey.text": "The text if it has no translation.",
    "TextTranslation.text_key": "Id or code of the text.",
    "TextTranslation.language": "Code of the language.",
    "TextTranslation.text": "The text in that language.",
    "RuntimeTemplateBinding.binding_id": "The binding.",
    "RuntimeTemplateBinding.template_id": (
        "Id of the event template. Its columns are checked, its indexes are made."
    ),
    "RuntimeTemplateBinding.purpose": "Which models it asks for.",
    "RuntimeTemplateBinding.target_layer": (
        "Where they belong. OLTP is skipped. Semantic adds dbt semantic models and metrics."
    ),
    "RuntimeSlaBinding.id": "Id of the row.",
    "RuntimeSlaBinding.binding_id": "The binding.",
    "RuntimeSlaBinding.sla_id": "The SLA.",
    "RuntimeSlaBinding.start_rule": (
        "A rule of kind TimerStart. The default depends on what the "
        "SLA measures; mostly it is the object's first event."
    ),
    "RuntimeSlaBinding.stop_rule": (
        "A rule of kind TimerStop. The default depends on what the "
        "SLA measures; mostly it is a terminal state."
    ),
    "RuntimeSignalType.code": "The signal, such as SLA.Breached.",
    "RuntimeSignalType.severity": (
        "Its severity: Info, Warning or Critical. Without one, the signal has its default."
    ),
    "RuntimeSignalType.retention_days": (
        "How many days the signal should be kept, shown in RS_RetentionDays. `ozmeta-dbt purge`"
        " keeps its object for as long."
    ),
    "EventType.category": "Its category. It has no effect.",
    "EventType.retention_days": (
        "How many days `ozmeta-dbt purge` keeps an object with such an event after its last event."
    ),
    "Table.table_type": "Its type. It has no effect.",
    "RetentionPolicy.id": "Id of the policy.",
    "RetentionPolicy.code": "Its code.",
    "RetentionPolicy.retention_days": (
        "How many days `ozmeta-dbt purge` keeps an object after its last event."
    ),
    "RetentionPolicy.disposition": "What happens to them afterwards. It has no effect.",
    "RetentionPolicy.legal_hold": "Whether `ozmeta-dbt purge` keeps all objects.",
    "RetentionPolicy.is_enabled": "Whether it applies.",
    "Field.id": "Id of the field.",
    "Field.table_id": "Its table.",
    "Field.code": "Its name, as in `object.<Field>` of a payload.",
    "Field.mask": "What the tables show in the place of a masked value. The default is `***`.",
    "DataProtectionPolicy.id": "Id of the policy.",
    "DataProtectionPolicy.code": "Its code.",
    "DataProtectionPolicy.type": "Hash, Mask or Tokenise, unless FP_Mode says it.",
    "DataProtectionPolicy.algorithm": "SHA256, the default, for hashes and tokens.",
    "DataProtectionPolicy.key_ref": (
        "The environment variable with the key of hashes and tokens. A token needs one."
    ),
    "DataProtectionPolicy.is_enabled": "Whether it applies.",
    "FieldProtection.field_id": "The field.",
    "FieldProtection.policy_id": "The policy.",
    "FieldProtection.mode": "Hash, Mask or Tokenise. The default is the policy's DP_Type.",
}
_FOR_PEOPLE = {
    "text_key_id": "The text that names it, for documentation.",
    "description": "A description, for documentation.",
    "notes": "Notes, for documentation.",
    "config": "Settings of other programs. They have no effect, and an export keeps them.",
}
_COLUMNS |= {
    f"{table}.{field}": text
    for table, cls in TABLES.items()
    for field, text in _FOR_PEOPLE.items()
    if field in cls.model_fields
}

# op: what it does, what it does with null, an example
_OPS = {
    "and": (
        "True if every arg is true.",
        "False if one arg is false; else null if one is null.",
        '{"ref":"object.Vip", "as":"boolean"}, {"ref":"object.Late", "as":"boolean"}',
    ),
    "or": (
        "True if one arg is true.",
        "True if one arg is true; else null if one is null.",
        '{"ref":"object.Vip", "as":"boolean"}, {"ref":"object.Late", "as":"boolean"}',
    ),
    "not": ("Whether the arg is false.", "Null.", '{"ref":"object.Vip", "as":"boolean"}'),
    "eq": ("Whether both are equal.", "Null.", '{"ref":"transition.toState"}, {"lit":"Open"}'),
    "ne": ("Whether they differ.", "Null.", '{"ref":"transition.code"}, {"lit":"Close"}'),
    "gt": ("Whether the first is greater.", "Null.", '{"ref":"object.Amount"}, {"lit":100}'),
    "gte": (
        "Whether the first is greater or equal.",
        "Null.",
        '{"ref":"object.Amount"}, {"lit":100}',
    ),
    "lt": ("Whether the first is less.", "Null.", '{"ref":"object.Amount"}, {"lit":100}'),
    "lte": ("Whether the first is less or equal.", "Null.", '{"ref":"object.Amount"}, {"lit":100}'),
    "in": (
        "Whether the first is one of the others. An array ref counts as its members.",
        "Null if nothing is equal and one of them is null.",
        '{"ref":"object.Impact"}, {"lit":"High"}, {"lit":"Critical"}',
    ),
    "contains": (
        "Whether the text contains the other. For an array ref: whether the other is a member.",
        "Null. For an array, also if no member matches and one is null.",
        '{"ref":"user.roles"}, {"lit":"Dispatcher"}',
    ),
    "startsWith": (
        "Whether the text begins with the other.",
        "Null.",
        '{"ref":"event.type"}, {"lit":"Case."}',
    ),
    "endsWith": (
        "Whether the text ends with the other.",
        "Null.",
        '{"ref":"event.type"}, {"lit":".Closed"}',
    ),
    "isNull": ("Whether there is no value.", "True.", '{"ref":"object.Owner"}'),
    "isNotNull": ("Whether there is a value.", "False.", '{"ref":"object.Owner"}'),
    "add": ("The sum.", "Null.", '{"ref":"object.Net"}, {"ref":"object.Tax"}'),
    "sub": ("The first less the second.", "Null.", '{"ref":"object.Gross"}, {"ref":"object.Tax"}'),
    "mul": ("The product.", "Null.", '{"ref":"object.Net"}, {"lit":1.2}'),
    "div": (
        "The quotient. Null if you divide by zero.",
        "Null.",
        '{"ref":"object.Amount"}, {"lit":100}',
    ),
    "coalesce": (
        "The first arg that is not null.",
        "Null only if every arg is null.",
        '{"ref":"object.Impact"}, {"lit":"Low"}',
    ),
    "regex": (
        "Whether a part of the text matches. RE2 syntax; the pattern is a literal.",
        "Null.",
        '{"ref":"event.type"}, {"lit":"^Case[.]"}',
    ),
    "dateAdd": (
        "The instant n units later. The unit is the literal minute, hour or day.",
        "Null.",
        '{"lit":"hour"}, {"lit":4}, {"ref":"now.utc"}',
    ),
    "dateDiffMinutes": (
        "Whole minutes from the first to the second, rounded down.",
        "Null.",
        '{"ref":"object.ReceivedAt"}, {"ref":"now.utc"}',
    ),
}
NULLS = {f"op.{op}": null for op, (_, null, _) in _OPS.items()}
RESULTS = {
    **dict.fromkeys(("add", "sub", "mul", "div", "dateDiffMinutes"), "number"),
    "coalesce": "the type of its args",
    "dateAdd": "datetime",
}  # of the ops whose result is not a boolean
EXAMPLES = {f"op.{op}": example for op, (_, _, example) in _OPS.items()}

_RULES = {
    "rule key.version": "Always 1. Required.",
    "rule key.kind": "What the rule is for. Required; it must fit the column that the rule is in.",
    "rule key.description": "For people. It has no effect.",
    "rule key.expr": (
        "The expression. Without one, a start or stop rule only has params, and the timer starts "
        "or stops as if it had no such rule."
    ),
    "rule key.actions": "An array of actions.",
    "rule key.params": (
        "An object. A start rule may have the options of its SLA: the keys of "
        "[`bindings.<name>.slas.<name>`](ozmeta-yml.md#bindings). "
        "An approval step's rule may have quorum, of and veto."
    ),
    "kind.Guard": "May the transition be taken? Checked, and not evaluated.",
    "kind.Action": "What follows an applied transition. Only its actions count.",
    "kind.TimerStart": "Which event starts a timer.",
    "kind.TimerStop": "Which event stops a timer.",
    "kind.Escalation": "What an SLA raises. Only its actions count.",
    "kind.Validation": "An approval step's rule may have this kind. Only its params count.",
    "ref.transition.fromState": "The state before the event. Null unless it was applied.",
    "ref.transition.toState": "The state after the event. Null unless it was applied.",
    "ref.transition.code": "Code of the applied transition.",
    "ref.state.current": (
        "The state after the event, whether the event moved the object or not. Never null."
    ),
    "ref.user.id": "The event's actor, EJ_Actor.",
    "ref.user.role": "The first of `user.roles`. Null if there is none.",
    "ref.user.roles": "The roles in the event's payload: an array.",
    "ref.tenant.id": "The event's tenant.",
    "ref.now.utc": "The event's effective time: a datetime.",
    "ref.event.type": "The event's type, by its current name.",
    "ref.event.id": "The event's id.",
    "ref.event.sourceSystem": "The system that wrote the event. Null if it is empty.",
    "ref.object.": "A field of the object: the latest value that a payload has up to this event.",
    "ref.user.claims.": "A claim in the event's payload.",
    "ref.context.": "A value of `context` in the event's payload.",
    "cast.string": "Text.",
    "cast.number": "From an optional minus, digits and an optional fraction. A double.",
    "cast.boolean": "From true or false, in any case.",
    "cast.datetime": "From ISO 8601, converted to UTC. A date without a time is midnight.",
    "cast.uuid": "Text, compared as text.",
    "cast.json": "Text, compared as text.",
    "cast.null": "A literal of this type is null. A ref with this cast is text.",
    "action.SetField": "Left to the application. It does nothing in the warehouse.",
    "action.EmitEvent": (
        "With `journal.mirror: true`, adds a row to the mirrored journal. Needs "
        "`eventType`; uses `payload`."
    ),
    "action.EmitSignal": (
        "On an applied transition, adds a row to runtime_signal. Needs "
        "`signalType`; uses `payload.severity` and `notes`."
    ),
    "action.EnqueueEscalation": (
        "In an SLA's rule: one level. On an applied transition: one row "
        "of escalation_queue. Uses `signalType`, `target`, `notes`, and of the payload `level`, "
        "`severity` and, in an SLA's rule, `afterMinutes` and `unlessAcknowledged`: if true, the "
        "level is not raised if a level with a smaller number was acknowledged or closed in time."
    ),
    "action.Notify": "Left to the application. It does nothing in the warehouse.",
    "action.UpsertRuntime": "Left to the application. It does nothing in the warehouse.",
    "action.StartTimer": "On an applied transition, starts the timer that `target` names.",
    "action.StopTimer": "On an applied transition, stops the timer that `target` names.",
    "action key.type": "Which action it is. Required.",
    "action key.target": (
        "`role:<code>` or `principal:<id>`; for a timer, `SLA.<code>` or `<code>`."
    ),
    "action key.value": "For SetField. The package does not use it.",
    "action key.eventType": "The type of the event that is emitted.",
    "action key.signalType": "The signal. SLA levels take SLA.Breached (default) or SLA.Warned.",
    "action key.payload": "An object with further values.",
    "action key.notes": "A text for people, shown in EQ_Notes or RS_Notes.",
}

_OUTPUTS = {
    "grain.timeline": "event",
    "grain.quarantine": "refused journal row",
    "grain.workflow_instance": "object",
    "grain.backlog": "tenant, state and day",
    "grain.approval_event": "approval event",
    "grain.approval_step": "object, flow, round and step",
    "grain.approval_instance": "object and flow",
    "grain.sla_cycle": "cycle of an SLA timer",
    "grain.sla_elapsed": "cycle of an SLA timer",
    "grain.sla_timer": "object and SLA",
    "grain.cycle_fact": "cycle of an SLA timer",
    "grain.escalation_queue": "raised level",
    "grain.runtime_signal": "signal, raised or retracted",
    "grain.run": "run and journal",
    "grain.journal": "journal row, or row that the runtime adds",
    "grain.inline": "row of the entity's table",
    "grain.time_in_state": "stay in a state",
    "grain.calendar_window": "calendar and part of an open window",
    "grain.history": (
        "event: the changes of one object at one instant by one person, a comment, or the creation"
        " or deletion of an object"
    ),
    "grain.calendar_piece": "calendar and piece of time, open or closed",
    "grain.journal_volume": "journal, object type and day",
    "grain.unclaimed_object_type": "journal and object type",
    "written.timeline": "Always.",
    "written.quarantine": "Always.",
    "written.run": "Always.",
    "written.workflow_instance": "Purpose WorkflowInstance, or RuntimeMode Inline.",
    "written.sla_cycle": "Purpose SlaTracking, or EscalationQueue if an SLA has levels.",
    "written.backlog": "If `backlog` is true.",
    "written.approval_event": "Purpose ApprovalTracking, or an SLA on an approval step.",
    "written.approval_step": "Purpose ApprovalTracking, or an SLA on an approval step.",
    "written.runtime_signal": "With sla_cycle, escalation_queue, approval_step or EmitSignal.",
    "written.journal": "If `journal.mirror` is true.",
    "written.inline": "RuntimeMode Inline.",
    "written.time_in_state": "Purpose WorkflowInstance with TargetLayer Semantic.",
    "written.calendar_window": "If a calendar is configured, once per project.",
    "written.history": "One per table that a history of ozmeta.yml names.",
    "written.calendar_piece": "If a calendar is configured, once per project.",
    "written.journal_volume": "Always, once per project.",
    "written.unclaimed_object_type": "Always, once per project.",
    "written.approval_instance": "Purpose ApprovalTracking.",
    "written.sla_elapsed": "Purpose SlaTracking.",
    "written.sla_timer": "Purpose SlaTracking.",
    "written.cycle_fact": "Purpose SlaTracking.",
    "written.escalation_queue": "Purpose EscalationQueue.",
}

_ALIASES = {
    "state_aliases": "Old names of states, each with the current name.",
    "transition_aliases": "Old codes of transitions, each with the current code.",
    "event_type_aliases": "Old event types, each with the current type.",
    "object_type_aliases": "Old object types, each with the current name.",
    "field_aliases": "Old names of the object's fields, each with the current name.",
}
_CONFIG = {
    "version": "Always 1.",
    "metadb": "Where MetaDB is. Give exactly one of snapshot, folder and url_env.",
    "metadb.snapshot": "A JSON export, relative to the project.",
    "metadb.folder": "A folder with one file per table, relative to the project.",
    "metadb.url_env": "The environment variable that holds the database's SQLAlchemy URL.",
    "metadb.client": "Code of the client. Needed with url_env, and only there.",
    "metadb.project": "Code of the project. Needed with url_env, and only there.",
    "output": "The folder for generated files, inside `model-paths`.",
    "language": (
        "The language of MetaDB's texts in the descriptions. The default is the project's own."
    ),
    "journal": "Where the EventJournal is. Give exactly one of source, ref and sources.",
    "journal.source": "The journal's table.",
    "journal.ref": "The journal's dbt model, seed or snapshot.",
    "journal.package": "The package that `ref` belongs to.",
    "journal.sources": "Several journals. Each has the keys of `source`, or `ref` and `package`.",
    "journal.columns": (
        "Physical names of the journal's columns that differ; null if there is no such column."
    ),
    "journal.stream": "What distinguishes writers. `none` makes each object one stream.",
    "journal.lookback_minutes": "How far back each run reads again, for rows that arrive late.",
    "journal.mirror": "Whether to write a model with the journal, its signals and emitted events.",
    "journal.signals_from": (
        "An instant. Signals that were due before it get the RS_Kind `Backfilled` instead of "
        "`Raised`, so that the first load of a long history notifies nobody."
    ),
    "journal.ignore_object_types": "Object types of other systems; null for rows without one.",
    "journal.deduplicate_on": (
        "Columns that identify a message. An object's rows that are equal in all of them are one "
        "message, whatever their EJ_ID."
    ),
    "rollups": "The views over all bindings. `false` writes none.",
    "rollups.prefix": "What their names begin with.",
    "calendars": (
        "Working-time calendars. You choose the code of each. Each becomes rows of two tables, "
        "ozmeta_calendar_window and ozmeta_calendar_piece. The guide Working time explains them."
    ),
    "calendars.<name>.time_zone": "The IANA name of its time zone, such as Europe/Berlin.",
    "calendars.<name>.hours": (
        'The open windows of each day: `{mon-thu: "08:00-12:00, 13:00-18:00"}`, or `closed`. A '
        "window may end at 24:00, or before it begins, on the next day."
    ),
    "calendars.<name>.holidays": (
        "Dates on which it is closed, and countries whose public holidays are such dates: "
        "`[2026-12-25, {country: DE, subdivision: BE}]`."
    ),
    "calendars.<name>.holidays.country": "The country's ISO 3166 code.",
    "calendars.<name>.holidays.subdivision": "The code of a part of it, as in ISO 3166-2.",
    "calendars.<name>.exceptions": (
        'Windows that replace those of a date, even of a holiday: `{2026-12-24: "08:00-12:00"}`.'
    ),
    "calendars.<name>.valid": (
        "The local dates on which it applies. On all other dates, it is closed."
    ),
    "calendars.<name>.valid.from": "The first of these dates, from 1970 on.",
    "calendars.<name>.valid.until": "The last of these dates, up to 2199.",
    "bindings": "Choices per binding, by the name of its table or UI entity.",
    "bindings.<name>.conflict_policy": (
        "What happens to an illegal, undeclared or outdated "
        "transition: it is applied and marked, or refused."
    ),
    "bindings.<name>.object_types": (
        "What the journal calls the object. The default is the name and the 2-letter code."
    ),
    "bindings.<name>.auto_close": "Whether a stopped timer closes its open escalations.",
    "bindings.<name>.approval_flows": "Codes of further approval flows that its objects may use.",
    "bindings.<name>.key": "Composite only: the journal's columns that make the object's id.",
    "bindings.<name>.entity": "Inline only: the entity's own table. MetaDB gives the defaults.",
    "bindings.<name>.entity.schema": "Its schema.",
    "bindings.<name>.entity.table": "Its name.",
    "bindings.<name>.entity.database": "Its database.",
    "bindings.<name>.entity.key": "Its key column or columns.",
    "bindings.<name>.entity.tenant": "Its tenant column.",
    "bindings.<name>.entity.write_back": "Whether the operation write_inline may change it.",
    "bindings.<name>.calendar": (
        "The calendar of its SLAs that name none: a code, `none`, or a mapping as in `slas`."
    ),
    "bindings.<name>.report_fields": (
        "Fields of the object that sla_cycle shows as they were at the start of the cycle, and "
        "workflow_instance as they are now, in columns OF_<Field>."
    ),
    "bindings.<name>.retention": (
        "How long `ozmeta-dbt purge` keeps ended objects if MetaDB does not decide it:"
        " [retention](../operations/retention.md)."
    ),
    "bindings.<name>.retention.days": (
        "Days after an object's last event. Replaces those of MetaDB's event types and policy."
    ),
    "bindings.<name>.retention.signal_days": (
        "Days after any signal of an object was noticed. Replaces those of MetaDB's signal types."
    ),
    "bindings.<name>.retention.policy": (
        "The code of a RetentionPolicy. The default is the one with the name or the short code of"
        " the table, if it exists."
    ),
    "bindings.<name>.retention.hold": (
        "Objects under a legal hold: ids, or `{object: C-1, tenant: acme}` if the tenant is part of"
        " the key. They are not purged."
    ),
    "bindings.<name>.retention.hold.object": "The object's id.",
    "bindings.<name>.retention.hold.tenant": "Its tenant. The default is any tenant.",
    "bindings.<name>.slas": (
        "Options of its SLAs, by the SLA's code, such as State.<WS_Code> for the SLA of a state. "
        "The params of the start rule may have the same keys. A key in both places must be equal."
    ),
    "bindings.<name>.backlog": "As `backlog`, for this binding. The default is `backlog`.",
    "bindings.<name>.tests": "As `tests`, for this binding.",
    "backlog": (
        "Whether to write one more table per binding, which counts the objects in each state at "
        "the end of each day."
    ),
    "tests": "The limits of the generated tests.",
    "tests.quarantined_share": (
        "The shares of refused rows at which a test warns and fails. `false` omits the test."
    ),
    "tests.quarantined_share.warn": "The share at which the test warns.",
    "tests.quarantined_share.error": "The share at which the test fails.",
    "approval_events": "What the journal calls the four events of an approval.",
    "approval_events.requested": "The event that opens a round.",
    "approval_events.approved": "The event that is a vote in favor.",
    "approval_events.rejected": "The event that is a vote against.",
    "approval_events.withdrawn": "The event that withdraws the request.",
    "approval_flows": "Choices per approval flow, by its code.",
    "approval_flows.<name>.onRequest": "What a request does while a round is open.",
    "approval_flows.<name>.versions": "The versions of the flow: a list, oldest first.",
    "approval_flows.<name>.versions.from": (
        "The instant from which it applies, ISO 8601. Only the first version may omit it."
    ),
    "approval_flows.<name>.versions.steps": "Its steps. The default is MetaDB's.",
    "approval_flows.<name>.versions.steps.code": "The step's code.",
    "approval_flows.<name>.versions.steps.quorum": "How many approvals the step needs, or `all`.",
    "approval_flows.<name>.versions.steps.of": "The number of voters. Required with `all`.",
    "approval_flows.<name>.versions.steps.veto": "Whether one rejection ends the round.",
    "approval_flows.<name>.versions.steps.roles": "Codes of the roles that vote.",
    "approval_flows.<name>.versions.onRequest": "As above, for this version.",
    "warehouses": "Where the models will run. The generator reports what one of them cannot do.",
    "tenants": "All existing tenants. A rule that compares with any other tenant is refused.",
    "notify": (
        "The channels to which `ozmeta-dbt notify` sends signals. You choose the name of each. See "
        "[Send signals](../guides/notify.md)."
    ),
    "notify.<name>.url_env": "The environment variable that holds the webhook's URL.",
    "notify.<name>.token_env": "The environment variable that holds a bearer token, if needed.",
    "notify.<name>.format": "The format that the webhook accepts.",
    "notify.<name>.command": (
        "Instead of a webhook: a program and its arguments. It gets each row as JSON on stdin."
    ),
    "notify.<name>.bindings": "Only signals of these bindings. The default is all bindings.",
    "notify.<name>.signals": (
        "Only these signals, such as SLA.Breached. The default is all signals."
    ),
    "notify.<name>.severities": "Only signals of these severities. The default is all severities.",
    "notify.<name>.kinds": "Only rows of these kinds.",
    "time_spine": "Whether to write the time spine that dbt's semantic models need.",
    "row_policies": (
        "Policies that show a reader only the rows of its own tenants, on Postgres, BigQuery,"
        " Databricks and Snowflake. See [Privileges](../operations/privileges.md)."
    ),
    "row_policies.readers": (
        "The table or view that says who reads which tenant, with the columns `reader` (a user,"
        " role or group) and `tenant_id`. You create it."
    ),
    "row_policies.readers.schema": "Its schema.",
    "row_policies.readers.table": "Its name.",
    "row_policies.readers.database": "Its database, if it is not that of the dbt profile.",
    "row_policies.unrestricted": (
        "Users, roles or groups that see all rows. On BigQuery, Databricks and Snowflake, the one"
        " that runs dbt must be among them."
    ),
    "contracts": (
        "Whether the generated models have an enforced contract. `warehouses` must name duckdb,"
        " postgres or both."
    ),
    "group": "The dbt group that owns the generated models.",
    "group.name": "Its name.",
    "group.owner": "Who owns it. Leave it out if your project declares the group.",
    "group.owner.name": "The owner's name.",
    "group.owner.email": "The owner's address.",
    "exposures": (
        "What reads the generated models. You choose the name of each. `ozmeta_report` is the page"
        " that `ozmeta-dbt report` writes."
    ),
    "exposures.<name>.type": "Its type, as in dbt.",
    "exposures.<name>.owner": "Who is responsible for it. Give a name or an address.",
    "exposures.<name>.owner.name": "The owner's name.",
    "exposures.<name>.owner.email": "The owner's address.",
    "exposures.<name>.label": "Its title.",
    "exposures.<name>.description": "What it shows.",
    "exposures.<name>.url": "Where it is.",
    "exposures.<name>.maturity": "How much you can rely on it.",
    "exposures.<name>.bindings": (
        "It reads every table of these bindings. Without this key and `models`, it reads the "
        "tables of all bindings."
    ),
    "exposures.<name>.models": "Instead of `bindings`: it reads exactly these models.",
}
_FRESHNESS = {
    "warn_after": "The age at which `dbt source freshness` warns.",
    "warn_after.count": "The age, in periods.",
    "warn_after.period": "The period.",
    "error_after": "The age at which `dbt source freshness` fails.",
    "error_after.count": "The age, in periods.",
    "error_after.period": "The period.",
    "filter": "SQL that limits the rows that are read.",
    "loaded_at_field": (
        "SQL of the time of arrival, in UTC. The default is the column of `_SyncDate`."
    ),
}
for _at in ("journal.source", "journal.sources"):
    _CONFIG |= {
        f"{_at}.name": "Name of the dbt source.",
        f"{_at}.schema": "Its schema. The default is the source's name.",
        f"{_at}.table": "Its table.",
        f"{_at}.database": "Its database.",
        f"{_at}.freshness": "As `journal.freshness`, for this table. `false` switches it off.",
    }
for _at in ("journal", "journal.source", "journal.sources"):
    _CONFIG |= {f"{_at}.freshness.{key}": text for key, text in _FRESHNESS.items()}
_CONFIG |= {
    "journal.freshness": "How old the newest row may be. `dbt source freshness` checks it.",
    "journal.sources.ref": "Instead of a source: a dbt model, seed or snapshot.",
    "journal.sources.package": "The package that `ref` belongs to.",
    "bindings.<name>.tests.quarantined_share": "As `tests.quarantined_share`.",
    "bindings.<name>.tests.quarantined_share.warn": "The share at which the test warns.",
    "bindings.<name>.tests.quarantined_share.error": "The share at which the test fails.",
}
_SLA = {
    "calendar": (
        "In which hours the clock runs: the code of a calendar, `none` for always, or a mapping "
        "from a value of the event that starts the cycle."
    ),
    "calendar.ref": "The value, such as object.Region.",
    "calendar.cases": "The calendar's code for each value.",
    "calendar.default": "The calendar for any other value.",
    "pauseWhen": (
        "An expression over object.*, state.current and literals. The clock stands still while it "
        "is true."
    ),
    "cancelWhen": (
        "An expression. The SLA does not apply while it is true: nothing starts, and a running "
        "cycle is cancelled."
    ),
    "trigger": (
        "Whether a cycle may start at each event for which the start rule is true, or only at the "
        "event at which it turns true."
    ),
    "onBoth": "What an event does to a running cycle if it is both a start and a stop.",
    "onRestart": (
        "What a start after a stop does: a new cycle, nothing, or the same cycle again, without "
        "the time between (resume) or with it (continue)."
    ),
    "targets": (
        "Minutes that depend on an expression. The first target whose expression is true counts."
    ),
    "targets.when": "The expression.",
    "targets.target": "Minutes until the breach.",
    "targets.warn": "Minutes until the warning. Without this key, there is no warning.",
    "onTargetChange": (
        "Whether the target at the start counts for the whole cycle, or whether each event of the "
        "cycle may change it."
    ),
    "versions": "Earlier and later versions of the SLA: a list, oldest first.",
    "versions.from": "The instant from which it applies, ISO 8601. Only the first may omit it.",
    "versions.name": "Its name, shown in ST_PolicyVersion. The default is `from`.",
    "versions.target": "Minutes until the breach. The default is the SLA's own.",
    "versions.warn": "Minutes until the warning, or null for none. The default is the SLA's own.",
    "versions.targets": "Targets as above. The default is the SLA's own.",
    "versions.calendar": "The calendar, as above. The default is the SLA's own.",
}
_HISTORIES = {
    "": (
        "Systems that keep a history of their objects. You choose the name of each. Each of their "
        "tables becomes a model `<name>_<part>` that is an EventJournal. Name these models in "
        "`journal.sources`."
    ),
    "preset": (
        "A system whose tables are known. The preset sets all keys below, and you only give what "
        "differs. null removes a key. [Presets](presets.md) lists the systems."
    ),
    "loader": "Who wrote the tables that the preset reads. The default is fivetran.",
    "schema": "The schema of the tables. The default is the history's name.",
    "database": "Their database.",
    "object_type": "What the objects are called, such as Issue. Needed without a preset.",
    "source_system": "EJ_SourceSystem of the events. The default is the history's name.",
    "time_zone": (
        "The IANA name of the time zone of times without a zone or an offset. Without this key, "
        "such times are refused."
    ),
    "lookback_minutes": "How far back each run reads again, for rows that arrive late.",
    "changes": "Tables with one row per changed field. You choose the name of each.",
    "changes.<name>.columns": "The names of its columns.",
    "changes.<name>.columns.object_id": "Id of the object. Needed.",
    "changes.<name>.columns.field": (
        "The field that changed. Needed. `{value: state}` if all rows are about one field."
    ),
    "changes.<name>.columns.field.value": "The field of all rows.",
    "changes.<name>.columns.new_value": "The value after the change. Needed.",
    "changes.<name>.columns.old_value": "The value before the change.",
    "changes.<name>.columns.at": "When it happened. Needed.",
    "changes.<name>.columns.loaded_at": "When the loader wrote the row. Needed.",
    "changes.<name>.columns.by": "Who did it.",
    "changes.<name>.columns.sequence": "The position among the object's changes.",
    "changes.<name>.columns.change_id": "Id of the change.",
    "changes.<name>.columns.deleted": "Whether the row was deleted in the source.",
    "changes.<name>.status_field": (
        "The field whose changes are transitions, or several if it was renamed. Needed."
    ),
    "changes.<name>.fields": (
        "The object's field for each field of the source. `context.X` for the payload's context. "
        "Without this key, all fields are read under their own names."
    ),
    "changes.<name>.ignore_fields": "Fields to leave out if `fields` is not given.",
    "changes.<name>.tracked": (
        "Fields of the object whose changes rules can see, in the list `context.changed`."
    ),
    "events": "Tables with one row per event, such as a comment. You choose the name of each.",
    "events.<name>.columns": "The names of its columns.",
    "events.<name>.columns.object_id": "Id of the object. Needed.",
    "events.<name>.columns.at": "When it happened. Needed.",
    "events.<name>.columns.loaded_at": "When the loader wrote the row. Needed.",
    "events.<name>.columns.event_id": "Id of the event.",
    "events.<name>.columns.by": "Who did it.",
    "events.<name>.columns.sequence": "The position among the object's events.",
    "events.<name>.columns.deleted": "Whether the row was deleted in the source.",
    "events.<name>.event_type": ("The event type, such as Issue.Commented, or a mapping. Needed."),
    "events.<name>.event_type.column": "A column that decides the type.",
    "events.<name>.event_type.values": "The event type for each of its values.",
    "events.<name>.event_type.default": (
        "The type for other values. Without this key, the value itself is the type."
    ),
    "events.<name>.fields": (
        "The object's field for each column that becomes one. `context.X` for the payload's "
        "context."
    ),
    "objects": "Tables with one row per object, as it is now. You choose the name of each.",
    "objects.<name>.columns": "The names of its columns.",
    "objects.<name>.columns.object_id": "Id of the object. Needed.",
    "objects.<name>.columns.created_at": "When it was created. Needed.",
    "objects.<name>.columns.loaded_at": "When the loader wrote the row. Needed.",
    "objects.<name>.columns.created_by": "Who created it.",
    "objects.<name>.columns.status": (
        "Its status now. `{value: open}` if every object begins with the same one."
    ),
    "objects.<name>.columns.status.value": "The status that every object begins with.",
    "objects.<name>.columns.deleted": "Whether it was deleted.",
    "objects.<name>.columns.deleted_at": "When it was deleted.",
    "objects.<name>.fields": "The object's field for each column that becomes one.",
    "objects.<name>.changes": (
        "The part of `changes` that has its history. A field's value at the creation is then the "
        "old value of its first change. It is the current value only if it never changed."
    ),
    "objects.<name>.deleted_state": "The state of a deleted object. The default is Deleted.",
    "names": "Names for the ids and codes of a field, by the source's field or column.",
    "names.<name>.key": "The column of the id. Needed with a table.",
    "names.<name>.name": "The column of the name. Needed with a table.",
    "names.<name>.values": "The names themselves, instead of a table: `{'1': New, '2': Active}`.",
    "users": "The table of the people who do something.",
    "users.key": "The column of the id. Needed.",
    "users.name": "The column that becomes EJ_Actor. The default is the id.",
    "users.role": "The column that becomes user.roles.",
}
for _at in ("changes", "events", "objects"):
    _HISTORIES |= {
        f"{_at}.<name>.columns.tenant": (
            "The tenant. `{value: acme}` if all rows belong to one tenant."
        ),
        f"{_at}.<name>.columns.tenant.value": "The tenant of all rows.",
    }
for _at in ("changes.<name>", "events.<name>", "objects.<name>", "names.<name>", "users"):
    _HISTORIES |= {
        f"{_at}.table": "Its name in the history's schema. Give this or `ref`.",
        f"{_at}.ref": "A dbt model, seed or snapshot instead of a table.",
        f"{_at}.only": (
            "The rows to read, by a value or a list of values for a column: `{type: [a, b]}`."
        ),
    }
_CONFIG |= {f"histories.<name>.{key}" if key else "histories": t for key, t in _HISTORIES.items()}
_CALENDAR = [key for key in _SLA if key.startswith("calendar.")]
_TARGET = [key for key in _SLA if key.startswith("targets.")]
_SLA |= {f"versions.{key}": "As above, for this version." for key in (*_CALENDAR, *_TARGET)}
_CONFIG |= {f"bindings.<name>.slas.<name>.{key}": text for key, text in _SLA.items()}
_CONFIG |= {f"bindings.<name>.{key}": _SLA[key] for key in _CALENDAR}
for _key, _meaning in _ALIASES.items():
    _CONFIG |= {_key: f"{_meaning} They apply to every binding that has the current one."}
    _CONFIG |= {
        f"bindings.<name>.{_key}": f"{_meaning} They take precedence over those at the top."
    }

for _table in (
    "Table",
    "UiEntity",
    "Workflow",
    "WorkflowState",
    "WorkflowTransition",
    "ApprovalFlow",
    "ApprovalStep",
    "SlaPolicy",
):
    _COLUMNS |= {
        f"{_table}.text_key_id": "Id or code of its text, which the descriptions show.",
        f"{_table}.description": "Shown if there is no such text.",
        f"{_table}.notes": "Shown if there is no description.",
    }

MEANINGS: dict[str, str] = {
    **_TABLES,
    **_COLUMNS,
    **{f"op.{op}": does for op, (does, _, _) in _OPS.items()},
    **_RULES,
    **_OUTPUTS,
    **{f"config.{key}": meaning for key, meaning in _CONFIG.items()},
}


def type_of(annotation: Any) -> str:
    """A type in words: the allowed values of a choice, the kinds of anything else."""
    args = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{'false' if arg is False else arg}`" for arg in args)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "mapping"
    if get_origin(annotation) in (list, dict):
        kind = "list of" if get_origin(annotation) is list else "mapping to"
        return f"{kind} {type_of(args[-1])}"
    if hasattr(annotation, "__metadata__"):
        return type_of(args[0])
    if args:
        wanted = dict.fromkeys(type_of(arg) for arg in args if arg is not type(None))
        return " or ".join(wanted) + (" or null" if type(None) in args else "")
    plain = {str: "text", bool: "true or false", int: "whole number", float: "number", Any: "rule"}
    return plain.get(annotation, str(annotation))


def field_type(info: FieldInfo) -> str:
    """The type of a field that is given: one that may be left out need not be null."""
    kind = "JSON" if "JSON" in info.metadata else type_of(info.annotation)
    least, most = (
        next((getattr(limit, name) for limit in info.metadata if hasattr(limit, name)), None)
        for name in ("ge", "le")
    )
    if least is not None and most is not None:
        return f"{kind} from {least} to {most}"
    return kind.removesuffix(" or null") if type(None) in get_args(info.annotation) else kind


def default_of(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.default
    if isinstance(value, BaseModel):
        return "see below"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value != "" else "empty"
