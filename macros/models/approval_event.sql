{#
Model <binding>_approval_event: every approval event, what it did, and why it did nothing (SPEC 6b).

  asked      the approval events: of which flow, what they ask, and who votes
  numbered   those that some flow can count, in order, per object and flow
  walked     event by event: the round, the version of the flow that the round was opened under, the stage whose turn it is (0: no round is
             open), the votes of that stage, and the effect: Requested (opens a round), Resubmitted (withdraws the open one and opens the
             next), Approved, Rejected or Withdrawn (decide the stage), Voted, OutOfTurn, Ignored; null where no round is open

Arguments
  journal_config     see journal_slice; fields: approval.flow, approval.step, approval.onBehalfOf
  approvals  see flow_versions
  timeline   the relation
Raises an error if a changed flow would judge rounds again (see check_changed_flows), and on engines that cannot recurse.
#}
{% macro approval_event(binding, journal_config, approvals, timeline) %}
{% if execute %}
{%- set aliases = journal_config.get('event_aliases') -%}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, approvals] + ([aliases] if aliases else []) -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline]) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- if not ozmeta_runtime.can_recurse() -%}
  {%- do exceptions.raise_compiler_error("Approval flows can't run on " ~ target.type ~ ": votes are counted event by event, by a recursive query, "
      ~ "and T-SQL's recursion doesn't do that. Leave approval_flows out") -%}
{%- endif -%}
{%- if state.full_fold and not var('ozmeta_verify', none) and ozmeta_runtime.has_columns(this, ['AF_Code', 'AE_FlowHash', 'TL_EffectiveUTC', '_DeleteDate']) -%}
  {%- do ozmeta_runtime.check_changed_flows(approvals, this) -%}
{%- endif -%}
{%- set events, flows, said = approvals.events, approvals.flows | map(attribute='code') | list, {} -%}
{%- for field in journal_config.fields -%}
  {%- do said.update({field.ref: "nullif(" ~ ozmeta_runtime.json_scalar(field.column) ~ ", '')"}) -%}
{%- endfor -%}
{%- set event_type = ozmeta_runtime.current_name('EJ_EventType', aliases) -%}
{%- set types = [events.requested, events.approved, events.rejected, events.withdrawn] -%}
{%- set columns = ['_Key', '_ObjectKey', 'EJ_ID', '_TenantID', 'AE_ObjectType', 'AE_ObjectID', 'EJ_EventType', 'TL_EffectiveUTC', 'TL_Position',
    'AF_Code', 'AE_Kind', 'AE_Voter', 'AE_StepNamed', 'AP_Round', 'AS_Code', 'AE_Effect', 'AE_Reason', 'AE_Approvals', 'AE_Rejections',
    'AE_Version', 'AE_Stage', 'AE_StageBefore', 'AE_StageAfter', 'AE_FlowHash', 'EJ_Actor'] -%}

{{ ozmeta_runtime.with_recursive() }} asked as (
    select
        _ObjectKey, EJ_ID, _TenantID, EJ_ObjectID, {{ ozmeta_runtime.current_name_as('EJ_EventType', aliases) }}, EJ_Actor,
        TL_Position, TL_EffectiveUTC,
        case when {{ ozmeta_runtime.is_true('TL_IsRejected') }} then 1 else 0 end as is_refused,
        case {{ event_type }}
            {%- for kind in ['requested', 'approved', 'rejected', 'withdrawn'] %}
            when {{ ozmeta_runtime.text_literal(events[kind]) }} then '{{ kind }}'
            {%- endfor %}
        end as asks,
        coalesce({{ said['approval.flow'] }}, {{ ozmeta_runtime.text_literal(approvals.default) }}) as AF_Code,
        {{ said['approval.step'] }} as step_named,
        coalesce({{ said['approval.onBehalfOf'] }}, nullif(EJ_Actor, '')) as voter
    from {{ timeline }}
    where {{ event_type }} in ({{ ozmeta_runtime.text_literals(types) }}) and TL_Position is not null
      and {{ ozmeta_runtime.changed_rows(state, timeline) }} {{ ozmeta_runtime.materialize_cte('asked', 'and') }}
),

numbered as (
    select
        *,
        case when voter is not null then '|' || {{ ozmeta_runtime.md5_hex('voter') }} end as ballot,
        {{ ozmeta_runtime.flow_at(approvals, 'version', 'AF_Code', 'TL_EffectiveUTC', '1') }} as version_now,
        cast(row_number() over (partition by _ObjectKey, AF_Code order by TL_Position) as {{ bigint }}) as n
    from asked
    where is_refused = 0 and AF_Code in ({{ ozmeta_runtime.text_literals(flows) }}) {{ ozmeta_runtime.materialize_cte('numbered', 'and') }}
),

{{ ozmeta_runtime.approval_stages_cte(approvals) }},

