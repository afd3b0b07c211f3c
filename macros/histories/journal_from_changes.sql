{#
A table of field changes as an EventJournal (spec 2.5). The query of an incremental model: a later run reads what was
loaded since the last one.

The changes that one actor made to one object at one instant are one event, if they were loaded in the same minute. A
new status becomes transition.toState, any other field object.<Field>, as text; null is null. The event type is
<object_type>.StatusChanged with a new status, else <object_type>.Changed. If an event would hold a field twice, it
becomes two events, in the order of `sequence` or of the old values. EJ_SourceKey keeps the codes that `names` replaced.

A row that was loaded twice counts once, with its first stamp. Rows marked as deleted do not count.

CTEs
  table_rows    the rows of the table, typed
  named_rows    the same with the names of values and actors
  source_rows   the same with the member of the payload that a change becomes
  known_events  what the model has already, in the time of these rows; in a later run
  known_changes the changes in these events; in a later run
  new_rows      the rows whose change the model does not have; in a later run
  repeated      the fields of an object that several rows change at one instant
  repeats       the changes of these rows, each once
  steps         these with their place in a chain of old and new values
  changes       all changes; `occurrence` counts those of an actor, `place` those of an object and instant
  grouped       one row per event
  identified    the same with its id
  events        the same with its type and payload

Arguments
  relation          the table
  object_type       text: EJ_ObjectType of the events
  columns           {object_id, field, new_value, at, loaded_at, by?, old_value?, sequence?, change_id?, tenant?,
                    deleted?}: the name of the table's column for each, or {'value': text} for a fixed value
  status_field      text: the field whose value is the state. A list if the field was renamed
  fields            {field of the table: field of the object}, or none for all, under their own names. A name
                    'context.X' puts the value into the payload's context. Two fields may become one
  ignore_fields     [text]: fields left out if `fields` is none
  tracked           [field of the object]: rules see which of these an event changes, in context.changed
  only              {column: value or [values]}: the rows to read
  names             {field: {relation, key, name, only?} or {values: {code: name}}}: the names of coded values. A code
                    without a name stays as it is
  users             {relation, key, name?, role?}: the names of actors, and their role for user.roles
  source_system     text: EJ_SourceSystem of the events, or none
  time_zone         IANA name: the zone of times that name none (see history_instant)
  lookback_minutes  integer: how far back a run reads again
Errors              see history_columns, history_instant, check_limited_rebuild; no row changes the status
#}
{% macro journal_from_changes(relation, object_type, columns, status_field, fields=none, ignore_fields=[], tracked=[],
    only={}, names={}, users=none, source_system=none, time_zone=none, lookback_minutes=60) %}
{% if execute %}
{%- set macro = 'journal_from_changes' -%}
{%- set status_fields = [status_field] if status_field is string else status_field -%}
{%- set c = ozmeta_runtime.history_columns(macro, relation, columns,
    ['object_id', 'field', 'new_value', 'at', 'loaded_at'],
    ['by', 'old_value', 'sequence', 'change_id', 'tenant', 'deleted']) -%}
{%- set at = ozmeta_runtime.history_instant(macro, relation, c.at, 'at', time_zone) -%}
{%- set loaded = ozmeta_runtime.history_instant(macro, relation, c.loaded_at, 'loaded_at', 'UTC') -%}
{%- set rows = ozmeta_runtime.history_rows(macro, relation, only, c.get('deleted')) -%}
{%- set state = ozmeta_runtime.history_state(relation, c.loaded_at, at, rows, lookback_minutes) -%}
{%- if state.nothing -%}{%- do return(ozmeta_runtime.select_nothing()) -%}{%- endif -%}
{%- if not state.known and not state.limited -%}
  {%- do ozmeta_runtime.check_status_field(macro, relation, c.field, rows, status_fields,
      (fields or {}).keys() | list + ignore_fields) -%}
{%- endif -%}
{%- set wanted = none if fields is none else status_fields + fields.keys() | list -%}
{%- set parts = [] -%}
{%- for key in (fields or {}).values() -%}{%- do parts.append(ozmeta_runtime.payload_part(key)) -%}{%- endfor -%}
{%- set has_context = 'context' in parts -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set null_text, plus = "cast(null as " ~ text ~ ")", ozmeta_runtime.concat_operator() -%}
{%- set rows_read = "new_rows" if state.known else "source_rows" -%}
{%- set own = rows_read ~ "." -%}
{#- A change is of one field of an object at one instant. A table without tenants needs no comparison of them. -#}
{%- set change_columns = (['tenant'] if c.tenant else []) + ['object_id', 'at_utc', 'part', 'name'] -%}
{%- set change = change_columns | join(', ') -%}
{%- set same_repeated = ozmeta_runtime.same_change(rows_read, 'repeated', c.tenant) -%}
{%- set identity = "by_id, new_value, old_value, sequence" -%}
{%- if c.change_id -%}
  {%- set without_id = "case when change_id is null then " -%}
  {%- set identity = "change_id, " ~ without_id ~ "by_id end, " ~ without_id ~ "new_value end, " ~ without_id
      ~ "old_value end, " ~ without_id ~ "sequence end" -%}
{%- endif -%}
{%- set order = ["coalesce(sequence, 0)", "step"] -%}
{%- for column in ['by_id', 'new_value', 'old_value', 'change_id'] -%}
  {%- do order.append(ozmeta_runtime.binary_order("coalesce(" ~ column ~ ", '')") | trim) -%}
{%- endfor -%}
{#- T-SQL searches for at most 8,000 bytes. -#}
{%- set start = ozmeta_runtime.substring('fragment', 1, 1999) -%}
{%- set own_text = "name " ~ plus ~ " '|' " ~ plus ~ " coalesce(new_value, '')" -%}
{%- set carried = ['tenant', 'object_id', 'at_utc', 'part', 'name', 'by_id', 'actor', 'user_role', 'loaded_minute',
    'loaded_utc', 'fragment', 'new_value', 'old_value', 'sequence', 'change_id'] + (['coded'] if names else []) -%}

{% call ozmeta_runtime.model_query() -%}
{{ ozmeta_runtime.with_materialized_ctes() }} value_names as (
    {{ ozmeta_runtime.history_names(macro, names) }}
),

user_names as (
    {{ ozmeta_runtime.history_users(macro, users) }}
),

table_rows as (
    select
        {{ c.tenant.sql if c.tenant else null_text }} as tenant,
        nullif({{ c.object_id.sql }}, '') as object_id,
        {{ ozmeta_runtime.change_part(c.field.sql, status_fields, fields or {}) }} as part,
        coalesce({{ ozmeta_runtime.change_name(c.field.sql, status_fields, fields or {}) }}, '') as name,
        {{ c.field.sql }} as field,
        {{ c.new_value.sql }} as new_value,
        {{ c.old_value.sql if c.old_value else null_text }} as old_value,
        {{ at }} as at_utc,
        {{ "nullif(" ~ c.by.sql ~ ", '')" if c.by else null_text }} as by_id,
        {{ loaded }} as loaded_utc,
        {{ ozmeta_runtime.to_integer(c.sequence.stored, c.sequence.type) if c.sequence
            else "cast(null as " ~ bigint ~ ")" }} as sequence,
        {{ c.change_id.sql if c.change_id else null_text }} as change_id
    from {{ relation }}
    where {{ state.where }}
    {%- if wanted is not none %}
      and {{ c.field.sql }} in ({{ ozmeta_runtime.text_literals(wanted) }})
    {%- elif ignore_fields %}
      and {{ c.field.sql }} not in ({{ ozmeta_runtime.text_literals(ignore_fields) }})
    {%- endif %}
),

named_rows as (
    select
        tenant, object_id, part, table_rows.name, at_utc, by_id, loaded_utc, sequence, change_id,
        {%- if names %}
        coalesce(new_names.name, new_value) as new_value,
        coalesce(old_names.name, old_value) as old_value,
        case when table_rows.field in ({{ ozmeta_runtime.text_literals(names) }}) then new_value end as code,
        {%- else %}
        new_value,
        old_value,
        {%- endif %}
        {{ "coalesce(user_name, by_id)" if users else "by_id" }} as actor,
        {{ "user_role" if users else null_text }} as user_role
    from table_rows
    {%- for side in ['new', 'old'] if names %}
    left join value_names as {{ side }}_names
        on {{ side }}_names.field = table_rows.field and {{ side }}_names.code = {{ side }}_value
    {%- endfor %}
    {%- if users %}
    left join user_names on user_names.user_id = table_rows.by_id
    {%- endif %}
),

{%- set member = ozmeta_runtime.json_text('name') ~ " " ~ plus ~ " ':' " ~ plus ~ " " %}

source_rows as (
    select
        named_rows.*,
        {{ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('loaded_utc'), 60000000) }} as loaded_minute,
        {{ member }}{{ ozmeta_runtime.json_text('new_value') }} as fragment
        {%- if names %},
        case when code is not null then {{ member }}{{ ozmeta_runtime.json_text('code') }} end as coded
        {%- endif %}
    from named_rows {{ ozmeta_runtime.materialize_cte('source_rows') }}
),
{%- if state.known %}

known_events as (
    select
        _TenantID, EJ_ObjectID, EJ_EventTimeUTC, EJ_Actor, EJ_Payload,
        {{ ozmeta_runtime.concat_text(["','", "EJ_SourceKey"]) }} as codes
    from {{ this }}
    where {{ state.known }}
),

known_changes as (
    select distinct tenant, object_id, at_utc, actor, fragment{{ ', coded' if names }}
    from source_rows
    inner join known_events
        on EJ_ObjectID = object_id and EJ_EventTimeUTC = at_utc and coalesce(EJ_Actor, '') = coalesce(actor, '')
        and coalesce(_TenantID, '') = coalesce(tenant, '')
    where {{ ozmeta_runtime.contains_text('EJ_Payload', "'{' " ~ plus ~ " " ~ start) }}
      or {{ ozmeta_runtime.contains_text('EJ_Payload', "',' " ~ plus ~ " " ~ start) }}
      {%- if names %}
      or {{ ozmeta_runtime.contains_text('codes', "',' " ~ plus ~ " coded") }}
      {%- endif %}
),

new_rows as (
    select source_rows.*
    from source_rows
    left join known_changes
        on known_changes.object_id = source_rows.object_id and known_changes.at_utc = source_rows.at_utc
        and coalesce(known_changes.actor, '') = coalesce(source_rows.actor, '')
        and coalesce(known_changes.tenant, '') = coalesce(source_rows.tenant, '')
        and known_changes.fragment = source_rows.fragment
        {{ "and coalesce(known_changes.coded, '') = coalesce(source_rows.coded, '')" if names }}
    where known_changes.object_id is null {{ ozmeta_runtime.materialize_cte('new_rows', 'and') }}
),
{%- endif %}

repeated as (
    select {{ change }}
    from {{ rows_read }}
    group by {{ change }}
    having count(*) > 1
),

repeats as (
    select *
    from (
        select
            {{ rows_read }}.*,
            row_number() over (
                partition by {{ own }}{{ change_columns | join(', ' ~ own) }}, {{ identity }}
                order by {{ ozmeta_runtime.nulls_last('loaded_utc') }}
                {%- for column in (['coded'] if names else [])
                    + (['by_id', 'new_value', 'old_value'] if c.change_id else []) -%}
                , {{ ozmeta_runtime.binary_order("coalesce(" ~ column ~ ", '')") }}
                {%- endfor -%}
                {{ ", coalesce(sequence, 0)" if c.change_id }}
            ) as copy
        from {{ rows_read }}
        inner join repeated on {{ same_repeated }}
    ) as copies
    where copy = 1 {{ ozmeta_runtime.materialize_cte('repeats', 'and') }}
),

steps as (
    -- a change follows the one that wrote its old value
    {%- if c.old_value %}
    select
        repeats.*,
        case when written.new_value is null then 0 when replaced.old_value is null then 2 else 1 end as step
    from repeats
    left join (select distinct {{ change }}, loaded_minute, new_value from repeats) as written
        on {{ ozmeta_runtime.same_change('repeats', 'written', c.tenant) }}
        and written.loaded_minute = repeats.loaded_minute and written.new_value = repeats.old_value
    left join (select distinct {{ change }}, loaded_minute, old_value from repeats) as replaced
        on {{ ozmeta_runtime.same_change('repeats', 'replaced', c.tenant) }}
        and replaced.loaded_minute = repeats.loaded_minute and replaced.old_value = repeats.new_value
    {%- else %}
    select repeats.*, 0 as step from repeats
    {%- endif %}
),

changes as (
    select {{ own }}{{ carried | join(', ' ~ own) }}, 1 as occurrence, 1 as place
    from {{ rows_read }}
    left join repeated on {{ same_repeated }}
    where repeated.object_id is null
    union all
    select
        {{ carried | join(', ') }},
        row_number() over (
            partition by {{ change }}, loaded_minute, by_id order by {{ order | join(', ') }}
        ) as occurrence,
        row_number() over (partition by {{ change }}, loaded_minute order by {{ order | join(', ') }}) as place
    from steps
),

grouped as (
    select
        tenant, object_id, at_utc, by_id, occurrence,
        {{ "max(actor) as actor, max(user_role) as user_role" if users
            else "by_id as actor, " ~ null_text ~ " as user_role" }},
        max(loaded_utc) as loaded_utc,
        {{ ozmeta_runtime.min_text("coalesce(change_id, " ~ own_text ~ ")" if c.change_id else own_text)
            }} as first_change,
        {{ "min(sequence)" if c.sequence else
            "case when max(place) > 1 then " ~ ozmeta_runtime.to_micros('at_utc') ~ " * 1000 + max(place) end"
            }} as sequence,
        {{ ozmeta_runtime.joined_texts('coded', 'fragment') if names else null_text }} as source_key,
        max(case when part = 'transition' then fragment end) as status,
        {{ ozmeta_runtime.joined_texts("case when part = 'object' then fragment end", 'fragment') }} as object_fields
        {%- if has_context %},
        {{ ozmeta_runtime.joined_texts("case when part = 'context' then fragment end", 'fragment') }} as context_fields
        {%- endif %}
        {%- if tracked %},
        {{ ozmeta_runtime.joined_texts("case when part = 'object' and name in ("
            ~ ozmeta_runtime.text_literals(tracked) ~ ") then " ~ ozmeta_runtime.json_text('name') ~ " end", 'fragment')
            }} as changed
        {%- endif %}
    from changes
    group by tenant, object_id, at_utc, by_id, loaded_minute, occurrence
),

identified as (
    select
        grouped.*,
        {{ ozmeta_runtime.history_event_id(source_system or object_type, [
            'tenant', 'object_id', 'by_id', 'first_change',
            "cast(" ~ ozmeta_runtime.to_micros('at_utc') ~ " as " ~ text ~ ")",
            "cast(occurrence as " ~ text ~ ")"]) }} as event_id
    from grouped
),

events as (
    select
        tenant, object_id, at_utc, actor, sequence, loaded_utc, source_key, event_id,
        case
            when status is not null then {{ ozmeta_runtime.text_literal(object_type ~ '.StatusChanged') }}
            else {{ ozmeta_runtime.text_literal(object_type ~ '.Changed') }}
        end as event_type,
        {{ ozmeta_runtime.event_payload(
            status='status', object='object_fields', context='context_fields' if has_context else none,
            changed='changed' if tracked else none, role='user_role' if users and users.get('role') else none)
            }} as payload
    from identified
)

{{ ozmeta_runtime.history_events('events', object_type, source_system, state) }}
{%- endcall %}
{% endif %}
{% endmacro %}

{# Condition: two rows are of one change. a, b: aliases; tenant: whether the table has tenants #}
{% macro same_change(a, b, tenant) -%}
  {%- for column in ['object_id', 'at_utc', 'part', 'name'] -%}
    {{ a }}.{{ column }} = {{ b }}.{{ column }}{{ " and " if not loop.last }}
  {%- endfor -%}
  {%- if tenant %} and coalesce({{ a }}.tenant, '') = coalesce({{ b }}.tenant, ''){%- endif -%}
{%- endmacro %}

{#
Stops the run if the table has rows, but none that changes the status, or if the status field has a second spelling.
field: see history_columns
rows: SQL condition, see history_rows
named: the other fields that the call names
#}
{% macro check_status_field(macro, relation, field, rows, status_fields, named) %}
  {%- set counts = {} -%}
  {%- if field.stored -%}
    {%- for row in run_query("select " ~ field.sql ~ ", count(*) from " ~ relation ~ " where " ~ rows ~ " group by "
        ~ field.sql).rows -%}
      {%- do counts.update({row[0] | string: row[1] | int}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set known = status_fields + named -%}
  {%- for other in counts if other not in known and other | lower in status_fields | map('lower') -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, field.stored ~ " has '" ~ status_fields | join("', '")
        ~ "' and '" ~ other ~ "'. If both say the state, name both: status_field=" ~ (status_fields + [other])
        ~ ". If not, name '" ~ other ~ "' in fields or ignore_fields.") -%}
  {%- endfor -%}
  {%- if counts and not counts.keys() | select('in', status_fields) | list -%}
    {%- set most = (counts.items() | sort(attribute='1', reverse=true) | map(attribute='0') | list)[:8] -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, "No row has the status field '"
        ~ status_fields | join("' or '") ~ "' in " ~ field.stored ~ ". The fields with the most rows are "
        ~ most | join(', ') ~ ". Set status_field to the one that says the state.") -%}
  {%- endif -%}
{% endmacro %}
