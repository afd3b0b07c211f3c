{#
Runs statements and commits them together. By itself, dbt commits only what models write.

Arguments    SQL: any number of statements
#}
{% macro write_at_once() %}
  {%- for sql in varargs -%}
    {%- call statement('write_at_once') -%}{{ sql }}{%- endcall -%}
  {%- endfor -%}
  {%- do adapter.commit() -%}
{% endmacro %}
