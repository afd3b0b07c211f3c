{# How the run log says that a table had no row when the run was complete: then what is in it now is news, and that it is empty is none. #}
{% macro empty_relation_mark(relation) %}{% do return('empty:' ~ relation.identifier | lower ~ ';') %}{% endmacro %}
