{# Whether a table of that name exists with these columns. If so, a full refresh keeps the rows that must survive it. #}
{% macro has_columns(relation, columns) %}
  {%- set existing = load_relation(relation) -%}
  {%- if existing is none or existing.type != 'table' -%}{%- do return(false) -%}{%- endif -%}
  {%- set names = ozmeta_runtime.relation_columns(existing) -%}
  {%- for column in columns if column | lower not in names -%}{%- do return(false) -%}{%- endfor -%}
  {%- do return(true) -%}
{% endmacro %}
