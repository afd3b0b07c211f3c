{# SPEC 4.5: apply the events in order, as the CTE `folded`.
   Most objects' events resolve by themselves: their state is the last target before, so windows do (`versioned`).
   An object one of whose events depends on the current state or, under first_writer_wins, may be rejected,
   is walked event by event (`walked`). Both ask the same sentences, from the macros at the end.
   Where no two transitions that one event may mean lead to different states, and the last writer wins, there is nothing to walk. #}
{% macro apply_ctes(workflow, policy, nanos=false) %}
{%- set first_wins = policy == 'first_writer_wins' %}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() %}
{%- set start = ozmeta_runtime.text_literal(workflow.start) %}
{%- set in_order = 'partition by _ObjectKey order by ' ~ ozmeta_runtime.total_order(nanos) %}
{%- set walks = ozmeta_runtime.needs_recursion(workflow, policy) %}
{%- set judged = 'question, verdict, any_code, target, is_undeclared, depends_on_state' ~ (', effective_nanos, TL_EventNanos' if nanos) %}
{%- set skew = ', case when effective_nanos <> TL_EventNanos then 1 else 0 end as runs_back' if nanos else '' %}
positioned as (
    select
        placed._ObjectKey, placed.EJ_ID, placed.EJ_EventTimeUTC, placed.TL_EffectiveUTC, placed.PL_RowVersion, {{ judged }},
        row_number() over ({{ in_order }}) as TL_Position,
        coalesce({{ ozmeta_runtime.last_value_ignoring_nulls('target', in_order ~ ' rows between unbounded preceding and 1 preceding') }}, {{ start }}) as state_before
    from placed
    left join answers
        on answers.basis = placed.basis and answers.asked = placed.asked and answers.asked_from = placed.asked_from and answers.asked_to = placed.asked_to {{ ozmeta_runtime.materialize_cte('positioned') }}
),

moving as (
    select
        positioned.*, legal.legal_code,
        {{ ozmeta_runtime.resolved_target('positioned') }} as resolved_target,
        case when {{ ozmeta_runtime.changes_state(ozmeta_runtime.resolved_target('positioned'), 'positioned.state_before') }} then 1 else 0 end as moves
    from positioned
    left join legal on legal.question = positioned.question and legal.from_state = positioned.state_before
),

versioned as (
    select
        *,
        sum(moves) over (partition by _ObjectKey order by TL_Position rows between unbounded preceding and current row) - moves as version_before
    from moving
),

marked as (
    select *, {{ ozmeta_runtime.mark() }} as mark from versioned
),

{% if walks %}
sequential as (
    select distinct _ObjectKey from {{ "marked" if first_wins else "positioned" }}
    where depends_on_state = 1 {% if first_wins %}or mark in ({{ ozmeta_runtime.rejecting_marks() }}){% endif %}
),

