{#
The CTE `stays`: every stay of an object in a state. Expects the CTE `positioned`. An event that only repeats the
object's current state is not a transition.

statement   0 for the state in which the object begins, then the place of the event among those that state a state
state       '' for an object whose first transition has only a code, and so does not say in which state it began
entered, left_at, came_at  when the stay began; when it ended, or null; when the stay before began, or null
came_from, code, names_from, contradicts  of the transition that led here: the state before, its code if the payload has
            one, 1 if the payload names the state before, and 1 if it names another one
#}
{% macro discovery_stay_ctes() %}
{%- set text = ozmeta_runtime.type_text() %}
statements as (
    select
        *,
        row_number() over (partition by _ObjectKey order by event_no) as statement,
        lag(stated) over (partition by _ObjectKey order by event_no) as stated_before
    from positioned
    where stated is not null
),

placed_statements as (
    select
        statements.*,
        case when statement > 1 then stated_before
             else coalesce(PL_FromState, case when PL_Code is null then PL_ToState end, '') end as came_from
    from statements
),

entries as (
    select
        _ObjectKey, EJ_ObjectType, 0 as statement, came_from as state, first_time as entered,
        cast(null as {{ text }}) as came_from, cast(null as {{ text }}) as code, 0 as names_from, 0 as contradicts
    from placed_statements
    where statement = 1
    union all
    select
        _ObjectKey, EJ_ObjectType, statement, stated, TL_EffectiveUTC, came_from, PL_Code,
        case when PL_FromState is not null then 1 else 0 end,
        case when PL_FromState <> came_from then 1 else 0 end
    from placed_statements
    where stated <> came_from
),

stays as (
    select
        entries.*,
        lead(entered) over (partition by _ObjectKey order by statement) as left_at,
        lag(entered) over (partition by _ObjectKey order by statement) as came_at
    from entries
    {{ ozmeta_runtime.materialize_cte('stays') }}
),
{% endmacro %}
