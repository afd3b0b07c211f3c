{# A hash of all that decides how votes count. Who is asked does not, nor out of how many where one rejection ends the round. #}
{% macro flow_hash(steps, restarts) %}
  {%- set judged = [] -%}
  {%- for s in steps -%}{%- do judged.append([s.code, s.quorum, s.veto, none if s.veto else s.of]) -%}{%- endfor -%}
  {%- do return(local_md5(tojson([judged, restarts]))[:12]) -%}
{% endmacro %}

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
          'restarts': restarts, 'hash': ozmeta_runtime.flow_hash(version.steps, restarts)}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
