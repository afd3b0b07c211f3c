{# Objects of which an upstream table has rows of this run, as a condition on _ObjectKey. #}
{% macro object_changed(state, source) %}_ObjectKey in (select _ObjectKey from {{ source }} where {{ ozmeta_runtime.changed_rows(state, source) }}){% endmacro %}
