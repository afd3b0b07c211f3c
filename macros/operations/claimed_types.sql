{#
The object types that each binding claims: [{binding, object_type, object_types: [text]}]. The generator writes them
into the config of the model unclaimed_object_type. Empty if the project does not have that model.
#}
{% macro claimed_types() %}
  {%- set node = ozmeta_runtime.unclaimed_node() -%}
  {%- do return(node.config.meta.get('ozmeta_claimed', []) if node else []) -%}
{% endmacro %}
