{# The first words of a model that has nothing to write (select_nothing). #}
{% macro nothing_mark() %}{% do return('-- nothing to write') %}{% endmacro %}
