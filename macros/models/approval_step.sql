{#
Model <binding>_approval_step: every step of every approval round (spec 6b).
One row per (object, flow, round, step), steps that have not begun included.

Main CTEs
  counted      the approval events of rounds; a resubmission also counts as the withdrawal of the round before it
  begun        the event at which each step began
  step_events  one row per step that has events: its outcome and the counts of its events

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key; see journal_slice
  approvals       dict: see flow_versions
  events          relation: the binding's approval_event
  timeline        relation: the binding's timeline; the ids are made from its rows
Errors            see run_state
#}
{% macro approval_step(binding, journal_config, approvals, events, timeline) %}
{%- do ozmeta_runtime.check_arguments('approval_step', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'approvals': approvals, 'events': events,
    'timeline': timeline}) -%}
{% if execute %}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, approvals] -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [events], bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set object_type = ozmeta_runtime.text_literal(journal_config.object_type) -%}
{%- set columns = ['_Key', '_ObjectKey', 'AI_ID', '_TenantID', 'AP_ObjectType', 'AP_ObjectID', 'AF_Code', 'AP_Round',
    'AS_Order', 'AS_Code', 'AP_Outcome', 'AP_ActivatedUTC', 'AP_DecidedUTC', 'AP_Quorum', 'AP_Approvals',
    'AP_Rejections', 'AP_OutOfTurn', 'AP_Ignored', 'AP_ActivatedEventID', 'AP_DecidedEventID', 'AP_LastActor',
    'AP_Roles', 'AP_StepNo'] -%}
{%- set decides = "effect in ('Approved', 'Rejected', 'Withdrawn')" -%}

{{ ozmeta_runtime.with_materialized_ctes() }} round_events as (
    select *
    from {{ events }}
    where _DeleteDate is null and AE_Effect is not null and {{ ozmeta_runtime.changed_rows(state, events) }}
),

counted as (
    select
        _ObjectKey, AF_Code, AP_Round as round, AE_Version as version, AE_Stage as stage, AE_StageAfter as stage_after,
        AE_Effect as effect, EJ_ID, EJ_Actor, TL_EffectiveUTC, TL_Position,
        case when AE_Effect = 'Resubmitted' then 0 else AE_Approvals end as approvals,
        case when AE_Effect = 'Resubmitted' then 0 else AE_Rejections end as rejections
    from round_events
    union all
    select
        _ObjectKey, AF_Code, AP_Round - 1, null, AE_StageBefore, 0, 'Withdrawn', EJ_ID, EJ_Actor, TL_EffectiveUTC,
        TL_Position, AE_Approvals, AE_Rejections
    from round_events
    where AE_Effect = 'Resubmitted'
),

happened as (
    select
        *,
        max(TL_Position) over (partition by _ObjectKey, AF_Code, round, stage) as latest,
        max(case when effect not in ('OutOfTurn', 'Ignored') then TL_Position end)
            over (partition by _ObjectKey, AF_Code, round, stage) as latest_counted
    from counted
    where 1 = 1 {{ ozmeta_runtime.materialize_cte('happened', 'and') }}
),

{{ ozmeta_runtime.approval_stages_cte(approvals) }},

begun as (
    select _ObjectKey, AF_Code, round, stage_after as stage, EJ_ID, EJ_Actor, TL_EffectiveUTC
    from happened
    where effect in ('Requested', 'Resubmitted') or (effect = 'Approved' and stage_after > 0)
),

step_events as (
    select
        _ObjectKey, AF_Code, round, stage,
        max(case when {{ decides }} then effect end) as outcome,
        max(case when {{ decides }} then EJ_ID end) as decided_event,
        max(case when {{ decides }} then TL_EffectiveUTC end) as decided_at,
        max(case when TL_Position = latest then approvals end) as approvals,
        max(case when TL_Position = latest then rejections end) as rejections,
        sum(case when effect = 'OutOfTurn' then 1 else 0 end) as out_of_turn,
        sum(case when effect = 'Ignored' then 1 else 0 end) as ignored,
        max(latest_counted) as counted_position,
        max(case when TL_Position = latest_counted then EJ_Actor end) as counted_actor,
        max(case when {{ decides }} and stage_after = 0 then 1 else 0 end) as ends_round,
        max(version) as version
    from happened
    group by _ObjectKey, AF_Code, round, stage
),

