{#
A table of events, such as comments or calls, as an EventJournal (spec 2.5). One event per row. The query of an
incremental model: a later run reads what was loaded since the last one.

A row that was loaded twice counts once, with its first stamp. Rows marked as deleted do not count.

CTEs
  value_names the names of coded values
  user_names  the users
  table_rows  the rows of the table, typed
  described   these with the parts of their payload
  numbered    these with the number of the copy
  events      one row per event, with its id and payload

Arguments
  relation          the table
  object_type       text: EJ_ObjectType of the events
  columns           {object_id, at, loaded_at, event_id?, by?, sequence?, tenant?, deleted?}: the name of the table's
                    column for each, or {'value': text} for a fixed value. Without event_id, rows with the same object,
                    time, actor, type and fields are one event
  event_type        text, or {column, values: {value: event type}, default?}: the type by a column's value. A value that
                    is not listed has the default, or is the type itself
  fields            {column: key of the payload}: 'Field' for object.Field, or 'context.X'. A null is left out
  names             {column: {relation, key, name, only?} or {values: {code: name}}}: the names of coded values
  only, users, source_system, time_zone, lookback_minutes   see journal_from_changes
Errors              see history_columns, history_instant, check_limited_rebuild
#}
{% macro journal_from_events(relation, object_type, columns, event_type, fields={}, only={}, names={}, users=none,
    source_system=none, time_zone=none, lookback_minutes=60) %}
{% if execute %}
{%- set macro = 'journal_from_events' -%}
{%- set c = ozmeta_runtime.history_columns(macro, relation, columns, ['object_id', 'at', 'loaded_at'],
    ['event_id', 'by', 'sequence', 'tenant', 'deleted']) -%}
{%- set at = ozmeta_runtime.history_instant(macro, relation, c.at, 'at', time_zone) -%}
{%- set loaded = ozmeta_runtime.history_instant(macro, relation, c.loaded_at, 'loaded_at', 'UTC') -%}
{%- set rows = ozmeta_runtime.history_rows(macro, relation, only, c.get('deleted')) -%}
{%- set state = ozmeta_runtime.history_state(relation, c.loaded_at, at, rows, lookback_minutes) -%}
{%- if state.nothing -%}{%- do return(ozmeta_runtime.select_nothing()) -%}{%- endif -%}
{%- set null_text = "cast(null as " ~ ozmeta_runtime.type_text() ~ ")" -%}
{%- set values, members = [], {'object': [], 'context': []} -%}
{%- for name, key in fields.items() -%}
  {%- do values.append({'field': name, 'sql': ozmeta_runtime.history_column(macro, relation, name, "fields").sql}) -%}
  {%- set named = "coalesce(names_" ~ loop.index ~ ".name, value_" ~ loop.index ~ ")" if name in names
      else "value_" ~ loop.index -%}
  {%- do members[ozmeta_runtime.payload_part(key)].append("case when value_" ~ loop.index
      ~ " is not null then " ~ ozmeta_runtime.concat_text([
          ozmeta_runtime.text_literal(tojson(ozmeta_runtime.payload_key(key)) ~ ':'),
          ozmeta_runtime.json_text(named)]) ~ " end") -%}
{%- endfor -%}
{%- set event_values = ['object_id', 'at_utc', 'by_id', 'event_type', 'object_fields', 'context_fields'] -%}
{%- set identity = ['tenant', 'event_id'] if c.event_id else ['tenant'] + event_values -%}

with value_names as (
    {{ ozmeta_runtime.history_names(macro, names) }}
),

user_names as (
    {{ ozmeta_runtime.history_users(macro, users) }}
),

table_rows as (
    select
        {{ c.tenant.sql if c.tenant else null_text }} as tenant,
        nullif({{ c.object_id.sql }}, '') as object_id,
        {{ c.event_id.sql if c.event_id else null_text }} as event_id,
        {{ ozmeta_runtime.mapped_type(macro, relation, event_type) }} as event_type,
        {{ at }} as at_utc,
        {{ "nullif(" ~ c.by.sql ~ ", '')" if c.by else null_text }} as by_id,
        {{ loaded }} as loaded_utc,
        {{ ozmeta_runtime.to_integer(c.sequence.stored, c.sequence.type) if c.sequence
            else "cast(null as " ~ dbt.type_bigint() ~ ")" }} as sequence
        {%- for value in values %},
        {{ value.sql }} as value_{{ loop.index }}
        {%- endfor %}
    from {{ relation }}
    where {{ state.where }}
),

described as (
    select
        tenant, object_id, event_id, event_type, at_utc, by_id, loaded_utc, sequence,
        {{ ozmeta_runtime.member_list(members.object) }} as object_fields,
        {{ ozmeta_runtime.member_list(members.context) }} as context_fields
    from table_rows
    {%- for value in values if value.field in names %}
    {%- set place = values.index(value) + 1 %}
    left join value_names as names_{{ place }}
        on names_{{ place }}.field = {{ ozmeta_runtime.text_literal(value.field) }}
        and names_{{ place }}.code = value_{{ place }}
    {%- endfor %}
),

numbered as (
    select
        described.*, row_number() over (
            partition by {{ identity | join(', ') }}
            order by {{ ozmeta_runtime.nulls_last('loaded_utc') }}, coalesce(sequence, 0)
            {%- if c.event_id -%}
            , {{ ozmeta_runtime.nulls_last('at_utc') }}
              {%- for column in ['object_id', 'by_id', 'event_type', 'object_fields', 'context_fields'] -%}
            , {{ ozmeta_runtime.binary_order("coalesce(" ~ column ~ ", '')") }}
              {%- endfor -%}
            {%- endif %}
        ) as copy
    from described
),

events as (
    select
        tenant, object_id, event_type, at_utc, sequence, loaded_utc,
        {{ "coalesce(user_name, by_id)" if users else "by_id" }} as actor,
        {%- set hash = ozmeta_runtime.history_event_id(source_system or object_type, [
            ozmeta_runtime.text_literal(relation.identifier), 'tenant'] + (['event_id'] if c.event_id else ['object_id',
            "cast(" ~ ozmeta_runtime.to_micros('at_utc') ~ " as " ~ ozmeta_runtime.type_text() ~ ")", 'by_id',
            'event_type', 'object_fields', 'context_fields'])) %}
        -- after the creation of an object at the same instant
        {{ ozmeta_runtime.concat_text(["'row-'", hash]) }} as event_id,
        numbered.event_id as source_key,
        {{ ozmeta_runtime.event_payload(object='object_fields', context='context_fields',
            role='user_role' if users and users.get('role') else none) }} as payload
    from numbered
    {%- if users %}
    left join user_names on user_names.user_id = numbered.by_id
    {%- endif %}
    where copy = 1
)

{{ ozmeta_runtime.history_events('events', object_type, source_system, state) }}
{% endif %}
{% endmacro %}

{# An event type as SQL text; see event_type of journal_from_events #}
{% macro mapped_type(macro, relation, event_type) -%}
  {%- if event_type is string -%}
    {{ ozmeta_runtime.text_literal(event_type) }}
  {%- else -%}
    {%- set column = ozmeta_runtime.history_column(macro, relation, event_type.column, "event_type.column") -%}
    case
      {%- for value, type in event_type['values'].items() %}
      when {{ column.sql }} = {{ ozmeta_runtime.text_literal(value | string) }}
      then {{ ozmeta_runtime.text_literal(type) }}
      {%- endfor %}
      else {{ ozmeta_runtime.text_literal(event_type.default) if event_type.get('default') else column.sql }}
    end
  {%- endif -%}
{%- endmacro %}

{# The members of a JSON object joined by commas, as SQL text; null if there are none. members: list of SQL texts #}
{% macro member_list(members) -%}
  {%- if members | length > 1 -%}
    nullif({{ ozmeta_runtime.text_array(members) }}, '')
  {%- else -%}
    {{ members[0] or "cast(null as " ~ ozmeta_runtime.type_text() ~ ")" }}
  {%- endif -%}
{%- endmacro %}
