{# The entity's own columns, quoted, and those of its key and tenant, as `columns_of` gives them. Raises where the table is not there, a key column is missing, or a column is called as a
   runtime column is; under write_back, such a one is the runtime's. #}
{% macro entity_columns(entity, relation) %}
  {%- set where = " in ozmeta.yml under bindings." ~ entity.binding ~ ".entity and generate again." -%}
  {%- set found, own, clashing, runtime = ozmeta_runtime.relation_columns(relation), [], [], ozmeta_runtime.inline_column_names(entity) | map('lower') | list -%}
  {%- for column in found.values() -%}
    {%- if column.name | lower not in runtime -%}{%- do own.append(ozmeta_runtime.quote_name(column.name)) -%}{%- else -%}{%- do clashing.append(column.name) -%}{%- endif -%}
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
