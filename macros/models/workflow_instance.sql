{#
Model <binding>_workflow_instance: the current state of each object (spec 4.6).
One row per object that has a folded event.

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key; see journal_slice
  workflow        dict: id, start: state code, terminal: [state code]
  timeline        relation: the binding's timeline
  report_fields   [{name, ref, column}]: the object's fields that it shows, see reported_columns
Errors            see run_state
#}
{% macro workflow_instance(binding, journal_config, workflow, timeline, report_fields=[]) %}
{%- do ozmeta_runtime.check_arguments('workflow_instance', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'workflow': workflow, 'timeline': timeline,
    'report_fields': report_fields}) -%}
{% if execute %}
{%- set definition = [journal_config.object_type, workflow.id, workflow.start, workflow.terminal]
    + ([report_fields] if report_fields else []) -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline], bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set applied = ozmeta_runtime.is_true('TL_IsApplied') -%}
{%- set tenant = ozmeta_runtime.tenant_column(journal_config) -%}
{%- set object_type = ozmeta_runtime.text_literal(journal_config.object_type) -%}
{%- set is_terminal = 'current_code in (' ~ ozmeta_runtime.text_literals(workflow.terminal) ~ ')' -%}
{%- set columns = ['_Key', '_ObjectKey', 'WI_ID', '_TenantID', 'WI_ObjectType', 'WI_ObjectID', 'WF_ID',
    'WS_CurrentCode', 'WI_CurrentSinceUTC', 'WI_LastTransitionCode', 'WI_LastTransitionUTC', 'WI_LastActor',
    'WI_RowVersion', 'WI_IsTerminal', 'WI_FirstEventUTC'] -%}
{%- set reported = ozmeta_runtime.reported_columns(report_fields) -%}
{%- set is_visible = "TL_Position is not null and not " ~ ozmeta_runtime.is_true('TL_IsRejected') -%}
{%- set whole_object = 'partition by _ObjectKey order by TL_Position rows between unbounded preceding and '
    ~ 'unbounded following' -%}
with positions as (
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _ObjectKey, EJ_ObjectID, _TenantID, EJ_Actor, _SyncDate, TL_EffectiveUTC, TL_Position, TL_TransitionCode,
        TL_ToState,
        case when {{ applied }} then 1 else 0 end as is_applied,
        max(case when {{ applied }} then TL_Position end) over (partition by _ObjectKey) as last_applied,
        max(case when {{ applied }} and TL_FromState <> TL_ToState then TL_Position end)
            over (partition by _ObjectKey) as last_change
        {%- for field in report_fields %}
        {%- set value = 'case when ' ~ is_visible ~ ' then ' ~ field.column ~ ' end' %},
        {{ ozmeta_runtime.last_value_ignoring_nulls(value, whole_object) }} as {{ field.column }}
        {%- endfor %}
    from {{ timeline }}
    where {{ ozmeta_runtime.changed_rows(state, timeline) }}
),

instances as (
    select
        _ObjectKey,
        min(_TenantID) as tenant,
        min(EJ_ObjectID) as object_id,
        min(_SyncDate) as first_sync,
        max(TL_Position) as last_position,
        coalesce(
            max(case when TL_Position = last_applied then TL_ToState end),
            {{ ozmeta_runtime.text_literal(workflow.start) }}
        ) as current_code,
        max(case when TL_Position = coalesce(last_change, 1) then TL_EffectiveUTC end) as current_since,
        max(case when TL_Position = last_applied then TL_TransitionCode end) as last_code,
        max(case when TL_Position = last_applied then TL_EffectiveUTC end) as last_time,
        max(case when TL_Position = coalesce(last_applied, 1) then EJ_Actor end) as last_actor,
        sum(is_applied) as row_version,
        min(TL_EffectiveUTC) as first_event{{ ozmeta_runtime.object_bucket(state) }}
        {%- for field in report_fields %},
        min({{ field.column }}) as {{ field.column }}
        {%- endfor %}
    from positions
    group by _ObjectKey
),

seeded as (
    select
        *,
        {{ tenant }} as _TenantID,
        {{ ozmeta_runtime.seed_hash(["'WI'", tenant, object_type, 'object_id']) }} as seed
    from instances
    where last_position is not null
),

written as (
    select
        _ObjectKey as _Key,
        _ObjectKey,
        {{ ozmeta_runtime.uuid7(ozmeta_runtime.uuid7_timestamp('first_sync'), 'seed') }} as WI_ID,
        _TenantID,
        {{ object_type }} as WI_ObjectType,
        object_id as WI_ObjectID,
        {{ ozmeta_runtime.text_literal(workflow.id) }} as WF_ID,
        current_code as WS_CurrentCode,
        current_since as WI_CurrentSinceUTC,
        last_code as WI_LastTransitionCode,
        last_time as WI_LastTransitionUTC,
        last_actor as WI_LastActor,
        cast(row_version as {{ dbt.type_bigint() }}) as WI_RowVersion,
        {{ ozmeta_runtime.boolean_column(is_terminal) }} as WI_IsTerminal,
        first_event as WI_FirstEventUTC,
        {%- for name, sql in reported.items() %}
        {{ sql }} as {{ name }},
        {%- endfor %}
        {{- ozmeta_runtime.bucket_column(state) }}
        {{ ozmeta_runtime.audit_columns(state) }}
    from seeded
)

select * from written
{{ ozmeta_runtime.soft_deleted_rows(state, columns + reported | list, ozmeta_runtime.object_changed(state, timeline)) }}
{{ ozmeta_runtime.clustered_by_object() }}
{% endif %}
{% endmacro %}
