{#
Model <binding>_time_in_state: every stay of an object in a state, for the Semantic layer: how long, and how old the object is. A view, which takes the
clock of the last completed run: what it shows and what the tables show are of one instant.

Arguments  intake, workflow: see workflow_instance; timeline, log: the relations of the binding's timeline and run log
#}
{% macro time_in_state(intake, workflow, timeline, log) %}
with clock as (
    select max(RUN_AsOfUTC) as as_of from {{ ozmeta_runtime.unlimited(log) }}
),

-- the first event of an object opens a stay, and so does each change of state: as WI_CurrentSinceUTC is told
stays as (
    select
        _Key, _ObjectKey, EJ_ObjectID, TL_State, TL_EffectiveUTC,
        {{ ozmeta_runtime.tenant_of(intake, '_TenantID') }} as tenant,
        lead(TL_EffectiveUTC) over (partition by _ObjectKey order by TL_Position) as left_at,
        min(TL_EffectiveUTC) over (partition by _ObjectKey) as first_at
    from {{ ozmeta_runtime.unlimited(timeline) }}
    where TL_Position = 1 or ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_FromState <> TL_ToState)
)

select
    stays._Key,
    stays._ObjectKey,
    stays.tenant as _TenantID,
    {{ ozmeta_runtime.literal(intake.object_type) }} as TS_ObjectType,
    stays.EJ_ObjectID as TS_ObjectID,
    stays.TL_State as WS_Code,
    stays.TL_EffectiveUTC as TS_EnteredUTC,
    stays.left_at as TS_LeftUTC,
    {{ ozmeta_runtime.seconds_between('stays.TL_EffectiveUTC', 'coalesce(stays.left_at, clock.as_of)') }} as TS_Seconds,
    {{ ozmeta_runtime.truth('stays.left_at is null') }} as TS_IsCurrent,
    {{ ozmeta_runtime.truth('stays.TL_State in (' ~ ozmeta_runtime.literals(workflow.terminal) ~ ')') }} as TS_IsTerminal,
    {{ ozmeta_runtime.seconds_between('stays.first_at', 'clock.as_of') }} as TS_ObjectAgeSeconds
from stays
cross join clock
{% endmacro %}

{# Whole seconds, rounded down. #}
{% macro seconds_between(a, b) %}{{ ozmeta_runtime.floor_div("(" ~ ozmeta_runtime.to_micros(b) ~ " - " ~ ozmeta_runtime.to_micros(a) ~ ")", 1000000) }}{% endmacro %}

{# Model ozmeta_time_spine: a row per day, without which dbt refuses semantic models. #}
{% macro time_spine(first, last) %}{{ adapter.dispatch('time_spine', 'ozmeta_runtime')(first, last) }}{% endmacro %}
{% macro default__time_spine(first, last) %}
select cast(date_day as date) as date_day from ({{ dbt.date_spine('day', "cast('" ~ first ~ "' as date)", "cast('" ~ last ~ "' as date)") }}) as days
{% endmacro %}
