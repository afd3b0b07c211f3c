{# A UTC instant, given as 'YYYY-MM-DD HH:MM:SS[.ffffff]'. #}
{% macro timestamp_literal(text) %}{{ adapter.dispatch('timestamp_literal', 'ozmeta_runtime')(text) }}{% endmacro %}

{% macro default__timestamp_literal(text) %}cast('{{ text }}' as {{ ozmeta_runtime.type_timestamp() }}){% endmacro %}

{# timestamp -> bigint microseconds since 1970 #}
{% macro to_micros(instant) %}{{ adapter.dispatch('to_micros', 'ozmeta_runtime')(instant) }}{% endmacro %}

{% macro default__to_micros(instant) %}cast(floor(extract(epoch from {{ instant }}) * 1000000) as {{ dbt.type_bigint() }}){% endmacro %}

{# bigint microseconds since 1970 -> timestamp #}
{% macro from_micros(micros) %}{{ adapter.dispatch('from_micros', 'ozmeta_runtime')(micros) }}{% endmacro %}

{% macro default__from_micros(micros) %}(timestamp '1970-01-01 00:00:00' + {{ micros }} * interval '1 microsecond'){% endmacro %}

{# A journal column of declared type `dtype`, as a UTC timestamp; what is none becomes null, and so does infinity. #}
{% macro to_utc(column, dtype) %}{{ adapter.dispatch('to_utc', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}

{% macro default__to_utc(column, dtype) %}cast({{ column }} as {{ ozmeta_runtime.type_timestamp() }}){% endmacro %}

{# Whether a journal's column says `instant` or later, or no instant at all: asked of what is stored, so that an engine passes over the blocks that lie before.
   column, dtype: as of to_utc; instant: SQL of a UTC instant #}
{% macro at_or_since(column, dtype, instant) %}{{ adapter.dispatch('at_or_since', 'ozmeta_runtime')(column, dtype, instant) }}{% endmacro %}

{% macro default__at_or_since(column, dtype, instant) %}
  {%- set utc = ozmeta_runtime.to_utc(column, dtype) -%}
  ({{ utc }} >= {{ instant }} or {{ utc }} is null)
{%- endmacro %}

{# ISO 8601 text -> bigint microseconds, null where it is no such text (SPEC 4.7, casts). #}
{% macro iso_to_micros(text) %}{{ adapter.dispatch('iso_to_micros', 'ozmeta_runtime')(text) }}{% endmacro %}

{# Up to six digits that a text begins with. #}
{% macro first_digits(text) %}substr(split_part(translate({{ text }}, 'Z+-', '|||'), '|', 1), 1, 6){% endmacro %}

{# bigint microseconds -> 'YYYY-MM-DDTHH:MM:SS.ffffffZ' #}
{% macro micros_to_iso(micros) %}{{ adapter.dispatch('micros_to_iso', 'ozmeta_runtime')(micros) }}{% endmacro %}

{# A UTC timestamp as text, 'YYYY-MM-DD HH:MM:SS[.f]' with no needless zeros: what `instant` takes, and the same on every engine. #}
{% macro timestamp_text(instant) %}{{ adapter.dispatch('timestamp_text', 'ozmeta_runtime')(instant) }}{% endmacro %}

{% macro default__timestamp_text(instant) %}cast({{ instant }} as {{ ozmeta_runtime.type_text() }}){% endmacro %}

{# Model ozmeta_time_spine: a row per day, without which dbt refuses semantic models. #}
{% macro time_spine(first, last) %}{{ adapter.dispatch('time_spine', 'ozmeta_runtime')(first, last) }}{% endmacro %}

{% macro default__time_spine(first, last) %}
select cast(date_day as date) as date_day from ({{ dbt.date_spine('day', "cast('" ~ first ~ "' as date)", "cast('" ~ last ~ "' as date)") }}) as days
{% endmacro %}
