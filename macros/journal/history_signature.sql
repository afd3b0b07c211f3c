{#
A short text that shows how the models that make a journal from a system's tables read them; '' if there are none. Such
a model calls journal_from_changes, journal_from_events or journal_from_objects. It is the journal itself, or
upstream of it.

With another field or column, such a model makes events that are older than the rows that were read, and a run does not
see them.

journal: {name, relation}, see journal_slice
#}
{% macro history_signature(journal) %}
  {%- set cache = ozmeta_runtime.invocation_cache() -%}
  {%- set question = 'histories of ' ~ journal.relation -%}
  {%- if question in cache -%}{%- do return(cache[question]) -%}{%- endif -%}
  {%- set name = journal.relation.identifier | replace('__dbt__cte__', '') -%}
  {%- set ids, texts = [], [] -%}
  {%- for id in graph.nodes[model.unique_id].depends_on.nodes if id in graph.nodes -%}
    {%- if name in [graph.nodes[id].alias, graph.nodes[id].name] -%}{%- do ids.append(id) -%}{%- endif -%}
  {%- endfor -%}
  {#- Jinja's loop goes on with what is appended. -#}
  {%- for id in ids -%}
    {%- set node = graph.nodes[id] -%}
    {%- if modules.re.search('journal_from_(changes|events|objects)', node.raw_code or '') -%}
      {%- do texts.append(id ~ ozmeta_runtime.definition_text(node.raw_code)) -%}
    {%- endif -%}
    {%- for above in node.depends_on.nodes if above in graph.nodes and above not in ids -%}
      {%- do ids.append(above) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- set signature = '-' ~ local_md5(texts | sort | join(' '))[:4] if texts else '' -%}
  {%- do cache.update({question: signature}) -%}
  {%- do return(signature) -%}
{% endmacro %}
