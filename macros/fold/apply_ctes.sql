{#
Applies the events of each object in order (spec 4.5), as the CTE `folded`.

For most objects, an event's target does not depend on the current state. Then the state before an event is the last
target before it, and window functions find it (`versioned`). An object with an event that does depend on the current
state, or that first_writer_wins may reject, is folded event by event by a recursive CTE (`walked`). Both use the same
expressions: the macros at the end of this file. needs_recursion tells whether a workflow can have such events.
#}
{% macro apply_ctes(workflow, policy, nanos=false) %}
{%- set first_wins = policy == 'first_writer_wins' %}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() %}
{%- set start = ozmeta_runtime.text_literal(workflow.start) %}
{%- set in_order = 'partition by _ObjectKey order by ' ~ ozmeta_runtime.total_order(nanos) %}
{%- set walks = ozmeta_runtime.needs_recursion(workflow, policy) %}
{%- set timestamp = ozmeta_runtime.type_timestamp() %}
{%- set judged = 'question, verdict, any_code, target, is_undeclared, depends_on_state' ~
    (', effective_nanos, TL_EventNanos' if nanos) %}
{%- set skew = ', case when effective_nanos <> TL_EventNanos then 1 else 0 end as runs_back' if nanos else '' %}
{%- set targets_before = in_order ~ ' rows between unbounded preceding and 1 preceding' %}
{%- set columns = ['_ObjectKey', 'TL_Position', 'EJ_ID', 'EJ_EventTimeUTC', 'TL_EffectiveUTC', 'state_before',
    'state_after', 'version_after', 'is_applied', 'is_rejected', 'code', 'mark'] + (['runs_back'] if nanos else []) %}
positioned as (
    select
        placed._ObjectKey, placed.EJ_ID, placed.EJ_EventTimeUTC, placed.TL_EffectiveUTC, placed.PL_RowVersion,
        {{ judged }},
        row_number() over ({{ in_order }}) as TL_Position,
        coalesce({{ ozmeta_runtime.last_value_ignoring_nulls('target', targets_before) }}, {{ start }}) as state_before
    from placed
    left join answers
        on answers.basis = placed.basis and answers.asked = placed.asked
        and answers.asked_from = placed.asked_from and answers.asked_to = placed.asked_to
        {{ ozmeta_runtime.materialize_cte('positioned') }}
),

moving as (
    select
        positioned.*, legal.legal_code,
        {{ ozmeta_runtime.resolved_target('positioned') }} as resolved_target,
        {%- set target = ozmeta_runtime.resolved_target('positioned') %}
        case when {{ ozmeta_runtime.changes_state(target, 'positioned.state_before') }} then 1 else 0 end as moves
    from positioned
    left join legal on legal.question = positioned.question and legal.from_state = positioned.state_before
),

versioned as (
    select
        *,
        sum(moves) over (
            partition by _ObjectKey order by TL_Position
            rows between unbounded preceding and current row) - moves as version_before
    from moving
),

marked as (
    select *, {{ ozmeta_runtime.mark() }} as mark from versioned
),

{% if walks %}
{%- set is_rejected = "case when mark in (" ~ ozmeta_runtime.rejecting_marks() ~ ") then 1 else 0 end" if first_wins
    else "0" %}
{%- set walk_start %}cast(null as {{ text }}) as EJ_ID, cast(null as {{ timestamp }}) as EJ_EventTimeUTC,
        cast(null as {{ timestamp }}) as TL_EffectiveUTC, {{ start }} as state_before, {{ start }} as state_after,
        cast(0 as {{ bigint }}) as version_after, 0 as is_applied, 0 as is_rejected, cast(null as {{ text }}) as code,
        cast(null as {{ text }}) as mark{{ ', 0 as runs_back' if nanos }}
{%- endset %}
sequential as (
    select distinct _ObjectKey from {{ "marked" if first_wins else "positioned" }}
    where depends_on_state = 1 {% if first_wins %}or mark in ({{ ozmeta_runtime.rejecting_marks() }}){% endif %}
),

