{# The version of this package. The release workflow checks that dbt_project.yml and the generator have the same. #}
{% macro package_version() %}{% do return('0.1.0') %}{% endmacro %}
