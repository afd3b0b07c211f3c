{#
Rows of an upstream table that this run has to look at: those that no complete run has built on yet; all of them, where this model folds everything again.
What a table is made of is written whole: all events of an object in the timeline, so that what is read here needs no history beside it.
Where there are none at all, as in most runs of most tables, an engine is told so: what it would join to them it need not read.
source: a relation, of which run_state knows if it was given it
#}
{% macro changed_rows(state, source) %}
  {{- "1 = 1" if state.full_fold else "1 = 0" if source in state.unchanged_sources else "_Batch > " ~ state.batch -}}
{% endmacro %}
