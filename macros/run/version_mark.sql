{# The run log's entry for the version of this package. #}
{% macro version_mark() %}{% do return('version:' ~ ozmeta_runtime.package_version() ~ ';') %}{% endmacro %}
