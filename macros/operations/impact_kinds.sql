{#
The ways in which other definitions change a binding's tables, each as SQL; see impact_compare.

Arguments
  before     dict: {model: relation} of the last run; a model without a table is left out
  after      dict: {model: relation} of the rebuilt tables
  waiting    SQL: the select of waiting_objects
Returns      list of dict:
               name      the kind
               rows      SQL: a select with object_key, object_id and the columns of the others
               changed   SQL: a condition for the rows that change in this way
               group     [column] by which the rows are counted
               measures  {column: SQL} that each group has besides the counts
#}
{% macro impact_kinds(before, after, waiting) %}
  {%- set kinds = [] -%}
  {%- set was, is = 'before_status is not null', 'after_status is not null' -%}
  {%- if 'sla_cycle' in after -%}
    {%- set cycles = ozmeta_runtime.cycle_pairs(before, after, waiting) -%}
    {%- set outcomes = ['before_status', 'before_outcome', 'after_status', 'after_outcome'] -%}
    {%- set flips = ozmeta_runtime.differs_any([['before_status', 'after_status'], ['before_outcome', 'after_outcome']])
        -%}
    {%- set due = was ~ " and " ~ is ~ " and " ~ ozmeta_runtime.differs_any([['before_due', 'after_due']], '0') -%}
    {%- do kinds.extend([
        ozmeta_runtime.impact_kind('cycles_changed', cycles, was ~ " and " ~ is ~ " and (" ~ flips ~ ")",
            ['SL_Code'] + outcomes),
        ozmeta_runtime.impact_kind('cycles_added', cycles, "before_status is null",
            ['SL_Code', 'after_status', 'after_outcome']),
        ozmeta_runtime.impact_kind('cycles_removed', cycles, "after_status is null",
            ['SL_Code', 'before_status', 'before_outcome']),
        ozmeta_runtime.impact_kind('due_moved', cycles, due, ['SL_Code'], {
            'later': "sum(case when after_due > before_due then 1 else 0 end)",
            'earlier': "sum(case when after_due < before_due then 1 else 0 end)",
            'no_longer_known': "sum(case when after_due is null then 1 else 0 end)",
            'now_known': "sum(case when before_due is null then 1 else 0 end)",
            'least_shift': "min(after_due - before_due)",
            'greatest_shift': "max(after_due - before_due)"}),
    ]) -%}
  {%- endif -%}
  {%- if 'escalation_queue' in after -%}
    {%- set queue = ozmeta_runtime.queue_pairs(before, after, waiting) -%}
    {%- set level = ['SL_Code', 'EQ_SignalCode', 'EQ_Level'] -%}
    {%- set pairs, answers = [], [] -%}
    {%- for column in ['status', 'severity', 'role', 'principal'] -%}
      {%- do pairs.append(['before_' ~ column, 'after_' ~ column]) -%}
      {%- do answers.extend(['before_' ~ column, 'after_' ~ column]) -%}
    {%- endfor -%}
    {%- do kinds.extend([
        ozmeta_runtime.impact_kind('escalations_raised', queue, "before_status is null",
            level + ['after_severity', 'after_role', 'after_principal', 'after_status']),
        ozmeta_runtime.impact_kind('escalations_retracted', queue, "after_status is null",
            level + ['before_severity', 'before_role', 'before_principal', 'before_status']),
        ozmeta_runtime.impact_kind('escalations_changed', queue,
            was ~ " and " ~ is ~ " and (" ~ ozmeta_runtime.differs_any(pairs) ~ ")", level + answers),
        ozmeta_runtime.impact_kind('escalations_moved', queue,
            was ~ " and " ~ is ~ " and after_created <> before_created", level, {
            'least_shift': "min(after_created - before_created)",
            'greatest_shift': "max(after_created - before_created)"}),
    ]) -%}
  {%- endif -%}
  {%- if 'runtime_signal' in after -%}
    {%- set signals = ozmeta_runtime.signal_pairs(before, after, waiting) -%}
    {%- set signal = ['RS_SignalCode', 'SL_Code', 'RS_Level'] -%}
    {%- do kinds.extend([
        ozmeta_runtime.impact_kind('signals_raised', signals, "before_status is null", signal + ['after_status']),
        ozmeta_runtime.impact_kind('signals_retracted', signals, "after_status is null", signal),
    ]) -%}
  {%- endif -%}
  {%- if 'approval_step' in after -%}
    {%- set ends = ['before_status', 'before_step', 'after_status', 'after_step'] -%}
    {%- do kinds.append(ozmeta_runtime.impact_kind('rounds_changed',
        ozmeta_runtime.round_pairs(before, after, waiting),
        ozmeta_runtime.differs_any([ends[0::2], ends[1::2]]), ['AF_Code'] + ends)) -%}
  {%- endif -%}
  {%- if 'workflow_instance' in after -%}
    {%- do kinds.append(ozmeta_runtime.impact_kind('states_changed',
        ozmeta_runtime.state_pairs(before, after, waiting),
        ozmeta_runtime.differs_any([['before_state', 'after_state']]), ['before_state', 'after_state'])) -%}
  {%- endif -%}
  {%- set effects = [] -%}
  {%- for column in ['effect', 'mark', 'state'] -%}{%- do effects.append(['before_' ~ column, 'after_' ~ column]) -%}
  {%- endfor -%}
  {%- do kinds.append(ozmeta_runtime.impact_kind('events_changed',
      ozmeta_runtime.event_pairs(before, after, waiting),
      ozmeta_runtime.differs_any(effects), ['EJ_EventType'] + effects | sum(start=[]))) -%}
  {%- do return(kinds) -%}
{% endmacro %}

{% macro impact_kind(name, rows, changed, group, measures={}) %}
  {%- do return({'name': name, 'rows': rows, 'changed': changed, 'group': group, 'measures': measures}) -%}
{% endmacro %}

{# SQL: whether the columns of a pair differ, for any of the pairs. A null is a value of its own.
   nothing: SQL of the type of the columns that no column is, but in place of null #}
{% macro differs_any(pairs, nothing="''") -%}
  {%- for one, other in pairs -%}
    {{ " or " if not loop.first }}coalesce({{ one }}, {{ nothing }}) <> coalesce({{ other }}, {{ nothing }})
  {%- endfor -%}
{%- endmacro %}

{#
SQL: the rows of a table before and after, joined by their key.

Arguments
  model             string: the model's name without the binding
  before, after, waiting
                    see impact_kinds
  same              {column: the column of either table}: the value of the later table, or else of the earlier one
  both              {name: the column}: selected as before_<name> and after_<name>
  key               string: the column by which the rows are joined
  head, tail        SQL: the select from either table, before `from` and after the condition for the rows to compare
#}
{% macro row_pairs(model, before, after, waiting, same, both, key='_Key', head='select *', tail='') -%}
  {%- set compared = ozmeta_runtime.compared_rows(model, waiting) -%}
  {%- set old = head ~ " from " ~ (before.get(model) or after[model]) ~ " " ~ compared
      ~ (" and 1 = 0 " if model not in before else " ") ~ tail -%}
  {%- set new = head ~ " from " ~ after[model] ~ " " ~ compared ~ " " ~ tail -%}
  select
    {%- for name, column in same.items() %}
    coalesce(new_rows.{{ column }}, old_rows.{{ column }}) as {{ name }},
    {%- endfor %}
    {%- for name, column in both.items() %}
    old_rows.{{ column }} as before_{{ name }},
    new_rows.{{ column }} as after_{{ name }}{{ "," if not loop.last }}
    {%- endfor %}
  from ({{ old }}) as old_rows
  full outer join ({{ new }}) as new_rows on new_rows.{{ key }} = old_rows.{{ key }}
{%- endmacro %}

{% macro cycle_pairs(before, after, waiting) -%}
  {%- set head = "select _Key, _ObjectKey, ST_ObjectID, SL_Code, ST_Status, ST_Outcome, "
      ~ ozmeta_runtime.to_micros('ST_DueUTC') ~ " as due" -%}
  {{ ozmeta_runtime.row_pairs('sla_cycle', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'ST_ObjectID', 'SL_Code': 'SL_Code'},
      {'status': 'ST_Status', 'outcome': 'ST_Outcome', 'due': 'due'}, head=head) }}
{%- endmacro %}

{% macro queue_pairs(before, after, waiting) -%}
  {%- set head = "select _Key, _ObjectKey, EQ_ObjectID, SL_Code, EQ_SignalCode, EQ_Level, EQ_Status, EQ_Severity,"
      ~ " EQ_AssignedToRole, EQ_AssignedToPrincipal, " ~ ozmeta_runtime.to_micros('EQ_CreatedUTC') ~ " as created" -%}
  {{ ozmeta_runtime.row_pairs('escalation_queue', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'EQ_ObjectID', 'SL_Code': 'SL_Code', 'EQ_SignalCode': 'EQ_SignalCode',
       'EQ_Level': 'EQ_Level'},
      {'status': 'EQ_Status', 'severity': 'EQ_Severity', 'role': 'EQ_AssignedToRole',
       'principal': 'EQ_AssignedToPrincipal', 'created': 'created'}, head=head) }}
{%- endmacro %}

{# The signals that hold: their last row in the log has an odd number. #}
{% macro signal_pairs(before, after, waiting) -%}
  {%- set signal = "case when _SignalKey like '%|%' then " ~ ozmeta_runtime.md5_hex('_SignalKey')
      ~ " else _SignalKey end" -%}
  {%- set head -%}
    select *
    from (
      select
        {{ signal }} as signal_key, _ObjectKey, RS_ObjectID, RS_SignalCode, SL_Code, RS_Level, RS_Kind, RS_Number,
        row_number() over (partition by {{ signal }} order by RS_Number desc) as newest
  {%- endset -%}
  {%- set tail -%}
    ) as numbered
    where newest = 1 and {{ ozmeta_runtime.modulo('RS_Number', 2) }} = 1
  {%- endset -%}
  {{ ozmeta_runtime.row_pairs('runtime_signal', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'RS_ObjectID', 'RS_SignalCode': 'RS_SignalCode', 'SL_Code': 'SL_Code',
       'RS_Level': 'RS_Level'},
      {'status': 'RS_Kind'}, key='signal_key', head=head, tail=tail) }}
{%- endmacro %}

{# The rounds, each by the request that opened it. A late event may change the numbers of rounds. #}
{% macro round_pairs(before, after, waiting) -%}
  {%- set head -%}
    select
      {{ ozmeta_runtime.row_key(['_ObjectKey', 'AF_Code', 'opened_by']) }} as round_key, _ObjectKey, object_id, AF_Code,
      status, step
    from (
      select
        _ObjectKey, AF_Code, AP_Round, max(AP_ObjectID) as object_id,
        max(case when AP_StepNo = 1 then AP_ActivatedEventID end) as opened_by,
        case
          when max(case when AP_Outcome = 'Rejected' then 1 else 0 end) = 1 then 'Rejected'
          when max(case when AP_Outcome = 'Withdrawn' then 1 else 0 end) = 1 then 'Withdrawn'
          when max(case when AP_Outcome in ('Pending', 'Waiting') then 1 else 0 end) = 1 then 'Pending'
          else 'Approved'
        end as status,
        max(case when AP_Outcome in ('Pending', 'Rejected', 'Withdrawn') then AS_Code end) as step
  {%- endset -%}
  {%- set tail -%}
      group by _ObjectKey, AF_Code, AP_Round
    ) as rounds
  {%- endset -%}
  {{ ozmeta_runtime.row_pairs('approval_step', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'object_id', 'AF_Code': 'AF_Code'},
      {'status': 'status', 'step': 'step'}, key='round_key', head=head, tail=tail) }}
{%- endmacro %}

{% macro state_pairs(before, after, waiting) -%}
  {{ ozmeta_runtime.row_pairs('workflow_instance', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'WI_ObjectID'}, {'state': 'WS_CurrentCode'}) }}
{%- endmacro %}

