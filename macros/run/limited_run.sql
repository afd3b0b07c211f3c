{#
dbt can limit what a model reads, or replace a table by another environment's. A read that is missing rows must not
reach tables that hold more: the missing rows would look like events that never happened (SPEC 8).
#}

{# Is this relation rendered as a part of its table? `--empty`, `--sample` and microbatch models do so, and projects that
   override ref(). A limited relation is a subquery, and the name of a table never starts with a parenthesis. #}
{% macro is_cut(relation) %}
  {%- do return((relation | string | trim).startswith('(')) -%}
{% endmacro %}

{# Does dbt limit what this run reads? The flags hold for every model of a run, so all of them decide alike.
   relations: those that the model reads #}
{% macro run_is_limited(relations=[]) %}
  {%- set given = invocation_args_dict -%}
  {%- if flags.EMPTY or given.get('empty') or given.get('sample') -%}{%- do return(true) -%}{%- endif -%}
  {%- for relation in relations if relation and ozmeta_runtime.is_cut(relation) -%}
    {%- do return(true) -%}
  {%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}

{# A table's name without the limit that `--empty` or `--sample` puts on it. For views: they hold no rows of their own. #}
{% macro unlimited(relation) %}
  {%- do return(relation.render() if ozmeta_runtime.is_cut(relation) else relation) -%}
{% endmacro %}

{# Stops a limited run that would replace rows by a part of them: a full refresh, or a model materialized as a table.
   relation: the model's own table. A table that is not there, or has no rows, may be made empty. #}
{% macro check_limited_rebuild(relation) %}
  {%- set existing = load_relation(relation) -%}
  {%- if existing and existing.type == 'table'
      and run_query("select " ~ ozmeta_runtime.any_row(existing)).rows[0][0] | int -%}
    {%- do exceptions.raise_compiler_error(
        "This run reads only a part of its data (--empty, --sample or another limit) and would replace the rows of "
        ~ relation ~ ". Nothing was written. Run without that flag, or build into a schema of its own.") -%}
  {%- endif -%}
{% endmacro %}

{# Stops a run that reads another environment's table (`--defer`) although this schema has completed runs: their run
   numbers and watermarks say nothing about that table.
   sources: relations of this package that the model reads; journals: relations of journals
   rebuilt: whether the model is built anew; then all its journals may be another environment's #}
{% macro check_deferred(sources, journals, rebuilt) %}
  {%- set own = [] -%}
  {%- for id in graph.nodes[model.unique_id].depends_on.nodes -%}
    {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
    {%- if node -%}{%- do own.append((node.schema ~ '.' ~ (node.identifier or node.alias)) | lower) -%}{%- endif -%}
  {%- endfor -%}
  {%- for relation in sources + ([] if rebuilt else journals) if relation -%}
    {%- if (relation.schema ~ '.' ~ relation.identifier) | lower not in own -%}
      {%- set advice = "Select the models upstream too, as in `dbt run --select +" ~ model.name ~ "`, or run without --defer."
          if relation in sources else "Build that model in this schema first, or run without --defer, or run with "
          ~ "--full-refresh to read everything from there." -%}
      {%- do exceptions.raise_compiler_error(this.identifier ~ " would be built from " ~ relation.render()
          ~ ", which belongs to another environment (--defer), but earlier runs built " ~ this.schema
          ~ " from its own tables. Nothing was written. " ~ advice) -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
