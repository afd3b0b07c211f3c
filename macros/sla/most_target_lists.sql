{# The greatest number of lists of conditional targets that any of these SLAs has. #}
{% macro most_target_lists(slas) %}
  {%- set counts = [0] -%}
  {%- for sla in slas -%}{%- do counts.append(ozmeta_runtime.target_lists(sla) | length) -%}{%- endfor -%}
  {%- do return(counts | max) -%}
{% endmacro %}
