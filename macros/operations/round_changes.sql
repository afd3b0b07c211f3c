{# How approval rounds change; see impact_kinds. #}
{% macro round_changes(before, after, waiting) %}
  {%- set ends = ['before_status', 'before_step', 'after_status', 'after_step'] -%}
  {%- do return([ozmeta_runtime.impact_kind('rounds_changed', ozmeta_runtime.round_pairs(before, after, waiting),
      ozmeta_runtime.differs_any([ends[0::2], ends[1::2]]), ['AF_Code'] + ends)]) -%}
{% endmacro %}

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
