{# The run log's entry for a table that was empty when the run completed. Any row in it now is a change. #}
{% macro empty_relation_mark(relation) %}{% do return('empty:' ~ relation.identifier | lower ~ ';') %}{% endmacro %}
