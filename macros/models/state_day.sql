{#
Model <binding>_state_day: the days on which an object's state at the end of the day is another one than the day before
(spec 7.4). One row per object and UTC day. The backlog counts these rows.

A run computes all rows of an object with new events again, and writes those that are new or different: the backlog
starts at the earliest day of a row that was written.

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key; see journal_slice
  timeline        relation: the binding's timeline
Errors            see run_state
#}
{% macro state_day(binding, journal_config, timeline) %}
{%- do ozmeta_runtime.check_arguments('state_day', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'timeline': timeline}) -%}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(
    binding, [journal_config.object_type, journal_config.tenant_in_key], [timeline], bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set day, text = 86400000000, ozmeta_runtime.type_text() -%}
{%- set day_no = ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('TL_EffectiveUTC'), day) -%}
{%- set columns = ['_Key', '_ObjectKey', '_TenantID', 'SD_ObjectType', 'SD_ObjectID', 'SD_Day', 'SD_FromState',
    'WS_Code'] -%}
with stays as (
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _ObjectKey, EJ_ObjectID, _TenantID, TL_Position, TL_State,
        -- a day before 1970 counts as its first day
        case when TL_EffectiveUTC < {{ ozmeta_runtime.timestamp_literal('1970-01-01 00:00:00') }} then 0
             else {{ day_no }} end as day_no
    from {{ timeline }}
    where {{ ozmeta_runtime.changed_rows(state, timeline) }}
      and (TL_Position = 1 or ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_FromState <> TL_ToState))
),

in_order as (
    select *, lead(day_no) over (partition by _ObjectKey order by TL_Position) as next_day
    from stays
),

ends_of_days as (
    select *, lag(TL_State) over (partition by _ObjectKey order by TL_Position) as state_before
    from in_order
    where next_day is null or next_day <> day_no
),

written as (
    select
        {{ ozmeta_runtime.row_key(['_ObjectKey', 'cast(day_no as ' ~ text ~ ')']) }} as _Key,
        _ObjectKey,
        {{ ozmeta_runtime.tenant_column(journal_config, '_TenantID') }} as _TenantID,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as SD_ObjectType,
        EJ_ObjectID as SD_ObjectID,
        {{ ozmeta_runtime.from_micros('(day_no * ' ~ day ~ ')') }} as SD_Day,
        state_before as SD_FromState,
        TL_State as WS_Code,
        {{- ozmeta_runtime.bucket_column(state) }}
        {{ ozmeta_runtime.audit_columns(state) }}
    from ends_of_days
    where state_before is null or state_before <> TL_State
)

select * from written
{{ ozmeta_runtime.unless_stored(state, ["coalesce({}SD_FromState, '')", '{}WS_Code'], bucketed=true) }}
{{ ozmeta_runtime.soft_deleted_rows(state, columns, ozmeta_runtime.object_changed(state, timeline)) }}
{{ ozmeta_runtime.clustered_by_object() }}
{% endif %}
{% endmacro %}
