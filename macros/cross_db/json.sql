{# JSON is read in two steps, so that an engine may parse a payload once: `json_parsed` in one CTE, `json_at` in the next. #}
{# Is this text one JSON object? never an error #}
{% macro is_json_object(text) %}{{ adapter.dispatch('is_json_object', 'ozmeta_runtime')(text) }}{% endmacro %}

{# Everything `paths` name in a payload known to be an object. paths: lists of keys, as ['object', 'Impact']. #}
{% macro json_parsed(text, paths) %}{{ adapter.dispatch('json_parsed', 'ozmeta_runtime')(text, paths) }}{% endmacro %}

{% macro json_roots(paths) %}
  {%- set roots = [] -%}
  {%- for path in paths if path[0] not in roots -%}{%- do roots.append(path[0]) -%}{%- endfor -%}
  {%- do return(roots) -%}
{% endmacro %}

{# The value at paths[index], as raw JSON text: null where absent, 'null' where null. #}
{% macro json_at(parsed, paths, index) %}{{ adapter.dispatch('json_at', 'ozmeta_runtime')(parsed, paths, index) }}{% endmacro %}

{# Raw JSON text -> the text of a scalar; null for null, arrays and objects. A number is its shortest form: 5.0 is 5 (SPEC 11). #}
{% macro json_scalar(raw) %}
  case when {{ raw }} = '-0.0' then '0'
       when {{ raw }} like '%.0' then {{ ozmeta_runtime.substring(raw, 1, ozmeta_runtime.text_length(raw) ~ ' - 2') }}
       else {{ ozmeta_runtime.json_scalar_text(raw) }} end
{%- endmacro %}

{# The same, a number as the engine's raw text has it. #}
{% macro json_scalar_text(raw) %}{{ adapter.dispatch('json_scalar', 'ozmeta_runtime')(raw) }}{% endmacro %}

{# Raw JSON text -> itself where it is an array, else null. #}
{% macro json_array(raw) %}case when {{ ozmeta_runtime.substring(raw, 1, 1) }} = '[' then {{ raw }} end{% endmacro %}

{# Is `value` among the members of a raw JSON array? Three-valued like `in (...)`: [] holds nothing, a null member makes a miss unknown.
   `cast_member` is the name of the macro of this package that brings a member's text to the value's type. #}
{% macro json_member(value, array, cast_member) %}{{ adapter.dispatch('json_member', 'ozmeta_runtime')(value, array, cast_member) }}{% endmacro %}

{# A text as a JSON string, a null as null. #}
{% macro json_text(text) %}{{ adapter.dispatch('json_text', 'ozmeta_runtime')(text) }}{% endmacro %}
