{#
Model <binding>_inline: the entity's own rows with their current state and timers (spec 7.2, RB_RuntimeMode Inline).
One row per row of the entity's table.

A view, because the entity's table changes between dbt runs.

Arguments
  entity    dict: binding: its name in ozmeta.yml, key: [column], tenant: column, or none if it is not part of the key,
            slas: [{code, column: the start of its column names}], write_back: boolean: whether write_inline may write
            the runtime columns to the table itself
  relation  the entity's table
  instance  relation: the binding's workflow_instance
  timers    relation: the binding's sla_timer; none if entity.slas is empty
Errors      see entity_columns
#}
{% macro inline(entity, relation, instance, timers=none) %}
{%- do ozmeta_runtime.check_arguments('inline', kwargs, {
    'entity': entity, 'relation': relation, 'instance': instance, 'timers': timers}) -%}
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
            {%- set code = ozmeta_runtime.text_literal(sla.code) %}
            max(case when SL_Code = {{ code }} then ST_Status end) as {{ sla.column }}_Status,
            max(case when SL_Code = {{ code }} then ST_DueUTC end) as {{ sla.column }}_DueUTC
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
