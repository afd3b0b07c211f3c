{#
Model <binding>_timeline: every admitted event of a binding, in the fold's order, with its effect (spec 4, 7.2, 8).
One row per event: per (object, EJ_ID), or per (object, message key) with deduplicate_on.

Main CTEs
  journal_rows      new journal rows, and rows read again within the lookback; each is admitted or refused
  first_deliveries  the admitted row that is kept of each event; only ids with several rows need an order
  arrived           events that the timeline does not have yet
  touched           objects with an arrived event, or with a pending event that is now due; in a full fold, all objects
  events            all events of the touched objects, from the timeline and from `arrived`
  streamed, placed  the effective time of each event, and what it asks for (order_ctes)
  answers, legal    the candidates (candidate_ctes)
  folded            the outcome of each event (apply_ctes)

The fold carries only the columns that it needs; the others are joined to its outcome. A run writes all events of a
touched object again, so later models find whole objects among the rows of a run.

Arguments
  binding         string: the binding's name, such as 'case'
  journal_config  dict: see journal_slice
  workflow        dict: start: state code, states: [code], transitions: [{code, from, to, events?: [event type]}] (the
                  enabled ones), bound_events: [event types that MetaDB binds to any transition, enabled or not],
                  aliases?: {states?, transitions?, event_types?: {old name: current name}}
  policy          'last_writer_wins' or 'first_writer_wins'
  stream          'EJ_SourceSystem' or 'none'
Errors            see run_state, journal_columns and check_journal_config
#}
{% macro timeline(binding, journal_config, workflow, policy='last_writer_wins', stream='EJ_SourceSystem') %}
{%- do ozmeta_runtime.check_arguments('timeline', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'workflow': workflow, 'policy': policy,
    'stream': stream}) -%}
{% if execute %}
{%- set journal_config = ozmeta_runtime.with_journal_columns(journal_config) -%}
{%- set fold = {'workflow': workflow, 'policy': policy, 'stream': stream} -%}
{%- set config_text = ozmeta_runtime.journal_config_text(journal_config) -%}
{%- set state = ozmeta_runtime.run_state(binding, [fold, config_text],
    journals=ozmeta_runtime.journal_relations(journal_config),
    kept="TL_Intake = " ~ ozmeta_runtime.text_literal(config_text), bucketed=true) -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set refolds_rows = state.incremental and state.full_fold -%}
{%- if refolds_rows -%}{%- do ozmeta_runtime.check_journal_config(journal_config) -%}{%- endif -%}
{%- set existing_columns = ozmeta_runtime.relation_columns(this) if refolds_rows else none -%}
{%- set paths = ozmeta_runtime.payload_paths(journal_config) -%}
{%- set messages = journal_config.get('deduplicate_on') -%}
{#- A table without rows may be of a time before deduplicate_on. -#}
{%- set known_key = "timeline._Key" if existing_columns is none or '_key' in existing_columns
    else "cast(null as " ~ ozmeta_runtime.type_text() ~ ")" -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set now_due = ("_Bucket = 0 and " if state.bucketed) ~ "TL_Position is null and EJ_EventTimeUTC <= " ~ as_of -%}
{%- if state.bucketed and state.incremental and not state.full_fold -%}
  {%- set arrivals = ozmeta_runtime.arrival_buckets(binding, journal_config, state, this, now_due) -%}
  {%- do state.update({'buckets': ozmeta_runtime.named_buckets(arrivals)}) -%}
  {%- do ozmeta_runtime.prune_write(state.buckets) -%}
{%- endif -%}
{%- set nanos = ozmeta_runtime.keeps_nanos(journal_config) -%}
{%- set content = ozmeta_runtime.admitted_hash(journal_config) -%}
{#- An erasure takes all events of its objects from the journal. -#}
{%- set not_erasing = " and timeline._ObjectKey not in ("
    ~ ozmeta_runtime.erasing_objects(this, 'ER_ObjectKey', journal_config.object_type) ~ ")"
    if ozmeta_runtime.rereads() else "" -%}
{%- set recurses = ozmeta_runtime.needs_recursion(workflow, policy) -%}
{%- set row_columns = ozmeta_runtime.journal_event_columns(nanos) ~ ozmeta_runtime.message_column(journal_config) -%}
{%- set identity = "case when TL_MessageKey is null then EJ_ID end, TL_MessageKey" if messages else "EJ_ID" -%}
{%- set delivery_order = ['case when refusal is null then 0 else 1 end', '_SyncDate', 'EJ_EventTimeUTC']
    + (['TL_EventNanos'] if nanos else [])
    + [ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('payload')),
       ozmeta_runtime.binary_order('EJ_EventType'),
       ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('EJ_Actor')),
       ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('EJ_SourceSystem')),
       ozmeta_runtime.nulls_first('EJ_Sequence'),
       'TL_ContentHash']
    + ([ozmeta_runtime.binary_order('EJ_ID')] if messages else []) -%}

