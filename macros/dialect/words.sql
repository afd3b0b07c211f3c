{# Words that some engine spells in its own way. #}

{# `union`, duplicates left out. #}
{% macro union_distinct() %}{{ adapter.dispatch('union_distinct', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__union_distinct() %}union{% endmacro %}

{# What follows a select of constants that is there for its columns only. #}
{% macro no_rows() %}{{ adapter.dispatch('no_rows', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__no_rows() %}where 1 = 0{% endmacro %}

{# Ends a CTE that is named more than once, for the engines that would otherwise run it again for each of its uses. `keyword` is `and` where a condition stands before it.
   `with_once` begins the query. #}
{% macro once(cte, keyword='where') %}{{ adapter.dispatch('once', 'ozmeta_runtime')(cte, keyword) }}{% endmacro %}
{% macro default__once(cte, keyword) %}{% endmacro %}
{% macro with_once() %}{{ adapter.dispatch('with_once', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__with_once() %}with{% endmacro %}

{# The remainder of a whole number. #}
{% macro modulo(number, divisor) %}{{ adapter.dispatch('modulo', 'ozmeta_runtime')(number, divisor) }}{% endmacro %}
{% macro default__modulo(number, divisor) %}mod({{ number }}, {{ divisor }}){% endmacro %}
{# T-SQL has the sign only. #}
{% macro sqlserver__modulo(number, divisor) %}({{ number }} % {{ divisor }}){% endmacro %}
{% macro fabric__modulo(number, divisor) %}({{ number }} % {{ divisor }}){% endmacro %}

{# The type of an instant in UTC, of no zone. #}
{% macro type_timestamp() %}{{ adapter.dispatch('type_timestamp', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__type_timestamp() %}{{ dbt.type_timestamp() }}{% endmacro %}

{# The type of a rule's numbers: 64 bits. #}
{% macro type_double() %}{{ adapter.dispatch('type_double', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__type_double() %}{{ dbt.type_float() }}{% endmacro %}

{# A UTC timestamp as text, 'YYYY-MM-DD HH:MM:SS[.f]' with no needless zeros: what `instant` takes, and the same on every engine. #}
{% macro instant_text(instant) %}{{ adapter.dispatch('instant_text', 'ozmeta_runtime')(instant) }}{% endmacro %}
{% macro default__instant_text(instant) %}cast({{ instant }} as {{ ozmeta_runtime.type_text() }}){% endmacro %}
