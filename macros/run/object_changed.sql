{# A condition on _ObjectKey: objects with changed rows in an upstream table. #}
{% macro object_changed(state, source) -%}
  _ObjectKey in (select _ObjectKey from {{ source }} where {{ ozmeta_runtime.changed_rows(state, source) }})
{%- endmacro %}
