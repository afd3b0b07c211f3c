{# SQL: what a flow's version has that is in force at an instant. key: 'version' or 'hash'; none: SQL for other flows #}
{% macro flow_at(approvals, key, flow, instant, none_such) -%}
  case
  {%- for v in ozmeta_runtime.flow_versions(approvals) | reverse %}
    when {{ flow }} = {{ ozmeta_runtime.text_literal(v.flow) }}
    {%- if v.from %} and {{ instant }} >= {{ ozmeta_runtime.timestamp_literal(v.from) }}{% endif %} then {{ "'" ~ v.hash ~ "'" if key == 'hash' else v.version }}
  {%- endfor %}
    else {{ none_such }}
  end
{%- endmacro %}
