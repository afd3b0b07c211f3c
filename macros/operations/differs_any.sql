{# SQL: whether the columns of a pair differ, for any of the pairs. A null is a value of its own.
   nothing: SQL of the type of the columns that no column is, but in place of null #}
{% macro differs_any(pairs, nothing="''") -%}
  {%- for one, other in pairs -%}
    {{ " or " if not loop.first }}coalesce({{ one }}, {{ nothing }}) <> coalesce({{ other }}, {{ nothing }})
  {%- endfor -%}
{%- endmacro %}
