{#
Model <binding>_timeline: every admitted event of a binding, once, in the fold's order, with what it did (SPEC 4, 7, 8).

  journal    rows not yet read, or read again within the lookback
  arrived    those that the timeline does not hold
  touched    objects that an arrival, a pending event now due or a changed definition concerns
  events     all events of those objects: what the timeline holds, and what arrived
  placed     effective time and stream       macros/fold/order.sql
  answers    what each event asks for        macros/fold/candidates.sql
  folded     what became of it               macros/fold/apply.sql

Arguments
  intake     see journal_slice
  workflow   dict: start, states: [code], transitions: [{code, from, to, events?: [event type]}] (enabled ones),
             bound_events: [event type] that MetaDB binds, be their transitions enabled or not
  policy     'last_writer_wins' or 'first_writer_wins'
  stream     'EJ_SourceSystem' or 'none'
#}
{% macro timeline(binding, intake, workflow, policy='last_writer_wins', stream='EJ_SourceSystem') %}
{% if execute %}
{%- set fold = {'workflow': workflow, 'policy': policy, 'stream': stream} -%}
{%- set held = ozmeta_runtime.intake_text(intake) -%}
{%- set state = ozmeta_runtime.run_state(binding, [fold, held]) -%}
{%- if state.incremental -%}{%- do ozmeta_runtime.check_intake(intake, state) -%}{%- endif -%}
{%- set held_columns = ozmeta_runtime.columns_of(this) if state.incremental and state.redefined else none -%}
{%- set paths = ozmeta_runtime.payload_paths(intake) -%}
{%- set as_of = ozmeta_runtime.instant(state.as_of) -%}

{{ ozmeta_runtime.with_recursive() }} {{ ozmeta_runtime.admission_ctes(intake, state) }}

delivered as (
    select
        *,
        {{ ozmeta_runtime.json_parsed('payload', paths) }} as parsed,
        row_number() over (
            partition by _ObjectKey, EJ_ID
            order by _SyncDate, EJ_EventTimeUTC, {{ ozmeta_runtime.nulls_first(ozmeta_runtime.bytewise('payload')) }},
                {{ ozmeta_runtime.bytewise('EJ_EventType') }}, {{ ozmeta_runtime.nulls_first(ozmeta_runtime.bytewise('EJ_Actor')) }},
                {{ ozmeta_runtime.nulls_first(ozmeta_runtime.bytewise('EJ_SourceSystem')) }}, {{ ozmeta_runtime.nulls_first('EJ_Sequence') }}, TL_ContentHash
        ) as delivery
    from (select *, {{ ozmeta_runtime.content_hash() }} as TL_ContentHash from admission where refusal is null) as admitted
),

typed as (
    select
        {{ ozmeta_runtime.md5_hex("_ObjectKey || EJ_ID") }} as _Key,
        _ObjectKey, TL_Journal, EJ_ID, _TenantID,
        {{ ozmeta_runtime.literal(intake.object_type) }} as EJ_ObjectType,
        EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem, EJ_Sequence, EJ_CorrelationID, _SyncDate,
        sync_date is null as TL_IsUnsynced,
        TL_ContentHash,
        {%- for column in ozmeta_runtime.payload_columns() %}
        {{ ozmeta_runtime.payload_value(column, 'parsed', paths, loop.index0) }} as {{ column.column }}{{ "," if not loop.last or intake.fields }}
        {%- endfor %}
        {%- for field in intake.fields %}
        {{ ozmeta_runtime.json_at('parsed', paths, ozmeta_runtime.payload_columns() | length + loop.index0) }} as {{ field.column }}{{ "," if not loop.last }}
        {%- endfor %}
    from delivered
    where delivery = 1
),

{% if state.incremental %}
known as (
    select _Key, _SyncDate, TL_ContentHash from {{ this }} where _Key in (select _Key from typed)
),

arrived as (
    select typed.*, case when known.TL_ContentHash <> typed.TL_ContentHash then true else false end as TL_Replaced
    from typed
    left join known on known._Key = typed._Key
    where known._Key is null
       or known._SyncDate > typed._SyncDate
       or (known._SyncDate = typed._SyncDate and known.TL_ContentHash <> typed.TL_ContentHash)
),

touched as (
    select _ObjectKey from arrived
    {{ ozmeta_runtime.union_distinct() }}
    select _ObjectKey from {{ this }} where TL_Position is null and EJ_EventTimeUTC <= {{ as_of }}
    {{ ozmeta_runtime.union_distinct() }}
    select _ObjectKey from {{ this }} where {{ state.stale }}
),

events as (
    -- what a run that died had replaced is still to be told to the quarantine
    select {{ ozmeta_runtime.event_columns(intake, held_columns) }}, case when TL_Replaced and {{ ozmeta_runtime.new_since(state) }} then true else false end as TL_Replaced from {{ this }}
    where _ObjectKey in (select _ObjectKey from touched)
      and _Key not in (select _Key from arrived)
    union all
    select {{ ozmeta_runtime.event_columns(intake) }}, TL_Replaced from arrived
),
{% else %}
events as (select typed.*, false as TL_Replaced from typed),
{% endif %}

{{ ozmeta_runtime.order_ctes(workflow, stream, as_of) }}
{{ ozmeta_runtime.candidate_ctes(workflow) }}
{{ ozmeta_runtime.apply_ctes(workflow, policy) }}

written as (
    select
        events._Key, events._ObjectKey, events.EJ_ID, events._TenantID, events.EJ_ObjectType, events.EJ_ObjectID, events.EJ_EventType,
        events.EJ_EventTimeUTC, events.EJ_Actor, events.EJ_SourceSystem, events.EJ_Sequence, events.EJ_CorrelationID,
        folded.TL_EffectiveUTC, folded.TL_Position, folded.TL_IsApplied, folded.TL_IsRejected,
        folded.TL_TransitionCode, folded.TL_FromState, folded.TL_ToState, folded.TL_State,
        cast(folded.TL_RowVersion as {{ dbt.type_bigint() }}) as TL_RowVersion,
        folded.TL_Anomaly,
        events._SyncDate, events.TL_Journal, events.TL_IsUnsynced, events.TL_Replaced, events.TL_ContentHash,
        {%- for column in ozmeta_runtime.payload_columns() + intake.fields %}
        events.{{ column.column }},
        {%- endfor %}
        {{ ozmeta_runtime.literal(held) }} as TL_Intake,
        {{ ozmeta_runtime.written_columns(state) }}
    from events
    left join folded on folded._Key = events._Key
)

select * from written
{% endif %}
{% endmacro %}

{# The payload's parts that every binding reads. kind: text (an object or an array counts as absent) or version. #}
{% macro payload_columns() %}
  {%- do return([
    {'column': 'PL_Code', 'path': ['transition', 'code'], 'kind': 'text'},
    {'column': 'PL_FromState', 'path': ['transition', 'fromState'], 'kind': 'text'},
    {'column': 'PL_ToState', 'path': ['transition', 'toState'], 'kind': 'text'},
    {'column': 'PL_RowVersion', 'path': ['transition', 'rowVersion'], 'kind': 'version'},
    {'column': 'PL_EscalationSignalType', 'path': ['escalation', 'signalType'], 'kind': 'text'},
    {'column': 'PL_EscalationSlaCode', 'path': ['escalation', 'slaCode'], 'kind': 'text'},
    {'column': 'PL_EscalationLevel', 'path': ['escalation', 'level'], 'kind': 'text'},
  ]) -%}
{% endmacro %}

{% macro payload_paths(intake) %}
  {%- set paths = [] -%}
  {%- for column in ozmeta_runtime.payload_columns() + intake.fields -%}{%- do paths.append(column.path) -%}{%- endfor -%}
  {%- do return(paths) -%}
{% endmacro %}

{% macro payload_value(column, parsed, paths, index) %}
  {%- set text = "nullif(" ~ ozmeta_runtime.json_scalar(ozmeta_runtime.json_at(parsed, paths, index)) ~ ", '')" -%}
  {{- ozmeta_runtime.to_version(text) if column.kind == 'version' else text -}}
{% endmacro %}

{# held: names of the columns that a table of an older definition has. A field that it lacks is null there: it has no rows, or check_intake stopped the run. #}
{% macro event_columns(intake, held=none) -%}
  _Key, _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectType, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem,
  EJ_Sequence, EJ_CorrelationID, _SyncDate, TL_IsUnsynced, TL_ContentHash
  {%- for column in ozmeta_runtime.payload_columns() + intake.fields %}, {% if held is not none and column.column | lower not in held %}cast(null as {{ ozmeta_runtime.type_text() }}) as {% endif %}{{ column.column }}{% endfor %}
{%- endmacro %}

{# What was taken from the journal, kept with each row: how rows were keyed, then the payload fields that were read. #}
{% macro intake_text(intake) %}
  {%- set keyed = [intake.object_type, intake.object_types | sort, intake.tenant_in_key, intake.needs_tenant] + ([intake.key] if intake.get('key') else []) -%}
  {%- set fields = [] -%}
  {%- for field in intake.fields -%}{%- do fields.append(field.column) -%}{%- endfor -%}
  {%- do return(local_md5(tojson(keyed))[:8] ~ ':' ~ fields | sort | join(',')) -%}
{% endmacro %}

{# A definition that needs what was never read from the journal cannot be folded from the timeline (SPEC 8). #}
{% macro check_intake(intake, state) %}
  {%- set wanted = ozmeta_runtime.intake_text(intake).split(':') -%}
  {%- for row in run_query("select distinct TL_Intake from " ~ this ~ " where " ~ state.stale).rows -%}
    {%- set held = row[0].split(':') -%}
    {%- if held[0] != wanted[0] -%}
      {%- do exceptions.raise_compiler_error("The object types or the instance key of " ~ this.identifier ~ " changed, so rows of the journal it never read may now belong to it. Run once with --full-refresh.") -%}
    {%- endif -%}
    {%- for column in wanted[1].split(',') if column and column not in held[1].split(',') -%}
      {%- do exceptions.raise_compiler_error("A rule or an approval now uses the payload field in " ~ column ~ ", which " ~ this.identifier ~ " does not hold for the events read so far. Run once with --full-refresh to read it from the journal.") -%}
    {%- endfor -%}
  {%- endfor -%}
{% endmacro %}
