{# A condition on the rows of a binding's tables: no completed run has used them yet. log: relation: its run log #}
{% macro is_unsettled(log) %}
  {%- set last = "(select max(RUN_Batch) from " ~ log ~ ")" -%}
  {%- set batches = run_query("select " ~ last ~ ", (select max(RUN_Batch) from " ~ log ~ " where RUN_Batch < " ~ last
      ~ ")").rows[0] -%}
  {%- set state = {'batch': (batches[0] or 0) | int, 'before': (batches[1] or 0) | int} -%}
  {%- do return(ozmeta_runtime.unsettled_rows(state)) -%}
{% endmacro %}
