{# Whether a query may go round and round, as long as an object's events last. Where it may not, an object that has to be walked stops the run. #}
{% macro can_recurse() %}{% do return(adapter.dispatch('can_recurse', 'ozmeta_runtime')()) %}{% endmacro %}

{% macro default__can_recurse() %}{% do return(true) %}{% endmacro %}

{# `with recursive`, for the engines that want the word. #}
{% macro with_recursive() %}{{ adapter.dispatch('with_recursive', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__with_recursive() %}with recursive{% endmacro %}

{# A recursive CTE's columns, for the engines that want them named before it. #}
{% macro recursive_columns(columns) %}{{ adapter.dispatch('recursive_columns', 'ozmeta_runtime')(columns) }}{% endmacro %}

{% macro default__recursive_columns(columns) %}{% endmacro %}

{# `union`, duplicates left out. #}
{% macro union_distinct() %}{{ adapter.dispatch('union_distinct', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__union_distinct() %}union{% endmacro %}

{# What follows a select of constants that is there for its columns only. #}
{% macro no_rows() %}{{ adapter.dispatch('no_rows', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__no_rows() %}where 1 = 0{% endmacro %}

{# Ends a CTE that is named more than once, for the engines that would otherwise run it again for each of its uses. `keyword` is `and` where a condition stands before it.
   `with_once` begins the query. #}
{% macro materialize_cte(cte, keyword='where') %}{{ adapter.dispatch('materialize_cte', 'ozmeta_runtime')(cte, keyword) }}{% endmacro %}

{% macro default__materialize_cte(cte, keyword) %}{% endmacro %}

{% macro with_materialized_ctes() %}{{ adapter.dispatch('with_materialized_ctes', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__with_materialized_ctes() %}with{% endmacro %}
