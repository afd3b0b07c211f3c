{#
A condition on a journal row that is joined to `tombstones`: the object is purged, and its tombstone accounts for the
row. That is so if the row had been read when the object was purged, so that no later run reads it again: it arrived
before PG_ReadUTC, or not after the object's last row. Any other row of a purged object is quarantined as Purged.
#}
{% macro purged_in_time(journal_config) %}
  {%- set arrived = "coalesce(sync_date, EJ_EventTimeUTC)" -%}
  (
    purged_key is not null and {{ arrived }} is not null and (
      {{ arrived }} <= purged_last
      {%- for journal in journal_config.journals %}
      or (TL_Journal = {{ ozmeta_runtime.text_literal(journal.name) }}
          and sync_date is not null and purged_read{{ loop.index }} is not null
          and sync_date < purged_read{{ loop.index }})
      {%- endfor %}
    )
  )
{% endmacro %}