rounds as (
    select _ObjectKey, AF_Code, round, max(ends_round) as is_ended, max(version) as version
    from step_events
    group by _ObjectKey, AF_Code, round
),

objects as (
    {%- set of_rounds = '_ObjectKey in (select _ObjectKey from rounds)' ~ ozmeta_runtime.in_scope(state) %}
    {{ ozmeta_runtime.object_facts(journal_config, timeline, of_rounds, state) }}
),

{%- set seeds = ["'AI'", 'objects.tenant', object_type, 'objects.object_id', 'rounds.AF_Code'] %}

seeded as (
    select
        {{- " objects._Bucket," if state.bucketed }}
        rounds._ObjectKey, rounds.AF_Code, rounds.round, objects.tenant, objects.object_id, objects.stamp,
        stages.stage, stages.AS_Order, stages.AS_Code, stages.quorum, stages.roles,
        begun.EJ_ID as begun_event, begun.TL_EffectiveUTC as begun_at,
        case when step_events.counted_position is not null then step_events.counted_actor else begun.EJ_Actor end
            as last_actor,
        coalesce(
            step_events.outcome,
            case when begun.EJ_ID is not null then 'Pending' when rounds.is_ended = 1 then 'Skipped' else 'Waiting' end
        ) as outcome,
        step_events.decided_event, step_events.decided_at, step_events.approvals, step_events.rejections,
        step_events.out_of_turn, step_events.ignored,
        {{ ozmeta_runtime.seed_hash(seeds) }} as seed
    from rounds
    inner join stages on stages.AF_Code = rounds.AF_Code and stages.version = rounds.version and stages.stage > 0
    inner join objects on objects._ObjectKey = rounds._ObjectKey
    left join begun
        on begun._ObjectKey = rounds._ObjectKey and begun.AF_Code = rounds.AF_Code and begun.round = rounds.round
        and begun.stage = stages.stage
    left join step_events
        on step_events._ObjectKey = rounds._ObjectKey and step_events.AF_Code = rounds.AF_Code
        and step_events.round = rounds.round and step_events.stage = stages.stage
),

written as (
    select
        {{ ozmeta_runtime.row_key(['_ObjectKey', 'AF_Code', 'cast(round as ' ~ text ~ ')', 'AS_Code']) }} as _Key,
        _ObjectKey,
        {{ ozmeta_runtime.uuid7('stamp', 'seed') }} as AI_ID,
        tenant as _TenantID,
        {{ object_type }} as AP_ObjectType,
        object_id as AP_ObjectID,
        AF_Code,
        round as AP_Round,
        AS_Order,
        AS_Code,
        outcome as AP_Outcome,
        begun_at as AP_ActivatedUTC,
        decided_at as AP_DecidedUTC,
        quorum as AP_Quorum,
        cast(coalesce(approvals, 0) as {{ bigint }}) as AP_Approvals,
        cast(coalesce(rejections, 0) as {{ bigint }}) as AP_Rejections,
        cast(coalesce(out_of_turn, 0) as {{ bigint }}) as AP_OutOfTurn,
        cast(coalesce(ignored, 0) as {{ bigint }}) as AP_Ignored,
        begun_event as AP_ActivatedEventID,
        decided_event as AP_DecidedEventID,
        last_actor as AP_LastActor,
        roles as AP_Roles,
        stage as AP_StepNo,
        {{- ozmeta_runtime.bucket_column(state) }}
        {{ ozmeta_runtime.audit_columns(state) }}
    from seeded
)

select * from written
{{ ozmeta_runtime.soft_deleted_rows(state, columns, ozmeta_runtime.object_changed(state, events)) }}
{% endif %}
{% endmacro %}
