{# How what events do changes; see impact_kinds. #}
{% macro event_changes(before, after, waiting) %}
  {%- set effects = [] -%}
  {%- for column in ['effect', 'mark', 'state'] -%}
    {%- do effects.append(['before_' ~ column, 'after_' ~ column]) -%}
  {%- endfor -%}
  {%- do return([ozmeta_runtime.impact_kind('events_changed', ozmeta_runtime.event_pairs(before, after, waiting),
      ozmeta_runtime.differs_any(effects), ['EJ_EventType'] + effects | sum(start=[]))]) -%}
{% endmacro %}

{#
The events and what each did. An event that the timeline and the quarantine both have, as when its first delivery had a
fault, counts as the one in the timeline. A conflicting duplicate is a row of its own.
#}
{% macro event_pairs(before, after, waiting) -%}
  {%- set sides = [] -%}
  {%- for models in [before, after] -%}
    {%- set side -%}
      select
        event_key,
        max(object_key) as object_key, max(object_id) as object_id,
        coalesce(max(case when is_admitted = 1 then event_type end), max(event_type)) as event_type,
        coalesce(max(case when is_admitted = 1 then effect end), 'Quarantined') as effect,
        case when max(is_admitted) = 1 then max(case when is_admitted = 1 then mark end) else max(mark) end as mark,
        max(state) as state
      from (
        {%- for model in ['timeline', 'quarantine'] %}
        {{ "union all" if not loop.first }}
        {{ ozmeta_runtime.event_effects(model) }}
        from {{ models.get(model) or after[model] }}
        {{ ozmeta_runtime.compared_rows(model, waiting) }}
        {{ "and 1 = 0" if model not in models }}
        {%- endfor %}
      ) as events
      group by event_key
    {%- endset -%}
    {%- do sides.append(side) -%}
  {%- endfor -%}
  select
    coalesce(new_rows.object_key, old_rows.object_key) as object_key,
    coalesce(new_rows.object_id, old_rows.object_id) as object_id,
    coalesce(new_rows.event_type, old_rows.event_type) as EJ_EventType,
    {%- for column in ['effect', 'mark', 'state'] %}
    old_rows.{{ column }} as before_{{ column }}, new_rows.{{ column }} as after_{{ column }}{{ "," if not loop.last }}
    {%- endfor %}
  from ({{ sides[0] }}) as old_rows
  full outer join ({{ sides[1] }}) as new_rows on new_rows.event_key = old_rows.event_key
{%- endmacro %}

{# The beginning of a select from the timeline or the quarantine. #}
{% macro event_effects(model) -%}
  {%- set text = ozmeta_runtime.type_text() -%}
  {%- if model == 'timeline' -%}
    select
      {{ ozmeta_runtime.row_key(['_TenantID', 'EJ_ObjectID', 'EJ_ID']) }} as event_key,
      _ObjectKey as object_key, EJ_ObjectID as object_id, EJ_EventType as event_type,
      case
        when TL_Position is null then 'Pending'
        when {{ ozmeta_runtime.is_true('TL_IsRejected') }} then 'Rejected'
        when {{ ozmeta_runtime.is_true('TL_IsApplied') }} then 'Applied'
        else 'Nothing'
      end as effect,
      TL_Anomaly as mark,
      case when {{ ozmeta_runtime.is_true('TL_IsApplied') }} then TL_ToState end as state,
      1 as is_admitted
  {%- else -%}
    select
      case
        when QR_EventID is null or QR_ObjectID is null or QR_Reason = 'ConflictingDuplicate' then _Key
        else {{ ozmeta_runtime.row_key(['_TenantID', 'QR_ObjectID', 'QR_EventID']) }}
      end as event_key,
      _ObjectKey as object_key, QR_ObjectID as object_id, QR_EventType as event_type,
      'Quarantined' as effect, QR_Reason as mark, cast(null as {{ text }}) as state, 0 as is_admitted
  {%- endif -%}
{%- endmacro %}
