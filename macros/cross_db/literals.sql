{# A text as a SQL literal: metadata is data, whatever it holds. none becomes a typed null. #}
{% macro text_literal(text) %}
  {%- if text is none -%}cast(null as {{ ozmeta_runtime.type_text() }})
  {%- else -%}{{ adapter.dispatch('quote_text', 'ozmeta_runtime')(text | string) }}{%- endif -%}
{% endmacro %}

{% macro default__quote_text(text) %}'{{ text | replace("'", "''") }}'{% endmacro %}

{# A column's name, quoted: adapters put their quotes around it, and leave those in it as they are. #}
{% macro quote_name(name) %}
  {%- set mark = adapter.quote('')[-1:] -%}
  {%- do return(adapter.quote(name | replace(mark, mark * 2))) -%}
{% endmacro %}

{# Several texts, for `in (...)`; an empty list matches nothing. #}
{% macro text_literals(texts) %}
  {%- for text in texts -%}{{ ozmeta_runtime.text_literal(text) }}{{ ", " if not loop.last }}{%- else -%}null{%- endfor -%}
{% endmacro %}

{# A relation of literal rows. columns: [[name, type], ...]; rows: lists of values (text, int, bool or none). #}
{% macro literal_rows(columns, rows) %}
  {%- if not rows %}
    select {% for c in columns %}cast(null as {{ c[1] }}) as {{ c[0] }}{{ ", " if not loop.last }}{% endfor %} {{ ozmeta_runtime.no_rows() }}
  {%- endif %}
  {%- for row in rows %}
    {{ "union all " if not loop.first }}select {% for c in columns -%}
      {%- set value = row[loop.index0] -%}
      {%- if value is none -%}cast(null as {{ c[1] }})
      {%- elif value is string -%}{{ ozmeta_runtime.text_literal(value) }}
      {%- else -%}cast({{ value | lower }} as {{ c[1] }}){%- endif %} as {{ c[0] }}{{ ", " if not loop.last }}
    {%- endfor %}
  {%- endfor %}
{% endmacro %}
