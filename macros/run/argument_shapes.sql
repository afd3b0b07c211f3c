{#
The arguments that the generator gives to each macro of macros/models: {macro: {argument: shape}}.

A shape is
  {key: shape}  a dict with these keys and no others; `key?` may be missing or none
  [shape]       a list of such items
  'text', 'integer', 'boolean', 'relation', 'dict', 'list' or 'any'
  'a|b'         one of these texts
Rules and payload fields are any: rule_sql and journal_columns check them.
#}
{% macro argument_shapes() %}
  {%- set object = {'object_type': 'text', 'tenant_in_key': 'boolean'} -%}
  {%- set journals = [{'name': 'text', 'relation': 'relation', 'columns': 'dict'}] -%}
  {%- set journal_config = {
      'object_type': 'text', 'tenant_in_key': 'boolean', 'object_types': ['text'], 'needs_tenant': 'boolean',
      'lookback_minutes': 'integer', 'fields?': 'list', 'journals': journals, 'key?': 'list',
      'deduplicate_on?': ['text'], 'protected?': 'boolean'} -%}
  {%- set object_with_fields = {
      'object_type': 'text', 'tenant_in_key': 'boolean', 'fields': 'list', 'event_aliases?': 'dict'} -%}
  {%- set object_of_timers = {
      'object_type': 'text', 'tenant_in_key': 'boolean', 'fields': 'list', 'event_aliases?': 'dict',
      'sla_aliases?': 'dict'} -%}
  {%- set object_with_aliases = {
      'object_type': 'text', 'tenant_in_key': 'boolean', 'event_aliases?': 'dict', 'sla_aliases?': 'dict'} -%}
  {%- set transition = {'code': 'text', 'from': 'text', 'to': 'text', 'events?': ['text']} -%}
  {%- set transition_names = {
      'code': 'text', 'from': 'text', 'to': 'text', 'events?': ['text'], 'bound_events': ['text'],
      'from_words?': ['text']} -%}
  {%- set levels = [{
      'level': 'integer', 'signal': 'text', 'after_minutes': 'integer', 'severity': 'text', 'role?': 'text',
      'principal?': 'text', 'notes?': 'text', 'unless_acknowledged?': 'boolean'}] -%}
  {%- set targets = [{'when': 'any', 'target_minutes': 'integer', 'warn_minutes?': 'integer'}] -%}
  {%- set versions = [{
      'name?': 'text', 'from?': 'text', 'target_minutes?': 'integer', 'warn_minutes?': 'integer', 'targets?': targets,
      'calendar?': 'any'}] -%}
  {%- set calendars = [{'code': 'text', 'key': 'text', 'from': 'text', 'until': 'text'}] -%}
  {%- set report_fields = [{'name': 'text', 'ref': 'text', 'column': 'text'}] -%}
  {%- set steps = [{
      'order': 'integer', 'code': 'text', 'quorum': 'integer', 'of?': 'integer', 'veto': 'boolean',
      'roles': ['text']}] -%}
  {%- set flows = [{
      'code': 'text', 'steps?': steps, 'onRequest?': 'text',
      'versions?': [{'from?': 'text', 'steps': steps, 'onRequest?': 'text'}]}] -%}
  {%- do return({
    'timeline': {
      'binding': 'text',
      'journal_config': journal_config,
      'workflow': {
        'start': 'text', 'states': ['text'], 'bound_events': ['text'], 'transitions': [transition],
        'aliases?': {'states?': 'dict', 'transitions?': 'dict', 'event_types?': 'dict'}},
      'policy': 'last_writer_wins|first_writer_wins',
      'stream': 'EJ_SourceSystem|none'},
    'quarantine': {'binding': 'text', 'journal_config': journal_config, 'timeline': 'relation'},
    'workflow_instance': {
      'binding': 'text',
      'journal_config': object,
      'workflow': {'id': 'text', 'start': 'text', 'terminal': ['text']},
      'timeline': 'relation',
      'report_fields?': report_fields},
    'backlog': {
      'binding': 'text',
      'journal_config': {'object_type': 'text', 'tenant_in_key': 'boolean', 'lookback_minutes': 'integer'},
      'workflow': {'states': ['text'], 'terminal': ['text']},
      'timeline': 'relation'},
    'approval_event': {
      'binding': 'text',
      'journal_config': object_with_fields,
      'approvals': {
        'events': {'requested': 'text', 'approved': 'text', 'rejected': 'text', 'withdrawn': 'text'},
        'default?': 'text',
        'flows': flows},
      'timeline': 'relation'},
    'approval_step': {
      'binding': 'text', 'journal_config': object, 'approvals': {'flows': flows}, 'events': 'relation',
      'timeline': 'relation'},
    'approval_instance': {'binding': 'text', 'steps': 'relation'},
    'sla_cycle': {
      'binding': 'text',
      'journal_config': object_of_timers,
      'workflow': {'terminal': ['text']},
      'slas': [{
        'code': 'text', 'target_minutes': 'integer', 'warn_minutes?': 'integer',
        'on_restart?': 'newCycle|ignore|resume|continue', 'state?': 'text',
        'approval_step?': {'flow': 'text', 'step': 'text'},
        'start?': 'any', 'stop?': 'any', 'start_actions?': [transition_names], 'stop_actions?': [transition_names],
        'calendar?': 'any', 'trigger?': 'event|becomesTrue', 'on_both?': 'stop|restart', 'pause_when?': 'any',
        'cancel_when?': 'any', 'targets?': targets, 'on_target_change?': 'keep|retarget', 'versions?': versions,
        'levels': levels}],
      'timeline': 'relation',
      'approvals?': 'relation',
      'calendars?': calendars,
      'windows?': 'relation',
      'pieces?': 'relation',
      'report_fields?': report_fields},
    'sla_elapsed': {
      'cycles': 'relation',
      'calendars?': calendars,
      'pieces?': 'relation',
      'report_fields?': report_fields},
    'sla_timer': {'cycles': 'relation'},
    'cycle_fact': {'cycles': 'relation', 'report_fields?': report_fields},
    'escalation_queue': {
      'binding': 'text',
      'journal_config': object_with_aliases,
      'slas': [{'code': 'text', 'target_minutes': 'integer', 'warn_minutes?': 'integer', 'levels': levels}],
      'transitions': [{'transition': transition_names, 'levels': levels}],
      'timeline': 'relation',
      'cycles?': 'relation',
      'auto_close': 'boolean'},
    'runtime_signal': {
      'binding': 'text',
      'journal_config': {'object_type': 'text', 'tenant_in_key': 'boolean', 'deduplicate_on?': ['text']},
      'signals': {
        'severities': 'dict',
        'emits': [{'transition': transition_names, 'signal': 'text', 'severity': 'text', 'notes?': 'text'}],
        'requests': ['text']},
      'timeline': 'relation',
      'cycles?': 'relation',
      'queue?': 'relation',
      'approvals?': 'relation',
      'signals_from?': 'text'},
    'journal_mirror': {
      'binding': 'text',
      'journal_config': journal_config,
      'emits': [{'transition': transition_names, 'event': 'text', 'payload': 'text'}],
      'timeline': 'relation',
      'signals?': 'relation'},
    'run_log_model': {'binding': 'text', 'journals': ['text'], 'timeline': 'relation', 'after': ['relation']},
    'inline': {
      'entity': {
        'binding': 'text', 'key': ['text'], 'tenant?': 'text', 'slas': [{'code': 'text', 'column': 'text'}],
        'write_back': 'boolean'},
      'relation': 'relation',
      'instance': 'relation',
      'timers?': 'relation'},
    'time_in_state': {
      'journal_config': object, 'workflow': {'terminal': ['text']}, 'timeline': 'relation', 'log': 'relation'},
    'rollup': {'columns': ['text'], 'relations': ['relation'], 'live?': 'text'},
    'signal_rollup': {
      'columns': ['text'], 'relations': ['relation'],
      'types': [{'code': 'text', 'retention_days': 'integer'}], 'seed?': 'relation'},
    'journal_volume': {'journals': journals, 'lookback_minutes': 'integer'},
    'unclaimed_object_type': {
      'volume': 'relation',
      'claimed': [{'binding': 'text', 'object_type': 'text', 'object_types': ['text']}],
      'ignored': 'list'},
    'calendar_window': {
      'calendars': [{
        'key': 'text', 'code': 'text', 'time_zone': 'text', 'from': 'text', 'until': 'text', 'hours': 'dict',
        'exceptions': 'dict', 'holidays': 'dict', 'first_offset': 'text', 'offsets': 'dict'}]},
    'calendar_piece': {'calendars': calendars, 'windows': 'relation'},
    'time_spine': {'first': 'text', 'last': 'text'},
    'row_policy_config': {
      'kind': 'tenant|reader|nobody|view',
      'policies': {'readers': {'schema': 'text', 'table': 'text', 'database?': 'text'}, 'unrestricted': ['text']}}
  }) -%}
{% endmacro %}