{% if ozmeta_runtime.can_recurse() -%}
walked{{ ozmeta_runtime.recursive_columns(['_ObjectKey', 'TL_Position', 'EJ_ID', 'EJ_EventTimeUTC', 'TL_EffectiveUTC', 'state_before', 'state_after', 'version_after', 'is_applied', 'is_rejected', 'code', 'mark'] + (['runs_back'] if nanos else [])) }} as (
    select
        _ObjectKey, cast(0 as {{ bigint }}) as TL_Position, cast(null as {{ text }}) as EJ_ID,
        cast(null as {{ ozmeta_runtime.type_timestamp() }}) as EJ_EventTimeUTC, cast(null as {{ ozmeta_runtime.type_timestamp() }}) as TL_EffectiveUTC,
        {{ start }} as state_before, {{ start }} as state_after, cast(0 as {{ bigint }}) as version_after,
        0 as is_applied, 0 as is_rejected, cast(null as {{ text }}) as code, cast(null as {{ text }}) as mark{{ ', 0 as runs_back' if nanos }}
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
        select *, {{ "case when mark in (" ~ ozmeta_runtime.rejecting_marks() ~ ") then 1 else 0 end" if first_wins else "0" }} as is_rejected
        from (
            select *, {{ ozmeta_runtime.mark() }} as mark
            from (
                select
                    next.*, legal.legal_code,
                    walked.state_after as state_before, walked.version_after as version_before,
                    {{ ozmeta_runtime.resolved_target('next') }} as resolved_target,
                    case when {{ ozmeta_runtime.changes_state(ozmeta_runtime.resolved_target('next'), 'walked.state_after') }} then 1 else 0 end as moves
                from walked
                inner join (
                    select _ObjectKey, TL_Position, EJ_ID, EJ_EventTimeUTC, TL_EffectiveUTC, PL_RowVersion, {{ judged }}
                    from positioned
                    where _ObjectKey in (select _ObjectKey from sequential)
                ) as next on next._ObjectKey = walked._ObjectKey and next.TL_Position = walked.TL_Position + 1
                left join legal on legal.question = next.question and legal.from_state = walked.state_after
            ) as resolved
        ) as judged_step
    ) as step
),
{%- else -%}
-- this engine can't go event by event: an object that has to stops the run, by a cast to int, whose error shows the text (to bigint it does not)
walked as (
    select
        _ObjectKey, cast(cast(cast({{ ozmeta_runtime.concat_text(["'ozmeta_runtime: on this engine no object can be walked event by event, and one has to be (docs/dialect.md): '", '_ObjectKey']) }} as varchar(400)) as int) as {{ bigint }}) as TL_Position,
        cast(null as {{ text }}) as EJ_ID, cast(null as {{ ozmeta_runtime.type_timestamp() }}) as EJ_EventTimeUTC, cast(null as {{ ozmeta_runtime.type_timestamp() }}) as TL_EffectiveUTC,
        {{ start }} as state_before, {{ start }} as state_after, cast(0 as {{ bigint }}) as version_after,
        0 as is_applied, 0 as is_rejected, cast(null as {{ text }}) as code, cast(null as {{ text }}) as mark{{ ', 0 as runs_back' if nanos }}
    from sequential
),
{%- endif %}
{% endif %}

outcomes as (
    select
        _ObjectKey, EJ_ID, EJ_EventTimeUTC, TL_EffectiveUTC, TL_Position, moves as is_applied, 0 as is_rejected, coalesce(legal_code, any_code) as code, mark,
        state_before, case when moves = 1 then resolved_target else state_before end as state_after, version_before + moves as version_after{{ skew }}
    from marked
    {%- if walks %}
    where _ObjectKey not in (select _ObjectKey from sequential)
    union all
    select _ObjectKey, EJ_ID, EJ_EventTimeUTC, TL_EffectiveUTC, TL_Position, is_applied, is_rejected, code, mark, state_before, state_after, version_after{{ ', runs_back' if nanos }}
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
        coalesce(mark, case when TL_EffectiveUTC <> EJ_EventTimeUTC{{ ' or runs_back = 1' if nanos }} then 'ClockSkew' end) as TL_Anomaly
    from outcomes
),
{% endmacro %}

{# The target all candidates share, or the undeclared one; where they differ, what the legal ones agree on. #}
{% macro resolved_target(event) -%}
  case when {{ event }}.depends_on_state = 1 then legal.legal_target else {{ event }}.target end
{%- endmacro %}

{# Applied, unless no candidate is legal and the target is where the object already is: then it is only restated. #}
{% macro changes_state(target, current) -%}
  {{ target }} is not null and not (legal.legal_code is null and {{ target }} = {{ current }})
{%- endmacro %}

{# The event's one mark, ClockSkew aside. #}
{% macro mark() -%}
  case when verdict is not null then verdict
       when depends_on_state = 1 and resolved_target is null then 'AmbiguousTransition'
       when moves = 1 and is_undeclared = 1 then 'UndeclaredTransition'
       when moves = 1 and legal_code is null then 'IllegalTransition'
       when moves = 1 and PL_RowVersion <> version_before then 'VersionConflict' end
{%- endmacro %}

{% macro rejecting_marks() %}'UndeclaredTransition', 'IllegalTransition', 'VersionConflict'{% endmacro %}