{%- set walked_columns = ['_ObjectKey', 'AF_Code', 'n', 'round', 'version', 'stage', 'stage_before', 'effect', 'approvals', 'rejections',
    'votes_after', 'stage_after'] %}

walked{{ ozmeta_runtime.recursive_columns(walked_columns) }} as (
    select
        _ObjectKey, AF_Code, cast(0 as {{ bigint }}) as n, cast(0 as {{ bigint }}) as round, cast(1 as {{ bigint }}) as version,
        cast(0 as {{ bigint }}) as stage, cast(0 as {{ bigint }}) as stage_before, cast(null as {{ text }}) as effect,
        cast(0 as {{ bigint }}) as approvals, cast(0 as {{ bigint }}) as rejections, cast('' as {{ text }}) as votes_after,
        cast(0 as {{ bigint }}) as stage_after
    from numbered
    where n = 1
    union all
    select
        _ObjectKey, AF_Code, n,
        case when effect in ('Requested', 'Resubmitted') then round + 1 else round end,
        case when effect in ('Requested', 'Resubmitted') then version_now else version end,
        case when effect in ('Requested', 'Resubmitted') then 1 else stage end,
        stage, effect, approvals, rejections,
        case when effect in ('Requested', 'Resubmitted', 'Approved', 'Rejected', 'Withdrawn') then '' else votes end,
        case when effect in ('Requested', 'Resubmitted') then 1
             when effect = 'Approved' and is_last = 0 then stage + 1
             when effect in ('Approved', 'Rejected', 'Withdrawn') then 0
             else stage end
    from (
        select
            *,
            case when asks = 'requested' then case when stage = 0 then 'Requested' when restarts = 1 then 'Resubmitted' else 'Ignored' end
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
                    cast(next.version_now as {{ bigint }}) as version_now, walked.round, walked.version, walked.stage_after as stage,
                    stages.AS_Code, stages.quorum, stages.voters, stages.has_veto, stages.is_last, stages.restarts,
                    -- a vote takes the place of the same voter before: |hash+ approves, |hash- rejects
                    case when next.asks in ('approved', 'rejected') and next.ballot is not null and coalesce(next.step_named, stages.AS_Code) = stages.AS_Code
                         then replace(replace(walked.votes_after, next.ballot || '+', ''), next.ballot || '-', '')
                              || next.ballot || case when next.asks = 'approved' then '+' else '-' end
                         else walked.votes_after end as votes
                from walked
                inner join numbered as next
                    on next._ObjectKey = walked._ObjectKey and next.AF_Code = walked.AF_Code and next.n = walked.n + 1
                inner join stages
                    on stages.AF_Code = walked.AF_Code and stages.version = walked.version and stages.stage = walked.stage_after
            ) as voted
        ) as counted
    ) as stepped
),

judged as (
    select
        asked.*, walked.effect, walked.version, walked.stage, walked.stage_before, walked.stage_after,
        case when walked.effect is not null then walked.round end as round,
        case when walked.effect is not null then walked.approvals end as approvals,
        case when walked.effect is not null then walked.rejections end as rejections,
        stages.AS_Code,
        case when asked.is_refused = 1 then 'RefusedByPolicy'
             when asked.AF_Code is null then 'NoFlow'
             when numbered.n is null then 'UnknownFlow'
             when walked.effect is null then 'NoOpenRound'
             when walked.effect = 'OutOfTurn' then case when named.stage is null then 'UnknownStep' else 'OutOfTurn' end
             when walked.effect = 'Ignored' then case when asked.asks = 'requested' then 'RoundIsOpen' else 'NoVoter' end end as reason,
        case when walked.effect in ('Requested', 'Resubmitted')
             then {{ ozmeta_runtime.flow_at(approvals, 'hash', 'asked.AF_Code', 'asked.TL_EffectiveUTC', 'null') }} end as flow_hash
    from asked
    left join numbered on numbered._ObjectKey = asked._ObjectKey and numbered.EJ_ID = asked.EJ_ID
    left join walked on walked._ObjectKey = numbered._ObjectKey and walked.AF_Code = numbered.AF_Code and walked.n = numbered.n
    left join stages on stages.AF_Code = asked.AF_Code and stages.version = walked.version and stages.stage = walked.stage
    left join stages as named
        on named.AF_Code = asked.AF_Code and named.version = walked.version and named.AS_Code = asked.step_named
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
        case asks when 'requested' then 'Request' when 'approved' then 'Approve' when 'rejected' then 'Reject' else 'Withdraw' end as AE_Kind,
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
        {{ ozmeta_runtime.audit_columns(state) }}
    from judged
)

select * from written
{{ ozmeta_runtime.soft_deleted_rows(state, columns, ozmeta_runtime.object_changed(state, timeline)) }}
{% endif %}
{% endmacro %}
