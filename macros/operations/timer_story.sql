{#
What `ozmeta-dbt explain` shows of timers and the tables do not contain, as a dict: steps, the rows of timer_steps, and
prevented, the rows of prevented_levels.

Arguments
  nodes     dict: {model: graph node} of the binding
  models    dict: {model: relation} of its tables
  facts     dict: see object_history
  as_of     integer: of the last run, in microseconds since 1970; none if there is none
#}
{% macro timer_story(nodes, models, facts, as_of) %}
  {%- set keys = facts.timeline | map(attribute='_ObjectKey') | unique | list -%}
  {%- set timers = ozmeta_runtime.explained_timers(nodes, models) if keys and as_of is not none else none -%}
  {%- if not timers -%}{%- do return({'steps': [], 'prevented': []}) -%}{%- endif -%}
  {%- do return({
      'steps': ozmeta_runtime.timer_steps(timers, keys, as_of),
      'prevented': ozmeta_runtime.prevented_levels(timers, keys, as_of)}) -%}
{% endmacro %}
