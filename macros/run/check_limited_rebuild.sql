{#
Stops a limited run (`--empty`, `--sample`) that would replace existing rows by a part of them: a full refresh, or a
model materialized as a table. A table that does not exist or has no rows may be created empty.

relation: the model's own table
#}
{% macro check_limited_rebuild(relation) %}
  {%- set existing = load_relation(relation) -%}
  {%- if existing and existing.type == 'table'
      and run_query("select " ~ ozmeta_runtime.row_exists(existing)).rows[0][0] | int -%}
    {%- do exceptions.raise_compiler_error(
        "This run reads only a part of its data (--empty, --sample or another limit) and would replace the rows of "
        ~ relation ~ ". Nothing was written. Run without that flag, or build into a schema of its own.") -%}
  {%- endif -%}
{% endmacro %}
