{# The run's clock as a SQL timestamp (spec 3). See as_of_text. #}
{% macro as_of() %}{{ ozmeta_runtime.timestamp_literal(ozmeta_runtime.as_of_text()) }}{% endmacro %}
