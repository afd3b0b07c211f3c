{#
One message under several event ids (SPEC 4.2, journal.deduplicate_on). A row's message key is made of the columns that the
option names; a row that lacks one has none, and its EJ_ID alone says what it is. Without the option none of this is in any
statement.

intake.deduplicate_on  [canonical column], in the order of the journal's columns; or absent
#}

{# SQL: the message key of a journal's row, null where a part is null or ''.
   sql: {canonical column: SQL}, see journal_columns #}
{% macro message_key(intake, sql) %}
  {%- set parts, present = [], [] -%}
  {%- for name in intake.deduplicate_on -%}
    {%- set counter = "cast(" ~ sql.EJ_Sequence ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
    {%- set part = {'EJ_EventTimeUTC': sql.raw_event_time, 'EJ_Sequence': counter}.get(name, sql[name]) -%}
    {%- do parts.append(part) -%}{%- do present.append(part ~ " <> ''") -%}
  {%- endfor -%}
  {%- do return("case when " ~ present | join(' and ') ~ " then " ~ ozmeta_runtime.key_of(parts) ~ " end") -%}
{% endmacro %}

{# The column that carries it, after others of a select; nothing without the option. held: the columns that the table has, or none.
   A table that lacks it has no rows, or check_intake stopped the run. #}
{% macro message_column(intake, held=none) -%}
  {%- if intake.get('deduplicate_on') -%}
  , {{ "cast(null as " ~ ozmeta_runtime.type_text() ~ ") as " if held is not none and 'tl_messagekey' not in held }}TL_MessageKey
  {%- endif -%}
{%- endmacro %}

{# SQL: what an event is known by, the timeline's _Key: its message, else its EJ_ID.
   of: the relation that has _ObjectKey, EJ_ID and TL_MessageKey #}
{% macro event_key(intake, of) -%}
  {%- set by_id = ozmeta_runtime.key_of([of ~ '._ObjectKey', of ~ '.EJ_ID']) -%}
  {%- if intake.get('deduplicate_on') -%}
  case when {{ of }}.TL_MessageKey is not null
       then {{ ozmeta_runtime.key_of([of ~ '._ObjectKey', of ~ '.TL_MessageKey', "'message'"]) }}
       else {{ by_id }} end
  {%- else -%}{{ by_id }}{%- endif -%}
{%- endmacro %}

{# The rows of typed that the timeline does not hold, or holds by a later delivery, as the CTE `arrived`. An EJ_ID that an event
   of another message has stays with that event; of several new ones, the first to arrive has it. #}
{% macro arrived_messages(nanos) %}
known as (
    select held._Key, held.EJ_ID, held._SyncDate, held.TL_ContentHash
    from {{ this }} as held
    inner join typed on typed._Key = held._Key
),

namesakes as (
    select held._Key, held._ObjectKey, held.EJ_ID
    from {{ this }} as held
    where held._ObjectKey in (select _ObjectKey from typed)
),

earlier as (
    select
        typed.*, {{ ozmeta_runtime.truth('known.TL_ContentHash <> typed.TL_ContentHash') }} as TL_Replaced,
        {{ ozmeta_runtime.claim('typed', nanos) }} as claim
    from typed
    left join known on known._Key = typed._Key
    left join namesakes
        on namesakes._ObjectKey = typed._ObjectKey and namesakes.EJ_ID = typed.EJ_ID and namesakes._Key <> typed._Key
    where namesakes._Key is null
      and (known._Key is null
        or known._SyncDate > typed._SyncDate
        or (known._SyncDate = typed._SyncDate
            and (known.TL_ContentHash <> typed.TL_ContentHash
                or {{ ozmeta_runtime.bytewise('known.EJ_ID') }} > {{ ozmeta_runtime.bytewise('typed.EJ_ID') }})))
),

arrived as (
    select * from earlier where claim = 1 {{ ozmeta_runtime.once('arrived', 'and') }}
),
{% endmacro %}

{# Which of an object's events has an EJ_ID that several messages came with: number 1. #}
{% macro claim(of, nanos) -%}
  row_number() over (
    partition by {{ of }}._ObjectKey, {{ of }}.EJ_ID
    order by {{ of }}._SyncDate, {{ of }}.EJ_EventTimeUTC,{{ ' ' ~ of ~ '.TL_EventNanos,' if nanos }}
        {{ ozmeta_runtime.nulls_first(ozmeta_runtime.bytewise(of ~ '.TL_MessageKey')) }}
  )
{%- endmacro %}

{# All events of a journal that is folded afresh, as the CTE `events`: only an EJ_ID that may stand there more than once is
   looked at. #}
{% macro all_messages(intake, nanos) %}
events as (
    select {{ ozmeta_runtime.event_columns(intake, nanos) }}, {{ ozmeta_runtime.truth('1 = 0') }} as TL_Replaced
    from typed
    where EJ_ID not in (select EJ_ID from repeated)
    union all
    select {{ ozmeta_runtime.event_columns(intake, nanos) }}, {{ ozmeta_runtime.truth('1 = 0') }}
    from (
        select typed.*, {{ ozmeta_runtime.claim('typed', nanos) }} as claim
        from typed
        where EJ_ID in (select EJ_ID from repeated)
    ) as claimed
    where claim = 1
),
{% endmacro %}
