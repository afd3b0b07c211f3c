{#
Stops a run that would judge rounds again by other rules than those they were opened under (SPEC 6b): a flow was changed without `versions`.
Only asked where definitions changed, or all is built anew. var `ozmeta_correction`: [flow code], flows whose change is a correction.
relation: the binding's approval_event, as earlier runs left it
#}
{% macro check_changed_flows(approvals, relation) %}
  {%- set corrected = var('ozmeta_correction', []) -%}
  {%- set corrected = [corrected] if corrected is string else corrected -%}
  {%- set found = run_query("select AF_Code, count(*) from " ~ relation ~ " where _DeleteDate is null and AE_FlowHash <> "
      ~ ozmeta_runtime.flow_at(approvals, 'hash', 'AF_Code', 'TL_EffectiveUTC', 'null') ~ " group by AF_Code order by AF_Code").rows -%}
  {%- for row in found if row[0] not in corrected -%}
    {%- do exceptions.raise_compiler_error("The approval flow " ~ row[0] ~ " has other steps, quorums or vetoes than those under which " ~ row[1]
        ~ (" round was" if row[1] | int == 1 else " rounds were") ~ " opened. Nothing was written. Keep the old definition for them: give the flow `versions`"
        ~ " with `from` under approval_flows in ozmeta.yml and generate again. If the change corrects a mistake and all rounds are to be judged"
        ~ " again, run once with --vars '{ozmeta_correction: [" ~ row[0] ~ "]}'.") -%}
  {%- endfor -%}
{% endmacro %}
