{#
A select of _ObjectKey, tenant (as keys show it), object_id and stamp: the start of the object's ids, from its first
arrival, pending events included (spec 7-ids).

where: a condition on the timeline's rows; 1 = 1 for all
#}
{% macro object_facts(journal_config, timeline, where) %}
    select _ObjectKey, tenant, object_id, {{ ozmeta_runtime.uuid7_timestamp('first_sync') }} as stamp
    from (
        select
            _ObjectKey,
            {{ ozmeta_runtime.tenant_column(journal_config, 'min(_TenantID)') }} as tenant,
            min(EJ_ObjectID) as object_id,
            min(_SyncDate) as first_sync
        from {{ timeline }}
        where {{ where }}
        group by _ObjectKey
    ) as found
{%- endmacro %}
