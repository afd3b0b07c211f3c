{#
The effective time of each event (spec 4.3) as the CTE `streamed`, and what each event asks for as the CTE `placed`.
Pending events are left out. Expects the CTE `events`.

The windows need no order of rows that are equal in what they order by: all of these get the same maximum.

stream: the column that names an event's stream, or 'none'; as_of: SQL of the run's clock
nanos: whether the journals keep nanoseconds (keeps_nanos); then the CTE `timed` comes before `streamed`
#}
{% macro order_ctes(workflow, stream, as_of, nanos=false) %}
{%- set aliases = workflow.get('aliases', {}) %}
{%- set source = "coalesce(EJ_SourceSystem, '')" if stream != 'none' else "''" %}
{{ "timed" if nanos else "streamed" }} as (
    select
        _ObjectKey, EJ_ID, {{ ozmeta_runtime.current_name_as('EJ_EventType', aliases.get('event_types')) }},
        EJ_EventTimeUTC, {{ "TL_EventNanos, " if nanos }}EJ_Sequence, {{ source }} as stream,
        {{ ozmeta_runtime.current_name_as('PL_Code', aliases.get('transitions')) }},
        {{ ozmeta_runtime.current_name_as('PL_FromState', aliases.get('states')) }},
        {{ ozmeta_runtime.current_name_as('PL_ToState', aliases.get('states')) }}, PL_RowVersion,
        {{ ozmeta_runtime.effective_time(source) }} as TL_EffectiveUTC
    from events
    where EJ_EventTimeUTC <= {{ as_of }}
),

{% if nanos -%}
-- the nanoseconds of the effective time: the greatest of the events whose own time is in its microsecond
streamed as (
    select
        *,
        case when EJ_Sequence is null then TL_EventNanos
             else max(case when EJ_EventTimeUTC = TL_EffectiveUTC then TL_EventNanos end) over (
                partition by _ObjectKey, stream, case when EJ_Sequence is null then 0 else 1 end, TL_EffectiveUTC
                order by EJ_Sequence, EJ_EventTimeUTC, TL_EventNanos
                rows between unbounded preceding and current row)
        end as effective_nanos
    from timed
),

{% endif -%}
placed as (
    select
        *,
        case when PL_Code is not null then 'code'
             when EJ_EventType in ({{ ozmeta_runtime.text_literals(workflow.bound_events) }}) then 'event'
             when PL_ToState is not null then 'state' end as basis,
        case when PL_Code is not null then PL_Code
             when EJ_EventType in ({{ ozmeta_runtime.text_literals(workflow.bound_events) }}) then EJ_EventType
             else PL_ToState end as asked,
        coalesce(PL_FromState, '') as asked_from,
        coalesce(PL_ToState, '') as asked_to
    from streamed {{ ozmeta_runtime.materialize_cte('placed') }}
),
{% endmacro %}
