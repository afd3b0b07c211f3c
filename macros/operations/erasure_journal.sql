{#
A journal_config as the command `ozmeta-dbt erase` gives it, with relations in place of names, and with_journal_columns.

given: dict: see journal_slice; a journal has source: [source, table], or ref and package?, in place of its relation
Errors: the project has no such source or model
#}
{% macro erasure_journal(given) %}
  {%- set journals = [] -%}
  {%- for journal in given.journals -%}
    {%- set found = [] -%}
    {%- for node in graph.sources.values() if journal.get('source') == [node.source_name, node.name] -%}
      {%- do found.append(api.Relation.create(database=node.database, schema=node.schema,
          identifier=node.identifier)) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if journal.get('ref') == node.name
        and node.resource_type in ['model', 'seed', 'snapshot']
        and (not journal.get('package') or node.package_name == journal.package) -%}
      {%- do found.append(ozmeta_runtime.relation_of(node)) -%}
    {%- endfor -%}
    {%- if not found -%}
      {%- do exceptions.raise_compiler_error("The project has no journal " ~ journal.name
          ~ ". Run `ozmeta-dbt generate`.") -%}
    {%- endif -%}
    {%- do journals.append({'name': journal.name, 'relation': found[0], 'columns': journal.columns}) -%}
  {%- endfor -%}
  {%- do return(ozmeta_runtime.with_journal_columns(dict(given, journals=journals))) -%}
{% endmacro %}
