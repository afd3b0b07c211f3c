{#
Model <binding>_approval_step: every step of every round of approval (SPEC 6b).

  asked      their rule-visible approval events: of which flow, what they ask, and who votes
  numbered   the same, counted per object and flow
  walked     event by event: the round, the stage whose turn it is (0: no round is open), the votes of that stage, and what the event did:
             Requested (opens a round), Approved, Rejected or Withdrawn (decides the stage), Voted, OutOfTurn, Ignored; null where no round is open
  begun      the event by which each stage's turn came
  attended   what happened while it was its turn

Arguments
  intake     see journal_slice; fields: approval.flow, approval.step, approval.onBehalfOf
  approvals  dict: events: {requested, approved, rejected, withdrawn: event type}, default: the flow meant where none is named, or none,
             flows: [{code, steps: [{order, code, quorum, of: out of how many, or none, veto, roles: [code]}]}], steps in order
  timeline   the relation
#}
{% macro approval_step(binding, intake, approvals, timeline) %}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, [intake.object_type, intake.tenant_in_key, approvals] + ([intake.event_aliases] if intake.get('event_aliases') else []), [timeline]) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.nothing_new(state)) -%}{%- endif -%}
{%- set text, bigint, ts = ozmeta_runtime.type_text(), dbt.type_bigint(), ozmeta_runtime.type_timestamp() -%}
{%- if not ozmeta_runtime.can_recurse() -%}
  {%- do exceptions.raise_compiler_error("Approval flows can't run on " ~ target.type ~ ": votes are counted event by event, by a recursive query, and T-SQL's recursion doesn't do that. Leave approval_flows out") -%}
{%- endif -%}
{%- set events, flows = approvals.events, [] -%}
{%- set event_type = ozmeta_runtime.renamed('EJ_EventType', intake.get('event_aliases')) -%}
{%- for flow in approvals.flows -%}{%- do flows.append(flow.code) -%}{%- endfor -%}
{%- set said = {} -%}
{%- for field in intake.fields -%}{%- do said.update({field.ref: "nullif(" ~ ozmeta_runtime.json_scalar(field.column) ~ ", '')"}) -%}{%- endfor -%}
{%- set columns = ['_Key', '_ObjectKey', 'AI_ID', '_TenantID', 'AP_ObjectType', 'AP_ObjectID', 'AF_Code', 'AP_Round', 'AS_Order', 'AS_Code', 'AP_Outcome', 'AP_ActivatedUTC',
    'AP_DecidedUTC', 'AP_Quorum', 'AP_Approvals', 'AP_Rejections', 'AP_OutOfTurn', 'AP_Ignored', 'AP_ActivatedEventID', 'AP_DecidedEventID', 'AP_LastActor', 'AP_Roles'] -%}

{{ ozmeta_runtime.with_recursive() }} asked as (
    select
        _ObjectKey, EJ_ID, EJ_Actor, TL_Position, TL_EffectiveUTC,
        case {{ event_type }}
            {%- for kind in ['requested', 'approved', 'rejected', 'withdrawn'] %}
            when {{ ozmeta_runtime.literal(events[kind]) }} then '{{ kind }}'
            {%- endfor %}
        end as asks,
        coalesce({{ said['approval.flow'] }}, {{ ozmeta_runtime.literal(approvals.default) }}) as AF_Code,
        {{ said['approval.step'] }} as step_named,
        coalesce({{ said['approval.onBehalfOf'] }}, nullif(EJ_Actor, '')) as voter
    from {{ timeline }}
    where {{ event_type }} in ({{ ozmeta_runtime.literals([events.requested, events.approved, events.rejected, events.withdrawn]) }})
      and TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected') }} and {{ ozmeta_runtime.new_since(state, timeline) }}
),

