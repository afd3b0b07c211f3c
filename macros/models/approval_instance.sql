{#
Model <binding>_approval_instance: the latest approval round of each object and flow (spec 6b.4).
One row per (object, flow).

The current step is the last step of the round that has begun. It decides the status of the round.

Arguments
  binding  string: the binding's name
  steps    relation: the binding's approval_step
Errors     see run_state
#}
{% macro approval_instance(binding, steps) %}
{%- do ozmeta_runtime.check_arguments('approval_instance', kwargs, {'binding': binding, 'steps': steps}) -%}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, 'latest round', [steps], bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set columns = ['_Key', '_ObjectKey', 'AI_ID', '_TenantID', 'AI_ObjectType', 'AI_ObjectID', 'AF_Code',
    'AI_CurrentStepOrder', 'AI_Status', 'AI_RequestedUTC', 'AI_CompletedUTC', 'AI_LastActor', 'AI_Round'] -%}
with ranked as (
    select
        *,
        rank() over (partition by _ObjectKey, AF_Code order by AP_Round desc) as latest,
        max(case when AP_ActivatedUTC is not null then AS_Order end)
            over (partition by _ObjectKey, AF_Code, AP_Round) as current_order
    from {{ steps }}
    where _DeleteDate is null and {{ ozmeta_runtime.changed_rows(state, steps) }}
),

written as (
    select
        {{ ozmeta_runtime.row_key(['_ObjectKey', 'AF_Code']) }} as _Key,
        _ObjectKey,
        max(AI_ID) as AI_ID,
        max(_TenantID) as _TenantID,
        max(AP_ObjectType) as AI_ObjectType,
        max(AP_ObjectID) as AI_ObjectID,
        AF_Code,
        max(current_order) as AI_CurrentStepOrder,
        max(case when AS_Order = current_order then AP_Outcome end) as AI_Status,
        min(AP_ActivatedUTC) as AI_RequestedUTC,
        max(case when AS_Order = current_order then AP_DecidedUTC end) as AI_CompletedUTC,
        max(case when AS_Order = current_order then AP_LastActor end) as AI_LastActor,
        max(AP_Round) as AI_Round
        {{- ozmeta_runtime.object_bucket(state) }},
        {{ ozmeta_runtime.audit_columns(state) }}
    from ranked
    where latest = 1
    group by _ObjectKey, AF_Code
)

select * from written
{{ ozmeta_runtime.soft_deleted_rows(state, columns, ozmeta_runtime.object_changed(state, steps)) }}
{% endif %}
{% endmacro %}
