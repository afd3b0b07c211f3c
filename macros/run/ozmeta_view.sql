{#
dbt's own view, except that it leaves a view alone whose text has not changed. On DuckDB, dbt's own sends six statements
for each view of each run. dbt's own also runs for a full refresh, and for a view with hooks, grants, a contract or
the like (is_plain_config).

The view's comment holds a hash of its text (view_mark). A view that someone else has replaced has no such comment.
#}
{% materialization ozmeta_view, adapter='duckdb' %}
  {%- set own = materialization_view_duckdb if materialization_view_duckdb is defined
      else materialization_view_default -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set marks = ozmeta_runtime.view_marks(this) if ozmeta_runtime.is_plain_config(own) else none -%}
  {%- set mark = ozmeta_runtime.view_mark(this, sql | trim) -%}
  {%- if existing and existing.is_view and marks is not none and not should_full_refresh()
      and marks.get(ozmeta_runtime.view_place(this)) == mark -%}
    {%- do store_result('main', response='UNCHANGED') -%}
    {%- do return({'relations': [existing]}) -%}
  {%- endif -%}
  {%- set result = own() -%}
  {%- if marks is not none -%}
    {%- do run_query("comment on view " ~ this ~ " is " ~ ozmeta_runtime.text_literal(mark)) -%}
  {%- endif -%}
  {%- do return(result) -%}
{% endmaterialization %}

{# The comment of a view with this text. #}
{% macro view_mark(relation, sql) %}
  {%- do return('ozmeta_runtime ' ~ local_md5(ozmeta_runtime.view_place(relation) ~ ' ' ~ sql)) -%}
{% endmacro %}

{# A view's place in its database, as view_marks writes it. #}
{% macro view_place(relation) %}{% do return((relation.schema ~ '.' ~ relation.identifier) | lower) %}{% endmacro %}

{# The comments of all views of a relation's database, {schema.name: comment}, or none if the database keeps no
   comments. A view's comment changes only with the view, so the database is asked once per invocation. #}
{% macro view_marks(relation) %}
  {%- set cache = ozmeta_runtime.invocation_cache() -%}
  {%- set question = 'comments of the views in ' ~ relation.database -%}
  {%- if question not in cache -%}
    {%- set found = run_query("select databases.type, lower(views.schema_name || '.' || views.view_name), views.comment"
        ~ " from duckdb_databases() as databases left join duckdb_views() as views"
        ~ " on views.database_name = databases.database_name and not views.internal and views.comment is not null"
        ~ " where lower(databases.database_name) = " ~ ozmeta_runtime.text_literal(relation.database | lower)).rows -%}
    {%- set marks = {} -%}
    {%- for row in found if row[1] is not none -%}{%- do marks.update({row[1]: row[2]}) -%}{%- endfor -%}
    {%- do cache.update({question: marks if found and found[0][0] == 'duckdb' else none}) -%}
  {%- endif -%}
  {%- do return(cache[question]) -%}
{% endmacro %}
