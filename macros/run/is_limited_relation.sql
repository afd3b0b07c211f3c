{#
dbt can limit what a model reads, or replace a table by another environment's. A read that is missing rows must not
reach tables that hold more: the missing rows would look like events that never happened (SPEC 8).
#}
{# Is this relation rendered as a part of its table? `--empty`, `--sample` and microbatch models do so, and projects that
   override ref(). A limited relation is a subquery, and the name of a table never starts with a parenthesis. #}
{% macro is_limited_relation(relation) %}
  {%- do return((relation | string | trim).startswith('(')) -%}
{% endmacro %}
