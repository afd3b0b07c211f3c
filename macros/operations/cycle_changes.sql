{# How the cycles of SLA timers change; see impact_kinds. #}
{% macro cycle_changes(before, after, waiting) %}
  {%- set cycles = ozmeta_runtime.cycle_pairs(before, after, waiting) -%}
  {%- set in_both = "before_status is not null and after_status is not null and " -%}
  {%- set flips = ozmeta_runtime.differs_any([['before_status', 'after_status'], ['before_outcome', 'after_outcome']])
      -%}
  {%- do return([
      ozmeta_runtime.impact_kind('cycles_changed', cycles, in_both ~ "(" ~ flips ~ ")",
          ['SL_Code', 'before_status', 'before_outcome', 'after_status', 'after_outcome']),
      ozmeta_runtime.impact_kind('cycles_added', cycles, "before_status is null",
          ['SL_Code', 'after_status', 'after_outcome']),
      ozmeta_runtime.impact_kind('cycles_removed', cycles, "after_status is null",
          ['SL_Code', 'before_status', 'before_outcome']),
      ozmeta_runtime.impact_kind('due_moved', cycles,
          in_both ~ ozmeta_runtime.differs_any([['before_due', 'after_due']], '0'), ['SL_Code'], {
          'later': "sum(case when after_due > before_due then 1 else 0 end)",
          'earlier': "sum(case when after_due < before_due then 1 else 0 end)",
          'no_longer_known': "sum(case when after_due is null then 1 else 0 end)",
          'now_known': "sum(case when before_due is null then 1 else 0 end)",
          'least_shift': "min(after_due - before_due)",
          'greatest_shift': "max(after_due - before_due)"}),
  ]) -%}
{% endmacro %}

{% macro cycle_pairs(before, after, waiting) -%}
  {%- set head = "select _Key, _ObjectKey, ST_ObjectID, SL_Code, ST_Status, ST_Outcome, "
      ~ ozmeta_runtime.to_micros('ST_DueUTC') ~ " as due" -%}
  {{ ozmeta_runtime.row_pairs('sla_cycle', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'ST_ObjectID', 'SL_Code': 'SL_Code'},
      {'status': 'ST_Status', 'outcome': 'ST_Outcome', 'due': 'due'}, head=head) }}
{%- endmacro %}
