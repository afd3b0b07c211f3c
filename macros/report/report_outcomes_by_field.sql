{# How the cycles of each SLA were decided, as a whole and by field. scope: see report_scope #}
{% macro report_outcomes_by_field(scope) %}
{%- set measures = {'cycles': 'count(*)'} -%}
{%- for outcome in ['Met', 'Missed', 'Cancelled'] -%}
  {%- do measures.update({outcome | lower: "sum(case when ST_Outcome = '" ~ outcome ~ "' then 1 else 0 end)"}) -%}
{%- endfor -%}
with {{ ozmeta_runtime.report_decided_cycles(scope) }},
{{ ozmeta_runtime.report_field_ctes(scope, 'decided_cycles', ['SL_Code'], measures) }}
select field, field_value, is_rest, SL_Code as sla, met, missed, cancelled
from by_value
order by field, field_value, is_rest, sla
{% endmacro %}
