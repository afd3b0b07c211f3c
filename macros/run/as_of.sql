{% macro as_of() %}{{ ozmeta_runtime.timestamp_literal(ozmeta_runtime.as_of_text()) }}{% endmacro %}
