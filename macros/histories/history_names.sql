{#
The select of a CTE with the names of coded values: field, code, name. One row per field and code.

macro: as for history_columns
names: {field: {relation, key, name, only?} or {values: {code: name}}}
#}
{% macro history_names(macro, names) %}
  {%- set text = ozmeta_runtime.type_text() -%}
  {%- set rows = [] -%}
  {%- for field, lookup in names.items() if lookup.get('values') -%}
    {%- for code, name in lookup['values'].items() -%}{%- do rows.append([field, code | string, name]) -%}{%- endfor -%}
  {%- endfor -%}
  {{ ozmeta_runtime.literal_rows([['field', text], ['code', text], ['name', text]], rows) }}
  {%- for field, lookup in names.items() if lookup.get('relation') %}
    {%- set key = ozmeta_runtime.history_column(macro, lookup.relation, lookup.key, "names." ~ field ~ ".key") %}
    {%- set name = ozmeta_runtime.history_column(macro, lookup.relation, lookup.name, "names." ~ field ~ ".name") %}
    union all
    select
        {{ ozmeta_runtime.text_literal(field) }} as field, {{ key.sql }} as code,
        {{ ozmeta_runtime.min_text(name.sql) }} as name
    from {{ lookup.relation }}
    where {{ ozmeta_runtime.history_rows(macro, lookup.relation, lookup.get('only', {})) }}
    group by {{ key.sql }}
  {%- endfor %}
{% endmacro %}
