{#
Model <binding>_approval_event: every approval event and its effect, or the reason why it has none (spec 6b).
One row per approval event.

Main CTEs
  approval_events  the approval events: the flow, what the event asks for, and the voter
  numbered         those that a flow can count, numbered in the fold's order per (object, flow)
  stages           one row per step of each version of each flow (approval_stages_cte)
  walked           one row per numbered event: the round, the version of the flow under which the round was opened, the
                   stage (the position of the current step from 1; 0 if no round is open), the votes of that stage, and
                   the effect. The effect is Requested (opens a round), Resubmitted (withdraws the open round and opens
                   the next one), Approved, Rejected or Withdrawn (decides the stage), Voted, OutOfTurn or Ignored;
                   null if no round is open.
  judged           all approval events with their effect or the reason why they have none

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key, event_aliases?, and the fields approval.flow, approval.step and
                  approval.onBehalfOf; see journal_slice
  approvals       dict: see flow_versions
  timeline        relation: the binding's timeline
Errors            an engine without recursive queries; a changed flow (check_changed_flows); see run_state
#}
{% macro approval_event(binding, journal_config, approvals, timeline) %}
{%- do ozmeta_runtime.check_arguments('approval_event', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'approvals': approvals, 'timeline': timeline}) -%}
{% if execute %}
{%- set aliases = journal_config.get('event_aliases') -%}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, approvals]
    + ([aliases] if aliases else []) -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline], bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- if not ozmeta_runtime.can_recurse() -%}
  {%- do exceptions.raise_compiler_error("Approval flows can't run on " ~ target.type ~ ". Counting votes needs a "
      ~ "recursive query over the events, which this engine does not have. Remove approval_flows from ozmeta.yml and "
      ~ "generate again.") -%}
{%- endif -%}
{%- set flow_columns = ['AF_Code', 'AE_FlowHash', 'TL_EffectiveUTC', '_DeleteDate'] -%}
{%- if state.full_fold and not var('ozmeta_verify', none) and ozmeta_runtime.has_columns(this, flow_columns) -%}
  {%- do ozmeta_runtime.check_changed_flows(approvals, this) -%}
{%- endif -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set event_types, flows = approvals.events, approvals.flows | map(attribute='code') | list -%}
{%- set fields = {} -%}
{%- for field in journal_config.fields -%}
  {%- do fields.update({field.ref: "nullif(" ~ ozmeta_runtime.json_scalar(field.column) ~ ", '')"}) -%}
{%- endfor -%}
{%- set event_type = ozmeta_runtime.current_name('EJ_EventType', aliases) -%}
{%- set all_types = [event_types.requested, event_types.approved, event_types.rejected, event_types.withdrawn] -%}
{%- set flow_hash = ozmeta_runtime.flow_at(approvals, 'hash', 'approval_events.AF_Code',
    'approval_events.TL_EffectiveUTC', 'null') -%}
{%- set columns = ['_Key', '_ObjectKey', 'EJ_ID', '_TenantID', 'AE_ObjectType', 'AE_ObjectID', 'EJ_EventType',
    'TL_EffectiveUTC', 'TL_Position', 'AF_Code', 'AE_Kind', 'AE_Voter', 'AE_StepNamed', 'AP_Round', 'AS_Code',
    'AE_Effect', 'AE_Reason', 'AE_Approvals', 'AE_Rejections', 'AE_Version', 'AE_Stage', 'AE_StageBefore',
    'AE_StageAfter', 'AE_FlowHash', 'EJ_Actor'] -%}

