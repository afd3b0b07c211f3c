{# Who each object of a CTE `among` is: its tenant as keys show it, its id, and how its ids begin (SPEC 7 "IDs": by its first arrival, pending events too).
   where: a condition on the timeline's rows, 1 = 1 for all. #}
{% macro object_facts(journal_config, timeline, where) %}
    select _ObjectKey, tenant, object_id, {{ ozmeta_runtime.uuid7_timestamp('first_sync') }} as stamp
    from (
        select _ObjectKey, {{ ozmeta_runtime.tenant_column(journal_config, 'min(_TenantID)') }} as tenant, min(EJ_ObjectID) as object_id, min(_SyncDate) as first_sync
        from {{ timeline }}
        where {{ where }}
        group by _ObjectKey
    ) as found
{%- endmacro %}
