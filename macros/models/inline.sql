{#
Model <binding>_inline: the entity's own rows, and beside them where each stands (SPEC 7, RB_RuntimeMode Inline). A view: it holds nothing of its own
that could fall behind the entity's table, which changes without a dbt run.

Arguments
  entity    dict: binding (its name in ozmeta.yml), key: [columns], tenant: column, or none where it is no part of the key,
            slas: [{code, column}], write_back: whether write_inline may put the runtime columns into the table itself
  relation  the entity's own table
  instance, timers  the binding's workflow_instance, and its sla_timer where it has one
#}
{% macro inline(entity, relation, instance, timers=none) %}
{% if execute %}
{%- set own = ozmeta_runtime.entity_columns(entity, relation) -%}
{%- set names = ozmeta_runtime.inline_column_names(entity) -%}
with runtime as (
    select
        instance._TenantID as tenant,
        instance.WI_ObjectID as object_id,
        instance.WS_CurrentCode,
        instance.WI_CurrentSinceUTC,
        instance.WI_RowVersion
        {%- for sla in entity.slas %},
        timers.{{ sla.column }}_Status,
        timers.{{ sla.column }}_DueUTC
        {%- endfor %}
    from {{ ozmeta_runtime.unlimited_relation(instance) }} as instance
    {%- if entity.slas %}
    left join (
        select
            _ObjectKey
            {%- for sla in entity.slas %},
            max(case when SL_Code = {{ ozmeta_runtime.text_literal(sla.code) }} then ST_Status end) as {{ sla.column }}_Status,
            max(case when SL_Code = {{ ozmeta_runtime.text_literal(sla.code) }} then ST_DueUTC end) as {{ sla.column }}_DueUTC
            {%- endfor %}
        from {{ ozmeta_runtime.unlimited_relation(timers) }}
        where _DeleteDate is null
        group by _ObjectKey
    ) as timers on timers._ObjectKey = instance._ObjectKey
    {%- endif %}
    where instance._DeleteDate is null
)

select
    {%- for column in own.columns %}
    entity.{{ column }},
    {%- endfor %}
    {%- for name in names %}
    runtime.{{ name }}{{ "," if not loop.last }}
    {%- endfor %}
from {{ ozmeta_runtime.unlimited_relation(relation) }} as entity
left join runtime on runtime.object_id = {{ ozmeta_runtime.entity_key(own.key, 'entity') }}
    {%- if own.tenant %} and runtime.tenant = {{ ozmeta_runtime.entity_key([own.tenant], 'entity') }}{% endif %}
{% endif %}
{% endmacro %}
