{# SQL: the hash of a logged signal. Rows that version 5 of the fold wrote have the text that is hashed; see
   runtime_signal. #}
{% macro stored_signal_hash() -%}
  case when _SignalKey like '%|%' then {{ ozmeta_runtime.md5_hex('_SignalKey') }} else _SignalKey end
{%- endmacro %}
