{# SQL: 1 if a table has a row that meets the condition, else 0. An engine stops at the first such row. #}
{% macro row_exists(relation, condition='1 = 1') %}
  {%- do return("case when exists (select 1 from " ~ relation ~ " where " ~ condition ~ ") then 1 else 0 end") -%}
{% endmacro %}
