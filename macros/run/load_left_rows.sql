{#
The rows that runs which are not complete left in a binding's tables when this run began: {model id: [number of a run]},
only models with such rows. The answer stays the same for all models of an invocation.

Arguments    binding: the binding's name; state: see run_state
#}
{% macro load_left_rows(binding, state) %}
  {%- set cache = ozmeta_runtime.invocation_cache() -%}
  {%- set question = 'rows left in ' ~ binding -%}
  {%- if question not in cache -%}
    {%- set left = ozmeta_runtime.find_left_rows(binding, state) -%}
    {%- if question not in cache -%}{%- do cache.update({question: left}) -%}{%- endif -%}
  {%- endif -%}
  {%- do return(cache[question]) -%}
{% endmacro %}
