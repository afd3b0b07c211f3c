{#
The type of a text of any length.
Returns: the name of a SQL type.
#}
{% macro type_text() -%}
  {%- do return(adapter.dispatch('type_text', 'ozmeta_runtime')()) -%}
{%- endmacro %}

{% macro default__type_text() -%}
  {%- do return(dbt.type_string()) -%}
{%- endmacro %}

{# The type of a UTC timestamp with microseconds. It has no time zone unless the engine stores zoned values in UTC. #}
{% macro type_timestamp() -%}
  {{ adapter.dispatch('type_timestamp', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__type_timestamp() -%}
  {{ dbt.type_timestamp() }}
{%- endmacro %}

{# The type of the numbers in rules: 64-bit floating point. #}
{% macro type_double() -%}
  {{ adapter.dispatch('type_double', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__type_double() -%}
  {{ dbt.type_float() }}
{%- endmacro %}
