{#
What the clock of a cycle does, step by step (spec 5.10 to 5.13). A step begins at the start of a span or at an event
that changes whether the timer is paused or which target it asks for. It ends with the next one or with the span.
Times are in microseconds: instants since 1970, open time since the calendar's start, running time since the cycle's
start. The CTEs are

  step_starts  the spans of cycles, cut at these events
  steps        each step with its end, null if the cycle is open
  opened       steps with the open time until their start and their end
  clocked      steps with ran_before and ran_after, the running time until their start and their end
  asked        steps with what the policy says: target_run and warn_run, the running time of the target and the warning
               that count, and the levels

Arguments
  slas       see sla_cycle
  calendars  [{key, code, from, until}]: see calendar_window
  pieces     relation: calendar_piece; none without calendars
#}
{% macro step_ctes(slas, calendars, pieces) %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{%- set lists = ozmeta_runtime.most_target_lists(slas) %}
{%- set by_span = 'partition by sla_no, _ObjectKey, span_no order by step_position' %}
{%- set by_cycle = 'partition by sla_no, _ObjectKey, cycle_no order by step_position' %}
{%- set before = ' rows between unbounded preceding and 1 preceding' %}
{%- set kept = ['_ObjectKey', 'sla_no', 'on_restart', 'span_no', 'cycle_no', 'start_event', 'stop_event',
    'is_latest'] %}
{%- do kept.extend(['is_cancelled'] if has.cancels else []) %}
{%- do kept.extend(['start_version_no'] if has.versions else []) %}
{%- do kept.extend(['start_calendar'] if has.calendars else []) %}
{%- set start_asked, own_asked = [], [] %}
{%- for i in range(1, lists + 1) %}
  {%- do start_asked.append('start_asked' ~ i) %}
  {%- if has.retargets %}{%- do own_asked.append('asked' ~ i) %}{%- endif %}
{%- endfor %}
{%- set own = (['is_pause'] if has.pauses else []) + own_asked %}
step_starts as (
    {%- set span_end = "case when on_restart = 'continue' and next_start is not null then next_start else span_stop end"
        if has.gaps else "span_stop" %}
    {%- set last_position = "case when cycles.on_restart = 'continue' and cycles.next_position is not null "
        ~ "then cycles.next_position else cycles.stop_position end" if has.gaps else "cycles.stop_position" %}
    select
        {{ (kept + start_asked + own) | join(', ') }},
        {{ "case when next_position is null then 1 else 0 end" if has.gaps else "1" }} as is_last_span,
        {{ span_end }} as span_end,
        TL_Position as step_position, span_start as step_start
    from cycles
    {%- if has.changes %}
    union all
    select
        {% for column in kept + start_asked %}cycles.{{ column }}, {% endfor -%}
        {% for column in own %}changes.{{ column }}, {% endfor %}
        {{ "case when cycles.next_position is null then 1 else 0 end" if has.gaps else "1" }} as is_last_span,
        {{ span_end }} as span_end,
        changes.TL_Position as step_position,
        {{ ozmeta_runtime.to_micros('changes.TL_EffectiveUTC') }} as step_start
    from cycles
    inner join marks as changes
        on changes.sla_no = cycles.sla_no and changes._ObjectKey = cycles._ObjectKey
        and changes.TL_Position > cycles.TL_Position
    where changes.is_change = 1
      and ({{ last_position }} is null or changes.TL_Position < {{ last_position }})
    {%- endif %}
),

steps as (
    {%- if has.changes %}
    select
        *,
        case when is_last_span = 1 and lead(step_position) over ({{ by_span }}) is null then 1 else 0 end
            as is_last_step,
        coalesce(lead(step_start) over ({{ by_span }}), span_end) as step_end
    {%- else %}
    select *, is_last_span as is_last_step, span_end as step_end
    {%- endif %}
    from step_starts {{ ozmeta_runtime.materialize_cte('steps') if has.calendars }}
),

{% if has.calendars -%}
{%- set details = (['start_open'] if has.steps else []) + (['end_open'] if has.retargets else []) %}
{{ ozmeta_runtime.open_micros('opened', 'steps', ['sla_no', '_ObjectKey', 'step_position'], calendars, pieces,
    'start_calendar', {'start_open': 'step_start', 'end_open': 'step_end'}, details) }}
{%- else -%}
opened as (
    select *, step_start as start_open, step_end as end_open
        {%- if has.steps %}, step_start as start_open_next{% endif %}
        {%- if has.retargets %}, 1 as end_open_before{% endif %}
    from steps
),
{%- endif %}

{%- set runs = "end_open - start_open" %}
{%- set ran = "case when is_pause = 1 then 0 else end_open - start_open end" if has.pauses else runs %}
{%- set bigint = dbt.type_bigint() %}

lengths as (
    select *, {{ ran }} as ran
    from opened
),

clocked as (
    {%- if has.steps %}
    select
        *,
        coalesce(cast(sum(ran) over ({{ by_cycle ~ before }}) as {{ bigint }}), 0) as ran_before,
        coalesce(cast(sum(ran) over ({{ by_cycle ~ before }}) as {{ bigint }}), 0) + ran as ran_after
    from lengths
    {%- else %}
    select *, 0 as ran_before, ran as ran_after
    from lengths
    {%- endif %}
),

asked as (
    {%- set chosen, minute = [], 60000000 %}
    {%- for i in range(1, lists + 1) %}
      {%- set number = "case when terms.retargets = 1 then clocked.asked" ~ i ~ " else clocked.start_asked" ~ i ~ " end"
          if has.retargets else "clocked.start_asked" ~ i %}
      {%- do chosen.append("when " ~ i ~ " then " ~ number) %}
    {%- endfor %}
    select
        clocked.*, policies.SL_Code, terms.version_name, terms.target_minutes,
        terms.target_minutes * {{ minute }} as target_run, terms.warn_minutes * {{ minute }} as warn_run
        {%- if not has.retargets %},
        terms.target_minutes * {{ minute }} as due_run
        {%- endif %}
        {%- for i in range(1, ozmeta_runtime.level_numbers(slas) + 1) %},
        policies.level{{ i }}, policies.level{{ i }}_minutes, policies.level{{ i }}_is_warning
        {%- if not has.retargets %},
        (policies.level{{ i }}_minutes + case when policies.level{{ i }}_is_warning = 1 then terms.warn_minutes
         else terms.target_minutes end) * {{ minute }} as level{{ i }}_run
        {%- endif %}
        {%- endfor %}
    from clocked
    inner join policies on policies.sla_no = clocked.sla_no
    inner join terms
        on terms.sla_no = clocked.sla_no
        {%- if has.versions %}
        and terms.version_no = clocked.start_version_no
        {%- endif %}
        {%- if chosen %}
        and terms.asked_no = case terms.list_no {{ chosen | join(" ") }} else 0 end
        {%- endif %} {{ ozmeta_runtime.materialize_cte('asked') if has.retargets }}
),
{% endmacro %}
