{#
Model <binding>_backlog: how many objects were in each state at the end of each day (spec 7.4). One row per tenant,
state of the workflow and UTC day, from the tenant's first day to the day of as_of, also if no object was in the state.

A run computes the days from the first one that may have changed (backlog_since), counts on from the day before, and
writes the rows that are new or different. It reads the timeline's rows of these days.

Main CTEs
  base    how many objects were in each state on the day before; none in a full fold
  flows   how often objects went from one state to another, or appeared, by day
  spans   the first day of each tenant
  cells   every tenant, day and state

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key, lookback_minutes; see journal_slice
  workflow        dict: states: [code], terminal: [code]
  timeline        relation: the binding's timeline
Errors            see run_state
#}
{% macro backlog(binding, journal_config, workflow, timeline) %}
{%- do ozmeta_runtime.check_arguments('backlog', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'workflow': workflow, 'timeline': timeline}) -%}
{% if execute %}
{%- set day, text, bigint = 86400000000, ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set today_text = ozmeta_runtime.as_of_text()[:10] -%}
{%- set today = ozmeta_runtime.day_number(today_text) -%}
{%- set due = "_DeleteDate is null and not " ~ ozmeta_runtime.is_true('BL_IsComplete') ~ " and BL_Day < "
    ~ ozmeta_runtime.timestamp_literal(today_text ~ ' 00:00:00') -%}
{%- set state = ozmeta_runtime.run_state(
    binding, [journal_config.object_type, journal_config.tenant_in_key, workflow.states, workflow.terminal], [timeline],
    due=due) -%}
{%- if state.idle and not ozmeta_runtime.rereads() -%}
  {%- do return(ozmeta_runtime.select_nothing(state)) -%}
{%- endif -%}
{%- set since = none -%}
{%- if state.incremental and not state.full_fold and not ozmeta_runtime.rereads() -%}
  {%- set since = ozmeta_runtime.backlog_since(state, timeline, journal_config.lookback_minutes) -%}
{%- endif -%}
{%- if since is none and state.incremental -%}{%- do state.update({'full_fold': true}) -%}{%- endif -%}
{%- set since_sql = ozmeta_runtime.from_micros('(' ~ since ~ ' * cast(' ~ day ~ ' as ' ~ bigint ~ '))') -%}
{%- set day_no = ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('TL_EffectiveUTC'), day) -%}
{%- set first_day = ozmeta_runtime.timestamp_literal('1970-01-01 00:00:00') -%}
{%- set columns = ['_Key', '_TenantID', 'BL_ObjectType', 'WS_Code', 'BL_Day', 'BL_Objects', 'BL_Entered', 'BL_Left',
    'BL_IsTerminal', 'BL_IsComplete'] -%}
{%- set moved = ozmeta_runtime.kept_table(this, 'ozmeta_purged_move') -%}
with {{ ozmeta_runtime.number_ctes(9999) }}

{% if since is not none -%}
base as (
    select _TenantID as tenant, WS_Code as code, BL_Objects as objects
    from {{ this }}
    where _DeleteDate is null
      and BL_Day = {{ ozmeta_runtime.from_micros('(' ~ (since - 1) ~ ' * cast(' ~ day ~ ' as ' ~ bigint ~ '))') }}
),

{% endif -%}
flows as (
    select tenant, day_no, from_code, code, cast(count(*) as {{ bigint }}) as objects
    from (
        select
            {{ ozmeta_runtime.tenant_column(journal_config, '_TenantID') }} as tenant,
            case when TL_Position > 1 then TL_FromState end as from_code,
            TL_State as code,
            -- a day before 1970 counts as its first day
            case when TL_EffectiveUTC < {{ first_day }} then 0 else {{ day_no }} end as day_no
        from {{ timeline }}
        where (TL_Position = 1 or ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_FromState <> TL_ToState))
          {%- if since %}
          and TL_EffectiveUTC >= {{ since_sql }}
          {%- endif %}
    ) as entries
    group by tenant, day_no, from_code, code
    {%- if moved.exists and not ozmeta_runtime.brings_back_purged() %}
    union all
    -- purged objects count as before
    select PM_TenantID, PM_Day, PM_FromState, PM_State, PM_Objects
    from {{ moved.table }}
    where PM_ObjectType = {{ ozmeta_runtime.text_literal(journal_config.object_type) }}
      and PM_Purge in (select PG_Purge from {{ ozmeta_runtime.kept_table(this).table }})
      {%- if since is not none %}
      and PM_Day >= {{ since }}
      {%- endif %}
    {%- endif %}
),

moves as (
    select tenant, day_no, code, sum(entering) as entering, sum(leaving) as leaving
    from (
        select tenant, day_no, code, objects as entering, 0 as leaving from flows
        union all
        select tenant, day_no, from_code, 0, objects from flows where from_code is not null
    ) as both_ends
    group by tenant, day_no, code
),

spans as (
    select tenant, min(day_no) as first_no, {{ today }} - min(day_no) as more
    from (
        select tenant, day_no from flows
        {%- if since is not none %}
        union all
        select tenant, {{ since }} from base
        {%- endif %}
    ) as days_with_objects
    group by tenant
),

{{ ozmeta_runtime.spread_ctes('spine', 'spans', 'first_no', 'more', 'day_no') }}

