{# The approval steps that wait, the oldest first. scope: see report_scope #}
{% macro report_approvals(scope) %}
with waiting as (
    select
        AP_ObjectID, _TenantID, AF_Code, AS_Code, AP_Round, AP_Roles, AP_Approvals, AP_Quorum, AP_ActivatedUTC,
        row_number() over (order by AP_ActivatedUTC, _Key) as row_no,
        count(*) over () as all_rows,
        count(*) over (partition by AF_Code, AS_Code, AP_Roles) as of_step,
        row_number() over (partition by AF_Code, AS_Code, AP_Roles order by AP_ActivatedUTC, _Key) as row_of_step
    from {{ scope.models.approval_step }}
    where _DeleteDate is null and AP_Outcome = 'Pending' {{ scope.of_tenant }}
)

-- the oldest row of each step is always listed, so that no step is missing
select
    all_rows, row_no, AP_ObjectID as object_id, _TenantID as tenant, AF_Code as flow, AS_Code as approval_step,
    AP_Round as round_no, AP_Roles as roles, AP_Approvals as approvals, AP_Quorum as quorum, AP_ActivatedUTC as since,
    of_step, row_of_step
from waiting
where row_no <= {{ scope.rows }} or row_of_step = 1
order by row_no
{% endmacro %}
