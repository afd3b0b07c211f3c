{#
The object types of the journals and what their rows look like, the 200 most frequent; object_type is null for rows
without one. ids_and_tenants counts the objects by id and tenant together.

reading: see discovery_reading
#}
{% macro discovery_types(reading) %}
with {{ ozmeta_runtime.discovery_rows_cte(reading) }}

counted as (
    select
        EJ_ObjectType as object_type,
        count(*) as journal_rows,
        sum(is_usable) as usable_rows,
        sum(case when EJ_ObjectID is null then 1 else 0 end) as without_object_id,
        sum(case when is_usable = 1 and _TenantID is null then 1 else 0 end) as without_tenant,
        count(distinct case when is_usable = 1 then EJ_ObjectID end) as ids,
        {{ ozmeta_runtime.to_micros('min(case when is_usable = 1 then EJ_EventTimeUTC end)') }} as first_at,
        {{ ozmeta_runtime.to_micros('max(case when is_usable = 1 then EJ_EventTimeUTC end)') }} as last_at
    from journal_rows
    group by EJ_ObjectType
),

ranked as (
    select *, row_number() over (order by journal_rows desc, {{ ozmeta_runtime.binary_order('object_type') }}) as place
    from counted
)

select
    object_type, journal_rows, usable_rows, without_object_id, without_tenant, ids, first_at, last_at
from ranked
where place <= 200
order by place
{% endmacro %}
