{# SQL: 1 where a table has a row of that kind, else 0; an engine stops at the first one. #}
{% macro row_exists(relation, condition='1 = 1') %}{% do return("case when exists (select 1 from " ~ relation ~ " where " ~ condition ~ ") then 1 else 0 end") %}{% endmacro %}
