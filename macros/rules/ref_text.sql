{#
A ref of the rule DSL as SQL text (spec 1.3). Arrays and objects are null.
ref: any ref but `now.utc`; fields: see rule_sql
#}
{% macro ref_text(ref, fields) %}
  {%- set columns = {
      'transition.fromState': 'TL_FromState',
      'transition.toState': 'TL_ToState',
      'transition.code': 'TL_TransitionCode',
      'user.id': 'EJ_Actor',
      'tenant.id': '_TenantID',
      'state.current': 'TL_State',
      'event.type': 'EJ_EventType',
      'event.id': 'EJ_ID',
      'event.sourceSystem': 'EJ_SourceSystem',
  } -%}
  {%- if ref == 'user.role' -%}
    {%- set roles = "(" ~ ozmeta_runtime.json_array(fields['user.roles']) ~ ")" -%}
    {%- do return("(" ~ ozmeta_runtime.json_first(roles) | trim ~ ")") -%}
  {%- endif -%}
  {%- do return(columns[ref] if ref in columns else ozmeta_runtime.json_scalar(fields[ref]) | trim) -%}
{% endmacro %}
