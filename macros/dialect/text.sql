{# Order texts by their UTF-8 bytes, whatever the database's collation (SPEC 4.3). #}
{% macro bytewise(text) %}{{ adapter.dispatch('bytewise', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro default__bytewise(text) %}{{ text }}{% endmacro %}

{% macro nulls_first(expression) %}{{ adapter.dispatch('nulls_first', 'ozmeta_runtime')(expression) }}{% endmacro %}
{% macro default__nulls_first(expression) %}{{ expression }} nulls first{% endmacro %}

{# The last value that is not null, up to the end of the frame; `over` is the whole window. #}
{% macro last_known(expression, over) %}{{ adapter.dispatch('last_known', 'ozmeta_runtime')(expression, over) }}{% endmacro %}
{% macro default__last_known(expression, over) %}last_value({{ expression }} ignore nulls) over ({{ over }}){% endmacro %}

{% macro starts_with(text, part) %}{{ adapter.dispatch('starts_with', 'ozmeta_runtime')(text, part) }}{% endmacro %}
{% macro default__starts_with(text, part) %}(substr({{ text }}, 1, length({{ part }})) = {{ part }}){% endmacro %}

{% macro ends_with(text, part) %}{{ adapter.dispatch('ends_with', 'ozmeta_runtime')(text, part) }}{% endmacro %}
{% macro default__ends_with(text, part) %}ends_with({{ text }}, {{ part }}){% endmacro %}

{% macro contains_text(text, part) %}{{ adapter.dispatch('contains_text', 'ozmeta_runtime')(text, part) }}{% endmacro %}
{% macro default__contains_text(text, part) %}(strpos({{ text }}, {{ part }}) > 0){% endmacro %}

{# A partial match; the pattern is RE2 (SPEC 4.7) and a literal, so it was checked when it was generated. #}
{% macro regex_matches(text, pattern) %}{{ adapter.dispatch('regex_matches', 'ozmeta_runtime')(text, pattern) }}{% endmacro %}
{% macro duckdb__regex_matches(text, pattern) %}regexp_matches({{ text }}, {{ pattern }}){% endmacro %}

{# `with recursive`, for the engines that want the word. #}
{% macro with_recursive() %}{{ adapter.dispatch('with_recursive', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__with_recursive() %}with recursive{% endmacro %}
