{#
SQL of the key of the calendar that counts for a cycle, by its start event (spec 5.10); null if the clock always runs.

Arguments
  sla        see sla_cycle
  calendars  [{key, code}]
  columns    the columns of the rules' fields
#}
{% macro calendar_key(sla, calendars, columns) %}
  {%- set none_text = "cast(null as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  {%- set keys = {} -%}
  {%- for calendar in calendars -%}
    {%- do keys.update({calendar.code: ozmeta_runtime.text_literal(calendar.key)}) -%}
  {%- endfor -%}
  {%- set values = [] -%}
  {%- for version in ozmeta_runtime.policy_versions(sla) -%}
    {%- set chosen = version.calendar -%}
    {%- if chosen is mapping -%}
      {%- set field = ozmeta_runtime.ref_text(chosen.ref, columns) -%}
      {%- set cases = [] -%}
      {%- for value, code in chosen.cases.items() -%}
        {%- do cases.append("when " ~ ozmeta_runtime.text_literal(value) ~ " then " ~ keys.get(code, none_text)) -%}
      {%- endfor -%}
      {%- set otherwise = keys.get(chosen.default, none_text) -%}
      {%- do values.append(
          "case " ~ field ~ " " ~ cases | join(" ") ~ " else " ~ otherwise ~ " end" if cases else otherwise) -%}
    {%- else -%}
      {%- do values.append(keys.get(chosen, none_text)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(ozmeta_runtime.by_version(sla, values)) -%}
{% endmacro %}
