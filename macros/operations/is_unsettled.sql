{# A condition on the rows of a binding's tables: no completed run has used them yet. log: relation: its run log #}
{% macro is_unsettled(log) %}
  {%- set last = run_query("select max(RUN_Batch) from " ~ log).rows[0][0] -%}
  {%- do return("_Batch > " ~ (last or 0) | int) -%}
{% endmacro %}
