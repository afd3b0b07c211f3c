{# Order texts by their UTF-8 bytes, whatever the database's collation (SPEC 4.3). #}
{% macro bytewise(text) %}{{ adapter.dispatch('bytewise', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro default__bytewise(text) %}{{ text }}{% endmacro %}
{% macro postgres__bytewise(text) %}({{ text }}) collate "C"{% endmacro %}

{# The least of a group's texts, by their bytes. #}
{% macro first_text(text) %}{{ adapter.dispatch('first_text', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro default__first_text(text) %}min({{ text }}){% endmacro %}
{% macro postgres__first_text(text) %}(min(({{ text }}) collate "C") collate "default"){% endmacro %}

{% macro nulls_first(expression) %}{{ adapter.dispatch('nulls_first', 'ozmeta_runtime')(expression) }}{% endmacro %}
{% macro default__nulls_first(expression) %}{{ expression }} nulls first{% endmacro %}

{# The last value that is not null, up to the end of the frame; `over` is the whole window. #}
{% macro last_known(expression, over) %}{{ adapter.dispatch('last_known', 'ozmeta_runtime')(expression, over) }}{% endmacro %}
{% macro default__last_known(expression, over) %}last_value({{ expression }} ignore nulls) over ({{ over }}){% endmacro %}

{# There is no `ignore nulls`: all values so far are gathered, which for an object of very many events is slow. #}
{% macro postgres__last_known(expression, over) %}
  {%- set known = "(array_agg(" ~ expression ~ ") filter (where " ~ expression ~ " is not null) over (" ~ over ~ "))" -%}
  ({{ known }}[cardinality{{ known }}])
{%- endmacro %}

{% macro starts_with(text, part) %}{{ adapter.dispatch('starts_with', 'ozmeta_runtime')(text, part) }}{% endmacro %}
{% macro default__starts_with(text, part) %}(substr({{ text }}, 1, length({{ part }})) = {{ part }}){% endmacro %}

{% macro ends_with(text, part) %}{{ adapter.dispatch('ends_with', 'ozmeta_runtime')(text, part) }}{% endmacro %}
{% macro default__ends_with(text, part) %}ends_with({{ text }}, {{ part }}){% endmacro %}

{% macro postgres__ends_with(text, part) %}(right({{ text }}, length({{ part }})) = {{ part }}){% endmacro %}

{% macro contains_text(text, part) %}{{ adapter.dispatch('contains_text', 'ozmeta_runtime')(text, part) }}{% endmacro %}
{% macro default__contains_text(text, part) %}(strpos({{ text }}, {{ part }}) > 0){% endmacro %}

{# A partial match; the pattern is RE2 (SPEC 4.7) and a literal, so it was checked when it was generated. #}
{% macro regex_matches(text, pattern) %}{{ adapter.dispatch('regex_matches', 'ozmeta_runtime')(text, pattern) }}{% endmacro %}
{% macro duckdb__regex_matches(text, pattern) %}regexp_matches({{ text }}, {{ pattern }}){% endmacro %}

{# Postgres' own regexes, told to mean what RE2 means: by bytes, and see postgres__regex. #}
{% macro postgres__regex_matches(text, pattern) %}
  {%- if pattern[:1] == "'" -%}(({{ text }}) collate "C" ~ {{ ozmeta_runtime.literal(ozmeta_runtime.postgres__regex(pattern[1:-1] | replace("''", "'"))) }})
  {%- else -%}(({{ text }}) collate "C" ~ {{ pattern }}){%- endif -%}
{% endmacro %}

{# An RE2 pattern in Postgres' words: `.` is no line feed, \b is \y, \z is \Z, \Q...\E are plain characters, named groups have no names. #}
{% macro postgres__regex(pattern) %}
  {%- set flags = modules.re.match('^\\(\\?([a-zA-Z]+)\\)', pattern) -%}
  {%- set given = flags.group(1) if flags else '' -%}
  {%- set rest = pattern[flags.end():] if flags else pattern -%}
  {%- set out = [] -%}
  {%- if flags -%}{%- do out.append('(?' ~ ('i' if 'i' in given else 'c') ~ ('w' if 'm' in given else '') ~ ')') -%}{%- endif -%}
  {%- for part in modules.re.findall('(?s)\\\\Q.*?(?:\\\\E|$)|\\\\x\\{[0-9a-fA-F]+\\}|\\\\x[0-9a-fA-F]{2}|\\\\.|\\[\\^?\\]?(?:\\[:\\^?[a-z]+:\\]|\\\\.|[^\\]\\\\])*\\]|\\(\\?P?<[A-Za-z0-9_]+>|\\(\\?[a-zA-Z-]+:?|.', rest) -%}
    {%- if part == '.' -%}{%- do out.append('.' if 's' in given else '[^\\n]') -%}
    {%- elif part in ['\\b', '\\B', '\\z'] -%}{%- do out.append({'\\b': '\\y', '\\B': '\\Y', '\\z': '\\Z'}[part]) -%}
    {%- elif part[:2] == '\\Q' -%}{%- do out.append(modules.re.sub('([^A-Za-z0-9_])', '\\\\\\1', part[2:-2] if part[-2:] == '\\E' else part[2:])) -%}
    {%- elif part[:2] == '\\x' -%}{%- do out.append('\\U' ~ ('00000000' ~ part[2:] | replace('{', '') | replace('}', ''))[-8:]) -%}
    {%- elif part[:2] == '(?' and part[-1:] == '>' -%}{%- do out.append('(') -%}
    {%- elif (part[:2] == '(?' and part != '(?:') or part[:2] in ['\\p', '\\P', '\\C'] -%}
      {%- do exceptions.raise_compiler_error("The regex " ~ pattern ~ " of a rule can't be said on " ~ target.type ~ ": it has no '" ~ part ~ "'") -%}
    {%- else -%}{%- do out.append(part) -%}{%- endif -%}
  {%- endfor -%}
  {%- do return(out | join) -%}
{% endmacro %}

{# Two texts as one, null where either is. #}
{% macro plus() %}{{ adapter.dispatch('plus', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__plus() %}||{% endmacro %}

{% macro text_length(text) %}{{ adapter.dispatch('text_length', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro default__text_length(text) %}length({{ text }}){% endmacro %}

{# `length` characters, from the one numbered `first` on; counted from 1. #}
{% macro part(text, first, length) %}{{ adapter.dispatch('part', 'ozmeta_runtime')(text, first, length) }}{% endmacro %}
{% macro default__part(text, first, length) %}substr({{ text }}, {{ first }}, {{ length }}){% endmacro %}

{# Whether a query may go round and round, as long as an object's events last. Where it may not, an object that has to be walked stops the run. #}
{% macro can_recurse() %}{% do return(adapter.dispatch('can_recurse', 'ozmeta_runtime')()) %}{% endmacro %}
{% macro default__can_recurse() %}{% do return(true) %}{% endmacro %}

{# `with recursive`, for the engines that want the word. #}
{% macro with_recursive() %}{{ adapter.dispatch('with_recursive', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__with_recursive() %}with recursive{% endmacro %}

{# Redshift orders texts by their bytes; it knows `ignore nulls`, and Perl's regexes, which mean what RE2's do. #}
{% macro redshift__bytewise(text) %}{{ text }}{% endmacro %}
{% macro redshift__first_text(text) %}min({{ text }}){% endmacro %}
{% macro redshift__last_known(expression, over) %}{{ ozmeta_runtime.default__last_known(expression, over) }}{% endmacro %}
{% macro redshift__regex_matches(text, pattern) %}(regexp_instr({{ text }}, {{ pattern }}, 1, 1, 0, 'p') > 0){% endmacro %}

{# A recursive CTE's columns, for the engines that want them named before it. #}
{% macro recursive_columns(columns) %}{{ adapter.dispatch('recursive_columns', 'ozmeta_runtime')(columns) }}{% endmacro %}
{% macro default__recursive_columns(columns) %}{% endmacro %}
{% macro redshift__recursive_columns(columns) %}({{ columns | join(', ') }}){% endmacro %}
