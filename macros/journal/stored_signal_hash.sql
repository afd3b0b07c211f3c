{# SQL: the hash that identifies a logged signal. Rows written by version 5 of the fold have the text itself in
   _SignalKey, not its hash. #}
{% macro stored_signal_hash() -%}
  case when _SignalKey like '%|%' then {{ ozmeta_runtime.md5_hex('_SignalKey') }} else _SignalKey end
{%- endmacro %}
