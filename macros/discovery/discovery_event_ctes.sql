{#
The CTE `positioned`: the events of each object in the fold's order (spec 4.3), each event once. `stated` is the state
that the object has after the event, if the event says so: transition.toState; or the one state to which other events
with the same transition.code lead; or the code.

reading: see discovery_reading
fields: list of payload paths, each a list of keys; their raw JSON text is in field1, field2, …
#}
{% macro discovery_event_ctes(reading, fields=[]) %}
{%- set paths = [['transition', 'code'], ['transition', 'fromState'], ['transition', 'toState']] %}
{%- set columns = ['PL_Code', 'PL_FromState', 'PL_ToState'] %}
{{ ozmeta_runtime.discovery_rows_cte(reading) }}

deliveries as (
    select
        keyed.*,
        row_number() over (
            partition by _ObjectKey, EJ_ID
            order by
                coalesce(sync_date, EJ_EventTimeUTC), EJ_EventTimeUTC,
                {{ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('payload')) }},
                {{ ozmeta_runtime.binary_order('EJ_EventType') }},
                {{ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('EJ_Actor')) }},
                {{ ozmeta_runtime.binary_order('stream') }},
                {{ ozmeta_runtime.nulls_first('EJ_Sequence') }}
        ) as delivery
    from (
        select
            journal_rows.*,
            {%- set tenant = "case when EJ_ObjectType in (" ~ ozmeta_runtime.text_literals(reading.tenant_types)
                ~ ") then _TenantID end" %}
            {{ ozmeta_runtime.row_key(['EJ_ObjectID', tenant, 'EJ_ObjectType']) }} as _ObjectKey
        from journal_rows
        where is_usable = 1 and EJ_ObjectType is not null
    ) as keyed
),

parsed as (
    select deliveries.*, {{ ozmeta_runtime.json_parsed('payload', paths + fields) }} as document
    from deliveries
    where delivery = 1
),

unpacked as (
    select
        _ObjectKey, EJ_ObjectType, EJ_ID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_Sequence, stream
        {%- for path in paths %},
        {{ ozmeta_runtime.json_at('document', paths + fields, loop.index0) }} as raw{{ loop.index }}
        {%- endfor %}
        {%- for path in fields %},
        {{ ozmeta_runtime.json_at('document', paths + fields, paths | length + loop.index0) }} as field{{ loop.index }}
        {%- endfor %}
    from parsed
),

events as (
    select
        _ObjectKey, EJ_ObjectType, EJ_ID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_Sequence, stream
        {%- for column in columns %},
        {{ ozmeta_runtime.payload_value({'kind': 'text'}, 'raw' ~ loop.index) }} as {{ column }}
        {%- endfor %}
        {%- for path in fields %},
        field{{ loop.index }}
        {%- endfor %},
        {{ ozmeta_runtime.effective_time('stream') }} as TL_EffectiveUTC
    from unpacked
    {{ ozmeta_runtime.materialize_cte('events') }}
),

code_targets as (
    select EJ_ObjectType as target_type, PL_Code as target_code, min(PL_ToState) as only_target
    from events
    where PL_Code is not null and PL_ToState is not null
    group by EJ_ObjectType, PL_Code
    having min(PL_ToState) = max(PL_ToState)
),

positioned as (
    select
        events.*, coalesce(PL_ToState, only_target, PL_Code) as stated,
        row_number() over (partition by _ObjectKey order by {{ ozmeta_runtime.total_order() }}) as event_no,
        min(TL_EffectiveUTC) over (partition by _ObjectKey) as first_time
    from events
    left join code_targets on target_type = EJ_ObjectType and target_code = PL_Code
    {{ ozmeta_runtime.materialize_cte('positioned') }}
),
{% endmacro %}
