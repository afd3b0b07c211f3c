{# Model <binding>_sla_timer: the latest cycle of each (object, SLA) (SPEC 5). cycles: the binding's sla_cycle.
   Where one cycle of a timer is new, the latest is: a fold writes all of them, and only the latest can tick. #}
{% macro sla_timer(binding, cycles) %}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, 'latest cycle', [cycles]) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.nothing_new(state)) -%}{%- endif -%}
{%- set columns = ['ST_ID', '_TenantID', 'WI_ID', 'SL_Code', 'ST_StartUTC', 'ST_DueUTC', 'ST_StopUTC', 'ST_Status', 'ST_WarnedUTC', 'ST_BreachedUTC',
    'ST_EscalationLevel', 'ST_ObjectType', 'ST_ObjectID', 'ST_CycleNo', 'ST_NextUTC'] -%}
{%- set key = ozmeta_runtime.key_of(['_ObjectKey', 'SL_Code']) -%}
with ranked as (
    select *, row_number() over (partition by _ObjectKey, SL_Code order by ST_CycleNo desc) as latest
    from {{ cycles }}
    where _DeleteDate is null and {{ ozmeta_runtime.new_since(state, cycles) }}
),

written as (
    select {{ key }} as _Key, _ObjectKey, {{ columns | join(', ') }}, {{ ozmeta_runtime.audit_columns(state) }}
    from ranked
    where latest = 1
)

select * from written
{#- A timer goes with its cycles, and the last of them has just been retired: so those of other timers are not looked for. -#}
{{ ozmeta_runtime.retired(state, ['_Key', '_ObjectKey'] + columns, '_Key in (select ' ~ key ~ ' from ' ~ cycles ~ ' where _DeleteDate is not null and ' ~ ozmeta_runtime.new_since(state, cycles) ~ ')') }}
{{ ozmeta_runtime.by_object() }}
{% endif %}
{% endmacro %}
