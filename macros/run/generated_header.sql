{# A pattern of how a generated file begins. Its group is the generator's version, such as '0.1'. #}
{% macro generated_header() %}
  {%- do return('[{]#- Written by ozmeta-dbt (?:([0-9]+[.][0-9]+) )?from MetaDB') -%}
{% endmacro %}
