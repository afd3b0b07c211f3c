{# JSON is read in two steps, so that an engine may parse a payload once: `json_parsed` in one CTE, `json_at` in the next. #}

{# Is this text one JSON object? never an error #}
{% macro is_json_object(text) %}{{ adapter.dispatch('is_json_object', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__is_json_object(text) %}(json_valid({{ text }}) and starts_with(ltrim({{ text }}, e' \t\r\n'), '{')){% endmacro %}

{# Everything `paths` name in a payload known to be an object. paths: lists of keys, as ['object', 'Impact']. #}
{% macro json_parsed(text, paths) %}{{ adapter.dispatch('json_parsed', 'ozmeta_runtime')(text, paths) }}{% endmacro %}
{% macro duckdb__json_parsed(text, paths) %}
  {%- set found = [] -%}
  {%- for path in paths -%}
    {%- set keys = [] -%}
    {%- for key in path -%}{%- do keys.append('."' ~ key | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}{%- endfor -%}
    {#- a list of paths may hold no '*', not even a quoted one: such a key goes by JSON pointer -#}
    {%- do found.append('/' ~ path | join('/') if path[-1] == '*' else '$' ~ keys | join) -%}
  {%- endfor -%}
  json_extract({{ text }}, [{{ ozmeta_runtime.literals(found) }}])
{%- endmacro %}

{# The value at paths[index], as raw JSON text: null where absent, 'null' where null. #}
{% macro json_at(parsed, paths, index) %}{{ adapter.dispatch('json_at', 'ozmeta_runtime')(parsed, paths, index) }}{% endmacro %}
{% macro duckdb__json_at(parsed, paths, index) %}cast({{ parsed }}[{{ index + 1 }}] as varchar){% endmacro %}

{# Raw JSON text -> the text of a scalar; null for null, arrays and objects. #}
{% macro json_scalar(raw) %}{{ adapter.dispatch('json_scalar', 'ozmeta_runtime')(raw) }}{% endmacro %}
{% macro duckdb__json_scalar(raw) %}
  case when starts_with({{ raw }}, '"') then json_extract_string({{ raw }}, '$')
       when not starts_with({{ raw }}, '[') and not starts_with({{ raw }}, '{') and {{ raw }} <> 'null' then {{ raw }} end
{%- endmacro %}

{# Raw JSON text -> itself where it is an array, else null. #}
{% macro json_array(raw) %}case when substr({{ raw }}, 1, 1) = '[' then {{ raw }} end{% endmacro %}

{# Is `value` among the members of a raw JSON array? Three-valued like `in (...)`: [] holds nothing, a null member makes a miss unknown.
   `cast_member` is the name of the macro of this package that brings a member's text to the value's type. #}
{% macro json_member(value, array, cast_member) %}{{ adapter.dispatch('json_member', 'ozmeta_runtime')(value, array, cast_member) }}{% endmacro %}
{% macro duckdb__json_member(value, array, cast_member) %}
  {%- set members = "list_transform(cast(" ~ array ~ " as json[]), lambda j: " ~ ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar("cast(j as varchar)"), cast_member) ~ ")" -%}
  case when len({{ members }}) = 0 then false
       when list_contains({{ members }}, {{ value }}) then true
       when {{ value }} is null or list_count({{ members }}) < len({{ members }}) then null
       when {{ members }} is not null then false end
{%- endmacro %}

{# A text as a JSON string, a null as null. #}
{% macro json_text(text) %}{{ adapter.dispatch('json_text', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__json_text(text) %}coalesce(cast(to_json({{ text }}) as varchar), 'null'){% endmacro %}
