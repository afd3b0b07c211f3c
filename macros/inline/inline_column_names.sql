{# The names of the columns that <binding>_inline adds to the entity's own columns (spec 7.2). entity: see inline #}
{% macro inline_column_names(entity) %}
  {%- set names = ['WS_CurrentCode', 'WI_CurrentSinceUTC', 'WI_RowVersion'] -%}
  {%- for sla in entity.slas -%}{%- do names.extend([sla.column ~ '_Status', sla.column ~ '_DueUTC']) -%}{%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}
