{#
Model <binding>_timeline: every admitted event of a binding, once, in the fold's order, with what it did (SPEC 4, 7, 8).

  admission  the journal's rows not yet read, or read again within the lookback, and whether each is admitted   macros/journal/admit.sql
  delivered  of the rows of one id, the first; most ids have one row, and nothing is asked of them
  arrived    those that the timeline does not hold
  touched    objects that an arrival or a pending event now due concerns; all, where the definition changed
  events     all events of those objects: what the timeline holds, and what arrived
  placed     effective time and stream       macros/fold/order.sql
  answers    what each event asks for        macros/fold/candidates.sql
  folded     what became of it               macros/fold/apply.sql

The fold carries only what orders and moves; what else is known of an event is joined to the outcome.
All events of a touched object are written again, so whatever builds on the timeline finds its objects whole among the rows of this run.

Arguments
  intake     see journal_slice
  workflow   dict: start, states: [code], transitions: [{code, from, to, events?: [event type]}] (enabled ones),
             bound_events: [event type] that MetaDB binds, be their transitions enabled or not,
             aliases?: {states?, transitions?, event_types?: {old name: name of today}}
  policy     'last_writer_wins' or 'first_writer_wins'
  stream     'EJ_SourceSystem' or 'none'
#}
{% macro timeline(binding, intake, workflow, policy='last_writer_wins', stream='EJ_SourceSystem') %}
{% if execute %}
{%- set fold = {'workflow': workflow, 'policy': policy, 'stream': stream} -%}
{%- set held = ozmeta_runtime.intake_text(intake) -%}
{%- set state = ozmeta_runtime.run_state(binding, [fold, held], journals=ozmeta_runtime.journal_relations(intake),
    kept="TL_Intake = " ~ ozmeta_runtime.literal(held)) -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.nothing_new(state)) -%}{%- endif -%}
{%- if state.incremental and state.whole -%}{%- do ozmeta_runtime.check_intake(intake) -%}{%- endif -%}
{%- set held_columns = ozmeta_runtime.columns_of(this) if state.incremental and state.whole else none -%}
{%- set paths = ozmeta_runtime.payload_paths(intake) -%}
{%- set messages = intake.get('deduplicate_on') -%}
{%- set as_of = ozmeta_runtime.instant(state.as_of) -%}
{%- set nanos = ozmeta_runtime.keeps_nanos(intake) -%}

{{ ozmeta_runtime.with_recursive() if ozmeta_runtime.may_walk(workflow, policy) else ozmeta_runtime.with_once() }}
{{ ozmeta_runtime.repeated_cte(intake, state) }}
{{ ozmeta_runtime.admission_cte('admission', intake, state) }}
{{ ozmeta_runtime.admission_cte('redelivered', intake, state, ids='select EJ_ID from repeated') }}

delivered as (
    select {{ ozmeta_runtime.delivered_columns(nanos) }}{{ ozmeta_runtime.message_column(intake) }}, {{ ozmeta_runtime.content_hash(intake) }} as TL_ContentHash, {{ ozmeta_runtime.json_parsed('payload', paths) }} as parsed
    from admission
    where refusal is null and EJ_ID not in (select EJ_ID from repeated)
    union all
    select {{ ozmeta_runtime.delivered_columns(nanos) }}{{ ozmeta_runtime.message_column(intake) }}, TL_ContentHash, {{ ozmeta_runtime.json_parsed('payload', paths) }}
    from (
        select
            *,
            row_number() over (
                partition by _ObjectKey, {{ "case when TL_MessageKey is null then EJ_ID end, TL_MessageKey" if messages else "EJ_ID" }}
                order by case when refusal is null then 0 else 1 end, _SyncDate, EJ_EventTimeUTC, {{ 'TL_EventNanos, ' if nanos }}{{ ozmeta_runtime.nulls_first(ozmeta_runtime.bytewise('payload')) }},
                    {{ ozmeta_runtime.bytewise('EJ_EventType') }}, {{ ozmeta_runtime.nulls_first(ozmeta_runtime.bytewise('EJ_Actor')) }},
                    {{ ozmeta_runtime.nulls_first(ozmeta_runtime.bytewise('EJ_SourceSystem')) }}, {{ ozmeta_runtime.nulls_first('EJ_Sequence') }}, TL_ContentHash{{ ", " ~ ozmeta_runtime.bytewise('EJ_ID') if messages }}
            ) as delivery
        from (select *, {{ ozmeta_runtime.content_hash(intake) }} as TL_ContentHash from redelivered) as hashed
    ) as numbered
    where delivery = 1 and refusal is null
),

