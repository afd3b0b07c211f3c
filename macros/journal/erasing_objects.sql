{#
SQL: a select of the objects that this run of `ozmeta-dbt erase` reads again (see kept_table).

beside: relation: a model of the binding; column: 'ER_ObjectKey' or 'ER_ObjectID'; object_type: string
#}
{% macro erasing_objects(beside, column, object_type) -%}
  select {{ column }} from {{ ozmeta_runtime.kept_table(beside, 'ozmeta_erasing').table }}
  where ER_ObjectType = {{ ozmeta_runtime.text_literal(object_type) }}
{%- endmacro %}
