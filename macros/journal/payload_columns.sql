{# The payload fields that every binding reads: [{column, path, kind}]. kind is text, for which an object or an array
   counts as absent, or version. #}
{% macro payload_columns() %}
  {%- do return([
    {'column': 'PL_Code', 'path': ['transition', 'code'], 'kind': 'text'},
    {'column': 'PL_FromState', 'path': ['transition', 'fromState'], 'kind': 'text'},
    {'column': 'PL_ToState', 'path': ['transition', 'toState'], 'kind': 'text'},
    {'column': 'PL_RowVersion', 'path': ['transition', 'rowVersion'], 'kind': 'version'},
    {'column': 'PL_EscalationSignalType', 'path': ['escalation', 'signalType'], 'kind': 'text'},
    {'column': 'PL_EscalationSlaCode', 'path': ['escalation', 'slaCode'], 'kind': 'text'},
    {'column': 'PL_EscalationLevel', 'path': ['escalation', 'level'], 'kind': 'text'},
  ]) -%}
{% endmacro %}
