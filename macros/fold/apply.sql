{# SPEC 4.5: apply the events in order, as the CTE `folded`.
   Most objects' events resolve by themselves: their state is the last target before, so windows do (`windowed`).
   An object one of whose events depends on the current state or, under first_writer_wins, may be rejected,
   is walked event by event (`walked`). Both ask the same sentences, from the macros at the end. #}
{% macro apply_ctes(workflow, policy) %}
{%- set first_wins = policy == 'first_writer_wins' %}
{%- set text = ozmeta_runtime.type_text() %}
{%- set start = ozmeta_runtime.literal(workflow.start) %}
asking as (
    select
        placed.*, answers.question, answers.verdict, answers.any_code, answers.target,
        coalesce(answers.is_undeclared, false) as is_undeclared,
        coalesce(answers.depends_on_state, false) as depends_on_state
    from placed
    left join questions
        on questions.basis = placed.basis and questions.asked = placed.asked
        and questions.asked_from = placed.asked_from and questions.asked_to = placed.asked_to
    left join answers on answers.question = questions.question
),

positioned as (
    select
        *,
        row_number() over (partition by _ObjectKey order by {{ ozmeta_runtime.total_order() }}) as TL_Position,
        coalesce({{ ozmeta_runtime.last_known('target', 'partition by _ObjectKey order by ' ~ ozmeta_runtime.total_order()
            ~ ' rows between unbounded preceding and 1 preceding') }}, {{ start }}) as state_before
    from asking
),

moving as (
    select
        positioned.*, legal.legal_code, legal.legal_target,
        {{ ozmeta_runtime.resolved_target('positioned') }} as resolved_target,
        case when {{ ozmeta_runtime.is_move(ozmeta_runtime.resolved_target('positioned'), 'positioned.state_before') }} then 1 else 0 end as moves
    from positioned
    left join legal on legal.question = positioned.question and legal.from_state = positioned.state_before
),

windowed as (
    select
        *,
        coalesce(sum(moves) over (partition by _ObjectKey order by TL_Position rows between unbounded preceding and 1 preceding), 0) as version_before
    from moving
),

marked as (
    select *, {{ ozmeta_runtime.mark('moves = 1') }} as mark from windowed
),

sequential as (
    select distinct _ObjectKey from marked
    where depends_on_state {% if first_wins %}or mark in ({{ ozmeta_runtime.rejecting_marks() }}){% endif %}
),

walked{{ ozmeta_runtime.recursive_columns(['_ObjectKey', 'TL_Position', '_Key', 'state_before', 'state_after', 'version_after', 'is_applied', 'is_rejected', 'code', 'mark']) }} as (
    select
        _ObjectKey, cast(0 as {{ dbt.type_bigint() }}) as TL_Position, cast(null as {{ text }}) as _Key,
        {{ start }} as state_before, {{ start }} as state_after, cast(0 as {{ dbt.type_bigint() }}) as version_after,
        false as is_applied, false as is_rejected, cast(null as {{ text }}) as code, cast(null as {{ text }}) as mark
    from sequential
    union all
    select
        _ObjectKey, TL_Position, _Key, state_before,
        case when moves = 1 and not is_rejected then resolved_target else state_before end,
        case when moves = 1 and not is_rejected then version_before + 1 else version_before end,
        moves = 1 and not is_rejected,
        is_rejected,
        coalesce(legal_code, any_code),
        mark
    from (
        select *, {{ "coalesce(mark in (" ~ ozmeta_runtime.rejecting_marks() ~ "), false)" if first_wins else "false" }} as is_rejected
        from (
            select *, {{ ozmeta_runtime.mark('moves = 1') }} as mark
            from (
                select
                    next.*, legal.legal_code,
                    walked.state_after as state_before, walked.version_after as version_before,
                    {{ ozmeta_runtime.resolved_target('next') }} as resolved_target,
                    case when {{ ozmeta_runtime.is_move(ozmeta_runtime.resolved_target('next'), 'walked.state_after') }} then 1 else 0 end as moves
                from walked
                inner join (
                    select _ObjectKey, TL_Position, _Key, question, verdict, any_code, target, is_undeclared, depends_on_state, PL_RowVersion
                    from positioned
                    where _ObjectKey in (select _ObjectKey from sequential)
                ) as next on next._ObjectKey = walked._ObjectKey and next.TL_Position = walked.TL_Position + 1
                left join legal on legal.question = next.question and legal.from_state = walked.state_after
            ) as resolved
        ) as judged_step
    ) as step
),

outcomes as (
    select
        _Key, moves = 1 as is_applied, false as is_rejected, coalesce(legal_code, any_code) as code, mark,
        state_before, case when moves = 1 then resolved_target else state_before end as state_after, version_before + moves as version_after
    from marked
    where _ObjectKey not in (select _ObjectKey from sequential)
    union all
    select _Key, is_applied, is_rejected, code, mark, state_before, state_after, version_after
    from walked
    where TL_Position > 0
),

folded as (
    select
        positioned._Key, positioned.TL_EffectiveUTC, positioned.TL_Position,
        outcomes.is_applied as TL_IsApplied,
        outcomes.is_rejected as TL_IsRejected,
        case when outcomes.is_applied then outcomes.code end as TL_TransitionCode,
        case when outcomes.is_applied then outcomes.state_before end as TL_FromState,
        case when outcomes.is_applied then outcomes.state_after end as TL_ToState,
        outcomes.state_after as TL_State,
        outcomes.version_after as TL_RowVersion,
        coalesce(outcomes.mark, case when positioned.TL_EffectiveUTC <> positioned.EJ_EventTimeUTC then 'ClockSkew' end) as TL_Anomaly
    from positioned
    inner join outcomes on outcomes._Key = positioned._Key
),
{% endmacro %}

{# The target all candidates share, or the undeclared one; where they differ, what the legal ones agree on. #}
{% macro resolved_target(event) -%}
  case when {{ event }}.depends_on_state then legal.legal_target else {{ event }}.target end
{%- endmacro %}

{# Applied, unless no candidate is legal and the target is where the object already is: then it is only restated. #}
{% macro is_move(target, current) -%}
  {{ target }} is not null and not (legal.legal_code is null and {{ target }} = {{ current }})
{%- endmacro %}

{# The event's one mark, ClockSkew aside. #}
{% macro mark(moves) -%}
  case when verdict is not null then verdict
       when depends_on_state and resolved_target is null then 'AmbiguousTransition'
       when {{ moves }} and is_undeclared then 'UndeclaredTransition'
       when {{ moves }} and legal_code is null then 'IllegalTransition'
       when {{ moves }} and PL_RowVersion <> version_before then 'VersionConflict' end
{%- endmacro %}

{% macro rejecting_marks() %}'UndeclaredTransition', 'IllegalTransition', 'VersionConflict'{% endmacro %}
