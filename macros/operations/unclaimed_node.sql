{# The node of the model unclaimed_object_type; none in a project that was generated before there was one. #}
{% macro unclaimed_node() %}
  {%- do return(ozmeta_runtime.models_calling('unclaimed_object_type', '_').values() | list | first | default(none)) -%}
{% endmacro %}