numbered as (
    select
        *,
        case when voter is not null then '|' || {{ ozmeta_runtime.md5_hex('voter') }} end as ballot,
        cast(row_number() over (partition by _ObjectKey, AF_Code order by TL_Position) as {{ bigint }}) as n
    from asked
    where AF_Code in ({{ ozmeta_runtime.literals(flows) }}) {{ ozmeta_runtime.once('numbered', 'and') }}
),

stages as (
    {%- set rows = [] %}
    {%- for flow in approvals.flows %}
      {%- do rows.append([flow.code, 0, none, none, none, none, 0, 0, none]) %}
      {%- for s in flow.steps %}
        {%- do rows.append([flow.code, loop.index, s.order, s.code, s.quorum, s.of, s.veto | int, loop.last | int, s.roles | join(', ') or none]) %}
      {%- endfor %}
    {%- endfor %}
    {{ ozmeta_runtime.literal_rows([['AF_Code', text], ['stage', bigint], ['AS_Order', bigint], ['AS_Code', text], ['quorum', bigint], ['voters', bigint],
        ['has_veto', bigint], ['is_last', bigint], ['roles', text]], rows) }}
),

walked{{ ozmeta_runtime.recursive_columns(['_ObjectKey', 'AF_Code', 'n', 'round', 'stage', 'effect', 'approvals', 'rejections', 'votes_after', 'stage_after']) }} as (
    select
        _ObjectKey, AF_Code, cast(0 as {{ bigint }}) as n, cast(0 as {{ bigint }}) as round, cast(0 as {{ bigint }}) as stage, cast(null as {{ text }}) as effect,
        cast(0 as {{ bigint }}) as approvals, cast(0 as {{ bigint }}) as rejections,
        cast('' as {{ text }}) as votes_after, cast(0 as {{ bigint }}) as stage_after
    from numbered
    where n = 1
    union all
    select
        _ObjectKey, AF_Code, n,
        case when effect = 'Requested' then round + 1 else round end,
        case when effect = 'Requested' then 1 else stage end,
        effect, approvals, rejections,
        case when effect in ('Requested', 'Approved', 'Rejected', 'Withdrawn') then '' else votes end,
        case when effect = 'Requested' then 1
             when effect = 'Approved' and is_last = 0 then stage + 1
             when effect in ('Approved', 'Rejected', 'Withdrawn') then 0
             else stage end
    from (
        select
            *,
            case when asks = 'requested' then case when stage = 0 then 'Requested' else 'Ignored' end
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
                    walked.round, walked.stage_after as stage,
                    stages.AS_Code, stages.quorum, stages.voters, stages.has_veto, stages.is_last,
                    -- a vote takes the place of the same voter before: |hash+ approves, |hash- rejects
                    case when next.asks in ('approved', 'rejected') and next.ballot is not null and coalesce(next.step_named, stages.AS_Code) = stages.AS_Code
                         then replace(replace(walked.votes_after, next.ballot || '+', ''), next.ballot || '-', '')
                              || next.ballot || case when next.asks = 'approved' then '+' else '-' end
                         else walked.votes_after end as votes
                from walked
                inner join numbered as next on next._ObjectKey = walked._ObjectKey and next.AF_Code = walked.AF_Code and next.n = walked.n + 1
                inner join stages on stages.AF_Code = walked.AF_Code and stages.stage = walked.stage_after
            ) as voted
        ) as counted
    ) as stepped
),

happened as (
    select
        walked.*, numbered.EJ_ID, numbered.EJ_Actor, numbered.TL_EffectiveUTC,
        max(walked.n) over (partition by walked._ObjectKey, walked.AF_Code, walked.round, walked.stage) as latest,
        max(case when walked.effect not in ('OutOfTurn', 'Ignored') then walked.n end) over (partition by walked._ObjectKey, walked.AF_Code, walked.round, walked.stage) as latest_counted
    from walked
    inner join numbered on numbered._ObjectKey = walked._ObjectKey and numbered.AF_Code = walked.AF_Code and numbered.n = walked.n
    where walked.effect is not null {{ ozmeta_runtime.once('happened', 'and') }}
),

