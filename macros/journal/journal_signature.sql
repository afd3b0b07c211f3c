{#
How a journal is read, in a few characters: a hash of its name, one of its column mapping, and the type of its event
time if that may have nanoseconds. Events that were read with and without nanoseconds cannot be ordered together.
#}
{% macro journal_signature(journal, journal_config) %}
  {%- set columns = ozmeta_runtime.journal_columns(journal, journal_config) -%}
  {%- set mapping = local_md5(tojson(journal.columns, sort_keys=true))[:4] -%}
  {%- do return(local_md5(journal.name)[:4] ~ mapping ~ (columns.event_kind if columns.event_nanos else '')) -%}
{% endmacro %}
