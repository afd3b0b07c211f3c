{#
The running time of decided cycles as a share of the target, in steps of 5 %: step 19 is from 95 % to below 100 %. Step
60 is 300 % and above. A missed cycle that still runs counts with its running time so far. scope: see report_scope
#}
{% macro report_elapsed_shares(scope) %}
{%- set twentieths = ozmeta_runtime.to_double('(ST_ElapsedMinutes * 20)') | trim -%}
with {{ ozmeta_runtime.report_decided_cycles(scope) }},
shares as (
    select
        SL_Code, ST_Outcome,
        cast(floor({{ twentieths }} / ST_TargetMinutes) as {{ dbt.type_bigint() }}) as share_step
    from decided_cycles
    where ST_TargetMinutes > 0
)

select
    SL_Code as sla, ST_Outcome as outcome, case when share_step > 60 then 60 else share_step end as share_step,
    count(*) as cycles
from shares
group by SL_Code, ST_Outcome, case when share_step > 60 then 60 else share_step end
order by sla, outcome, share_step
{% endmacro %}