begun as (
    select _ObjectKey, AF_Code, round, stage_after as stage, EJ_ID, EJ_Actor, TL_EffectiveUTC
    from happened
    where effect = 'Requested' or (effect = 'Approved' and stage_after > 0)
),

attended as (
    select
        _ObjectKey, AF_Code, round, stage,
        max(case when effect in ('Approved', 'Rejected', 'Withdrawn') then effect end) as outcome,
        max(case when effect in ('Approved', 'Rejected', 'Withdrawn') then EJ_ID end) as decided_event,
        max(case when effect in ('Approved', 'Rejected', 'Withdrawn') then TL_EffectiveUTC end) as decided_at,
        max(case when n = latest then approvals end) as approvals,
        max(case when n = latest then rejections end) as rejections,
        sum(case when effect = 'OutOfTurn' then 1 else 0 end) as out_of_turn,
        sum(case when effect = 'Ignored' then 1 else 0 end) as ignored,
        max(latest_counted) as counted_n,
        max(case when n = latest_counted then EJ_Actor end) as counted_actor,
        max(case when effect in ('Approved', 'Rejected', 'Withdrawn') and stage_after = 0 then 1 else 0 end) as ends_round
    from happened
    group by _ObjectKey, AF_Code, round, stage
),

rounds as (
    select _ObjectKey, AF_Code, round, max(ends_round) as is_ended
    from attended
    group by _ObjectKey, AF_Code, round
),

objects as (
    {{ ozmeta_runtime.object_facts(intake, timeline, '_ObjectKey in (select _ObjectKey from rounds)') }}
),

seeded as (
    select
        rounds._ObjectKey, rounds.AF_Code, rounds.round, objects.tenant, objects.object_id, objects.stamp,
        stages.AS_Order, stages.AS_Code, stages.quorum, stages.roles,
        begun.EJ_ID as begun_event, begun.TL_EffectiveUTC as begun_at,
        case when attended.counted_n is not null then attended.counted_actor else begun.EJ_Actor end as last_actor,
        coalesce(attended.outcome, case when begun.EJ_ID is not null then 'Pending' when rounds.is_ended = 1 then 'Skipped' else 'Waiting' end) as outcome,
        attended.decided_event, attended.decided_at, attended.approvals, attended.rejections, attended.out_of_turn, attended.ignored,
        {{ ozmeta_runtime.seed_hash(["'AI'", 'objects.tenant', ozmeta_runtime.literal(intake.object_type), 'objects.object_id', 'rounds.AF_Code']) }} as seed
    from rounds
    inner join stages on stages.AF_Code = rounds.AF_Code and stages.stage > 0
    inner join objects on objects._ObjectKey = rounds._ObjectKey
    left join begun on begun._ObjectKey = rounds._ObjectKey and begun.AF_Code = rounds.AF_Code and begun.round = rounds.round and begun.stage = stages.stage
    left join attended on attended._ObjectKey = rounds._ObjectKey and attended.AF_Code = rounds.AF_Code and attended.round = rounds.round and attended.stage = stages.stage
),

written as (
    select
        {{ ozmeta_runtime.key_of(['_ObjectKey', 'AF_Code', 'cast(round as ' ~ text ~ ')', 'AS_Code']) }} as _Key,
        _ObjectKey,
        {{ ozmeta_runtime.uuid7('stamp', 'seed') }} as AI_ID,
        tenant as _TenantID,
        {{ ozmeta_runtime.literal(intake.object_type) }} as AP_ObjectType,
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
        {{ ozmeta_runtime.audit_columns(state) }}
    from seeded
)

select * from written
{{ ozmeta_runtime.retired(state, columns, ozmeta_runtime.object_in_news(state, timeline)) }}
{% endif %}
{% endmacro %}
