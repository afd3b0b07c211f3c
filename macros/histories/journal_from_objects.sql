{#
A table of objects as an EventJournal (spec 2.5): when each was created, deleted and restored. The query of an
incremental model: a later run reads what was loaded since the last one.

  <object_type>.Created   at created_at, with the first status and fields
  <object_type>.Deleted   when a row is marked as deleted; the state is `deleted_state`
  <object_type>.Restored  when it no longer is; the state is the row's status

The table has current values only. With `changes`, the first value of a field that was changed is the old value of its
first change. If the history has no old values, `Created` leaves such a field out. The loader's stamp is the time of a
deletion without deleted_at, and of a restoration.

CTEs
  value_names     the names of coded values
  user_names      the users
  last_marks      whether the model has an object as deleted; in a later run
  object_rows     the rows of the table, typed; the latest of an object
  current_values  one row per object and field, with its value now
  first_changes   the first change of each field, with its old value
  first_values    the current values, with the first one beside each
  members         these as members of a payload, with names in place of codes
  payload_parts   the members of an object, joined
  objects         the objects with these, and whether the model has them as deleted
  happened        one row per creation, deletion and restoration
  events          the same with an id

Arguments
  relation          the table
  object_type       text: EJ_ObjectType of the events
  columns           {object_id, created_at, loaded_at, created_by?, status?, deleted?, deleted_at?, tenant?}: the name
                    of the table's column for each, or {'value': text}: status={'value': 'open'} if all begin with it
  fields            {column: field of the object}
  changes           {relation, columns: {object_id, field, at, old_value?, sequence?, tenant?}, status_field, fields?,
                    only?}: the changes of these objects, as for journal_from_changes; or none
  names             {column, or field of changes: {relation, key, name, only?} or {values: {code: name}}}: the names of
                    coded values
  deleted_state     text: the state of deleted objects
  only, users, source_system, time_zone, lookback_minutes   see journal_from_changes
Errors              see history_columns, history_instant, check_limited_rebuild
#}
{% macro journal_from_objects(relation, object_type, columns, fields={}, changes=none, only={}, names={}, users=none,
    source_system=none, time_zone=none, lookback_minutes=60, deleted_state='Deleted') %}
{% if execute %}
{%- set macro = 'journal_from_objects' -%}
{%- set c = ozmeta_runtime.history_columns(macro, relation, columns, ['object_id', 'created_at', 'loaded_at'],
    ['created_by', 'status', 'deleted', 'deleted_at', 'tenant']) -%}
{%- set created_at = ozmeta_runtime.history_instant(macro, relation, c.created_at, 'created_at', time_zone) -%}
{%- set deleted_at = ozmeta_runtime.history_instant(macro, relation, c.deleted_at, 'deleted_at', time_zone)
    if c.deleted_at -%}
{%- set loaded = ozmeta_runtime.history_instant(macro, relation, c.loaded_at, 'loaded_at', 'UTC') -%}
{%- set rows = ozmeta_runtime.history_rows(macro, relation, only) -%}
{%- set state = ozmeta_runtime.history_state(relation, c.loaded_at, created_at, rows, lookback_minutes) -%}
{%- if state.nothing -%}{%- do return(ozmeta_runtime.select_nothing()) -%}{%- endif -%}
{%- set text = ozmeta_runtime.type_text() -%}
{%- set null_text, plus = "cast(null as " ~ text ~ ")", ozmeta_runtime.concat_operator() -%}
{%- set marks = [] -%}
{%- if c.deleted -%}{%- do marks.append(ozmeta_runtime.is_marked(c.deleted.sql)) -%}{%- endif -%}
{%- if deleted_at -%}{%- do marks.append(deleted_at ~ " is not null") -%}{%- endif -%}
{%- set listed = ozmeta_runtime.object_values(macro, relation, c.get('status'), columns, fields) -%}
{%- set is_deletion = ozmeta_runtime.text_literal(object_type ~ '.Deleted') -%}

{% call ozmeta_runtime.model_query() -%}
{{ ozmeta_runtime.with_materialized_ctes() }} value_names as (
    {{ ozmeta_runtime.history_names(macro, names) }}
),

user_names as (
    {{ ozmeta_runtime.history_users(macro, users) }}
),

last_marks as (
    {%- if state.known %}
    select tenant, object_id, event_type
    from (
        select
            _TenantID as tenant, EJ_ObjectID as object_id, EJ_EventType as event_type,
            row_number() over (
                partition by _TenantID, EJ_ObjectID
                order by {{ ozmeta_runtime.nulls_last('_SyncDate') }} desc, EJ_EventTimeUTC desc, EJ_ID
            ) as place
        from {{ this }}
        where EJ_EventType <> {{ ozmeta_runtime.text_literal(object_type ~ '.Created') }}
    ) as marks
    where place = 1
    {%- else %}
    {{ ozmeta_runtime.literal_rows([['tenant', text], ['object_id', text], ['event_type', text]], []) }}
    {%- endif %}
),

object_rows as (
    select *
    from (
        select
            typed.*, row_number() over (
                partition by tenant, object_id
                order by {{ ozmeta_runtime.nulls_last('loaded_utc') }} desc, is_deleted,
                    {{ ozmeta_runtime.nulls_last('created_utc') }}
                    {%- for value in listed -%}
                    , {{ ozmeta_runtime.binary_order("coalesce(value_" ~ loop.index ~ ", '')") }}
                    {%- endfor %}
            ) as copy
        from (
            select
                {{ c.tenant.sql if c.tenant else null_text }} as tenant,
                nullif({{ c.object_id.sql }}, '') as object_id,
                {{ created_at }} as created_utc,
                {{ "nullif(" ~ c.created_by.sql ~ ", '')" if c.created_by else null_text }} as by_id,
                {{ loaded }} as loaded_utc,
                case when {{ marks | join(' or ') or '1 = 0' }} then 1 else 0 end as is_deleted,
                {{ "coalesce(" ~ deleted_at ~ ", " ~ loaded ~ ")" if deleted_at else loaded }} as deleted_utc
                {%- for value in listed %},
                {{ value.sql }} as value_{{ loop.index }}
                {%- endfor %}
            from {{ relation }}
            where {{ state.where }}
        ) as typed
    ) as numbered
    where copy = 1 {{ ozmeta_runtime.materialize_cte('object_rows', 'and') }}
),

current_values as (
    {%- for value in listed %}
    {{ "union all" if not loop.first }}
    select
        tenant, object_id, '{{ value.part }}' as part, {{ ozmeta_runtime.text_literal(value.name) }} as name,
        {{ ozmeta_runtime.text_literal(value.column) }} as field, {{ value.is_fixed }} as is_fixed,
        value_{{ loop.index }} as current_value
    from object_rows
    {%- else %}
    {{ ozmeta_runtime.literal_rows([['tenant', text], ['object_id', text], ['part', text], ['name', text],
        ['field', text], ['is_fixed', dbt.type_int()], ['current_value', text]], []) }}
    {%- endfor %}
),

first_changes as (
    {%- if changes %}
    {{ ozmeta_runtime.first_changes(macro, changes, time_zone) }}
    {%- else %}
    {{ ozmeta_runtime.literal_rows([['tenant', text], ['object_id', text], ['part', text], ['name', text],
        ['field', text], ['old_value', text]], []) }}
    {%- endif %}
),

first_values as (
    select
        current_values.tenant, current_values.object_id, current_values.part, current_values.name,
        current_values.field as column_name, current_value,
        coalesce(first_changes.field, current_values.field) as field,
        case when first_changes.object_id is null then current_value else old_value end as first_value
    from current_values
    left join first_changes
        on first_changes.object_id = current_values.object_id and first_changes.part = current_values.part
        and first_changes.name = current_values.name and is_fixed = 0
        and coalesce(first_changes.tenant, '') = coalesce(current_values.tenant, '')
),

members as (
    select
        tenant, object_id, part,
        case when first_value is not null then {{ ozmeta_runtime.json_text('first_values.name') }} {{ plus }} ':'
            {{ plus }} {{ ozmeta_runtime.json_text('coalesce(first_names.name, first_value)') }}
        end as first_member,
        case when current_value is not null then {{ ozmeta_runtime.json_text('first_values.name') }} {{ plus }} ':'
            {{ plus }} {{ ozmeta_runtime.json_text('coalesce(current_names.name, current_value)') }}
        end as current_member
    from first_values
    left join value_names as first_names on first_names.field = first_values.field and first_names.code = first_value
    left join value_names as current_names
        on current_names.field = column_name and current_names.code = current_value
),

payload_parts as (
    select
        tenant, object_id,
        max(case when part = 'transition' then first_member end) as first_status,
        max(case when part = 'transition' then current_member end) as current_status,
        {{ ozmeta_runtime.joined_texts("case when part = 'object' then first_member end", 'first_member') }}
            as object_fields,
        {{ ozmeta_runtime.joined_texts("case when part = 'context' then first_member end", 'first_member') }}
            as context_fields
    from members
    group by tenant, object_id
),

objects as (
    select
        object_rows.tenant, object_rows.object_id, created_utc, loaded_utc, is_deleted, deleted_utc,
        first_status, current_status, object_fields, context_fields,
        {{ "coalesce(user_name, by_id)" if users else "by_id" }} as actor,
        {{ "user_role" if users else null_text }} as actor_role,
        case when last_marks.event_type = {{ is_deletion }} then 1 else 0 end as was_deleted
    from object_rows
    left join payload_parts on payload_parts.object_id = object_rows.object_id
        and coalesce(payload_parts.tenant, '') = coalesce(object_rows.tenant, '')
    left join last_marks on last_marks.object_id = object_rows.object_id
        and coalesce(last_marks.tenant, '') = coalesce(object_rows.tenant, '')
    {%- if users %}
    left join user_names on user_names.user_id = object_rows.by_id
    {%- endif %}
),

happened as (
    select
        tenant, object_id, loaded_utc, actor, created_utc as at_utc, 'Created' as kind, 'created' as seed,
        {{ ozmeta_runtime.event_payload(status='first_status', object='object_fields', context='context_fields',
            role='actor_role' if users and users.get('role') else none) }} as payload
    from objects
    union all
    select
        tenant, object_id, loaded_utc, {{ null_text }}, deleted_utc, 'Deleted',
        {{ ozmeta_runtime.concat_text(["'deleted|'", ozmeta_runtime.to_micros('deleted_utc')]) }},
        {{ ozmeta_runtime.text_literal('{"transition":{"toState":' ~ tojson(deleted_state) ~ '}}') }}
    from objects
    where is_deleted = 1 and was_deleted = 0
    union all
    select
        tenant, object_id, loaded_utc, {{ null_text }}, loaded_utc, 'Restored',
        {{ ozmeta_runtime.concat_text(["'restored|'", ozmeta_runtime.to_micros('loaded_utc')]) }},
        {{ ozmeta_runtime.event_payload(status='current_status') }}
    from objects
    where is_deleted = 0 and was_deleted = 1
),

events as (
    select
        tenant, object_id, at_utc, actor, loaded_utc, payload,
        {{ ozmeta_runtime.concat_text([ozmeta_runtime.text_literal(object_type ~ '.'), 'kind']) }} as event_type,
        cast(null as {{ dbt.type_bigint() }}) as sequence,
        {{ null_text }} as source_key,
        -- after the hashes of the changes at the same instant, so that a creation sees the first values
        {{ ozmeta_runtime.concat_text(["'object-'", ozmeta_runtime.history_event_id(source_system or object_type,
            ["'object'", 'tenant', 'object_id', 'seed'])]) }} as event_id
    from happened
)

{{ ozmeta_runtime.history_events('events', object_type, source_system, state) }}
{%- endcall %}
{% endif %}
{% endmacro %}

{# The values in a creation event: [{part, name, column, sql, is_fixed}]. status: see history_columns, or none #}
{% macro object_values(macro, relation, status, columns, fields) %}
  {%- set values = [] -%}
  {%- if status -%}
    {%- do values.append({'part': 'transition', 'name': 'toState', 'sql': status.sql,
        'column': columns.status if status.stored else 'status', 'is_fixed': 0 if status.stored else 1}) -%}
  {%- endif -%}
  {%- for column, key in fields.items() -%}
    {%- do values.append({'part': ozmeta_runtime.payload_part(key), 'name': ozmeta_runtime.payload_key(key),
        'sql': ozmeta_runtime.history_column(macro, relation, column, "fields").sql, 'column': column,
        'is_fixed': 0}) -%}
  {%- endfor -%}
  {%- do return(values) -%}
{% endmacro %}

{# A select of the first change of each field of the objects in object_rows. changes: see journal_from_objects #}
{% macro first_changes(macro, changes, time_zone) %}
  {%- set c = ozmeta_runtime.history_columns(macro, changes.relation, changes.columns, ['object_id', 'field', 'at'],
      ['new_value', 'loaded_at', 'by', 'old_value', 'sequence', 'change_id', 'tenant', 'deleted']) -%}
  {%- set status_fields = [changes.status_field] if changes.status_field is string else changes.status_field -%}
  {%- set rows = ozmeta_runtime.history_rows(macro, changes.relation, changes.get('only') or {}, c.get('deleted')) -%}
  {%- set fields, null_text = changes.get('fields') or {}, "cast(null as " ~ ozmeta_runtime.type_text() ~ ")" %}
    select tenant, object_id, part, name, field, old_value
    from (
        select
            changed.*, row_number() over (
                partition by tenant, object_id, part, name
                order by {{ ozmeta_runtime.nulls_last('at_utc') }}, coalesce(sequence, 0),
                    {{ ozmeta_runtime.binary_order("coalesce(field, '')") }},
                    {{ ozmeta_runtime.binary_order("coalesce(old_value, '')") }}
            ) as place
        from (
            select
                {{ c.tenant.sql if c.tenant else null_text }} as tenant,
                {{ c.object_id.sql }} as object_id,
                {{ ozmeta_runtime.change_part(c.field.sql, status_fields, fields) }} as part,
                {{ ozmeta_runtime.change_name(c.field.sql, status_fields, fields) }} as name,
                {{ c.field.sql }} as field,
                {{ c.old_value.sql if c.old_value else null_text }} as old_value,
                {{ ozmeta_runtime.history_instant(macro, changes.relation, c.at, 'at', time_zone) }} as at_utc,
                {{ ozmeta_runtime.to_integer(c.sequence.stored, c.sequence.type) if c.sequence else 0 }} as sequence
            from {{ changes.relation }}
            where {{ rows }}
              and {{ c.object_id.sql }} in (select object_id from object_rows)
        ) as changed
    ) as ordered
    where place = 1
{% endmacro %}