{% if ozmeta_runtime.can_recurse() -%}
walked{{ ozmeta_runtime.recursive_columns(columns) }} as (
    select
        _ObjectKey, cast(0 as {{ bigint }}) as TL_Position,
        {{ walk_start }}
    from sequential
    union all
    select
        _ObjectKey, TL_Position, EJ_ID, EJ_EventTimeUTC, TL_EffectiveUTC, state_before,
        case when moves > is_rejected then resolved_target else state_before end,
        case when moves > is_rejected then version_before + 1 else version_before end,
        case when moves > is_rejected then 1 else 0 end,
        is_rejected,
        coalesce(legal_code, any_code),
        mark{{ skew }}
    from (
        select *, {{ is_rejected }} as is_rejected
        from (
            select *, {{ ozmeta_runtime.mark() }} as mark
            from (
                select
                    next.*, legal.legal_code,
                    walked.state_after as state_before, walked.version_after as version_before,
                    {%- set target = ozmeta_runtime.resolved_target('next') %}
                    {%- set changes_state = ozmeta_runtime.changes_state(target, 'walked.state_after') %}
                    {{ target }} as resolved_target,
                    case when {{ changes_state }} then 1 else 0 end as moves
                from walked
                inner join (
                    select
                        _ObjectKey, TL_Position, EJ_ID, EJ_EventTimeUTC, TL_EffectiveUTC, PL_RowVersion,
                        {{ judged }}
                    from positioned
                    where _ObjectKey in (select _ObjectKey from sequential)
                ) as next on next._ObjectKey = walked._ObjectKey and next.TL_Position = walked.TL_Position + 1
                left join legal on legal.question = next.question and legal.from_state = walked.state_after
            ) as resolved
        ) as judged_step
    ) as step
),
{%- else -%}
-- This engine has no recursion over events, so such an object stops the run: the error of a cast to int shows the text.
walked as (
    {%- set message = "'ozmeta_runtime: on this engine no object can be folded event by event, and this one has to be"
        ~ " (docs/cross-db.md): '" %}
    {%- set message_and_key = ozmeta_runtime.concat_text([message, '_ObjectKey']) %}
    select
        _ObjectKey, cast(cast(cast({{ message_and_key }} as varchar(400)) as int) as {{ bigint }}) as TL_Position,
        {{ walk_start }}
    from sequential
),
{%- endif %}
{% endif %}

outcomes as (
    select
        _ObjectKey, EJ_ID, EJ_EventTimeUTC, TL_EffectiveUTC, TL_Position,
        moves as is_applied, 0 as is_rejected, coalesce(legal_code, any_code) as code, mark, state_before,
        case when moves = 1 then resolved_target else state_before end as state_after,
        version_before + moves as version_after{{ skew }}
    from marked
    {%- if walks %}
    where _ObjectKey not in (select _ObjectKey from sequential)
    union all
    select
        _ObjectKey, EJ_ID, EJ_EventTimeUTC, TL_EffectiveUTC, TL_Position,
        is_applied, is_rejected, code, mark, state_before,
        state_after, version_after{{ ', runs_back' if nanos }}
    from walked
    where TL_Position > 0
    {%- endif %}
),

folded as (
    select
        _ObjectKey, EJ_ID, TL_EffectiveUTC, TL_Position,
        {{ ozmeta_runtime.boolean_column('is_applied = 1') }} as TL_IsApplied,
        {{ ozmeta_runtime.boolean_column('is_rejected = 1') }} as TL_IsRejected,
        case when is_applied = 1 then code end as TL_TransitionCode,
        case when is_applied = 1 then state_before end as TL_FromState,
        case when is_applied = 1 then state_after end as TL_ToState,
        state_after as TL_State,
        cast(version_after as {{ bigint }}) as TL_RowVersion,
        {%- set is_skewed = 'TL_EffectiveUTC <> EJ_EventTimeUTC' ~ (' or runs_back = 1' if nanos else '') %}
        coalesce(mark, case when {{ is_skewed }} then 'ClockSkew' end) as TL_Anomaly
    from outcomes
),
{% endmacro %}

{# SQL: an event's target state. It is the one that all candidates share, or the undeclared one. If the candidates
   differ, it is the one that the legal candidates share, or null. #}
{% macro resolved_target(event) -%}
  case when {{ event }}.depends_on_state = 1 then legal.legal_target else {{ event }}.target end
{%- endmacro %}

{# A condition: the event changes the state. An event without a legal candidate whose target is the current state only
   restates it. #}
{% macro changes_state(target, current) -%}
  {{ target }} is not null and not (legal.legal_code is null and {{ target }} = {{ current }})
{%- endmacro %}

{# SQL: the event's anomaly except ClockSkew, or null. #}
{% macro mark() -%}
  case when verdict is not null then verdict
       when depends_on_state = 1 and resolved_target is null then 'AmbiguousTransition'
       when moves = 1 and is_undeclared = 1 then 'UndeclaredTransition'
       when moves = 1 and legal_code is null then 'IllegalTransition'
       when moves = 1 and PL_RowVersion <> version_before then 'VersionConflict' end
{%- endmacro %}

{# The anomalies for which first_writer_wins rejects an event. #}
{% macro rejecting_marks() %}'UndeclaredTransition', 'IllegalTransition', 'VersionConflict'{% endmacro %}