unpacked as (
    select
        {{ ozmeta_runtime.delivered_columns(nanos) }}{{ ozmeta_runtime.message_column(intake) }}, TL_ContentHash
        {%- for path in paths %},
        {{ ozmeta_runtime.json_at('parsed', paths, loop.index0) }} as raw{{ loop.index }}
        {%- endfor %}
    from delivered
),

typed as (
    select
        _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem, EJ_Sequence, EJ_CorrelationID, _SyncDate,
        {{ ozmeta_runtime.truth('sync_date is null') }} as TL_IsUnsynced,
        TL_ContentHash{{ ", TL_EventNanos" if nanos }}
        {%- if messages %},
        TL_MessageKey, {{ ozmeta_runtime.event_key(intake, 'unpacked') }} as _Key
        {%- endif %}
        {%- for column in ozmeta_runtime.payload_columns() %},
        {{ ozmeta_runtime.payload_value(column, 'raw' ~ loop.index) }} as {{ column.column }}
        {%- endfor %}
        {%- for field in intake.fields %},
        {{ ozmeta_runtime.field_value(intake, loop.index0) }} as {{ field.column }}
        {%- endfor %}
    from unpacked {{ ozmeta_runtime.once('typed') }}
),

{% if state.incremental %}
{%- if messages %}
{{ ozmeta_runtime.arrived_messages(nanos) }}
{%- else %}
known as (
    select held._ObjectKey, held.EJ_ID, held._SyncDate, held.TL_ContentHash
    from {{ this }} as held
    inner join typed on typed._ObjectKey = held._ObjectKey and typed.EJ_ID = held.EJ_ID
),

arrived as (
    select typed.*, {{ ozmeta_runtime.truth('known.TL_ContentHash <> typed.TL_ContentHash') }} as TL_Replaced
    from typed
    left join known on known._ObjectKey = typed._ObjectKey and known.EJ_ID = typed.EJ_ID
    where (known.EJ_ID is null
        or known._SyncDate > typed._SyncDate
        or (known._SyncDate = typed._SyncDate and known.TL_ContentHash <> typed.TL_ContentHash)) {{ ozmeta_runtime.once('arrived', 'and') }}
),
{%- endif %}

touched as (
    select _ObjectKey from arrived
    {{ ozmeta_runtime.union_distinct() }}
    select _ObjectKey from {{ this }} where {{ "1 = 1" if state.whole else "TL_Position is null and EJ_EventTimeUTC <= " ~ as_of }}
),

events as (
    -- what a run that died had replaced is still to be told to the quarantine
    select {{ ozmeta_runtime.event_columns(intake, nanos, held_columns) }}, {{ ozmeta_runtime.truth(ozmeta_runtime.is_true('TL_Replaced') ~ " and _Batch > " ~ state.batch) }} as TL_Replaced
    from {{ this }} as held
    where _ObjectKey in (select _ObjectKey from touched)
      and not exists (select 1 from arrived where arrived._ObjectKey = held._ObjectKey and {{ "arrived._Key = held._Key" if messages else "arrived.EJ_ID = held.EJ_ID" }})
    union all
    select {{ ozmeta_runtime.event_columns(intake, nanos) }}, TL_Replaced from arrived
),
{% elif messages %}
{{ ozmeta_runtime.all_messages(intake, nanos) }}
{% else %}
events as (select typed.*, {{ ozmeta_runtime.truth('1 = 0') }} as TL_Replaced from typed),
{% endif %}

{{ ozmeta_runtime.order_ctes(workflow, stream, as_of, nanos) }}
{{ ozmeta_runtime.candidate_ctes(workflow) }}
{{ ozmeta_runtime.apply_ctes(workflow, policy, nanos) }}

