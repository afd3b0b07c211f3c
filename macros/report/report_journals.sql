{#
The journals of the binding: how many events were admitted, how many of them wait for their time, how many rows were
refused, and when the last event happened and arrived. delivered_again counts the rows beyond these: repeated
deliveries of an event with the same content. It is null in a report of one tenant, and if the project does not build
journal_volume. scope: see report_scope
#}
{% macro report_journals(scope) %}
{%- set volume = scope.models.journal_volume if not scope.of_tenant else none -%}
with admitted as (
    select
        TL_Journal as journal,
        count(*) as events,
        sum(case when TL_Position is null then 1 else 0 end) as pending,
        sum(case when {{ ozmeta_runtime.is_true('TL_IsUnsynced') }} then 1 else 0 end) as without_sync_date,
        max(case when TL_Position is not null then EJ_EventTimeUTC end) as last_event,
        max(case when not {{ ozmeta_runtime.is_true('TL_IsUnsynced') }} then _SyncDate end) as last_arrival
    from {{ scope.models.timeline }}
    where 1 = 1 {{ scope.of_tenant }}
    group by TL_Journal
),

refused as (
    select QR_Journal as journal, sum(QR_Rows) as refused_rows
    from {{ scope.models.quarantine }}
    where _DeleteDate is null {{ scope.of_tenant }}
    group by QR_Journal
)
{%- if volume %},

delivered as (
    select JV_Journal as journal, sum(JV_Rows) as delivered_rows
    from {{ volume }}
    where EJ_ObjectType in ({{ ozmeta_runtime.text_literals(scope.object_types) }})
    group by JV_Journal
)
{%- endif %}

select
    admitted.journal, admitted.events, coalesce(refused.refused_rows, 0) as refused_rows,
    {{ "delivered.delivered_rows - admitted.events - coalesce(refused.refused_rows, 0)" if volume
        else "cast(null as " ~ dbt.type_bigint() ~ ")" }} as delivered_again,
    admitted.pending, admitted.without_sync_date, admitted.last_event, admitted.last_arrival
from admitted
left join refused on refused.journal = admitted.journal
{%- if volume %}
left join delivered on delivered.journal = admitted.journal
{%- endif %}
order by admitted.journal
{% endmacro %}
