{#
Models workflow_instance, sla_timer and so on: the rows of one table of all bindings, as a view (spec 7.2).
One row per live row of the bindings' tables. Rows with _DeleteDate are left out.

Arguments
  columns    [column]
  relations  [relation]: the table of each binding
  live       string: a condition on the rows that the view shows, or none for all rows
#}
{% macro rollup(columns, relations, live='_DeleteDate is null') %}
{%- do ozmeta_runtime.check_arguments('rollup', kwargs, {'columns': columns, 'relations': relations, 'live': live}) -%}
  {%- for relation in relations %}
{{ "union all" if not loop.first }}
select {{ columns | join(', ') }}
from {{ ozmeta_runtime.unlimited_relation(relation) }}{{ " where " ~ live if live }}
  {%- endfor %}
{% endmacro %}
