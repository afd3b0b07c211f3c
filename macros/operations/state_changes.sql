{# How the current states of objects change; see impact_kinds. #}
{% macro state_changes(before, after, waiting) %}
  {%- set states = ozmeta_runtime.row_pairs('workflow_instance', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'WI_ObjectID'}, {'state': 'WS_CurrentCode'}) -%}
  {%- do return([ozmeta_runtime.impact_kind('states_changed', states,
      ozmeta_runtime.differs_any([['before_state', 'after_state']]), ['before_state', 'after_state'])]) -%}
{% endmacro %}