written as (
    select
        {{ ozmeta_runtime.event_key(intake, 'events') }} as _Key,
        events._ObjectKey, events.EJ_ID, events._TenantID, {{ ozmeta_runtime.literal(intake.object_type) }} as EJ_ObjectType, events.EJ_ObjectID, events.EJ_EventType,
        events.EJ_EventTimeUTC, events.EJ_Actor, events.EJ_SourceSystem, events.EJ_Sequence, events.EJ_CorrelationID,
        folded.TL_EffectiveUTC, folded.TL_Position, folded.TL_IsApplied, folded.TL_IsRejected,
        folded.TL_TransitionCode, folded.TL_FromState, folded.TL_ToState, folded.TL_State, folded.TL_RowVersion, folded.TL_Anomaly,
        {{ "events.TL_EventNanos" if nanos else "cast(0 as " ~ dbt.type_bigint() ~ ") as TL_EventNanos" }},
        events._SyncDate, events.TL_Journal, events.TL_IsUnsynced, events.TL_Replaced, events.TL_ContentHash,
        {%- if messages %}
        events.TL_MessageKey,
        {%- endif %}
        {%- for column in ozmeta_runtime.payload_columns() + intake.fields %}
        events.{{ column.column }},
        {%- endfor %}
        {{ ozmeta_runtime.literal(held) }} as TL_Intake,
        {{ ozmeta_runtime.written_columns(state) }}
    from events
    left join folded on folded._ObjectKey = events._ObjectKey and folded.EJ_ID = events.EJ_ID
)

select * from written
{% endif %}
{% endmacro %}

