{# The columns that stand beside the entity's own. #}
{% macro inline_column_names(entity) %}
  {%- set names = ['WS_CurrentCode', 'WI_CurrentSinceUTC', 'WI_RowVersion'] -%}
  {%- for sla in entity.slas -%}{%- do names.extend([sla.column ~ '_Status', sla.column ~ '_DueUTC']) -%}{%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}
