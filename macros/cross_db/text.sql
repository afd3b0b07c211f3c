{#
A text as a sort key that orders by UTF-8 bytes, whatever the collation of the database (SPEC 4.3).
text: SQL text
#}
{% macro binary_order(text) -%}
  {{ adapter.dispatch('binary_order', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{% macro default__binary_order(text) -%}
  {{ text }}
{%- endmacro %}

{#
Aggregate: the smallest text of a group, compared by UTF-8 bytes.
text: SQL text
#}
{% macro min_text(text) -%}
  {{ adapter.dispatch('min_text', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{% macro default__min_text(text) -%}
  min({{ text }})
{%- endmacro %}

{#
Condition: the text starts with `part`, case-sensitive.
text, part: SQL texts
#}
{% macro starts_with(text, part) -%}
  {{ adapter.dispatch('starts_with', 'ozmeta_runtime')(text, part) }}
{%- endmacro %}

{% macro default__starts_with(text, part) -%}
  (substr({{ text }}, 1, length({{ part }})) = {{ part }})
{%- endmacro %}

{#
Condition: the text ends with `part`, case-sensitive.
text, part: SQL texts
#}
{% macro ends_with(text, part) -%}
  {{ adapter.dispatch('ends_with', 'ozmeta_runtime')(text, part) }}
{%- endmacro %}

{% macro default__ends_with(text, part) -%}
  ends_with({{ text }}, {{ part }})
{%- endmacro %}

{#
Condition: the text contains `part`, case-sensitive. Every text contains the empty text.
text, part: SQL texts
#}
{% macro contains_text(text, part) -%}
  {{ adapter.dispatch('contains_text', 'ozmeta_runtime')(text, part) }}
{%- endmacro %}

{% macro default__contains_text(text, part) -%}
  (strpos({{ text }}, {{ part }}) > 0)
{%- endmacro %}

{#
Condition: the pattern matches a part of the text (SPEC 4.7). There is no default: each engine has its own function.
text: SQL text
pattern: SQL literal with a pattern in the syntax of regex_dialect
#}
{% macro regex_matches(text, pattern) -%}
  {{ adapter.dispatch('regex_matches', 'ozmeta_runtime')(text, pattern) }}
{%- endmacro %}

{#
The syntax of the engine's regular expressions: 're2', 'postgres', 'snowflake' or 'spark'. The generator's module
regexes.py translates an RE2 pattern to each.
#}
{% macro regex_dialect() -%}
  {%- do return(adapter.dispatch('regex_dialect', 'ozmeta_runtime')()) -%}
{%- endmacro %}

{% macro default__regex_dialect() -%}
  {%- do return('re2') -%}
{%- endmacro %}

{# The operator that concatenates two texts. The result is null if either text is null. #}
{% macro concat_operator() -%}
  {{ adapter.dispatch('concat_operator', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__concat_operator() -%}
  ||
{%- endmacro %}

{#
Values of any type, concatenated to one text. A null counts as an empty text.
expressions: list of SQL expressions
#}
{% macro concat_text(expressions) -%}
  {{ adapter.dispatch('concat_text', 'ozmeta_runtime')(expressions) }}
{%- endmacro %}

{% macro default__concat_text(expressions) -%}
  concat({{ expressions | join(', ') }})
{%- endmacro %}

{#
The number of characters in a text, including trailing blanks.
text: SQL text
#}
{% macro text_length(text) -%}
  {{ adapter.dispatch('text_length', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{% macro default__text_length(text) -%}
  length({{ text }})
{%- endmacro %}

{#
A part of a text.
text: SQL text
first: position of the first character, counted from 1
length: number of characters
#}
{% macro substring(text, first, length) -%}
  {{ adapter.dispatch('substring', 'ozmeta_runtime')(text, first, length) }}
{%- endmacro %}

{% macro default__substring(text, first, length) -%}
  substr({{ text }}, {{ first }}, {{ length }})
{%- endmacro %}

{#
Aggregate: the texts of a group joined by commas, in the order of the texts, without nulls; null if there are none.
text: SQL text
sort_key: SQL text that puts the texts of a group into the same order. Redshift and T-SQL refuse a query with two such
aggregates that have different keys, so give all of them one
#}
{% macro joined_texts(text, sort_key) -%}
  {{ adapter.dispatch('joined_texts', 'ozmeta_runtime')(text, sort_key) }}
{%- endmacro %}

{% macro default__joined_texts(text, sort_key) -%}
  string_agg({{ text }}, ',' order by {{ ozmeta_runtime.binary_order(sort_key) }})
{%- endmacro %}
