{#
The events of some objects that start or stop an SLA whose restarts are 'resume' (spec 5.2). The tables contain only the
start and the last stop of such a timer. `ozmeta-dbt explain` also shows the stops and restarts between them. This macro
finds them by the SLA's rules, which the config of the model sla_cycle contains.

Arguments
  node         graph node of the model sla_cycle, or none
  timeline     relation: the binding's timeline
  approvals    relation: the binding's approval_step, or none
  keys         list of string: the _ObjectKey of each object
Returns        [{_ObjectKey, EJ_ID, SL_Code, is_start, is_stop}], with flags '1' and '0', in the fold's order per object
#}
{% macro timer_marks(node, timeline, approvals, keys) %}
  {%- set definition = node.config.meta.get('ozmeta_marks') if node -%}
  {%- set slas = [] -%}
  {%- for sla in (definition.slas if definition else []) if sla.get('on_restart') == 'resume' -%}
    {%- do slas.append(sla) -%}
  {%- endfor -%}
  {%- if not slas or not keys -%}{%- do return([]) -%}{%- endif -%}
  {%- set steps = approvals if slas | selectattr('approval_step', 'defined') | list else none -%}
  {%- set where = "_ObjectKey in (" ~ ozmeta_runtime.text_literals(keys) ~ ")" -%}
  {%- set query -%}
    {{ ozmeta_runtime.with_materialized_ctes() }}
    {{ ozmeta_runtime.mark_ctes(definition.journal_config, definition.workflow, slas, timeline, where, steps) }}
    resumed_marks as (select _ObjectKey, TL_Position, EJ_ID, sla_no, is_start, is_stop from marks)
    select _ObjectKey, EJ_ID, sla_no, is_start, is_stop from resumed_marks order by _ObjectKey, TL_Position
  {%- endset -%}
  {%- set found = [] -%}
  {%- for row in run_query(query).rows -%}
    {%- do found.append({
        '_ObjectKey': row[0],
        'EJ_ID': row[1],
        'SL_Code': slas[row[2] | int - 1].code,
        'is_start': row[3] | string,
        'is_stop': row[4] | string,
    }) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
