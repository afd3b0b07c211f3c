{#
What dbt itself may change about the tables that a model reads. A limited or redirected read must not reach tables that hold more: what is missing
from it would look like rows that a late event undid (SPEC 8, "What a run may read").

Is a relation rendered as a part of its table? dbt does so under `--empty` and `--sample`, in microbatch models, and in a project that overrides ref().
A cut relation is a subquery; the name of a table never starts with a parenthesis.
#}
{% macro is_cut(relation) %}
  {%- do return((relation | string | trim).startswith('(')) -%}
{% endmacro %}

{# Does dbt limit what this run reads? The flags count for every model of a run, so that its models agree. relations: those that the model reads #}
{% macro run_is_limited(relations=[]) %}
  {%- if flags.EMPTY or invocation_args_dict.get('empty') or invocation_args_dict.get('sample') -%}{%- do return(true) -%}{%- endif -%}
  {%- for relation in relations if relation and ozmeta_runtime.is_cut(relation) -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}

{# The name of a table, without the limit that `--empty` or `--sample` puts on it. For views, which hold no rows: a view of a part would stay one. #}
{% macro unlimited(relation) %}{% do return(relation.render() if ozmeta_runtime.is_cut(relation) else relation) %}{% endmacro %}

{#
Stops a limited run that would replace this model's rows by a part of them: a full refresh, or a model that is materialized as a table.
Otherwise the model keeps its rows (see run_state), and a table that is not there yet is made empty.
#}
{% macro check_limited_rebuild(relation) %}
  {%- set existing = load_relation(relation) -%}
  {%- if existing and existing.type == 'table' and run_query("select " ~ ozmeta_runtime.any_row(existing)).rows[0][0] | int -%}
    {%- do exceptions.raise_compiler_error("This run reads only a part of its data (--empty, --sample or another limit), and would replace the rows of " ~ relation
        ~ " by what is left. Nothing was written. Run without that flag, or build into a schema of its own.") -%}
  {%- endif -%}
{% endmacro %}

{#
Stops a run that reads another schema's table in place of its own (`--defer`), if this schema has completed runs: their run numbers and
watermarks say nothing about the other table.
sources: relations of this package that the model reads; journals: relations of journals; rebuilt: whether the model is built anew
#}
{% macro check_deferred(sources, journals, rebuilt) %}
  {%- set own = [] -%}
  {%- for id in graph.nodes[model.unique_id].depends_on.nodes -%}
    {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
    {%- if node -%}{%- do own.append((node.schema ~ '.' ~ (node.identifier or node.alias)) | lower) -%}{%- endif -%}
  {%- endfor -%}
  {%- for relation in sources + ([] if rebuilt else journals) if relation and (relation.schema ~ '.' ~ relation.identifier) | lower not in own -%}
    {%- do exceptions.raise_compiler_error(this.identifier ~ " would be built from " ~ relation.render() ~ ", which belongs to another environment (--defer), but earlier runs built "
        ~ this.schema ~ " from its own tables. Nothing was written. " ~ ("Select the models upstream too, such as `dbt run --select +" ~ model.name ~ "`, or run without --defer."
        if relation in sources else "Build that model in this schema first, run without --defer, or run with --full-refresh to read everything from there.")) -%}
  {%- endfor -%}
{% endmacro %}
