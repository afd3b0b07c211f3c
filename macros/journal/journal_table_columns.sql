{# The columns of a journal's table, see relation_columns. The warehouse is asked once per invocation, or by each model
   if the project builds the table, since a run may change it. #}
{% macro journal_table_columns(relation) %}
  {%- set built = [] -%}
  {%- for node in graph.nodes.values() -%}
    {%- do built.append((node.schema ~ '.' ~ node.alias) | lower) -%}
  {%- endfor -%}
  {%- set is_built = (relation.schema ~ '.' ~ relation.identifier) | lower in built -%}
  {%- set cache = {} if is_built else ozmeta_runtime.invocation_cache() -%}
  {%- set question = 'columns of ' ~ relation.render() -%}
  {%- if question not in cache -%}
    {%- do cache.update({question: ozmeta_runtime.relation_columns(relation)}) -%}
  {%- endif -%}
  {%- do return(cache[question]) -%}
{% endmacro %}