states as (
    {%- for code in workflow.states %}
    {{ "union all " if not loop.first }}select {{ ozmeta_runtime.text_literal(code) }} as code, {{
        1 if code in workflow.terminal else 0 }} as is_terminal
    {%- endfor %}
),

cells as (
    select
        spine.tenant, spine.day_no, states.code, states.is_terminal,
        coalesce(moves.entering, 0) as entering, coalesce(moves.leaving, 0) as leaving,
        {{ "coalesce(base.objects, 0)" if since is not none else "0" }} as objects_before
    from spine
    cross join states
    left join moves on moves.tenant = spine.tenant and moves.day_no = spine.day_no and moves.code = states.code
    {%- if since is not none %}
    left join base on base.tenant = spine.tenant and base.code = states.code
    {%- endif %}
),

counted as (
    select
        *,
        objects_before + sum(entering - leaving) over (
            partition by tenant, code order by day_no rows between unbounded preceding and current row) as objects
    from cells
),

written as (
    select
        {{ ozmeta_runtime.row_key(['tenant', 'code', 'cast(day_no as ' ~ text ~ ')']) }} as _Key,
        tenant as _TenantID,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as BL_ObjectType,
        code as WS_Code,
        {{ ozmeta_runtime.from_micros('(day_no * ' ~ day ~ ')') }} as BL_Day,
        cast(objects as {{ bigint }}) as BL_Objects,
        cast(entering as {{ bigint }}) as BL_Entered,
        cast(leaving as {{ bigint }}) as BL_Left,
        {{ ozmeta_runtime.boolean_column('is_terminal = 1') }} as BL_IsTerminal,
        {{ ozmeta_runtime.boolean_column('day_no < ' ~ today) }} as BL_IsComplete,
        {{ ozmeta_runtime.audit_columns(state) }}
    from counted
)

select * from written
{%- if since is not none %}
where not exists (
    select 1 from {{ this }} as stored
    where stored._Key = written._Key and stored._DeleteDate is null
      and stored.BL_Objects = written.BL_Objects and stored.BL_Entered = written.BL_Entered
      and stored.BL_Left = written.BL_Left and stored.BL_IsComplete = written.BL_IsComplete
      {%- if model.unique_id in state.left %}
      and not {{ ozmeta_runtime.unsettled_rows(state, 'stored') }}
      {%- endif %}
)
{%- endif %}
{{ ozmeta_runtime.soft_deleted_rows(state, columns, "BL_Day >= " ~ since_sql) }}
{% endif %}
{% endmacro %}

{#
The first day that may have changed since the last completed run, in days since 1970: the day of the earliest event that
arrived or fell due since then, the last day that was not over, or the first day of which another run left rows. None
if only a count of all days is safe, because an event was replaced and the time that it had is gone.

An arrival changes the days from its own time on. It may also move a later event of its stream to its own time. Such an
event was effective at its own time or later before, and is effective at the time of the arrival or later now. If none
of an object's events seems to have arrived, as with one that is older than the lookback, its first event counts.
#}
{% macro backlog_since(state, timeline, lookback_minutes) %}
  {%- set old = [] -%}
  {%- for journal, watermark in state.journals.items() -%}
    {%- set start = ozmeta_runtime.to_micros(ozmeta_runtime.timestamp_literal(watermark)) ~ " - "
        ~ lookback_minutes * 60000000 -%}
    {%- do old.append("(TL_Journal = " ~ ozmeta_runtime.text_literal(journal) ~ " and "
        ~ ozmeta_runtime.to_micros('_SyncDate') ~ " < " ~ start ~ ")") -%}
  {%- endfor -%}
  {%- set is_old = "(" ~ old | join(" or ") ~ ")" if old else "1 = 0" -%}
  {%- set sql -%}
    select
      {{ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('min(from_time)'), 86400000000) }} as since,
      max(is_replaced) as is_replaced
    from (
      select
        case when first_arrival is null or TL_EffectiveUTC >= first_arrival then EJ_EventTimeUTC
             else first_arrival end as from_time,
        is_replaced
      from (
        select
          EJ_EventTimeUTC, TL_EffectiveUTC,
          case when {{ ozmeta_runtime.is_true('TL_Replaced') }} then 1 else 0 end as is_replaced,
          min(case when not {{ is_old }} or {{ ozmeta_runtime.is_true('TL_IsUnsynced') }}
                or EJ_EventTimeUTC >= last_day then EJ_EventTimeUTC end) over (partition by _ObjectKey) as first_arrival
        from {{ timeline }}
        cross join (select max(BL_Day) as last_day from {{ this }} where _DeleteDate is null) as counted
        where {{ ozmeta_runtime.changed_rows(state, timeline) }}
      ) as changed_events
      union all
      select max(BL_Day), 0 from {{ this }} where _DeleteDate is null
      {%- if model.unique_id in state.left %}
      union all
      select min(BL_Day), 0 from {{ this }} where {{ ozmeta_runtime.unsettled_rows(state) }}
      {%- endif %}
    ) as changes
  {%- endset -%}
  {%- for since, is_replaced in run_query(sql).rows if since is not none and not is_replaced | int -%}
    {%- do return([since | int, 0] | max) -%}
  {%- endfor -%}
  {%- do return(none) -%}
{% endmacro %}
