{#
Whether the engine runs recursive queries that are as deep as an object has events.
If it does not, an object whose events depend on each other stops the run.
Returns: bool
#}
{% macro can_recurse() -%}
  {%- do return(adapter.dispatch('can_recurse', 'ozmeta_runtime')()) -%}
{%- endmacro %}

{% macro default__can_recurse() -%}
  {%- do return(true) -%}
{%- endmacro %}

{# The keywords that begin a query with a recursive CTE. #}
{% macro with_recursive() -%}
  {{ adapter.dispatch('with_recursive', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__with_recursive() -%}
  with recursive
{%- endmacro %}

{#
What follows the name of a recursive CTE. Most engines take the column names from its first select.
columns: list of str
#}
{% macro recursive_columns(columns) -%}
  {{ adapter.dispatch('recursive_columns', 'ozmeta_runtime')(columns) }}
{%- endmacro %}

{% macro default__recursive_columns(columns) -%}
{%- endmacro %}

{#
Whether a query inside a query may begin with `with`.
Returns: bool
#}
{% macro can_nest_ctes() -%}
  {%- do return(adapter.dispatch('can_nest_ctes', 'ozmeta_runtime')()) -%}
{%- endmacro %}

{% macro default__can_nest_ctes() -%}
  {%- do return(true) -%}
{%- endmacro %}

{# `union` without duplicates. #}
{% macro union_distinct() -%}
  {{ adapter.dispatch('union_distinct', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__union_distinct() -%}
  union
{%- endmacro %}

{# What follows a select of constants that returns no rows and only defines columns. #}
{% macro no_rows() -%}
  {{ adapter.dispatch('no_rows', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__no_rows() -%}
  where 1 = 0
{%- endmacro %}

{#
Ends a CTE that is read more than once, so that the engine runs it only once. Empty where engines need no help.
The query must begin with `with_materialized_ctes`.
cte: str, the name of the CTE that ends here
keyword: 'where'; 'and' if the select has a `where` already; 'having' if it has a `group by`
#}
{% macro materialize_cte(cte, keyword='where') -%}
  {{ adapter.dispatch('materialize_cte', 'ozmeta_runtime')(cte, keyword) }}
{%- endmacro %}

{% macro default__materialize_cte(cte, keyword) -%}
{%- endmacro %}

{# The keywords that begin a query in which `materialize_cte` ends a CTE. #}
{% macro with_materialized_ctes() -%}
  {{ adapter.dispatch('with_materialized_ctes', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__with_materialized_ctes() -%}
  with
{%- endmacro %}

{#
The query of a model, as the text of a `call` block. Engines that run a CTE once for each use, and cannot be told
otherwise, write the CTEs that `materialize_cte` ends into tables first, and the query reads these.
#}
{% macro model_query() -%}
  {{ adapter.dispatch('model_query', 'ozmeta_runtime')(caller()) }}
{%- endmacro %}

{% macro default__model_query(query) -%}
  {{ query }}
{%- endmacro %}

{# Drops the tables that `model_query` made for these models, if there are any. relations: the models' tables #}
{% macro drop_staged_ctes(relations) -%}
  {%- do adapter.dispatch('drop_staged_ctes', 'ozmeta_runtime')(relations) -%}
{%- endmacro %}

{% macro default__drop_staged_ctes(relations) -%}
{%- endmacro %}

{#
Whether this model's query may read tables that are dropped afterwards: dbt is about to build a table from it. A query
that dbt only compiles or shows, a view and a unit test have to run by themselves.
Returns: bool
#}
{% macro may_stage_ctes() -%}
  {%- do return(execute and flags.WHICH in ['run', 'build'] and model.resource_type == 'model'
      and config.get('materialized') in ['table', 'incremental', ozmeta_runtime.materialization('incremental')]) -%}
{%- endmacro %}

{#
The name of the table for the `number`th CTE that a model stages, from 1. It is next to the model's own table, and so
two models or two schemas never share one.
Returns: relation
#}
{% macro staged_cte(relation, number) -%}
  {%- set name = relation.identifier -%}
  {%- if name | length > 100 -%}{%- set name = name[:90] ~ local_md5(name)[:10] -%}{%- endif -%}
  {%- do return(api.Relation.create(database=relation.database, schema=relation.schema,
      identifier=name ~ '__ozmeta_' ~ number, type='table')) -%}
{%- endmacro %}

{# The statement that writes a CTE into a table. table: relation; ctes: SQL: `with` and the CTEs; cte: the CTE's name #}
{% macro create_staged_cte(table, ctes, cte) -%}
  {{ adapter.dispatch('create_staged_cte', 'ozmeta_runtime')(table, ctes, cte) }}
{%- endmacro %}

{% macro default__create_staged_cte(table, ctes, cte) -%}
  create table {{ table }} as {{ ctes }} select * from {{ cte }}
{%- endmacro %}

{#
Begins a CTE that an engine must finish before it goes on with what reads it: `name as`.
name: str
#}
{% macro barrier_cte(name) -%}
  {{ adapter.dispatch('barrier_cte', 'ozmeta_runtime')(name) }}
{%- endmacro %}

{% macro default__barrier_cte(name) -%}
  {{ name }} as
{%- endmacro %}
