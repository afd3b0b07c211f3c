{# A condition on the rows of a binding's tables: no completed run has used them yet. log: relation: its run log #}
{% macro is_unsettled(log) %}
  {%- set batches = run_query("select max(RUN_Batch), " ~ ozmeta_runtime.run_before_last(log) ~ " from "
      ~ log).rows[0] -%}
  {%- set state = {'batch': (batches[0] or 0) | int, 'before': (batches[1] or 0) | int} -%}
  {%- do return(ozmeta_runtime.unsettled_rows(state)) -%}
{% endmacro %}
