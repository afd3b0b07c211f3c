{#
A text as a SQL string literal. Metadata is data: every text is quoted, whatever characters it contains.
text: str or none; none becomes a typed null
#}
{% macro text_literal(text) -%}
  {%- if text is none -%}
    cast(null as {{ ozmeta_runtime.type_text() }})
  {%- else -%}
    {{ ozmeta_runtime.quote_text(text | string) }}
  {%- endif -%}
{%- endmacro %}

{#
A text in single quotes, escaped as the engine reads it.
text: str
#}
{% macro quote_text(text) -%}
  {{ adapter.dispatch('quote_text', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{% macro default__quote_text(text) -%}
  '{{ text | replace("'", "''") }}'
{%- endmacro %}

{#
Text literals for `in (...)`. An empty list becomes null, which matches nothing.
texts: list of str
#}
{% macro text_literals(texts) -%}
  {%- for text in texts -%}
    {{ ozmeta_runtime.text_literal(text) }}{{ ", " if not loop.last }}
  {%- else -%}
    null
  {%- endfor -%}
{%- endmacro %}

{#
A quoted column name. Adapters add quotes around a name but do not escape quotes inside it; this macro does.
name: str
Returns: str
#}
{% macro quote_name(name) -%}
  {%- set mark = adapter.quote('')[-1:] -%}
  {%- do return(adapter.quote(name | replace(mark, mark * 2))) -%}
{%- endmacro %}

{#
A select of literal rows.
columns: list of [name, SQL type]
rows: list of rows, each a list of str, int, bool or none
#}
{% macro literal_rows(columns, rows) %}
  {%- if not rows %}
    select
      {% for column in columns -%}
        cast(null as {{ column[1] }}) as {{ column[0] }}{{ ", " if not loop.last }}
      {%- endfor %}
    {{ ozmeta_runtime.no_rows() }}
  {%- endif %}
  {%- for row in rows %}
    {{ "union all " if not loop.first }}select {% for column in columns -%}
      {%- set value = row[loop.index0] -%}
      {%- if value is none -%}
        cast(null as {{ column[1] }})
      {%- elif value is string -%}
        {{ ozmeta_runtime.text_literal(value) }}
      {%- else -%}
        cast({{ value | lower }} as {{ column[1] }})
      {%- endif %} as {{ column[0] }}{{ ", " if not loop.last }}
    {%- endfor %}
  {%- endfor %}
{% endmacro %}