{% call ozmeta_runtime.model_query() -%}
{{ ozmeta_runtime.with_recursive() if recurses else ozmeta_runtime.with_materialized_ctes() }}
{{ ozmeta_runtime.repeated_events_cte(journal_config, state) }}
{{ ozmeta_runtime.admitted_events_cte('journal_rows', journal_config, state) }}
{{ ozmeta_runtime.admitted_events_cte('repeated_rows', journal_config, state, ids='select EJ_ID from repeated') }}

first_deliveries as (
    select
        {{ row_columns }},
        {{ content }} as TL_ContentHash,
        {{ ozmeta_runtime.json_parsed('payload', paths) }} as parsed
    from journal_rows
    where refusal is null and EJ_ID not in (select EJ_ID from repeated)
    union all
    select {{ row_columns }}, TL_ContentHash, {{ ozmeta_runtime.json_parsed('payload', paths) }}
    from (
        select
            *,
            row_number() over (
                partition by _ObjectKey, {{ identity }}
                order by {{ delivery_order | join(', ') }}
            ) as delivery
        from (
            select *, {{ content }} as TL_ContentHash
            from repeated_rows
        ) as hashed
    ) as numbered
    where delivery = 1 and refusal is null
),

unpacked as (
    select
        {{ row_columns }}, TL_ContentHash
        {%- for path in paths %},
        {{ ozmeta_runtime.json_at('parsed', paths, loop.index0) }} as raw{{ loop.index }}
        {%- endfor %}
    from first_deliveries
),

typed as (
    select
        _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem,
        EJ_Sequence, EJ_CorrelationID, _SyncDate,
        {{ ozmeta_runtime.boolean_column('sync_date is null') }} as TL_IsUnsynced,
        TL_ContentHash{{ ", TL_EventNanos" if nanos }}
        {%- if messages %},
        TL_MessageKey, {{ ozmeta_runtime.event_key(journal_config, 'unpacked') }} as _Key
        {%- endif %}
        {%- for column in ozmeta_runtime.payload_columns() %},
        {{ ozmeta_runtime.payload_value(column, 'raw' ~ loop.index) }} as {{ column.column }}
        {%- endfor %}
        {%- for field in journal_config.fields %},
        {{ ozmeta_runtime.field_value(journal_config, loop.index0) }} as {{ field.column }}
        {%- endfor %}
    from unpacked {{ ozmeta_runtime.materialize_cte('typed') }}
),

{% if state.incremental %}
{%- if messages %}
{{ ozmeta_runtime.arrived_messages(nanos, known_key, state, not_erasing) }}
{%- else %}
known as (
    select timeline._ObjectKey, timeline.EJ_ID, timeline._SyncDate, timeline.TL_ContentHash
    from {{ this }} as timeline
    inner join typed
        on typed._ObjectKey = timeline._ObjectKey and typed.EJ_ID = timeline.EJ_ID
        {{- ozmeta_runtime.in_scope(state, 'timeline') }}{{ not_erasing }}
),

arrived as (
    select
        typed.*,
        {{ ozmeta_runtime.boolean_column('known.TL_ContentHash <> typed.TL_ContentHash') }} as TL_Replaced
    from typed
    left join known on known._ObjectKey = typed._ObjectKey and known.EJ_ID = typed.EJ_ID
    where (known.EJ_ID is null
        or known._SyncDate > typed._SyncDate
        or (known._SyncDate = typed._SyncDate and known.TL_ContentHash <> typed.TL_ContentHash))
        {{ ozmeta_runtime.materialize_cte('arrived', 'and') }}
),
{%- endif %}

