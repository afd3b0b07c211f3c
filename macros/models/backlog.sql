{#
Model <binding>_backlog: how many objects were in each state at the end of each day (spec 7.4). One row per tenant,
state of the workflow and UTC day, from the tenant's first day to the day of as_of, also if no object was in the state.

A run computes a tenant's days from the earliest one of which a row of state_day was written, and the last day of the
run before, which was not over. It counts on from the day before. It writes the rows that are new or different.

Main CTEs
  starts  the day from which a run computes a tenant's rows; in a full fold, the tenant's first day
  base    how many objects were in each state on the day before
  flows   how many objects went from one state to another, by day
  cells   every tenant, day and state to compute

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key; see journal_slice
  workflow        dict: states: [code], terminal: [code]
  days            relation: the binding's state_day
Errors            see run_state
#}
{% macro backlog(binding, journal_config, workflow, days) %}
{%- do ozmeta_runtime.check_arguments('backlog', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'workflow': workflow, 'days': days}) -%}
{% if execute %}
{%- set day, text, bigint = 86400000000, ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set today_text = ozmeta_runtime.as_of_text()[:10] -%}
{%- set today = ozmeta_runtime.day_number(today_text) -%}
{%- set is_over = ozmeta_runtime.is_true('BL_IsComplete') -%}
{%- set state = ozmeta_runtime.run_state(
    binding, [journal_config.object_type, workflow.states, workflow.terminal], [days],
    due="_DeleteDate is null and not " ~ is_over ~ " and BL_Day < "
        ~ ozmeta_runtime.timestamp_literal(today_text ~ ' 00:00:00')) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set goes_on = state.incremental and not state.full_fold -%}
{%- set states = [] -%}
{%- for code in workflow.states -%}{%- do states.append([code, code in workflow.terminal]) -%}{%- endfor -%}
{%- set columns = ['_Key', '_TenantID', 'BL_ObjectType', 'WS_Code', 'BL_Day', 'BL_Objects', 'BL_Entered', 'BL_Left',
    'BL_IsTerminal', 'BL_IsComplete'] -%}
{%- set number_of_day = ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('{0}'), day) -%}
with {{ ozmeta_runtime.number_ctes(9999) }}

starts as (
    select tenant, min(from_day) as from_day, {{ number_of_day.format('min(from_day)') }} as from_no
    from (
        {%- if goes_on %}
        select _TenantID as tenant, min(SD_Day) as from_day
        from {{ days }}
        where {{ ozmeta_runtime.changed_rows(state, days) }}
        group by _TenantID
        union all
        select _TenantID, min(BL_Day)
        from {{ this }}
        where _DeleteDate is null and not {{ is_over }}
        group by _TenantID
        {%- else %}
        select _TenantID as tenant, min(SD_Day) as from_day
        from {{ days }}
        where _DeleteDate is null
        group by _TenantID
        {%- endif %}
    ) as days_to_compute
    group by tenant
),

base as (
    {%- if goes_on %}
    select starts.tenant, stored.WS_Code as code, stored.BL_Objects as objects
    from starts
    inner join {{ this }} as stored
        on stored._TenantID = starts.tenant
        and stored.BL_Day = {{ ozmeta_runtime.from_micros('((starts.from_no - 1) * ' ~ day ~ ')') }}
    where stored._DeleteDate is null
    {%- else %}
    select tenant, cast(null as {{ text }}) as code, cast(null as {{ bigint }}) as objects from starts where 1 = 0
    {%- endif %}
),

flows as (
    select days.tenant, {{ number_of_day.format('days.SD_Day') }} as day_no, days.from_code, days.code, days.objects
    from (
        select
            changes._TenantID as tenant, changes.SD_Day, changes.SD_FromState as from_code, changes.WS_Code as code,
            cast(count(*) as {{ bigint }}) as objects
        from {{ days }} as changes
        {%- if goes_on %}
        inner join starts on starts.tenant = changes._TenantID and changes.SD_Day >= starts.from_day
        {%- endif %}
        where changes._DeleteDate is null
        group by changes._TenantID, changes.SD_Day, changes.SD_FromState, changes.WS_Code
    ) as days
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

-- a tenant without objects before, and whose first ones went away, begins later
spans as (
    select tenant, min(day_no) as first_no, {{ today }} - min(day_no) as more
    from (
        select starts.tenant, starts.from_no as day_no
        from starts
        inner join base on base.tenant = starts.tenant
        union all
        select tenant, day_no from flows
    ) as days_with_objects
    group by tenant
),

{{ ozmeta_runtime.spread_ctes('spine', 'spans', 'first_no', 'more', 'day_no') }}

states as (
    {{ ozmeta_runtime.literal_rows([['code', text], ['is_terminal', 'int']], []) if not states }}
    {%- for code, is_terminal in states %}
    {{ "union all " if not loop.first }}select {{ ozmeta_runtime.text_literal(code) }} as code, {{
        1 if is_terminal else 0 }} as is_terminal
    {%- endfor %}
),

cells as (
    select
        spine.tenant, spine.day_no, states.code, states.is_terminal,
        coalesce(moves.entering, 0) as entering, coalesce(moves.leaving, 0) as leaving,
        coalesce(base.objects, 0) as objects_before
    from spine
    cross join states
    left join moves on moves.tenant = spine.tenant and moves.day_no = spine.day_no and moves.code = states.code
    left join base on base.tenant = spine.tenant and base.code = states.code
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
{{ ozmeta_runtime.unless_stored(state, ['{}BL_Objects', '{}BL_Entered', '{}BL_Left', '{}BL_IsComplete']) }}
{%- set again = "exists (select 1 from starts where starts.tenant = _TenantID and starts.from_day <= BL_Day)" %}
{{ ozmeta_runtime.soft_deleted_rows(state, columns, again) }}
{% endif %}
{% endmacro %}
