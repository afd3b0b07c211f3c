{# Runs statements and commits them together. By itself, dbt commits only what models write. statements: SQL, one each #}
{% macro write_at_once() %}
  {%- for sql in varargs -%}
    {%- call statement('write_at_once') -%}{{ sql }}{%- endcall -%}
  {%- endfor -%}
  {%- do adapter.commit() -%}
{% endmacro %}
