{#
Every version of every flow (spec 6b): [{flow, version: its number from 1, from: timestamp text or none, steps,
restarts: boolean, hash: text}]. A flow has one definition, or several versions that each apply from an instant. A round
keeps the version that was in force when it was requested.

Arguments
  approvals  dict: events: {requested, approved, rejected, withdrawn: event type}, default: the flow of an event that
             names none, or none, flows: [{code, steps, onRequest?} or {code, versions: [{from?: timestamp text, steps,
             onRequest?}]}]
             steps: in order, [{order: integer, code, quorum: integer, of: number of voters or none, veto: boolean,
             roles: [code]}]
             onRequest: what a request does if a round is open. 'ignore' (the default): nothing. 'restart': it withdraws
             the round and opens the next one.
#}
{% macro flow_versions(approvals) %}
  {%- set found = [] -%}
  {%- for flow in approvals.flows -%}
    {%- for version in flow.get('versions') or [flow] -%}
      {%- set restarts = version.get('onRequest') == 'restart' -%}
      {%- do found.append({'flow': flow.code, 'version': loop.index, 'from': version.get('from'),
          'steps': version.steps, 'restarts': restarts,
          'hash': ozmeta_runtime.flow_hash(version.steps, restarts)}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{# A hash of all that decides how votes count, as text. Roles do not, and neither does `of` if a step has a veto. #}
{% macro flow_hash(steps, restarts) %}
  {%- set deciding = [] -%}
  {%- for step in steps -%}
    {%- do deciding.append([step.code, step.quorum, step.veto, none if step.veto else step.of]) -%}
  {%- endfor -%}
  {%- do return(local_md5(tojson([deciding, restarts]))[:12]) -%}
{% endmacro %}
