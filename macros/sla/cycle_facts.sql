{#
The columns of a cycle that come from its steps, as {column: SQL}: an aggregate over the steps or, if a cycle is always
one step, the step's own value.

slas: see sla_cycle; grouped: whether the query groups the steps by cycle
#}
{% macro cycle_facts(slas, grouped) %}
  {%- set has = ozmeta_runtime.service_level_features(slas) -%}
  {%- set is_awake = "case when is_pause = 1 then 0 else step_end - step_start end" if has.pauses
      else "step_end - step_start" -%}
  {#- column: [which steps say it, expression] -#}
  {%- set facts = {
      'start_event': ['any', 'start_event'],
      'on_restart': ['any', 'on_restart'],
      'is_latest': ['any', 'is_latest'],
      'start_at': ['any', 'step_start'],
      'stop_at': ['last', 'step_end'],
      'stop_event': ['last', 'stop_event'],
      'last_at': ['last', 'coalesce(step_end, step_start)'],
      'last_open': ['last', 'coalesce(end_open, start_open)'],
      'last_ran': ['last', 'coalesce(ran_after, ran_before)'],
      'target_minutes': ['last', 'target_minutes'],
      'SL_Code': ['any', 'SL_Code']} -%}
  {%- if has.versions -%}{%- do facts.update({'version_name': ['any', 'version_name']}) -%}{%- endif -%}
  {%- if has.calendars -%}{%- do facts.update({'calendar': ['any', 'start_calendar']}) -%}{%- endif -%}
  {%- if has.cancels -%}{%- do facts.update({'is_cancelled': ['last', 'is_cancelled']}) -%}{%- endif -%}
  {%- if has.steps -%}
    {%- do facts.update({'last_start': ['last', 'step_start'], 'awake_before': ['others', is_awake]}) -%}
  {%- endif -%}
  {%- if has.pauses -%}
    {%- do facts.update({
        'is_paused': ['last', 'case when step_end is null and is_pause = 1 then 1 else 0 end'],
        'last_pause': ['last', 'case when is_pause = 1 then step_end - step_start end']}) -%}
  {%- endif -%}
  {%- for i in range(1, ozmeta_runtime.level_numbers(slas) + 1) -%}
    {%- for part in ['', '_minutes', '_is_warning'] -%}
      {%- do facts.update({'level' ~ i ~ part: ['any', 'level' ~ i ~ part]}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- set found = {} -%}
  {%- for name, fact in facts.items() -%}
    {%- set kind, sql = fact -%}
    {%- if not grouped -%}{%- do found.update({name: sql}) -%}
    {%- elif kind == 'any' -%}{%- do found.update({name: "min(" ~ sql ~ ")"}) -%}
    {%- elif kind == 'last' -%}{%- do found.update({name: "max(case when is_last_step = 1 then " ~ sql ~ " end)"}) -%}
    {%- else -%}{%- do found.update({name: "sum(case when is_last_step = 0 then " ~ sql ~ " end)"}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
