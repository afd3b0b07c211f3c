{# For `ozmeta-dbt explain`: the events of these objects that start or stop an SLA which `resume` counts on after a stop. The tables hold the start and the last
   stop of such a timer; the stops and restarts between them are found by its rules again, which the config of the model sla_cycle keeps.
   Arguments  node: the model sla_cycle; timeline, approvals: relations, or none; keys: [_ObjectKey]
   Returns    [{_ObjectKey, EJ_ID, SL_Code, is_start, is_stop}], flags as '1' and '0', in the order the events count #}
{% macro timer_marks(node, timeline, approvals, keys) %}
  {%- set defined = node.config.meta.get('ozmeta_marks') if node -%}
  {%- set slas = (defined.slas | selectattr('on_restart', 'defined') | selectattr('on_restart', 'equalto', 'resume') | list) if defined else [] -%}
  {%- if not slas or not keys -%}{%- do return([]) -%}{%- endif -%}
  {%- set timed = approvals if slas | selectattr('approval_step', 'defined') | list else none -%}
  {%- set where = "_ObjectKey in (" ~ ozmeta_runtime.text_literals(keys) ~ ")" -%}
  {%- set query -%}
    {{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.mark_ctes(defined.journal_config, defined.workflow, slas, timeline, where, timed) }}
    told as (select _ObjectKey, TL_Position, EJ_ID, sla_no, is_start, is_stop from marks)
    select _ObjectKey, EJ_ID, sla_no, is_start, is_stop from told order by _ObjectKey, TL_Position
  {%- endset -%}
  {%- set found = [] -%}
  {%- for row in run_query(query).rows -%}
    {%- do found.append({'_ObjectKey': row[0], 'EJ_ID': row[1], 'SL_Code': slas[row[2] | int - 1].code, 'is_start': row[3] | string, 'is_stop': row[4] | string}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
