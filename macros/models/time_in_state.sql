{#
Model <binding>_time_in_state: every stay of an object in a state, for the Semantic layer: how long, and how old the object is. A view, which takes the
clock of the last completed run: what it shows and what the tables show are of one instant.

Arguments  journal_config, workflow: see workflow_instance; timeline, log: the relations of the binding's timeline and run log
#}
{% macro time_in_state(journal_config, workflow, timeline, log) %}
with clock as (
    select max(RUN_AsOfUTC) as as_of from {{ ozmeta_runtime.unlimited_relation(log) }}
),

-- the first event of an object opens a stay, and so does each change of state: as WI_CurrentSinceUTC is told
stays as (
    select
        _Key, _ObjectKey, EJ_ObjectID, TL_State, TL_EffectiveUTC,
        {{ ozmeta_runtime.tenant_column(journal_config, '_TenantID') }} as tenant,
        lead(TL_EffectiveUTC) over (partition by _ObjectKey order by TL_Position) as left_at,
        min(TL_EffectiveUTC) over (partition by _ObjectKey) as first_at
    from {{ ozmeta_runtime.unlimited_relation(timeline) }}
    where TL_Position = 1 or ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_FromState <> TL_ToState)
)

select
    stays._Key,
    stays._ObjectKey,
    stays.tenant as _TenantID,
    {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as TS_ObjectType,
    stays.EJ_ObjectID as TS_ObjectID,
    stays.TL_State as WS_Code,
    stays.TL_EffectiveUTC as TS_EnteredUTC,
    stays.left_at as TS_LeftUTC,
    {{ ozmeta_runtime.seconds_between('stays.TL_EffectiveUTC', 'coalesce(stays.left_at, clock.as_of)') }} as TS_Seconds,
    {{ ozmeta_runtime.boolean_column('stays.left_at is null') }} as TS_IsCurrent,
    {{ ozmeta_runtime.boolean_column('stays.TL_State in (' ~ ozmeta_runtime.text_literals(workflow.terminal) ~ ')') }} as TS_IsTerminal,
    {{ ozmeta_runtime.seconds_between('stays.first_at', 'clock.as_of') }} as TS_ObjectAgeSeconds
from stays
cross join clock
{% endmacro %}

{# Whole seconds, rounded down. #}
{% macro seconds_between(a, b) %}{{ ozmeta_runtime.floor_div("(" ~ ozmeta_runtime.to_micros(b) ~ " - " ~ ozmeta_runtime.to_micros(a) ~ ")", 1000000) }}{% endmacro %}
