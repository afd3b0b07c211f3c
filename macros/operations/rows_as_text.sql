{#
The rows of a table that meet a condition.

Arguments
  relation     relation: the table
  columns      list of column: the columns to read
  condition    string: SQL condition
  names        dict: {name in lower case: name} of the columns in the answer; see column_spellings
Returns        [{column: text}]. A timestamp is the text of its microseconds since 1970, a boolean is 'true' or 'false',
               and null is none.
#}
{% macro rows_as_text(relation, columns, condition, names={}) %}
  {%- set found = [] -%}
  {%- set selected = [] -%}
  {%- for column in columns -%}
    {%- set name = ozmeta_runtime.quote_name(column.name) -%}
    {%- if ozmeta_runtime.is_boolean(column) -%}
      {%- do selected.append("case when " ~ ozmeta_runtime.is_true(name) ~ " then 'true' when " ~ name
          ~ " is not null then 'false' end") -%}
    {%- else -%}
      {%- set value = ozmeta_runtime.to_micros(name) if ozmeta_runtime.is_timestamp(column) else name -%}
      {%- do selected.append("cast(" ~ value ~ " as " ~ ozmeta_runtime.type_text() ~ ")") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set query = "select " ~ selected | join(', ') ~ " from " ~ relation ~ " where " ~ condition -%}
  {%- for row in run_query(query).rows -%}
    {%- set values = {} -%}
    {%- for column in columns -%}
      {%- set value = row[loop.index0] -%}
      {%- set name = names.get(column.name | lower, column.name) -%}
      {%- do values.update({name: value | string if value is not none else none}) -%}
    {%- endfor -%}
    {%- do found.append(values) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{% macro is_timestamp(column) %}
  {%- set type = column.data_type | lower -%}
  {%- do return('timestamp' in type or 'datetime' in type) -%}
{% endmacro %}

{# T-SQL has no type boolean, so boolean columns are of the type bit there. #}
{% macro is_boolean(column) %}
  {%- set type = column.data_type | lower -%}
  {%- do return('bool' in type or type == 'bit') -%}
{% endmacro %}
