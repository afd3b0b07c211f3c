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
{%- set names = ozmeta_runtime.inline_names(entity) -%}
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
    from {{ ozmeta_runtime.unlimited(instance) }} as instance
    {%- if entity.slas %}
    left join (
        select
            _ObjectKey
            {%- for sla in entity.slas %},
            max(case when SL_Code = {{ ozmeta_runtime.literal(sla.code) }} then ST_Status end) as {{ sla.column }}_Status,
            max(case when SL_Code = {{ ozmeta_runtime.literal(sla.code) }} then ST_DueUTC end) as {{ sla.column }}_DueUTC
            {%- endfor %}
        from {{ ozmeta_runtime.unlimited(timers) }}
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
from {{ ozmeta_runtime.unlimited(relation) }} as entity
left join runtime on runtime.object_id = {{ ozmeta_runtime.entity_key(own.key, 'entity') }}
    {%- if own.tenant %} and runtime.tenant = {{ ozmeta_runtime.entity_key([own.tenant], 'entity') }}{% endif %}
{% endif %}
{% endmacro %}

{# The columns that stand beside the entity's own. #}
{% macro inline_names(entity) %}
  {%- set names = ['WS_CurrentCode', 'WI_CurrentSinceUTC', 'WI_RowVersion'] -%}
  {%- for sla in entity.slas -%}{%- do names.extend([sla.column ~ '_Status', sla.column ~ '_DueUTC']) -%}{%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}

{# The entity's own columns, quoted, and those of its key and tenant, as `columns_of` gives them. Raises where the table is not there, a key column is missing, or a column is called as a
   runtime column is; under write_back, such a one is the runtime's. #}
{% macro entity_columns(entity, relation) %}
  {%- set where = " in ozmeta.yml under bindings." ~ entity.binding ~ ".entity and generate again." -%}
  {%- set found, own, clashing, runtime = ozmeta_runtime.columns_of(relation), [], [], ozmeta_runtime.inline_names(entity) | map('lower') | list -%}
  {%- for column in found.values() -%}
    {%- if column.name | lower not in runtime -%}{%- do own.append(ozmeta_runtime.quoted_name(column.name)) -%}{%- else -%}{%- do clashing.append(column.name) -%}{%- endif -%}
  {%- endfor -%}
  {%- if not found -%}
    {%- do exceptions.raise_compiler_error("The table " ~ relation ~ " of " ~ entity.binding ~ " does not exist. Name it" ~ where) -%}
  {%- endif -%}
  {%- for name in entity.key + ([entity.tenant] if entity.tenant else []) if name | lower not in found -%}
    {%- do exceptions.raise_compiler_error("The table " ~ relation ~ " of " ~ entity.binding ~ " has no column '" ~ name ~ "' for "
        ~ ("its tenant. Name the right one (tenant: its_name)" if name not in entity.key else "its key. Name the right one (key: its_name)") ~ where ~ " It has: " ~ found.keys() | join(', ')) -%}
  {%- endfor -%}
  {%- if clashing and not entity.write_back -%}
    {%- do exceptions.raise_compiler_error("The table " ~ relation ~ " of " ~ entity.binding ~ " has columns of its own called as runtime columns are: " ~ clashing | join(', ')
        ~ ". Rename them, or bind a view of the table that does; or, where they are there for write_inline to fill, say write_back: true" ~ where) -%}
  {%- endif -%}
  {%- set key = [] -%}
  {%- for name in entity.key -%}{%- do key.append(found[name | lower]) -%}{%- endfor -%}
  {%- do return({'columns': own, 'key': key, 'tenant': found[entity.tenant | lower] if entity.tenant else none}) -%}
{% endmacro %}

{# The id of an entity's row, as the journal's events name it. columns: the table's, as `columns_of` gives them #}
{% macro entity_key(columns, alias) %}
  {%- set parts = [] -%}
  {%- for column in columns -%}{%- do parts.append(ozmeta_runtime.column_text(alias ~ "." ~ ozmeta_runtime.quoted_name(column.name), column.data_type)) -%}{%- endfor -%}
  {{ ozmeta_runtime.key_text(parts) }}
{%- endmacro %}
