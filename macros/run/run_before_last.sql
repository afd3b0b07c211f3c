{# SQL: the number of the completed run before the last one; null if there is none. log: relation: the run log #}
{% macro run_before_last(log) -%}
  (select max(RUN_Batch) from {{ log }} where RUN_Batch < (select max(RUN_Batch) from {{ log }}))
{%- endmacro %}