{{ ozmeta_runtime.with_recursive() }} approval_events as (
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _ObjectKey, EJ_ID, _TenantID, EJ_ObjectID, {{ ozmeta_runtime.current_name_as('EJ_EventType', aliases) }},
        EJ_Actor, TL_Position, TL_EffectiveUTC,
        case when {{ ozmeta_runtime.is_true('TL_IsRejected') }} then 1 else 0 end as is_refused,
        case {{ event_type }}
            {%- for kind in ['requested', 'approved', 'rejected', 'withdrawn'] %}
            when {{ ozmeta_runtime.text_literal(event_types[kind]) }} then '{{ kind }}'
            {%- endfor %}
        end as asks,
        coalesce({{ fields['approval.flow'] }}, {{ ozmeta_runtime.text_literal(approvals.default) }}) as AF_Code,
        {{ fields['approval.step'] }} as step_named,
        coalesce({{ fields['approval.onBehalfOf'] }}, nullif(EJ_Actor, '')) as voter
    from {{ timeline }}
    where {{ event_type }} in ({{ ozmeta_runtime.text_literals(all_types) }}) and TL_Position is not null
      and {{ ozmeta_runtime.changed_rows(state, timeline) }}
      {{ ozmeta_runtime.materialize_cte('approval_events', 'and') }}
),

numbered as (
    select
        *,
        case when voter is not null then '|' || {{ ozmeta_runtime.md5_hex('voter') }} end as ballot,
        {{ ozmeta_runtime.flow_at(approvals, 'version', 'AF_Code', 'TL_EffectiveUTC', '1') }} as version_now,
        cast(row_number() over (partition by _ObjectKey, AF_Code order by TL_Position) as {{ bigint }}) as n
    from approval_events
    where is_refused = 0 and AF_Code in ({{ ozmeta_runtime.text_literals(flows) }})
    {{ ozmeta_runtime.materialize_cte('numbered', 'and') }}
),

{{ ozmeta_runtime.approval_stages_cte(approvals) }},

{%- set walked_columns = ['_ObjectKey', 'AF_Code', 'n', 'round', 'version', 'stage', 'stage_before', 'effect',
    'approvals', 'rejections', 'votes_after', 'stage_after'] %}
{%- set opens = "effect in ('Requested', 'Resubmitted')" %}

walked{{ ozmeta_runtime.recursive_columns(walked_columns) }} as (
    select
        _ObjectKey, AF_Code, cast(0 as {{ bigint }}) as n, cast(0 as {{ bigint }}) as round,
        cast(1 as {{ bigint }}) as version, cast(0 as {{ bigint }}) as stage, cast(0 as {{ bigint }}) as stage_before,
        cast(null as {{ text }}) as effect, cast(0 as {{ bigint }}) as approvals, cast(0 as {{ bigint }}) as rejections,
        cast('' as {{ text }}) as votes_after, cast(0 as {{ bigint }}) as stage_after
    from numbered
    where n = 1
    union all
    select
        _ObjectKey, AF_Code, n,
        case when {{ opens }} then round + 1 else round end,
        case when {{ opens }} then version_now else version end,
        case when {{ opens }} then 1 else stage end,
        stage, effect, approvals, rejections,
        case when effect in ('Requested', 'Resubmitted', 'Approved', 'Rejected', 'Withdrawn') then '' else votes end,
        case when {{ opens }} then 1
             when effect = 'Approved' and is_last = 0 then stage + 1
             when effect in ('Approved', 'Rejected', 'Withdrawn') then 0
             else stage end
    from (
        select
            *,
            case when asks = 'requested' then
                      case when stage = 0 then 'Requested' when restarts = 1 then 'Resubmitted' else 'Ignored' end
                 when stage = 0 then null
                 when asks = 'withdrawn' then 'Withdrawn'
                 when step_named <> AS_Code then 'OutOfTurn'
                 when ballot is null then 'Ignored'
                 when approvals >= quorum then 'Approved'
                 when asks = 'rejected' and (has_veto = 1 or rejections > voters - quorum) then 'Rejected'
                 else 'Voted' end as effect
        from (
            select
                *,
                cast(length(votes) - length(replace(votes, '+', '')) as {{ bigint }}) as approvals,
                cast(length(votes) - length(replace(votes, '-', '')) as {{ bigint }}) as rejections
            from (
                select
                    next._ObjectKey, next.AF_Code, next.n, next.asks, next.step_named, next.ballot,
                    cast(next.version_now as {{ bigint }}) as version_now,
                    walked.round, walked.version, walked.stage_after as stage,
                    stages.AS_Code, stages.quorum, stages.voters, stages.has_veto, stages.is_last, stages.restarts,
                    -- a vote replaces the earlier vote of its voter: |hash+ approves, |hash- rejects
                    case when next.asks in ('approved', 'rejected') and next.ballot is not null
                          and coalesce(next.step_named, stages.AS_Code) = stages.AS_Code
                         then replace(replace(walked.votes_after, next.ballot || '+', ''), next.ballot || '-', '')
                              || next.ballot || case when next.asks = 'approved' then '+' else '-' end
                         else walked.votes_after end as votes
                from walked
                inner join numbered as next
                    on next._ObjectKey = walked._ObjectKey and next.AF_Code = walked.AF_Code and next.n = walked.n + 1
                inner join stages
                    on stages.AF_Code = walked.AF_Code
                    and stages.version = walked.version and stages.stage = walked.stage_after
            ) as voted
        ) as counted
    ) as stepped
),

