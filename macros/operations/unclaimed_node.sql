{# The graph node of the model unclaimed_object_type. None if the project was generated before that model existed. #}
{% macro unclaimed_node() %}
  {%- set nodes = ozmeta_runtime.models_calling('unclaimed_object_type', '_').values() -%}
  {%- do return(nodes | list | first | default(none)) -%}
{% endmacro %}
