{#
Whether a relation is rendered as a part of its table. `--empty`, `--sample`, microbatch models and projects that
override ref() do so. A limited relation is a subquery, and a table's name never starts with a parenthesis.

Rows missing from such a read must not reach tables that hold more: they would look like events that never happened
(spec 8).
#}
{% macro is_limited_relation(relation) %}
  {%- do return((relation | string | trim).startswith('(')) -%}
{% endmacro %}
