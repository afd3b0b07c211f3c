{#
The CTE stays: every stay of an object in a state: _ObjectKey, state, entered, left_at (null while it lasts), and
next_state and next_code, the transition that ended it. Stays of zero length are included, as in time_in_state.

Arguments
  scope      see report_scope
  condition  SQL on the timeline: `and …`, or nothing
#}
{% macro report_stay_ctes(scope, condition='') %}
stays as (
    select
        _ObjectKey, TL_State as state, TL_EffectiveUTC as entered,
        lead(TL_EffectiveUTC) over (partition by _ObjectKey order by TL_Position) as left_at,
        lead(TL_State) over (partition by _ObjectKey order by TL_Position) as next_state
    from {{ scope.models.timeline }}
    where (TL_Position = 1 or ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_FromState <> TL_ToState))
        {{ scope.of_tenant }} {{ condition }}
)
{%- endmacro %}
