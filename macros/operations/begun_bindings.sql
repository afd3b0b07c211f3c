{# The bindings that a channel has begun to read: list of string. table: relation of notification_table #}
{% macro begun_bindings(table, channel) %}
  {%- set found = [] -%}
  {%- for row in run_query("select distinct NT_Binding from " ~ table ~ " where NT_Channel = "
      ~ ozmeta_runtime.text_literal(channel) ~ " and NT_Status = 'Began'").rows -%}
    {%- do found.append(row[0] | string) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