{#
The events and what each did. An event that the timeline and the quarantine both have, as when its first delivery had a
fault, counts as the one in the timeline. A conflicting duplicate is a row of its own.
#}
{% macro event_pairs(before, after, waiting) -%}
  {%- set sides = [] -%}
  {%- for models in [before, after] -%}
    {%- set side -%}
      select
        event_key,
        max(object_key) as object_key, max(object_id) as object_id,
        coalesce(max(case when is_admitted = 1 then event_type end), max(event_type)) as event_type,
        coalesce(max(case when is_admitted = 1 then effect end), 'Quarantined') as effect,
        case when max(is_admitted) = 1 then max(case when is_admitted = 1 then mark end) else max(mark) end as mark,
        max(state) as state
      from (
        {%- for model in ['timeline', 'quarantine'] %}
        {{ "union all" if not loop.first }}
        {{ ozmeta_runtime.event_effects(model) }}
        from {{ models.get(model) or after[model] }}
        {{ ozmeta_runtime.compared_rows(model, waiting) }}
        {{ "and 1 = 0" if model not in models }}
        {%- endfor %}
      ) as events
      group by event_key
    {%- endset -%}
    {%- do sides.append(side) -%}
  {%- endfor -%}
  select
    coalesce(new_rows.object_key, old_rows.object_key) as object_key,
    coalesce(new_rows.object_id, old_rows.object_id) as object_id,
    coalesce(new_rows.event_type, old_rows.event_type) as EJ_EventType,
    {%- for column in ['effect', 'mark', 'state'] %}
    old_rows.{{ column }} as before_{{ column }}, new_rows.{{ column }} as after_{{ column }}{{ "," if not loop.last }}
    {%- endfor %}
  from ({{ sides[0] }}) as old_rows
  full outer join ({{ sides[1] }}) as new_rows on new_rows.event_key = old_rows.event_key
{%- endmacro %}

{# The beginning of a select from the timeline or the quarantine. #}
{% macro event_effects(model) -%}
  {%- set text = ozmeta_runtime.type_text() -%}
  {%- if model == 'timeline' -%}
    select
      {{ ozmeta_runtime.row_key(['_TenantID', 'EJ_ObjectID', 'EJ_ID']) }} as event_key,
      _ObjectKey as object_key, EJ_ObjectID as object_id, EJ_EventType as event_type,
      case
        when TL_Position is null then 'Pending'
        when {{ ozmeta_runtime.is_true('TL_IsRejected') }} then 'Rejected'
        when {{ ozmeta_runtime.is_true('TL_IsApplied') }} then 'Applied'
        else 'Nothing'
      end as effect,
      TL_Anomaly as mark,
      case when {{ ozmeta_runtime.is_true('TL_IsApplied') }} then TL_ToState end as state,
      1 as is_admitted
  {%- else -%}
    select
      case
        when QR_EventID is null or QR_ObjectID is null or QR_Reason = 'ConflictingDuplicate' then _Key
        else {{ ozmeta_runtime.row_key(['_TenantID', 'QR_ObjectID', 'QR_EventID']) }}
      end as event_key,
      _ObjectKey as object_key, QR_ObjectID as object_id, QR_EventType as event_type,
      'Quarantined' as effect, QR_Reason as mark, cast(null as {{ text }}) as state, 0 as is_admitted
  {%- endif -%}
{%- endmacro %}
