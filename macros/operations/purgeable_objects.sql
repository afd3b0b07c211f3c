{#
SQL: a select of the objects of a binding that are not purged yet, one row each (spec 8.6): _ObjectKey, object_id,
tenant, last_sync, last_event, events, and `stays`: why the object is not purged, or null if it is.

`stays` is one of Held (a legal hold), NotTerminal, Unread (rows that no completed run has used), Pending (an event in
the future), Open (a timer, an escalation or an approval), NoDays (nothing says how long), Recent (its last event) and
Signal (one of its signals is to be kept).

Arguments
  nodes      dict: {model: graph node} of the binding
  rules      dict: see retention_rules
#}
{% macro purgeable_objects(nodes, rules) %}
  {%- set timeline = ozmeta_runtime.relation_of(nodes.timeline) -%}
  {%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
  {%- set as_of = ozmeta_runtime.to_micros(ozmeta_runtime.as_of()) -%}
  {%- set tombstones = ozmeta_runtime.kept_table(timeline) -%}
  {%- set unread = ozmeta_runtime.is_unsettled(ozmeta_runtime.relation_of(nodes.run)) -%}
  {%- set tenant = ozmeta_runtime.tenant_column(rules, 'objects.tenant') -%}
  {%- set holds = [] -%}
  {%- if rules.held_by -%}{%- do holds.append('1 = 1') -%}{%- endif -%}
  {%- for held in rules.hold -%}
    {%- set same_tenant = " and " ~ tenant ~ " = " ~ ozmeta_runtime.text_literal(held.tenant) if held.get('tenant') -%}
    {%- do holds.append("(objects.object_id = " ~ ozmeta_runtime.text_literal(held.object) ~ same_tenant ~ ")") -%}
  {%- endfor -%}
  select
    objects._ObjectKey, objects.object_id, {{ tenant }} as tenant, objects.events,
    case when refused_rows.last_sync > objects.last_sync then refused_rows.last_sync else objects.last_sync end
      as last_sync,
    objects.last_event,
    {%- set needed = [] %}
    {%- if rules.days is not none %}{% do needed.append(rules.days | string) %}{% endif %}
    {%- if rules.event_days %}{% do needed.append('coalesce(objects.event_days, -1)') %}{% endif %}
    {%- set days = needed[0] if needed | length == 1 else 'greatest(' ~ needed | join(', ') ~ ')' if needed else '-1' %}
    case
      {%- if holds %}
      when {{ holds | join(' or ') }} then 'Held'
      {%- endif %}
      when terminal_objects.terminal_key is null then 'NotTerminal'
      when objects.is_unread = 1 or refused_rows.is_unread = 1 then 'Unread'
      when objects.is_pending = 1 then 'Pending'
      when open_rows.open_key is not null then 'Open'
      when {{ days }} < 0 then 'NoDays'
      when {{ ozmeta_runtime.to_micros('objects.last_event') }}
        >= {{ as_of }} - cast({{ days }} as {{ bigint }}) * 86400000000 then 'Recent'
      when signals.signal_key is not null then 'Signal'
    end as stays
  from (
    select
      _ObjectKey, min(EJ_ObjectID) as object_id, min(_TenantID) as tenant, max(_SyncDate) as last_sync,
      max(EJ_EventTimeUTC) as last_event, count(*) as events,
      max(case when TL_Position is null then 1 else 0 end) as is_pending,
      max(case when {{ unread }} then 1 else 0 end) as is_unread,
      {%- if rules.event_days %}
      max(case EJ_EventType
        {%- for event_type, days in rules.event_days.items() %}
        when {{ ozmeta_runtime.text_literal(event_type) }} then {{ days }}
        {%- endfor %} end)
      {%- else %} cast(null as {{ bigint }})
      {%- endif %} as event_days
    from {{ timeline }}
    {%- if tombstones.exists %}
    where _ObjectKey not in (
      select PG_ObjectKey from {{ tombstones.table }}
      where PG_ObjectType = {{ ozmeta_runtime.text_literal(rules.object_type) }}
    )
    {%- endif %}
    group by _ObjectKey
  ) as objects
  left join (
    select _ObjectKey as terminal_key
    from (
      select _ObjectKey, TL_State, row_number() over (partition by _ObjectKey order by TL_Position desc) as place
      from {{ timeline }}
      where TL_Position is not null
    ) as latest
    where place = 1 and {{ 'TL_State in (' ~ ozmeta_runtime.text_literals(rules.terminal) ~ ')' if rules.terminal
      else '1 = 0' }}
  ) as terminal_objects on terminal_objects.terminal_key = objects._ObjectKey
  left join (
    select _ObjectKey, max(_SyncDate) as last_sync, max(case when {{ unread }} then 1 else 0 end) as is_unread
    from {{ ozmeta_runtime.relation_of(nodes.quarantine) }}
    group by _ObjectKey
  ) as refused_rows on refused_rows._ObjectKey = objects._ObjectKey
  left join (
    select distinct open_key
    from (
      {%- set opens = {
          'sla_cycle': 'ST_StopUTC is null', 'escalation_queue': "EQ_Status <> 'Closed'",
          'approval_instance': "AI_Status = 'Pending'"} %}
      select cast(null as {{ text }}) as open_key {{ ozmeta_runtime.no_rows() }}
      {%- for model, is_open in opens.items() if model in nodes %}
      union all
      select _ObjectKey from {{ ozmeta_runtime.relation_of(nodes[model]) }} where _DeleteDate is null and {{ is_open }}
      {%- endfor %}
    ) as open_objects
  ) as open_rows on open_rows.open_key = objects._ObjectKey
  left join (
    select distinct signal_key
    from (
      select cast(null as {{ text }}) as signal_key {{ ozmeta_runtime.no_rows() }}
      {%- for signal, days in rules.signal_days.items() if 'runtime_signal' in nodes %}
      union all
      select _ObjectKey from {{ ozmeta_runtime.relation_of(nodes.runtime_signal) }}
      where {{ "RS_SignalCode = " ~ ozmeta_runtime.text_literal(signal) ~ " and " if signal != '*' }}
        {{ ozmeta_runtime.to_micros('RS_NoticedUTC') }} >= {{ as_of }} - {{ days * 86400000000 }}
      {%- endfor %}
    ) as kept_signals
  ) as signals on signals.signal_key = objects._ObjectKey
{% endmacro %}
