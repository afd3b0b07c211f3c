{#
Reading JSON takes two steps, so that an engine parses a payload once: `json_parsed` in one CTE, `json_at` in the next.
Raw JSON text has the form that DuckDB writes: no blanks, and in strings only the necessary escapes.
Engines read the character U+0000 as U+FFFD where they can, because not every engine can store it.
#}

{#
Condition: the text is one JSON object. Never an error.
text: SQL text
#}
{% macro is_json_object(text) -%}
  {{ adapter.dispatch('is_json_object', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{#
The parsed values at several paths of a payload, in a form that `json_at` reads.
text: SQL text, which is a JSON object
paths: list of paths, each a list of keys such as ['object', 'Impact']
#}
{% macro json_parsed(text, paths) -%}
  {{ adapter.dispatch('json_parsed', 'ozmeta_runtime')(text, paths) }}
{%- endmacro %}

{#
The distinct first keys of paths, in the order in which they occur.
paths: as for json_parsed
Returns: list of str
#}
{% macro json_roots(paths) -%}
  {%- set roots = [] -%}
  {%- for path in paths if path[0] not in roots -%}
    {%- do roots.append(path[0]) -%}
  {%- endfor -%}
  {%- do return(roots) -%}
{%- endmacro %}

{#
The value at one path, as raw JSON text. An absent key is a SQL null; a JSON null is the text 'null'.
parsed: SQL of what `json_parsed` returned
paths: the paths given to `json_parsed`
index: position of the path in `paths`, counted from 0
#}
{% macro json_at(parsed, paths, index) -%}
  {{ adapter.dispatch('json_at', 'ozmeta_runtime')(parsed, paths, index) }}
{%- endmacro %}

{#
A JSON scalar as text; null for a JSON null, an array or an object.
A number has its shortest form: 5.0 becomes 5 (SPEC 11).
raw: SQL of raw JSON text
#}
{% macro json_scalar(raw) -%}
  case
    when {{ raw }} = '-0.0' then '0'
    when {{ raw }} like '%.0' then {{ ozmeta_runtime.substring(raw, 1, ozmeta_runtime.text_length(raw) ~ ' - 2') }}
    else {{ ozmeta_runtime.json_scalar_text(raw) }}
  end
{%- endmacro %}

{#
Like `json_scalar`, but a number keeps the form it has in the raw JSON text.
Engines implement it as `<engine>__json_scalar`.
raw: SQL of raw JSON text
#}
{% macro json_scalar_text(raw) -%}
  {{ adapter.dispatch('json_scalar', 'ozmeta_runtime')(raw) }}
{%- endmacro %}

{#
Raw JSON text if it is an array, else null.
raw: SQL of raw JSON text
#}
{% macro json_array(raw) -%}
  case when {{ ozmeta_runtime.substring(raw, 1, 1) }} = '[' then {{ raw }} end
{%- endmacro %}

{#
Condition: a value is among the members of a JSON array. Three-valued like `in (...)`: false for an empty array,
unknown if no member equals the value and one of them is null.
value: SQL expression
array: SQL of raw JSON text, an array
cast_member: the rule type of the value, to which `cast_text` casts each member
#}
{% macro json_member(value, array, cast_member) -%}
  {{ adapter.dispatch('json_member', 'ozmeta_runtime')(value, array, cast_member) }}
{%- endmacro %}

{#
The first member of a JSON array as text, as `json_scalar` writes it; null for an empty array.
array: SQL of raw JSON text, an array or null
#}
{% macro json_first(array) -%}
  {{ adapter.dispatch('json_first', 'ozmeta_runtime')(array) }}
{%- endmacro %}

{#
A text as a JSON string; a null becomes the text 'null'.
text: SQL text
#}
{% macro json_text(text) -%}
  {{ adapter.dispatch('json_text', 'ozmeta_runtime')(text) }}
{%- endmacro %}
