{#
SQL: `where` and a condition for the rows of a table that verify or impact compares. They are live, of the objects that
are folded again, and not of an object that waits for the next run.

Arguments
  model      string: the model's name without the binding
  waiting    SQL: the select of waiting_objects
#}
{% macro compared_rows(model, waiting) -%}
  {%- set object = ozmeta_runtime.object_column(model) -%}
    where 1 = 1
    {{ ozmeta_runtime.is_live(model) }}
    {%- if object %}
    {{ ozmeta_runtime.verified_slice(object) }}
    and coalesce({{ object }}, '') not in ({{ waiting }})
    {%- endif %}
{%- endmacro %}
