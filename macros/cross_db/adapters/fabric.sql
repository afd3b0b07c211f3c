{#
Fabric Warehouse takes SQL Server's SQL. Its dbt adapter does not inherit from the adapter of SQL Server, so each macro
of sqlserver.sql is repeated here.
#}

{# ---- types #}

{% macro fabric__type_text() -%}
  {%- do return(ozmeta_runtime.sqlserver__type_text()) -%}
{%- endmacro %}

{# ---- literals #}

{% macro fabric__quote_text(text) -%}
  {{ ozmeta_runtime.sqlserver__quote_text(text) }}
{%- endmacro %}

{# ---- booleans #}

{% macro fabric__boolean_column(condition) -%}
  {{ ozmeta_runtime.sqlserver__boolean_column(condition) }}
{%- endmacro %}

{% macro fabric__is_true(column) -%}
  {{ ozmeta_runtime.sqlserver__is_true(column) }}
{%- endmacro %}

{% macro fabric__boolean_expression(condition) -%}
  {{ ozmeta_runtime.sqlserver__boolean_expression(condition) }}
{%- endmacro %}

{% macro fabric__boolean_literal(value) -%}
  {{ ozmeta_runtime.sqlserver__boolean_literal(value) }}
{%- endmacro %}

{% macro fabric__boolean_case(condition, yes, no) -%}
  {{ ozmeta_runtime.sqlserver__boolean_case(condition, yes, no) }}
{%- endmacro %}

{# ---- text #}

{% macro fabric__starts_with(text, part) -%}
  {{ ozmeta_runtime.sqlserver__starts_with(text, part) }}
{%- endmacro %}

{% macro fabric__ends_with(text, part) -%}
  {{ ozmeta_runtime.sqlserver__ends_with(text, part) }}
{%- endmacro %}

{% macro fabric__contains_text(text, part) -%}
  {{ ozmeta_runtime.sqlserver__contains_text(text, part) }}
{%- endmacro %}

{% macro fabric__regex_matches(text, pattern) -%}
  {{ ozmeta_runtime.sqlserver__regex_matches(text, pattern) }}
{%- endmacro %}

{% macro fabric__concat_operator() -%}
  {{ ozmeta_runtime.sqlserver__concat_operator() }}
{%- endmacro %}

{% macro fabric__text_length(text) -%}
  {{ ozmeta_runtime.sqlserver__text_length(text) }}
{%- endmacro %}

{% macro fabric__substring(text, first, length) -%}
  {{ ozmeta_runtime.sqlserver__substring(text, first, length) }}
{%- endmacro %}

{% macro fabric__joined_texts(text, sort_key) -%}
  {{ ozmeta_runtime.sqlserver__joined_texts(text, sort_key) }}
{%- endmacro %}

{# ---- windows #}

{% macro fabric__nulls_first(expression) -%}
  {{ ozmeta_runtime.sqlserver__nulls_first(expression) }}
{%- endmacro %}

{% macro fabric__last_value_ignoring_nulls(expression, over) -%}
  {{ ozmeta_runtime.sqlserver__last_value_ignoring_nulls(expression, over) }}
{%- endmacro %}

{# ---- numbers #}

{% macro fabric__to_number(text) -%}
  {{ ozmeta_runtime.sqlserver__to_number(text) }}
{%- endmacro %}

{% macro fabric__number_to_text(number) -%}
  {{ ozmeta_runtime.sqlserver__number_to_text(number) }}
{%- endmacro %}

{% macro fabric__arithmetic(left, sign, right) -%}
  {{ ozmeta_runtime.sqlserver__arithmetic(left, sign, right) }}
{%- endmacro %}

{% macro fabric__finite(number) -%}
  {{ ozmeta_runtime.sqlserver__finite(number) }}
{%- endmacro %}

{% macro fabric__to_version(text) -%}
  {{ ozmeta_runtime.sqlserver__to_version(text) }}
{%- endmacro %}

{% macro fabric__to_integer(column, dtype) -%}
  {{ ozmeta_runtime.sqlserver__to_integer(column, dtype) }}
{%- endmacro %}

{% macro fabric__floor_div(number, divisor) -%}
  {{ ozmeta_runtime.sqlserver__floor_div(number, divisor) }}
{%- endmacro %}

{% macro fabric__modulo(number, divisor) -%}
  {{ ozmeta_runtime.sqlserver__modulo(number, divisor) }}
{%- endmacro %}

{# ---- time #}

{% macro fabric__timestamp_literal(text) -%}
  {{ ozmeta_runtime.sqlserver__timestamp_literal(text) }}
{%- endmacro %}

{% macro fabric__timestamp_text(timestamp) -%}
  {{ ozmeta_runtime.sqlserver__timestamp_text(timestamp) }}
{%- endmacro %}

{% macro fabric__to_micros(timestamp) -%}
  {{ ozmeta_runtime.sqlserver__to_micros(timestamp) }}
{%- endmacro %}

{% macro fabric__from_micros(micros) -%}
  {{ ozmeta_runtime.sqlserver__from_micros(micros) }}
{%- endmacro %}

{% macro fabric__micros_to_iso(micros) -%}
  {{ ozmeta_runtime.sqlserver__micros_to_iso(micros) }}
{%- endmacro %}

{% macro fabric__to_utc(column, dtype) -%}
  {{ ozmeta_runtime.sqlserver__to_utc(column, dtype) }}
{%- endmacro %}

{# datetime2 has at most six digits here. #}
{% macro fabric__timestamp_kind(dtype) -%}
  {%- do return('utc' if 'date' in dtype | lower else 'text') -%}
{%- endmacro %}

{% macro fabric__all_days(first, last) -%}
  {{ ozmeta_runtime.sqlserver__all_days(first, last) }}
{%- endmacro %}

{% macro fabric__current_instant() -%}
  {{ ozmeta_runtime.sqlserver__current_instant() }}
{%- endmacro %}

{% macro fabric__is_instant_type(dtype) -%}
  {%- do return(ozmeta_runtime.sqlserver__is_instant_type(dtype)) -%}
{%- endmacro %}

{% macro fabric__local_to_utc(timestamp, zone) -%}
  {{ ozmeta_runtime.sqlserver__local_to_utc(timestamp, zone) }}
{%- endmacro %}

{# ---- iso_8601 #}

{% macro fabric__is_iso(text) -%}
  {{ ozmeta_runtime.sqlserver__is_iso(text) }}
{%- endmacro %}

{% macro fabric__iso_to_micros(text) -%}
  {{ ozmeta_runtime.sqlserver__iso_to_micros(text) }}
{%- endmacro %}

{% macro fabric__iso_nanos(text) -%}
  {{ ozmeta_runtime.sqlserver__iso_nanos(text) }}
{%- endmacro %}

{# ---- epoch #}

{% macro fabric__to_double(number) -%}
  {{ ozmeta_runtime.sqlserver__to_double(number) }}
{%- endmacro %}

{# ---- json #}

{% macro fabric__is_json_object(text) -%}
  {{ ozmeta_runtime.sqlserver__is_json_object(text) }}
{%- endmacro %}

{% macro fabric__json_parsed(text, paths) -%}
  {{ ozmeta_runtime.sqlserver__json_parsed(text, paths) }}
{%- endmacro %}

{% macro fabric__json_at(parsed, paths, index) -%}
  {{ ozmeta_runtime.sqlserver__json_at(parsed, paths, index) }}
{%- endmacro %}

{% macro fabric__json_scalar(raw) -%}
  {{ ozmeta_runtime.sqlserver__json_scalar(raw) }}
{%- endmacro %}

{% macro fabric__json_member(value, array, cast_member) -%}
  {{ ozmeta_runtime.sqlserver__json_member(value, array, cast_member) }}
{%- endmacro %}

{% macro fabric__json_first(array) -%}
  {{ ozmeta_runtime.sqlserver__json_first(array) }}
{%- endmacro %}

{% macro fabric__json_text(text) -%}
  {{ ozmeta_runtime.sqlserver__json_text(text) }}
{%- endmacro %}

{# ---- columns #}

{% macro fabric__column_text(column, dtype) -%}
  {{ ozmeta_runtime.sqlserver__column_text(column, dtype) }}
{%- endmacro %}

{# ---- keys #}

{% macro fabric__sha256(text) -%}
  {{ ozmeta_runtime.sqlserver__sha256(text) }}
{%- endmacro %}

{% macro fabric__md5_hex(text) -%}
  {{ ozmeta_runtime.sqlserver__md5_hex(text) }}
{%- endmacro %}

{% macro fabric__hex48(number) -%}
  {{ ozmeta_runtime.sqlserver__hex48(number) }}
{%- endmacro %}

{# ---- ctes #}

{% macro fabric__can_recurse() -%}
  {%- do return(ozmeta_runtime.sqlserver__can_recurse()) -%}
{%- endmacro %}

{% macro fabric__can_nest_ctes() -%}
  {%- do return(ozmeta_runtime.sqlserver__can_nest_ctes()) -%}
{%- endmacro %}

{% macro fabric__with_recursive() -%}
  {{ ozmeta_runtime.sqlserver__with_recursive() }}
{%- endmacro %}

{% macro fabric__materialize_cte(cte, keyword) -%}
  {{ ozmeta_runtime.sqlserver__materialize_cte(cte, keyword) }}
{%- endmacro %}

{% macro fabric__model_query(query) -%}
  {{ ozmeta_runtime.sqlserver__model_query(query) }}
{%- endmacro %}

{% macro fabric__drop_staged_ctes(relations) -%}
  {%- do ozmeta_runtime.sqlserver__drop_staged_ctes(relations) -%}
{%- endmacro %}

{# ---- update_from #}

{% macro fabric__update_from(table, columns, rows, on, differs) -%}
  {{ ozmeta_runtime.sqlserver__update_from(table, columns, rows, on, differs) }}
{%- endmacro %}

{# ---- storage #}

{% macro fabric__storage(model) -%}
  {%- do return(ozmeta_runtime.sqlserver__storage(model)) -%}
{%- endmacro %}
