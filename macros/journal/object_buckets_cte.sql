{#
The CTE `object_buckets` of the timeline: the bucket of each folded object (spec 8.5). An object keeps its bucket, also
if an older event of it arrives later; a new object gets the bucket of its first arrival.

Expects the CTEs `events` and, in an incremental run, `touched`.
existing_columns: lower-case names of the timeline's columns in a full fold of existing rows, or none
#}
{% macro object_buckets_cte(state, existing_columns) -%}
  {%- set arrived, bigint = ozmeta_runtime.bucket_of('_SyncDate'), dbt.type_bigint() -%}
object_buckets as (
    select _ObjectKey, coalesce(max(kept), min(arrived)) as bucket
    from (
        select _ObjectKey, {{ arrived }} as arrived, cast(null as {{ bigint }}) as kept from events
        {%- if state.incremental and (existing_columns is none or '_bucket' in existing_columns) %}
        union all
        select _ObjectKey, null, case when _Bucket > 0 then _Bucket end
        from {{ this }}
        where _ObjectKey in (select _ObjectKey from touched){{ ozmeta_runtime.in_scope(state) }}
        {%- endif %}
    ) as buckets
    group by _ObjectKey
),
{%- endmacro %}
