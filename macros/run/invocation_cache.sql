{#
A dict that lives as long as one invocation of dbt: answers of the warehouse that every model of the invocation may use.
Keep only answers that no later model of the same invocation can change.

dbt gives all models of an invocation, and all its threads, the same `graph`, so the dict is kept there, with the
invocation's id. dbt 2 has no graph that a macro can write to: there, each call returns a new dict, so a macro that
looks up its own answer after it has asked works everywhere.
#}
{% macro invocation_cache() %}
  {%- if not execute or dbt_version.split('.')[0] | int > 1 -%}{%- do return({}) -%}{%- endif -%}
  {%- if graph.get('ozmeta_runtime', {}).get('invocation_id') != invocation_id -%}
    {%- do graph.update({'ozmeta_runtime': {'invocation_id': invocation_id}}) -%}
  {%- endif -%}
  {%- do return(graph['ozmeta_runtime']) -%}
{% endmacro %}