judged as (
    select
        approval_events.*, walked.effect, walked.version, walked.stage, walked.stage_before, walked.stage_after,
        case when walked.effect is not null then walked.round end as round,
        case when walked.effect is not null then walked.approvals end as approvals,
        case when walked.effect is not null then walked.rejections end as rejections,
        stages.AS_Code,
        case when approval_events.is_refused = 1 then 'RefusedByPolicy'
             when approval_events.AF_Code is null then 'NoFlow'
             when numbered.n is null then 'UnknownFlow'
             when walked.effect is null then 'NoOpenRound'
             when walked.effect = 'OutOfTurn' then
                  case when named_step.stage is null then 'UnknownStep' else 'OutOfTurn' end
             when walked.effect = 'Ignored' then
                  case when approval_events.asks = 'requested' then 'RoundIsOpen' else 'NoVoter' end end as reason,
        case when walked.effect in ('Requested', 'Resubmitted') then {{ flow_hash }} end as flow_hash
    from approval_events
    left join numbered
        on numbered._ObjectKey = approval_events._ObjectKey and numbered.EJ_ID = approval_events.EJ_ID
    left join walked
        on walked._ObjectKey = numbered._ObjectKey and walked.AF_Code = numbered.AF_Code and walked.n = numbered.n
    left join stages
        on stages.AF_Code = approval_events.AF_Code
        and stages.version = walked.version and stages.stage = walked.stage
    left join stages as named_step
        on named_step.AF_Code = approval_events.AF_Code
        and named_step.version = walked.version and named_step.AS_Code = approval_events.step_named
),

written as (
    select
        {{ ozmeta_runtime.row_key(['_ObjectKey', 'EJ_ID']) }} as _Key,
        _ObjectKey,
        EJ_ID,
        {{ ozmeta_runtime.tenant_column(journal_config, '_TenantID') }} as _TenantID,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as AE_ObjectType,
        EJ_ObjectID as AE_ObjectID,
        EJ_EventType,
        TL_EffectiveUTC,
        TL_Position,
        AF_Code,
        case asks when 'requested' then 'Request' when 'approved' then 'Approve' when 'rejected' then 'Reject'
             else 'Withdraw' end as AE_Kind,
        voter as AE_Voter,
        step_named as AE_StepNamed,
        round as AP_Round,
        AS_Code,
        effect as AE_Effect,
        reason as AE_Reason,
        approvals as AE_Approvals,
        rejections as AE_Rejections,
        version as AE_Version,
        stage as AE_Stage,
        stage_before as AE_StageBefore,
        stage_after as AE_StageAfter,
        flow_hash as AE_FlowHash,
        EJ_Actor,
        {{- ozmeta_runtime.bucket_column(state) }}
        {{ ozmeta_runtime.audit_columns(state) }}
    from judged
)

select * from written
{{ ozmeta_runtime.soft_deleted_rows(state, columns, ozmeta_runtime.object_changed(state, timeline)) }}
{% endif %}
{% endmacro %}
