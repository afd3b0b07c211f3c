{#
A select of _ObjectKey, tenant (as keys show it), object_id and stamp: the start of the object's ids, from its first
arrival, pending events included (spec 7-ids).

where: a condition on the timeline's rows; 1 = 1 for all; state: see run_state
#}
{% macro object_facts(journal_config, timeline, where, state) %}
    select {{- ozmeta_runtime.bucket_column(state) }} _ObjectKey, tenant, object_id,
        {{ ozmeta_runtime.uuid7_timestamp('first_sync') }} as stamp
    from (
        select
            _ObjectKey,
            {{ ozmeta_runtime.tenant_column(journal_config, 'min(_TenantID)') }} as tenant,
            min(EJ_ObjectID) as object_id,
            min(_SyncDate) as first_sync{{ ozmeta_runtime.object_bucket(state) }}
        from {{ timeline }}
        where {{ where }}
        group by _ObjectKey
    ) as found
{%- endmacro %}
