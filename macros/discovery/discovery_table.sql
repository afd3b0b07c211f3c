{#
A table that a loader wrote, as it is in the warehouse.

given: {name, database?, schema, identifier, reserved?}. A reserved name is quoted. Snowflake has it in capitals then.
Returns: {name, shown, exists, has: [column], node?: {name, package}: the model, seed or snapshot that builds it,
       relation, columns: see relation_columns}
#}
{% macro discovery_table(given) %}
  {%- set in_capitals = given.get('reserved') and target.type == 'snowflake' -%}
  {%- set plain = api.Relation.create(database=given.get('database') or target.database, schema=given.schema,
      identifier=given.identifier | upper if in_capitals else given.identifier) -%}
  {%- set relation = plain.quote(identifier=true) if given.get('reserved') else plain -%}
  {%- set columns = ozmeta_runtime.relation_columns(relation) -%}
  {%- set found = {'name': given.name, 'shown': given.schema ~ '.' ~ given.identifier, 'exists': columns | length > 0,
      'has': columns.values() | map(attribute='name') | list, 'relation': relation, 'columns': columns} -%}
  {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'snapshot']
      and (node.schema ~ '.' ~ node.alias) | lower == (given.schema ~ '.' ~ given.identifier) | lower -%}
    {%- do found.update({'node': {'name': node.name, 'package': node.package_name}}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
