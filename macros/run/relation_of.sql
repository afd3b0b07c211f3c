{# The relation of a graph node. #}
{% macro relation_of(node) %}
  {%- do return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) -%}
{% endmacro %}