{%- set same_event = "arrived._Key = " ~ known_key if messages else "arrived.EJ_ID = timeline.EJ_ID" %}
{%- set is_replaced = ozmeta_runtime.is_true('TL_Replaced') ~ " and " ~ ozmeta_runtime.unsettled_rows(state) %}

touched as (
    select _ObjectKey from arrived
    {{ ozmeta_runtime.union_distinct() }}
    select _ObjectKey from {{ this }} where {{ "1 = 1" if state.full_fold else now_due }}
    {{- " or " ~ ozmeta_runtime.unsettled_rows(state) if model.unique_id in state.left and not state.full_fold }}
    {%- for table in ozmeta_runtime.tables_with_left_rows(state, only_others=true) if not state.full_fold %}
    {{ ozmeta_runtime.union_distinct() }}
    -- another run left these rows, so all tables compute their objects again
    select _ObjectKey from {{ table }} where {{ ozmeta_runtime.unsettled_rows(state) }}
    {%- endfor %}
),

events as (
    -- keep the TL_Replaced that a failed run set, because the quarantine has not read it yet
    select
        {{ ozmeta_runtime.event_columns(journal_config, nanos, existing_columns) }},
        {{ ozmeta_runtime.boolean_column(is_replaced) }} as TL_Replaced
    from {{ this }} as timeline
    where _ObjectKey in (select _ObjectKey from touched){{ ozmeta_runtime.in_scope(state) }}{{ not_erasing }}
      and not exists (select 1 from arrived where arrived._ObjectKey = timeline._ObjectKey and {{ same_event }})
    union all
    select {{ ozmeta_runtime.event_columns(journal_config, nanos) }}, TL_Replaced from arrived
),
{% elif messages %}
{{ ozmeta_runtime.all_messages(journal_config, nanos) }}
{% else %}
events as (select typed.*, {{ ozmeta_runtime.boolean_column('1 = 0') }} as TL_Replaced from typed),
{% endif %}

{{ ozmeta_runtime.order_ctes(workflow, stream, as_of, nanos) }}
{{ ozmeta_runtime.candidate_ctes(workflow) }}
{{ ozmeta_runtime.apply_ctes(workflow, policy, nanos) }}

{% if state.bucketed -%}
{{ ozmeta_runtime.object_buckets_cte(state, existing_columns) }}
{% endif -%}
written as (
    select
        {%- if messages %}
        {{ ozmeta_runtime.event_key(journal_config, 'events') }} as _Key,
        {%- endif %}
        events._ObjectKey, events.EJ_ID, events._TenantID,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as EJ_ObjectType,
        events.EJ_ObjectID, events.EJ_EventType,
        events.EJ_EventTimeUTC, events.EJ_Actor, events.EJ_SourceSystem, events.EJ_Sequence, events.EJ_CorrelationID,
        folded.TL_EffectiveUTC, folded.TL_Position, folded.TL_IsApplied, folded.TL_IsRejected,
        folded.TL_TransitionCode, folded.TL_FromState, folded.TL_ToState, folded.TL_State, folded.TL_RowVersion,
        folded.TL_Anomaly,
        {{ "events.TL_EventNanos" if nanos else "cast(0 as " ~ dbt.type_bigint() ~ ") as TL_EventNanos" }},
        events._SyncDate, events.TL_Journal, events.TL_IsUnsynced, events.TL_Replaced, events.TL_ContentHash,
        {%- if messages %}
        events.TL_MessageKey,
        {%- endif %}
        {%- for column in ozmeta_runtime.payload_columns() + journal_config.fields %}
        events.{{ column.column }},
        {%- endfor %}
        {{ ozmeta_runtime.text_literal(config_text) }} as TL_Intake,
        {%- if state.bucketed %}
        case when folded.TL_Position is null then 0 else object_buckets.bucket end as _Bucket,
        {%- endif %}
        {{ ozmeta_runtime.written_columns(state) }}
    from events
    left join folded on folded._ObjectKey = events._ObjectKey and folded.EJ_ID = events.EJ_ID
    {%- if state.bucketed %}
    inner join object_buckets on object_buckets._ObjectKey = events._ObjectKey
    {%- endif %}
)

select * from written
{%- endcall %}
{% endif %}
{% endmacro %}
