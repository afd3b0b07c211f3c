{#
What `ozmeta-dbt explain` needs to find the steps of a binding's timers, or none if no timer has steps to show. The
tables contain only the sum of the steps. The policies are in the config of the model sla_cycle.

Arguments
  nodes     dict: {model: graph node} of the binding
  models    dict: {model: relation} of its tables
Returns     dict: slas, journal_config, workflow, calendars: see sla_cycle; timeline, approvals, windows, pieces:
            relations, where approvals, windows and pieces may be none; with_options: [code] of the SLAs with service
            level options (spec 5.10 to 5.15). The others have `resume`.
#}
{% macro explained_timers(nodes, models) %}
  {%- set definition = nodes.sla_cycle.config.meta.get('ozmeta_marks') if 'sla_cycle' in nodes -%}
  {%- set slas, with_options = [], [] -%}
  {%- for sla in (definition.slas if definition else []) -%}
    {%- set has = ozmeta_runtime.service_level_features([sla]) -%}
    {%- if has.pauses or has.retargets or has.calendars or has.versions or has.answers
        or sla.get('on_restart') == 'continue' -%}
      {%- do with_options.append(sla.code) -%}
    {%- endif -%}
    {%- if has.is_timed -%}{%- do slas.append(sla) -%}{%- endif -%}
  {%- endfor -%}
  {%- if not slas -%}{%- do return(none) -%}{%- endif -%}
  {%- set needs_approvals = slas | selectattr('approval_step', 'defined') | list | length > 0 -%}
  {%- set helpers = ozmeta_runtime.helper_models(nodes) -%}
  {%- do return({
      'slas': slas,
      'with_options': with_options,
      'journal_config': definition.journal_config,
      'workflow': definition.workflow,
      'calendars': definition.get('calendars', []),
      'timeline': models.timeline,
      'approvals': models.get('approval_step') if needs_approvals else none,
      'windows': ozmeta_runtime.relation_of(helpers.calendar_window) if 'calendar_window' in helpers else none,
      'pieces': ozmeta_runtime.relation_of(helpers.calendar_piece) if 'calendar_piece' in helpers else none,
  }) -%}
{% endmacro %}
