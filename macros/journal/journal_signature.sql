{#
A short text that shows how a journal is read: a hash of its name, one of its column mapping, the type of its event time
if that may have nanoseconds, and history_signature. Events that were read with and without nanoseconds cannot be
ordered together.

journal: {name, relation, columns, sql}, see journal_slice
#}
{% macro journal_signature(journal) %}
  {%- set mapping = local_md5(tojson(journal.columns, sort_keys=true))[:4] -%}
  {%- do return(local_md5(journal.name)[:4] ~ mapping ~ (journal.sql.event_kind if journal.sql.event_nanos else '')
      ~ ozmeta_runtime.history_signature(journal)) -%}
{% endmacro %}
