{#
SQL: the version of a flow that is in force at an instant (spec 6b).

Arguments
  approvals  dict: see flow_versions
  key        'version' for its number, or 'hash' for its hash
  flow       string: SQL of a flow code
  instant    string: SQL of a timestamp
  none_such  string: SQL of the result for other flows
#}
{% macro flow_at(approvals, key, flow, instant, none_such) -%}
  case
  {%- for version in ozmeta_runtime.flow_versions(approvals) | reverse %}
    {%- set result = "'" ~ version.hash ~ "'" if key == 'hash' else version.version %}
    when {{ flow }} = {{ ozmeta_runtime.text_literal(version.flow) }}
    {%- if version.from %} and {{ instant }} >= {{ ozmeta_runtime.timestamp_literal(version.from) }}{% endif %}
    then {{ result }}
  {%- endfor %}
    else {{ none_such }}
  end
{%- endmacro %}
