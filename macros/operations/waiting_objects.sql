{#
SQL: the ids of the objects with journal rows that no run has read yet, but that the next run will read because they are
newer than the watermark less the lookback. No incremental run reads older rows, so these count as a difference.

Arguments
  current             dict: {model: relation} of the user's runs
  rebuilt             dict: {model: relation} that verify has built
  journals            dict: {journal: watermark in microseconds since 1970, or none}
  lookback_minutes    integer: the lookback of the journals
  by_id               boolean: whether a row is known if the timeline or the quarantine has its id. With other
                      definitions, a row that a run has read may have another key and be in the other table
#}
{% macro waiting_objects(current, rebuilt, journals, lookback_minutes, by_id=false) -%}
  {%- set compared = [
      ('timeline', 'TL_Journal', ['_ObjectKey', 'EJ_ID', 'TL_ContentHash', '_SyncDate']),
      ('quarantine', 'QR_Journal', ['_Key']),
      ('journal', 'MJ_Journal', ['_Key']),
  ] if not by_id else [
      ('timeline', 'TL_Journal', ['EJ_ObjectID', 'EJ_ID', '_SyncDate']),
      ('quarantine', 'QR_Journal', ['_Key']),
  ] -%}
  {%- set ids = {'timeline': ['EJ_ObjectID', 'EJ_ID'], 'quarantine': ['QR_ObjectID', 'QR_EventID']} -%}
  {%- for model, journal, columns in compared if model in current %}
  {{ ozmeta_runtime.union_distinct() if not loop.first }}
  select coalesce({{ ozmeta_runtime.object_column(model) }}, '') as object_id
  from {{ rebuilt[model] }} as rebuilt
  where not exists (
      select 1
      from {{ current[model] }} as known
      where {% for column in columns -%}
        known.{{ column }} = rebuilt.{{ column }}{{ " and " if not loop.last }}
      {%- endfor %}
      {%- if model == 'quarantine' %} and known._DeleteDate is null{% endif %}
  )
  {%- for other in ids if by_id and other != model and other in current %}
  and not exists (
      select 1
      from {{ current[other] }} as known
      where known.{{ ids[other][0] }} = rebuilt.{{ ids[model][0] }}
        and known.{{ ids[other][1] }} = rebuilt.{{ ids[model][1] }}
  )
  {%- endfor %}
  and (
      rebuilt._SyncDate is null
      {%- for name, watermark in journals.items() %}
      or (
          rebuilt.{{ journal }} = {{ ozmeta_runtime.text_literal(name) }}
          {%- if watermark is not none %}
          and {{ ozmeta_runtime.to_micros('rebuilt._SyncDate') }} >= {{ watermark - lookback_minutes * 60000000 }}
          {%- endif %}
      )
      {%- endfor %}
  )
  {%- endfor %}
{%- endmacro %}
