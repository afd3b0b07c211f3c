{# As the CTE `stages`: a row per step of each version, and stage 0 of each, at which no round is open. #}
{% macro approval_stages_cte(approvals) %}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set rows = [] -%}
{%- for v in ozmeta_runtime.flow_versions(approvals) -%}
  {%- do rows.append([v.flow, v.version, 0, none, none, none, none, 0, 0, 0, none]) -%}
  {%- for s in v.steps -%}
    {%- do rows.append([v.flow, v.version, loop.index, s.order, s.code, s.quorum, s.of, s.veto | int, loop.last | int,
        v.restarts | int, s.roles | join(', ') or none]) -%}
  {%- endfor -%}
{%- endfor -%}
stages as (
    {{ ozmeta_runtime.literal_rows([['AF_Code', text], ['version', bigint], ['stage', bigint], ['AS_Order', bigint], ['AS_Code', text],
        ['quorum', bigint], ['voters', bigint], ['has_veto', bigint], ['is_last', bigint], ['restarts', bigint], ['roles', text]], rows) }}
)
{%- endmacro %}
