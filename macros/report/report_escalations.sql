{# The escalations that are not closed, the oldest first. scope: see report_scope #}
{% macro report_escalations(scope) %}
with open_entries as (
    select
        EQ_ObjectID, _TenantID, EQ_SignalCode, EQ_Severity, EQ_AssignedToRole, EQ_AssignedToPrincipal, EQ_Status,
        EQ_CreatedUTC, SL_Code, EQ_Level,
        row_number() over (order by EQ_CreatedUTC, _Key) as row_no,
        count(*) over () as all_rows,
        count(*) over (partition by EQ_AssignedToRole) as of_role,
        sum(case when EQ_Status = 'Ack' then 1 else 0 end) over (partition by EQ_AssignedToRole)
            as of_role_acknowledged,
        row_number() over (partition by EQ_AssignedToRole order by EQ_CreatedUTC, _Key) as row_of_role
    from {{ scope.models.escalation_queue }}
    where _DeleteDate is null and EQ_Status <> 'Closed' {{ scope.of_tenant }}
)

-- the oldest entry of each role is always listed, so that no role is missing
select
    all_rows, row_no, EQ_ObjectID as object_id, _TenantID as tenant, SL_Code as sla, EQ_SignalCode as signal_code,
    EQ_Severity as severity, EQ_Level as escalation_level, EQ_AssignedToRole as role,
    EQ_AssignedToPrincipal as principal, EQ_Status as escalation_status, EQ_CreatedUTC as raised, of_role,
    of_role_acknowledged, row_of_role
from open_entries
where row_no <= {{ scope.rows }} or row_of_role = 1
order by row_no
{% endmacro %}
