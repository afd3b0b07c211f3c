{#
The CTE `stages`: one row per step of each version of each flow, and a stage 0 of each version, for rounds that are not
open. `stage` is the position of the step, from 1. `voters` is null if the step has no `of`. Flags are 1 or 0.

approvals: dict: see flow_versions
#}
{% macro approval_stages_cte(approvals) %}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set columns = [['AF_Code', text], ['version', bigint], ['stage', bigint], ['AS_Order', bigint], ['AS_Code', text],
    ['quorum', bigint], ['voters', bigint], ['has_veto', bigint], ['is_last', bigint], ['restarts', bigint],
    ['roles', text]] -%}
{%- set rows = [] -%}
{%- for version in ozmeta_runtime.flow_versions(approvals) -%}
  {%- do rows.append([version.flow, version.version, 0, none, none, none, none, 0, 0, 0, none]) -%}
  {%- for step in version.steps -%}
    {%- do rows.append([version.flow, version.version, loop.index, step.order, step.code, step.quorum, step.of,
        step.veto | int, loop.last | int, version.restarts | int, step.roles | join(', ') or none]) -%}
  {%- endfor -%}
{%- endfor -%}
stages as (
    {{ ozmeta_runtime.literal_rows(columns, rows) }}
)
{%- endmacro %}
