{#
Stops a run that would judge existing rounds by another definition of their flow than the one under which they were
opened (spec 6b). That happens if a flow changes and ozmeta.yml does not keep the old definition under `versions`.

Arguments
  approvals  dict: see flow_versions
  relation   the binding's approval_event, as earlier runs left it
  var ozmeta_correction
             [flow code], or one flow code: flows whose rounds may be judged again
Errors       a flow with rounds whose definition changed and that is not in ozmeta_correction
#}
{% macro check_changed_flows(approvals, relation) %}
  {%- set corrected = var('ozmeta_correction', []) -%}
  {%- set corrected = [corrected] if corrected is string else corrected -%}
  {%- set current_hash = ozmeta_runtime.flow_at(approvals, 'hash', 'AF_Code', 'TL_EffectiveUTC', 'null') -%}
  {%- set changed = run_query("select AF_Code, count(*) from " ~ relation
      ~ " where _DeleteDate is null and AE_FlowHash <> " ~ current_hash
      ~ " group by AF_Code order by AF_Code").rows -%}
  {%- for row in changed if row[0] not in corrected -%}
    {%- set flow, rounds = row[0], row[1] ~ (" round was" if row[1] | int == 1 else " rounds were") -%}
    {%- do exceptions.raise_compiler_error("The steps, quorums or vetoes of the approval flow " ~ flow ~ " changed. "
        ~ rounds ~ " opened under its earlier definition. Nothing was written. To keep that definition for these "
        ~ "rounds, list both definitions under approval_flows in ozmeta.yml, as `versions` with `from`, and generate "
        ~ "again. If the change corrects a mistake and all rounds may be judged again, run once with "
        ~ "--vars '{ozmeta_correction: [" ~ flow ~ "]}'.") -%}
  {%- endfor -%}
{% endmacro %}
