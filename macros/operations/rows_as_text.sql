{# The rows of a query as dicts of texts, a null as none; instants as epoch micros, booleans as 'true' and 'false'. names: see spelled_columns #}
{% macro rows_as_text(relation, columns, condition, names={}) %}
  {%- set found = [] -%}
  {%- set selected = [] -%}
  {%- for column in columns -%}
    {%- set name = ozmeta_runtime.quote_name(column.name) -%}
    {%- if ozmeta_runtime.is_timestamp(column) -%}{%- do selected.append("cast(" ~ ozmeta_runtime.to_micros(name) ~ " as " ~ ozmeta_runtime.type_text() ~ ")") -%}
    {%- elif 'bool' in column.data_type | lower or column.data_type | lower == 'bit' -%}
      {%- do selected.append("case when " ~ ozmeta_runtime.is_true(name) ~ " then 'true' when " ~ name ~ " is not null then 'false' end") -%}
    {%- else -%}{%- do selected.append("cast(" ~ name ~ " as " ~ ozmeta_runtime.type_text() ~ ")") -%}{%- endif -%}
  {%- endfor -%}
  {%- for row in run_query("select " ~ selected | join(', ') ~ " from " ~ relation ~ " where " ~ condition).rows -%}
    {%- set values = {} -%}
    {%- for column in columns -%}
      {%- set value = row[loop.index0] -%}
      {%- do values.update({names.get(column.name | lower, column.name): value | string if value is not none else none}) -%}
    {%- endfor -%}
    {%- do found.append(values) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{% macro is_timestamp(column) %}{% do return('timestamp' in column.data_type | lower or 'datetime' in column.data_type | lower) %}{% endmacro %}
