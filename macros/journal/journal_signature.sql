{# A column that begins or ceases to hold nanoseconds is read otherwise: what the timeline holds of it can't be ordered with what comes. #}
{% macro journal_signature(journal, journal_config) %}
  {%- set columns = ozmeta_runtime.journal_columns(journal, journal_config) -%}
  {%- do return(local_md5(journal.name)[:4] ~ local_md5(tojson(journal.columns, sort_keys=true))[:4] ~ (columns.event_kind if columns.event_nanos else '')) -%}
{% endmacro %}
