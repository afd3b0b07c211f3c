{# A text as a SQL literal: metadata is data, whatever it holds. none becomes a typed null. #}
{% macro literal(text) %}
  {%- if text is none -%}cast(null as {{ ozmeta_runtime.type_text() }})
  {%- else -%}{{ adapter.dispatch('quoted', 'ozmeta_runtime')(text | string) }}{%- endif -%}
{% endmacro %}

{% macro default__quoted(text) %}'{{ text | replace("'", "''") }}'{% endmacro %}

{# A column's name, quoted: adapters put their quotes around it, and leave those in it as they are. #}
{% macro quoted_name(name) %}
  {%- set mark = adapter.quote('')[-1:] -%}
  {%- do return(adapter.quote(name | replace(mark, mark * 2))) -%}
{% endmacro %}

{# Several texts, for `in (...)`; an empty list matches nothing. #}
{% macro literals(texts) %}
  {%- for text in texts -%}{{ ozmeta_runtime.literal(text) }}{{ ", " if not loop.last }}{%- else -%}null{%- endfor -%}
{% endmacro %}

{# A UTC instant, given as 'YYYY-MM-DD HH:MM:SS[.ffffff]'. #}
{% macro instant(text) %}{{ adapter.dispatch('instant', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro default__instant(text) %}cast('{{ text }}' as {{ ozmeta_runtime.type_timestamp() }}){% endmacro %}

{# A relation of literal rows. columns: [[name, type], ...]; rows: lists of values (text, int, bool or none). #}
{% macro literal_rows(columns, rows) %}
  {%- if not rows %}
    select {% for c in columns %}cast(null as {{ c[1] }}) as {{ c[0] }}{{ ", " if not loop.last }}{% endfor %} {{ ozmeta_runtime.no_rows() }}
  {%- endif %}
  {%- for row in rows %}
    {{ "union all " if not loop.first }}select {% for c in columns -%}
      {%- set value = row[loop.index0] -%}
      {%- if value is none -%}cast(null as {{ c[1] }})
      {%- elif value is string -%}{{ ozmeta_runtime.literal(value) }}
      {%- else -%}cast({{ value | lower }} as {{ c[1] }}){%- endif %} as {{ c[0] }}{{ ", " if not loop.last }}
    {%- endfor %}
  {%- endfor %}
{% endmacro %}

{# A backslash in a literal escapes what follows. #}
{% macro redshift__quoted(text) %}'{{ text | replace('\\', '\\\\') | replace("'", "''") }}'{% endmacro %}

{# The type of texts of any length. #}
{% macro type_text() %}{% do return(adapter.dispatch('type_text', 'ozmeta_runtime')()) %}{% endmacro %}
{% macro default__type_text() %}{% do return(dbt.type_string()) %}{% endmacro %}
{# TEXT is cut at 256 bytes here. #}
{% macro redshift__type_text() %}{% do return('varchar(65535)') %}{% endmacro %}

{# A condition as a boolean column, false where it is unknown. #}
{% macro truth(condition) %}{{ adapter.dispatch('truth', 'ozmeta_runtime')(condition) }}{% endmacro %}
{% macro default__truth(condition) %}coalesce({{ condition }}, false){% endmacro %}

{# A boolean column as a condition. #}
{% macro is_true(column) %}{{ adapter.dispatch('is_true', 'ozmeta_runtime')(column) }}{% endmacro %}
{% macro default__is_true(column) %}{{ column }}{% endmacro %}

{# A condition as a value, unknown as null; a boolean literal; and the condition that is one where `condition` holds and another where it doesn't. #}
{% macro boolean_of(condition) %}{{ adapter.dispatch('boolean_of', 'ozmeta_runtime')(condition) }}{% endmacro %}
{% macro default__boolean_of(condition) %}{{ condition }}{% endmacro %}
{% macro boolean(value) %}{{ adapter.dispatch('boolean', 'ozmeta_runtime')(value) }}{% endmacro %}
{% macro default__boolean(value) %}{{ 'true' if value else 'false' }}{% endmacro %}
{% macro either(condition, yes, no) %}{{ adapter.dispatch('either', 'ozmeta_runtime')(condition, yes, no) }}{% endmacro %}
{% macro default__either(condition, yes, no) %}(case when {{ condition }} then {{ yes }} else {{ no }} end){% endmacro %}
