{#
A condition: the rows of an upstream table that no completed run has used yet. In a full fold, all rows.

An upstream model writes all events of an object together, so these rows need no older rows beside them. If the source
has no new rows, the condition is false and the engine skips the read.

state: see run_state; source: a relation that was passed to run_state
#}
{% macro changed_rows(state, source) %}
  {{- "1 = 1" if state.full_fold else "1 = 0" if source in state.unchanged_sources
      else ozmeta_runtime.unsettled_rows(state) -}}
{% endmacro %}
