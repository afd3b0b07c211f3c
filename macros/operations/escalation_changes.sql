{# How the queue of escalations changes; see impact_kinds. #}
{% macro escalation_changes(before, after, waiting) %}
  {%- set queue = ozmeta_runtime.queue_pairs(before, after, waiting) -%}
  {%- set in_both = "before_status is not null and after_status is not null and " -%}
  {%- set level = ['SL_Code', 'EQ_SignalCode', 'EQ_Level'] -%}
  {%- set pairs = [] -%}
  {%- for column in ['status', 'severity', 'role', 'principal'] -%}
    {%- do pairs.append(['before_' ~ column, 'after_' ~ column]) -%}
  {%- endfor -%}
  {%- do return([
      ozmeta_runtime.impact_kind('escalations_raised', queue, "before_status is null",
          level + ['after_severity', 'after_role', 'after_principal', 'after_status']),
      ozmeta_runtime.impact_kind('escalations_retracted', queue, "after_status is null",
          level + ['before_severity', 'before_role', 'before_principal', 'before_status']),
      ozmeta_runtime.impact_kind('escalations_changed', queue,
          in_both ~ "(" ~ ozmeta_runtime.differs_any(pairs) ~ ")", level + pairs | sum(start=[])),
      ozmeta_runtime.impact_kind('escalations_moved', queue, in_both ~ "after_created <> before_created", level, {
          'least_shift': "min(after_created - before_created)",
          'greatest_shift': "max(after_created - before_created)"}),
  ]) -%}
{% endmacro %}

{% macro queue_pairs(before, after, waiting) -%}
  {%- set head = "select _Key, _ObjectKey, EQ_ObjectID, SL_Code, EQ_SignalCode, EQ_Level, EQ_Status, EQ_Severity,"
      ~ " EQ_AssignedToRole, EQ_AssignedToPrincipal, " ~ ozmeta_runtime.to_micros('EQ_CreatedUTC') ~ " as created" -%}
  {{ ozmeta_runtime.row_pairs('escalation_queue', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'EQ_ObjectID', 'SL_Code': 'SL_Code', 'EQ_SignalCode': 'EQ_SignalCode',
       'EQ_Level': 'EQ_Level'},
      {'status': 'EQ_Status', 'severity': 'EQ_Severity', 'role': 'EQ_AssignedToRole',
       'principal': 'EQ_AssignedToPrincipal', 'created': 'created'}, head=head) }}
{%- endmacro %}
