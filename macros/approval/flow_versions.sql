{#
What the approval models know of flows (SPEC 6b). A flow has one definition, or several versions, each from an instant on. A round keeps the
version in force when it was requested.

approvals: {events: {requested, approved, rejected, withdrawn: event type}, default: the flow of an event that names none, or none,
            flows: [{code, steps, onRequest?} or {code, versions: [{from?, steps, onRequest?}]}]}
steps:     in order, [{order, code, quorum, of: out of how many, or none, veto, roles: [code]}]
onRequest: what a request does while a round is open: `ignore` (default) nothing, `restart` withdraws it and opens the next
#}

{# Every version of every flow, [{flow, version: its number from 1, from: text or none, steps, restarts, hash}]. #}
{% macro flow_versions(approvals) %}
  {%- set found = [] -%}
  {%- for flow in approvals.flows -%}
    {%- for version in flow.get('versions') or [flow] -%}
      {%- set restarts = version.get('onRequest') == 'restart' -%}
      {%- do found.append({'flow': flow.code, 'version': loop.index, 'from': version.get('from'), 'steps': version.steps,
          'restarts': restarts, 'hash': ozmeta_runtime.judgement_hash(version.steps, restarts)}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{# A hash of all that decides how votes count. Who is asked does not, nor out of how many where one rejection ends the round. #}
{% macro judgement_hash(steps, restarts) %}
  {%- set judged = [] -%}
  {%- for s in steps -%}{%- do judged.append([s.code, s.quorum, s.veto, none if s.veto else s.of]) -%}{%- endfor -%}
  {%- do return(local_md5(tojson([judged, restarts]))[:12]) -%}
{% endmacro %}

{# As the CTE `stages`: a row per step of each version, and stage 0 of each, at which no round is open. #}
{% macro stages_cte(approvals) %}
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

{# SQL: what a flow's version has that is in force at an instant. key: 'version' or 'hash'; none: SQL for other flows #}
{% macro of_flow_at(approvals, key, flow, instant, none_such) -%}
  case
  {%- for v in ozmeta_runtime.flow_versions(approvals) | reverse %}
    when {{ flow }} = {{ ozmeta_runtime.literal(v.flow) }}
    {%- if v.from %} and {{ instant }} >= {{ ozmeta_runtime.instant(v.from) }}{% endif %} then {{ "'" ~ v.hash ~ "'" if key == 'hash' else v.version }}
  {%- endfor %}
    else {{ none_such }}
  end
{%- endmacro %}

{#
Stops a run that would judge rounds again by other rules than those they were opened under (SPEC 6b): a flow was changed without `versions`.
Only asked where definitions changed, or all is built anew. var `ozmeta_correction`: [flow code], flows whose change is a correction.
relation: the binding's approval_event, as earlier runs left it
#}
{% macro check_changed_flows(approvals, relation) %}
  {%- set corrected = var('ozmeta_correction', []) -%}
  {%- set corrected = [corrected] if corrected is string else corrected -%}
  {%- set found = run_query("select AF_Code, count(*) from " ~ relation ~ " where _DeleteDate is null and AE_FlowHash <> "
      ~ ozmeta_runtime.of_flow_at(approvals, 'hash', 'AF_Code', 'TL_EffectiveUTC', 'null') ~ " group by AF_Code order by AF_Code").rows -%}
  {%- for row in found if row[0] not in corrected -%}
    {%- do exceptions.raise_compiler_error("The approval flow " ~ row[0] ~ " has other steps, quorums or vetoes than those under which " ~ row[1]
        ~ (" round was" if row[1] | int == 1 else " rounds were") ~ " opened. Nothing was written. Keep the old definition for them: give the flow `versions`"
        ~ " with `from` under approval_flows in ozmeta.yml and generate again. If the change corrects a mistake and all rounds are to be judged"
        ~ " again, run once with --vars '{ozmeta_correction: [" ~ row[0] ~ "]}'.") -%}
  {%- endfor -%}
{% endmacro %}
