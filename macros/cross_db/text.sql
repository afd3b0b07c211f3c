{# Order texts by their UTF-8 bytes, whatever the database's collation (SPEC 4.3). #}
{% macro binary_order(text) %}{{ adapter.dispatch('binary_order', 'ozmeta_runtime')(text) }}{% endmacro %}

{% macro default__binary_order(text) %}{{ text }}{% endmacro %}

{# The least of a group's texts, by their bytes. #}
{% macro min_text(text) %}{{ adapter.dispatch('min_text', 'ozmeta_runtime')(text) }}{% endmacro %}

{% macro default__min_text(text) %}min({{ text }}){% endmacro %}

{% macro nulls_first(expression) %}{{ adapter.dispatch('nulls_first', 'ozmeta_runtime')(expression) }}{% endmacro %}

{% macro default__nulls_first(expression) %}{{ expression }} nulls first{% endmacro %}

{# The last value that is not null, up to the end of the frame; `over` is the whole window. #}
{% macro last_value_ignoring_nulls(expression, over) %}{{ adapter.dispatch('last_value_ignoring_nulls', 'ozmeta_runtime')(expression, over) }}{% endmacro %}

{% macro default__last_value_ignoring_nulls(expression, over) %}last_value({{ expression }} ignore nulls) over ({{ over }}){% endmacro %}

{% macro starts_with(text, part) %}{{ adapter.dispatch('starts_with', 'ozmeta_runtime')(text, part) }}{% endmacro %}

{% macro default__starts_with(text, part) %}(substr({{ text }}, 1, length({{ part }})) = {{ part }}){% endmacro %}

{% macro ends_with(text, part) %}{{ adapter.dispatch('ends_with', 'ozmeta_runtime')(text, part) }}{% endmacro %}

{% macro default__ends_with(text, part) %}ends_with({{ text }}, {{ part }}){% endmacro %}

{% macro contains_text(text, part) %}{{ adapter.dispatch('contains_text', 'ozmeta_runtime')(text, part) }}{% endmacro %}

{% macro default__contains_text(text, part) %}(strpos({{ text }}, {{ part }}) > 0){% endmacro %}

{# A partial match; the pattern is RE2 (SPEC 4.7) and a literal, so it was checked when it was generated. #}
{% macro regex_matches(text, pattern) %}{{ adapter.dispatch('regex_matches', 'ozmeta_runtime')(text, pattern) }}{% endmacro %}

{# Two texts as one, null where either is. #}
{% macro concat_operator() %}{{ adapter.dispatch('concat_operator', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__concat_operator() %}||{% endmacro %}

{% macro text_length(text) %}{{ adapter.dispatch('text_length', 'ozmeta_runtime')(text) }}{% endmacro %}

{% macro default__text_length(text) %}length({{ text }}){% endmacro %}

{# `length` characters, from the one numbered `first` on; counted from 1. #}
{% macro substring(text, first, length) %}{{ adapter.dispatch('substring', 'ozmeta_runtime')(text, first, length) }}{% endmacro %}

{% macro default__substring(text, first, length) %}substr({{ text }}, {{ first }}, {{ length }}){% endmacro %}
