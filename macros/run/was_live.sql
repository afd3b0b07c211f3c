{#
A condition on the model's own rows: they were live when the last completed run ended. A run that did not complete may
have soft-deleted them (spec 8.8), so this run has to do it again.
#}
{% macro was_live(state) %}
  {{- "_DeleteDate is null" if model.unique_id not in state.left
      else "(_DeleteDate is null or " ~ ozmeta_runtime.unsettled_rows(state) ~ ")" -}}
{% endmacro %}
