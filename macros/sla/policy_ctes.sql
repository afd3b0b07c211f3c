{#
What each SLA says, as literal rows. The CTEs are

  policies  one row per SLA: sla_no, SL_Code, on_restart, and per escalation level its number, its minutes and whether
            it belongs to the warning. Without service level options the minutes count from the start of a cycle, and
            target_minutes and warn_minutes are here. Otherwise they count from the warning or the breach.
  terms     one row per version of a policy and target: sla_no, version_no, list_no, asked_no, retargets, version_name,
            target_minutes, warn_minutes; only with service level options

slas: see sla_cycle
#}
{% macro policy_ctes(slas) %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() %}
{%- set slots = ozmeta_runtime.level_numbers(slas) %}
{%- set rows = [] %}
{%- for sla in slas %}
  {%- set row = [loop.index, sla.code, sla.get('on_restart', 'newCycle')] %}
  {%- do row.extend([sla.get('on_both', 'stop')] if has.restarts else []) %}
  {%- do row.extend([] if has.is_timed else [sla.target_minutes, sla.get('warn_minutes')]) %}
  {%- for i in range(slots) %}
    {%- set level = sla.levels[i] if i < sla.levels | length else none %}
    {%- if level is none %}
      {%- do row.extend([none, none, none]) %}
    {%- else %}
      {%- set is_warning = level.signal == 'SLA.Warned' %}
      {%- set before = 0 if has.is_timed else sla.warn_minutes if is_warning else sla.target_minutes %}
      {%- do row.extend([before + level.after_minutes, is_warning | int, level.level]) %}
    {%- endif %}
  {%- endfor %}
  {%- do rows.append(row) %}
{%- endfor %}
{%- set columns = [['sla_no', bigint], ['SL_Code', text], ['on_restart', text]] %}
{%- do columns.extend([['on_both', text]] if has.restarts else []) %}
{%- do columns.extend([] if has.is_timed else [['target_minutes', bigint], ['warn_minutes', bigint]]) %}
{%- for i in range(1, slots + 1) %}
  {%- set level = 'level' ~ i %}
  {%- do columns.extend([[level ~ '_minutes', bigint], [level ~ '_is_warning', bigint], [level, bigint]]) %}
{%- endfor %}
policies as (
    {{ ozmeta_runtime.literal_rows(columns, rows) }}
),

{% if has.is_timed -%}
{%- set rows = [] %}
{%- for sla in slas %}
  {%- set sla_no, lists = loop.index, ozmeta_runtime.target_lists(sla) %}
  {%- set retargets = (sla.get('on_target_change') == 'retarget') | int %}
  {%- for version in ozmeta_runtime.policy_versions(sla) %}
    {%- set list_no = lists.index(version.targets) + 1 if version.targets else 0 %}
    {%- set before = [sla_no, loop.index, list_no] %}
    {%- do rows.append(before + [0, retargets, version.name, version.target_minutes, version.warn_minutes]) %}
    {%- for target in version.targets %}
      {%- set minutes = [target.target_minutes, target.get('warn_minutes')] %}
      {%- do rows.append(before + [loop.index, retargets, version.name] + minutes) %}
    {%- endfor %}
  {%- endfor %}
{%- endfor %}
terms as (
    {{ ozmeta_runtime.literal_rows([['sla_no', bigint], ['version_no', bigint], ['list_no', bigint],
        ['asked_no', bigint], ['retargets', bigint], ['version_name', text],
        ['target_minutes', bigint], ['warn_minutes', bigint]], rows) }}
),

{% endif -%}
{% endmacro %}
