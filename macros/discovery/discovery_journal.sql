{#
Finds a journal that `ozmeta-dbt discover` reads, and describes it as it is in the warehouse.

given: {name, ref?, package?, source?: [source, table], database?, schema?, identifier?, columns: {canonical: physical,
       or none}}. A ref or a source is looked up in the project; a source that it does not declare has a schema and an
       identifier.
Returns: {name, shown, exists, is_cte, missing: [canonical column], has: [column], node?: {name, package}: the model,
       seed or snapshot that builds the relation, journal?: {name, relation, columns}, see journal_slice}
#}
{% macro discovery_journal(given) %}
  {%- set found, relations = {'name': given.name, 'exists': false, 'missing': [], 'has': []}, [] -%}
  {%- if given.get('ref') -%}
    {%- for node in graph.nodes.values() if node.name == given.ref
        and node.resource_type in ['model', 'seed', 'snapshot']
        and (not given.get('package') or node.package_name == given.package) -%}
      {%- do relations.append(ozmeta_runtime.relation_of(node)) -%}
    {%- endfor -%}
  {%- else -%}
    {%- for node in graph.sources.values() if [node.source_name, node.name] == given.get('source') -%}
      {%- do relations.append(api.Relation.create(database=node.database, schema=node.schema,
          identifier=node.identifier)) -%}
    {%- endfor -%}
    {%- do relations.append(api.Relation.create(database=given.get('database') or target.database,
        schema=given.get('schema'), identifier=given.get('identifier'))) -%}
  {%- endif -%}
  {%- if not relations -%}{%- do return(dict(found, shown=given.name)) -%}{%- endif -%}
  {%- set relation = relations[0] -%}
  {%- set columns = ozmeta_runtime.relation_columns(relation) -%}
  {%- do found.update({'shown': [relation.schema, relation.identifier] | select | join('.'),
      'exists': columns | length > 0, 'has': columns.values() | map(attribute='name') | list}) -%}
  {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'snapshot']
      and (node.schema ~ '.' ~ node.alias) | lower == (relation.schema ~ '.' ~ relation.identifier) | lower -%}
    {%- do found.update({'node': {'name': node.name, 'package': node.package_name}}) -%}
  {%- endfor -%}
  {%- set physical = dict(given.columns) -%}
  {%- for name in ['EJ_ID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_ObjectType', 'EJ_ObjectID', 'EJ_Payload'] -%}
    {%- if (physical.get(name) or name) | lower not in columns -%}{%- do found.missing.append(name) -%}{%- endif -%}
  {%- endfor -%}
  {%- if '_SyncDate' not in physical and '_syncdate' not in columns -%}
    {%- do physical.update({'_SyncDate': none}) -%}
  {%- endif -%}
  {%- do return(dict(found, journal={'name': given.name, 'relation': relation, 'columns': physical})) -%}
{% endmacro %}
