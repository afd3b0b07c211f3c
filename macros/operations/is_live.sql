{#
SQL: a condition for the rows that a rebuilt table also has. These are neither rows that a later event undid nor, in the
mirror of the journal, rows of the runtime itself. Events and signals are never undone by a date.

Arguments
  model    string: the model's name without the binding
#}
{% macro is_live(model) -%}
  {%- if model == 'journal' %} and MJ_Journal <> 'ozmeta_runtime'
  {%- elif model not in ['timeline', 'runtime_signal'] %} and _DeleteDate is null
  {%- endif -%}
{%- endmacro %}
