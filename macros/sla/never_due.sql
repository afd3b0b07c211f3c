{# SQL: a timestamp later than any threshold. It takes the place of null in least(), which engines treat differently. #}
{% macro never_due() %}{{ ozmeta_runtime.timestamp_literal('9999-12-31 00:00:00') }}{% endmacro %}
