{#
A condition: no completed run has used the row yet (spec 8.8). Rows of the last completed run are settled, and so are
all rows that are older than the completed run before it. A row between the two is of a run that overlapped with the
last completed run and wrote after it was complete.

state: see run_state; of: the table's alias, if others have the column too
#}
{% macro unsettled_rows(state, of=none) %}
  {%- set batch = of ~ "._Batch" if of else "_Batch" -%}
  {{- "(" ~ batch ~ " > " ~ state.batch ~ ")" if not state.batch
      else "(" ~ batch ~ " > " ~ state.batch ~ " or (" ~ batch ~ " > " ~ state.before ~ " and " ~ batch ~ " < "
      ~ state.batch ~ "))" -}}
{% endmacro %}
