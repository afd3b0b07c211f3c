{#
Model <binding>_time_in_state: how long each object was in each state, and how old the object is (spec 7.2, 10.1).
One row per stay of an object in a state, stays of zero length included.

A view. Its clock is the as_of of the last completed run, so it and the tables show the same instant.

Arguments
  journal_config  dict: object_type, tenant_in_key; see journal_slice
  workflow        dict: see workflow_instance
  timeline        relation: the binding's timeline
  log             relation: the binding's run log
#}
{% macro time_in_state(journal_config, workflow, timeline, log) %}
{%- do ozmeta_runtime.check_arguments('time_in_state', kwargs, {
    'journal_config': journal_config, 'workflow': workflow, 'timeline': timeline, 'log': log}) -%}
{%- set end_at = 'coalesce(stays.left_at, clock.as_of)' %}
{%- set is_terminal = 'stays.TL_State in (' ~ ozmeta_runtime.text_literals(workflow.terminal) ~ ')' %}
with clock as (
    select max(RUN_AsOfUTC) as as_of from {{ ozmeta_runtime.unlimited_relation(log) }}
),

-- a stay begins with the object's first event and with each change of state, as in WI_CurrentSinceUTC
stays as (
    select
        _ObjectKey, EJ_ID, EJ_ObjectID, TL_State, TL_EffectiveUTC,
        {{ ozmeta_runtime.tenant_column(journal_config, '_TenantID') }} as tenant,
        lead(TL_EffectiveUTC) over (partition by _ObjectKey order by TL_Position) as left_at,
        min(TL_EffectiveUTC) over (partition by _ObjectKey) as first_at
    from {{ ozmeta_runtime.unlimited_relation(timeline) }}
    where TL_Position = 1 or ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_FromState <> TL_ToState)
)

select
    {{ ozmeta_runtime.row_key(['stays._ObjectKey', 'stays.EJ_ID']) }} as _Key,
    stays._ObjectKey,
    stays.tenant as _TenantID,
    {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as TS_ObjectType,
    stays.EJ_ObjectID as TS_ObjectID,
    stays.TL_State as WS_Code,
    stays.TL_EffectiveUTC as TS_EnteredUTC,
    stays.left_at as TS_LeftUTC,
    {{ ozmeta_runtime.seconds_between('stays.TL_EffectiveUTC', end_at) }} as TS_Seconds,
    {{ ozmeta_runtime.boolean_column('stays.left_at is null') }} as TS_IsCurrent,
    {{ ozmeta_runtime.boolean_column(is_terminal) }} as TS_IsTerminal,
    {{ ozmeta_runtime.seconds_between('stays.first_at', 'clock.as_of') }} as TS_ObjectAgeSeconds
from stays
cross join clock
{% endmacro %}

{# SQL: whole seconds from a to b, rounded down. a, b: SQL of timestamps #}
{% macro seconds_between(a, b) %}
  {%- set micros = "(" ~ ozmeta_runtime.to_micros(b) ~ " - " ~ ozmeta_runtime.to_micros(a) ~ ")" -%}
  {{- ozmeta_runtime.floor_div(micros, 1000000) -}}
{% endmacro %}
