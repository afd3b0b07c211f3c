{% macro never_due() %}{{ ozmeta_runtime.timestamp_literal('9999-12-31 00:00:00') }}{% endmacro %}
