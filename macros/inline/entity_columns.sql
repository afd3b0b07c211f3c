{#
The columns of the entity's own table: {columns: [quoted name], without runtime columns, key: [column], tenant: column
or none}. For a column, see relation_columns.

Arguments
  entity    dict: see inline
  relation  the entity's table
Errors      the table does not exist; a key or tenant column is missing; a column has the name of a runtime column,
            except with write_back, where it is the runtime column
#}
{% macro entity_columns(entity, relation) %}
  {%- set table = "The table " ~ relation ~ " of " ~ entity.binding -%}
  {%- set where = " in ozmeta.yml under bindings." ~ entity.binding ~ ".entity and generate again." -%}
  {%- set runtime_names = ozmeta_runtime.inline_column_names(entity) | map('lower') | list -%}
  {%- set found = ozmeta_runtime.relation_columns(relation) -%}
  {%- set own, clashing = [], [] -%}
  {%- for column in found.values() -%}
    {%- if column.name | lower in runtime_names -%}
      {%- do clashing.append(column.name) -%}
    {%- else -%}
      {%- do own.append(ozmeta_runtime.quote_name(column.name)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if not found -%}
    {%- do exceptions.raise_compiler_error(table ~ " does not exist. Name the right one" ~ where) -%}
  {%- endif -%}
  {%- for name in entity.key + ([entity.tenant] if entity.tenant else []) if name | lower not in found -%}
    {%- set part = "key" if name in entity.key else "tenant" -%}
    {%- do exceptions.raise_compiler_error(table ~ " has no column '" ~ name ~ "' for its " ~ part
        ~ ". Name the right one (" ~ part ~ ": its_name)" ~ where ~ " It has: " ~ found.keys() | join(', ')) -%}
  {%- endfor -%}
  {%- if clashing and not entity.write_back -%}
    {%- do exceptions.raise_compiler_error(table ~ " has columns of its own with the names of runtime columns: "
        ~ clashing | join(', ') ~ ". Rename them, or bind a view of the table that does. If write_inline should write "
        ~ "to them, set write_back: true" ~ where) -%}
  {%- endif -%}
  {%- set key = [] -%}
  {%- for name in entity.key -%}{%- do key.append(found[name | lower]) -%}{%- endfor -%}
  {%- set tenant = found[entity.tenant | lower] if entity.tenant else none -%}
  {%- do return({'columns': own, 'key': key, 'tenant': tenant}) -%}
{% endmacro %}