{# A journal row's own columns, as far as the timeline keeps them. #}
{% macro delivered_columns(nanos) -%}
  _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, {{ "TL_EventNanos, " if nanos }}EJ_Actor, EJ_SourceSystem, EJ_Sequence, EJ_CorrelationID, _SyncDate, sync_date
{%- endmacro %}

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
  {%- for field in intake.fields -%}{%- do paths.extend(field.get('old', [])) -%}{%- endfor -%}
  {%- do return(paths) -%}
{% endmacro %}

{# The raw JSON of the field that stands at that place among intake.fields: under its own name, else under the first of its old names that the payload has.
   The columns raw1, raw2, … are those of payload_paths. #}
{% macro field_value(intake, place) %}
  {%- set own = ozmeta_runtime.payload_columns() | length -%}
  {%- set raws = ['raw' ~ (own + place + 1)] -%}
  {%- set before = intake.fields[:place] | map(attribute='old', default=[]) | map('length') | sum -%}
  {%- for path in intake.fields[place].get('old', []) -%}{%- do raws.append('raw' ~ (own + intake.fields | length + before + loop.index)) -%}{%- endfor -%}
  {{- raws[0] if raws | length == 1 else "coalesce(" ~ raws | join(', ') ~ ")" -}}
{% endmacro %}

{# raw: the raw JSON text, see json_at #}
{% macro payload_value(column, raw) %}
  {%- set text = "nullif(" ~ ozmeta_runtime.json_scalar(raw) ~ ", '')" -%}
  {{- "case when " ~ raw ~ " is not null then " ~ ozmeta_runtime.to_version(text) ~ " end" if column.kind == 'version' else text -}}
{% endmacro %}

{# held: names of the columns that a table of an older definition has. A field that it lacks is null there: it has no rows, or check_intake stopped the run. #}
{% macro event_columns(intake, nanos, held=none) -%}
  _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem, EJ_Sequence, EJ_CorrelationID, _SyncDate, TL_IsUnsynced, TL_ContentHash{{ ozmeta_runtime.message_column(intake, held) }}
  {%- if nanos %}, {{ "cast(0 as " ~ dbt.type_bigint() ~ ") as " if held is not none and 'tl_eventnanos' not in held }}TL_EventNanos{% endif -%}
  {%- for column in ozmeta_runtime.payload_columns() + intake.fields %}, {% if held is not none and column.column | lower not in held %}cast(null as {{ ozmeta_runtime.type_text() }}) as {% endif %}{{ column.column }}{% endfor %}
{%- endmacro %}

{# What was taken from the journals, kept with each row: how rows were keyed; the payload fields that were read, each with a hash of its path; and of each journal a hash of
   its name, one of what its columns are called and, where its event times may have nanoseconds, how they are read; and by which columns messages were told apart, if they were. As in `1f0c…:PL_object_Impact/3a5e:77b0c41d`. #}
{% macro intake_text(intake) %}
  {%- set keyed = [3, intake.object_type, intake.object_types | sort, intake.tenant_in_key, intake.needs_tenant] + ([intake.key] if intake.get('key') else []) -%}
  {%- set fields, journals = [], [] -%}
  {%- for field in intake.fields -%}{%- do fields.append(field.column ~ '/' ~ local_md5(tojson([field.path] + field.old if field.get('old') else field.path))[:4]) -%}{%- endfor -%}
  {%- for journal in intake.journals -%}{%- do journals.append(ozmeta_runtime.journal_mark(journal, intake)) -%}{%- endfor -%}
  {%- do return(([local_md5(tojson(keyed))[:8], fields | sort | join(','), journals | sort | join(',')] + ([intake.deduplicate_on | join(',')] if intake.get('deduplicate_on') else [])) | join(':')) -%}
{% endmacro %}

{# A column that begins or ceases to hold nanoseconds is read otherwise: what the timeline holds of it can't be ordered with what comes. #}
{% macro journal_mark(journal, intake) %}
  {%- set columns = ozmeta_runtime.journal_columns(journal, intake) -%}
  {%- do return(local_md5(journal.name)[:4] ~ local_md5(tojson(journal.columns, sort_keys=true))[:4] ~ (columns.event_kind if columns.event_nanos else '')) -%}
{% endmacro %}

{# A definition that needs what was never read from the journal, or was read otherwise, cannot be folded from the timeline (SPEC 8). #}
{% macro check_intake(intake) %}
  {%- set wanted = ozmeta_runtime.intake_text(intake).split(':') -%}
  {%- set refs, marks = {}, {} -%}
  {%- for field in intake.fields -%}{%- do refs.update({field.column: field.ref}) -%}{%- endfor -%}
  {%- for journal in intake.journals -%}{%- do marks.update({journal.name: ozmeta_runtime.journal_mark(journal, intake)}) -%}{%- endfor -%}
  {%- for row in run_query("select distinct TL_Intake, TL_Journal from " ~ this ~ " where TL_Intake <> " ~ ozmeta_runtime.literal(ozmeta_runtime.intake_text(intake))).rows -%}
    {%- set held, journal = row[0].split(':'), row[1] -%}
    {%- if held[0] != wanted[0] -%}
      {%- do exceptions.raise_compiler_error("The object types or the instance key of " ~ this.identifier ~ " changed, so rows of the journal it never read may now belong to it. Run once with --full-refresh.") -%}
    {%- endif -%}
    {%- if (held[3:] or ['']) != (wanted[3:] or ['']) -%}
      {%- do exceptions.raise_compiler_error("journal.deduplicate_on in ozmeta.yml was another when " ~ this.identifier ~ " read its events, so some of them may be one message. Run once with --full-refresh to read them all by it.") -%}
    {%- endif -%}
    {%- for field in wanted[1].split(',') if field and field not in held[1].split(',') -%}
      {%- do exceptions.raise_compiler_error("A rule or an approval now uses the payload field " ~ refs[field.split('/')[0]] ~ ", which " ~ this.identifier ~ " does not hold for the events read so far, or not by the names it has in field_aliases today. Run once with --full-refresh to read it from the journal.") -%}
    {%- endfor -%}
    {%- if journal not in marks -%}
      {%- do exceptions.raise_compiler_error(this.identifier ~ " holds events of the journal " ~ journal ~ ", which ozmeta.yml no longer names. Name it again, or run once with --full-refresh to leave them out.") -%}
    {%- endif -%}
    {%- if marks[journal] not in held[2].split(',') -%}
      {%- do exceptions.raise_compiler_error("journal.columns in ozmeta.yml, or the type of EJ_EventTimeUTC, was another when " ~ this.identifier ~ " read the rows of " ~ journal ~ ". Run once with --full-refresh to read them all as they are now.") -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
