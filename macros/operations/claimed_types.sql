{# [{binding, object_type, object_types}] of the project's bindings. #}
{% macro claimed_types() %}
  {%- set node = ozmeta_runtime.unclaimed_node() -%}
  {%- do return(node.config.meta.get('ozmeta_claimed', []) if node else []) -%}
{% endmacro %}
