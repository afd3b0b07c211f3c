{#
How many values of a table are times without an offset, and the first of them. Asks the warehouse.

relation: the table
text: SQL of the column as text
Returns: {count, example}
#}
{% macro local_times(relation, text) %}
  {%- set query = "select count(*), min(" ~ text ~ ") from " ~ relation ~ " where " ~ ozmeta_runtime.is_iso(text)
      ~ " and not " ~ ozmeta_runtime.has_offset(text) -%}
  {%- set row = run_query(query).rows[0] -%}
  {%- do return({'count': row[0] | int, 'example': row[1]}) -%}
{% endmacro %}
