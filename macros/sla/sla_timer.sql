{# Model <binding>_sla_timer: the latest cycle of each (object, SLA) (SPEC 5). cycles: the binding's sla_cycle. #}
{% macro sla_timer(binding, cycles) %}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, 'latest cycle') -%}
{%- set columns = ['ST_ID', '_TenantID', 'WI_ID', 'SL_Code', 'ST_StartUTC', 'ST_DueUTC', 'ST_StopUTC', 'ST_Status', 'ST_WarnedUTC', 'ST_BreachedUTC',
    'ST_EscalationLevel', 'ST_ObjectType', 'ST_ObjectID', 'ST_CycleNo', 'ST_NextUTC'] -%}
with touched as (
    {{ ozmeta_runtime.touched_objects(state, [cycles]) }}
),

ranked as (
    select *, row_number() over (partition by _ObjectKey, SL_Code order by ST_CycleNo desc) as latest
    from {{ cycles }}
    where _DeleteDate is null
    {%- if state.incremental %} and _ObjectKey in (select _ObjectKey from touched){% endif %}
),

written as (
    select {{ ozmeta_runtime.hashed_key(['_ObjectKey', 'SL_Code']) }} as _Key, _ObjectKey, {{ columns | join(', ') }}, {{ ozmeta_runtime.audit_columns(state) }}
    from ranked
    where latest = 1
)

select * from written
{{ ozmeta_runtime.retired(state, ['_Key', '_ObjectKey'] + columns) }}
{% endif %}
{% endmacro %}
