{#
A select of the binding's purged objects: purged_key, purged_last, and purged_read1, purged_read2, … for the journals
of journal_config (see kept_table). None if no object was purged, or if this run brings them back.
#}
{% macro tombstones(journal_config) %}
  {%- if not execute or ozmeta_runtime.brings_back_purged() -%}{%- do return(none) -%}{%- endif -%}
  {%- set found = ozmeta_runtime.kept_table(this) -%}
  {%- if not found.exists -%}{%- do return(none) -%}{%- endif -%}
  {%- set select -%}
    select
      PG_ObjectKey as purged_key, max(PG_LastSyncUTC) as purged_last
      {%- for journal in journal_config.journals %},
      max(case when PG_Journal = {{ ozmeta_runtime.text_literal(journal.name) }} then PG_ReadUTC end)
        as purged_read{{ loop.index }}
      {%- endfor %}
    from {{ found.table }}
    where PG_ObjectType in ({{
      ozmeta_runtime.text_literals([journal_config.object_type] + journal_config.object_types) }})
    group by PG_ObjectKey
  {%- endset -%}
  {%- do return(select) -%}
{% endmacro %}
