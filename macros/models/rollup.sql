{# The live rows of one table of all bindings, as a view: without those that a late event undid (SPEC 7). #}
{% macro rollup(columns, relations, live='_DeleteDate is null') %}
  {%- for relation in relations %}
{{ "union all" if not loop.first }}
select {{ columns | join(', ') }} from {{ ozmeta_runtime.unlimited_relation(relation) }}{{ " where " ~ live if live }}
  {%- endfor %}
{% endmacro %}
