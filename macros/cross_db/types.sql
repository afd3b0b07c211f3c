{# The type of texts of any length. #}
{% macro type_text() %}{% do return(adapter.dispatch('type_text', 'ozmeta_runtime')()) %}{% endmacro %}

{% macro default__type_text() %}{% do return(dbt.type_string()) %}{% endmacro %}

{# The type of an instant in UTC, of no zone. #}
{% macro type_timestamp() %}{{ adapter.dispatch('type_timestamp', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__type_timestamp() %}{{ dbt.type_timestamp() }}{% endmacro %}

{# The type of a rule's numbers: 64 bits. #}
{% macro type_double() %}{{ adapter.dispatch('type_double', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__type_double() %}{{ dbt.type_float() }}{% endmacro %}
