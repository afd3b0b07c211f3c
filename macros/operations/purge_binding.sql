{# Purges a binding: writes the tombstones and the moves that the backlog still counts, then deletes the rows. #}
{% macro purge_binding(binding, nodes, rules) %}
  {%- set timeline = ozmeta_runtime.relation_of(nodes.timeline) -%}
  {%- set log = ozmeta_runtime.relation_of(nodes.run) -%}
  {%- set kept = ozmeta_runtime.create_tombstone_tables(timeline) -%}
  {%- set name, object_type = ozmeta_runtime.text_literal(binding), ozmeta_runtime.text_literal(rules.object_type) -%}
  {%- set bigint = dbt.type_bigint() -%}
  {%- set micros = ozmeta_runtime.to_micros('RUN_WatermarkUTC') ~ " - " ~ rules.lookback_minutes * 60000000 -%}
  {%- set add_tombstones -%}
    insert into {{ kept.tombstones }} (
      PG_Binding, PG_ObjectType, PG_ObjectKey, PG_ObjectID, PG_TenantID, PG_Journal, PG_ReadUTC, PG_LastSyncUTC,
      PG_LastEventUTC, PG_Events, PG_Purge, PG_PurgedUTC
    )
    select
      {{ name }}, {{ object_type }}, candidates._ObjectKey, candidates.object_id, candidates.tenant, runs.RUN_Journal,
      {{ ozmeta_runtime.from_micros('(' ~ micros ~ ')') }}, candidates.last_sync, candidates.last_event,
      candidates.events, {{ ozmeta_runtime.text_literal(invocation_id) }}, {{ ozmeta_runtime.current_instant() }}
    from ({{ ozmeta_runtime.purgeable_objects(nodes, rules) }}) as candidates
    cross join (
      select RUN_Journal, RUN_WatermarkUTC from {{ log }} where {{ ozmeta_runtime.last_run(log) }}
    ) as runs
    where candidates.stays is null
  {%- endset -%}
  {#- A purge that failed has tombstones, but perhaps no moves yet. Its rows are all there then. -#}
  {%- set add_moves -%}
    insert into {{ kept.moves }} (
      PM_Binding, PM_ObjectType, PM_TenantID, PM_Purge, PM_Day, PM_FromState, PM_State, PM_Objects
    )
    select {{ name }}, {{ object_type }}, tenant, purge, day_no, from_state, TL_State, cast(count(*) as {{ bigint }})
    from (
      select
        {{ ozmeta_runtime.tenant_column(rules, 'timeline._TenantID') }} as tenant, purged.PG_Purge as purge,
        case when timeline.TL_EffectiveUTC < {{ ozmeta_runtime.timestamp_literal('1970-01-01 00:00:00') }} then 0
          else {{ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('timeline.TL_EffectiveUTC'), 86400000000) }}
          end as day_no,
        case when timeline.TL_Position > 1 then timeline.TL_FromState end as from_state, timeline.TL_State
      from {{ timeline }} as timeline
      inner join (
        select distinct PG_ObjectKey, PG_Purge from {{ kept.tombstones }} where PG_Binding = {{ name }}
      ) as purged
        on purged.PG_ObjectKey = timeline._ObjectKey
      where purged.PG_Purge not in (select PM_Purge from {{ kept.moves }} where PM_Binding = {{ name }})
        and (timeline.TL_Position = 1
          or ({{ ozmeta_runtime.is_true('timeline.TL_IsApplied') }} and timeline.TL_FromState <> timeline.TL_ToState))
    ) as moves
    group by tenant, purge, day_no, from_state, TL_State
  {%- endset -%}
  {%- do ozmeta_runtime.write_at_once(add_tombstones) -%}
  {%- do ozmeta_runtime.write_at_once(add_moves) -%}
  {%- set tables = ozmeta_runtime.tombstoned_tables(binding, nodes, rules, kept.tombstones) -%}
  {%- set notifications = ozmeta_runtime.notification_table() -%}
  {%- if 'runtime_signal' in tables and notifications.exists -%}
    {%- set part = tables.runtime_signal -%}
    {%- do ozmeta_runtime.write_at_once("delete from " ~ notifications.table ~ " where NT_Binding = " ~ name
        ~ " and NT_Key in (select _Key from " ~ part.table ~ " where " ~ part.condition ~ ")") -%}
  {%- endif -%}
  {%- set deletions = [] -%}
  {%- for part in tables.values() -%}
    {%- do deletions.append("delete from " ~ part.table ~ " where " ~ part.condition) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.write_at_once(*deletions) -%}
  {#- Otherwise the next run would treat the deleted rows as lost, and read the journals from the beginning. -#}
  {%- set empty = [] -%}
  {%- for part in tables.values() -%}
    {%- if not run_query("select " ~ ozmeta_runtime.row_exists(part.table)).rows[0][0] | int -%}
      {%- do empty.append(' ' ~ ozmeta_runtime.empty_relation_mark(part.table)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if empty -%}
    {%- set marked = ozmeta_runtime.concat_text(['_DefinitionHash', ozmeta_runtime.text_literal(empty | join(''))]) -%}
    {%- set last = run_query("select max(RUN_Batch) from " ~ log).rows[0][0] | int -%}
    {%- do ozmeta_runtime.write_at_once("update " ~ log ~ " set _DefinitionHash = " ~ marked
        ~ " where RUN_Batch = " ~ last) -%}
  {%- endif -%}
{% endmacro %}
