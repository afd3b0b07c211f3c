{#
A list of objects with running timers, with their state and the escalation of the highest level that is not closed.

Arguments
  scope      see report_scope
  condition  SQL on open_timers, see report_open_timers
  order      SQL: what the list is ordered by
#}
{% macro report_timer_rows(scope, condition, order) %}
{%- set queue = scope.models.escalation_queue -%}
with {{ ozmeta_runtime.report_open_timers(scope) }},
listed as (
    select
        _ObjectKey, ST_ID, ST_CycleNo, ST_ObjectID, _TenantID, SL_Code, ST_StartUTC, ST_DueUTC, ST_BreachedUTC,
        ST_ElapsedMinutes, ST_RemainingMinutes, ST_TargetMinutes, ST_Calendar,
        {%- for field in scope.fields if field.column != '_TenantID' %} {{ field.column }},{% endfor %}
        count(*) over () as all_rows,
        row_number() over (order by {{ order }}, _Key) as row_no
    from open_timers
    where {{ condition }}
)
{%- if queue %},
asked as (
    select
        ST_ID, ST_CycleNo, EQ_Level, EQ_AssignedToRole, EQ_AssignedToPrincipal, EQ_Status,
        row_number() over (partition by ST_ID, ST_CycleNo order by EQ_Level desc, _Key) as from_highest
    from {{ queue }}
    where _DeleteDate is null and EQ_Status <> 'Closed' {{ scope.of_tenant }}
)
{%- endif %}
select
    listed.all_rows,
    listed.row_no,
    listed.ST_ObjectID as object_id,
    listed._TenantID as tenant,
    listed.SL_Code as sla,
    instances.WS_CurrentCode as state,
    instances.WI_CurrentSinceUTC as state_since,
    listed.ST_StartUTC as started,
    listed.ST_DueUTC as due,
    listed.ST_BreachedUTC as breached,
    listed.ST_ElapsedMinutes as elapsed_minutes,
    listed.ST_RemainingMinutes as remaining_minutes,
    listed.ST_TargetMinutes as target_minutes,
    listed.ST_Calendar as calendar
    {%- if queue %},
    asked.EQ_Level as escalation_level,
    asked.EQ_AssignedToRole as role,
    asked.EQ_AssignedToPrincipal as principal,
    asked.EQ_Status as escalation_status
    {%- endif %}
    {%- for field in scope.fields if field.column != '_TenantID' %},
    listed.{{ field.column }} as field_{{ loop.index }}
    {%- endfor %}
from listed
left join {{ scope.models.workflow_instance }} as instances on instances._Key = listed._ObjectKey
{%- if queue %}
left join asked on asked.ST_ID = listed.ST_ID and asked.ST_CycleNo = listed.ST_CycleNo and asked.from_highest = 1
{%- endif %}
where listed.row_no <= {{ scope.rows }}
order by listed.row_no
{% endmacro %}
