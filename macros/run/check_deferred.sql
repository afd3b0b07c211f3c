{#
Stops a run that would read another environment's table (`--defer`) although this schema has completed runs. Their run
numbers and watermarks do not apply to that table.

sources: relations of this package that the model reads; journals: relations of the journals
rebuilt: whether the model is built from scratch; then its journals may belong to another environment
#}
{% macro check_deferred(sources, journals, rebuilt) %}
  {%- set own = [] -%}
  {%- for id in graph.nodes[model.unique_id].depends_on.nodes -%}
    {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
    {%- if node -%}{%- do own.append((node.schema ~ '.' ~ (node.identifier or node.alias)) | lower) -%}{%- endif -%}
  {%- endfor -%}
  {%- for relation in sources + ([] if rebuilt else journals) if relation -%}
    {%- if (relation.schema ~ '.' ~ relation.identifier) | lower not in own -%}
      {%- set advice = "Select the upstream models too, as in `dbt run --select +" ~ model.name
          ~ "`, or run without --defer." if relation in sources
          else "Build that model in this schema first, or run without --defer, or run with --full-refresh to read "
          ~ "everything from there." -%}
      {%- do exceptions.raise_compiler_error(this.identifier ~ " would be built from " ~ relation.render()
          ~ ", which belongs to another environment (--defer), but earlier runs built " ~ this.schema
          ~ " from its own tables. Nothing was written. " ~ advice) -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
