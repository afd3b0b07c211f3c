{#
The instant of each threshold of a cycle (spec 5.3, 5.4): when its running time has run, and after which instant it is
exceeded. They differ if the clock stands still there: a target used up at closing is exceeded after the next opening.
The CTEs are

  crossed           one row per cycle: what its steps say about it, the open time at each threshold, and the first
                    instant at which the clock advances in the first step that exceeds it
  located           the same with the instants, looked up in the calendar
  scheduled         one row per cycle: due_at, warn_at, breach_at, breach_after, and per level level1_at, level1_after.
                    What is not known while the cycle is paused is null, and so is what lies beyond its calendar

Arguments
  slas     see sla_cycle
  windows  relation: calendar_window; none without calendars
#}
{% macro threshold_ctes(slas, windows) %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{%- set names = ['due', 'warn'] + (['breach'] if has.retargets else []) %}
{%- set exceeded = ['breach' if has.retargets else 'due'] %}
{%- for i in range(1, ozmeta_runtime.level_numbers(slas) + 1) %}
  {%- do names.append('level' ~ i) %}
  {%- do exceeded.append('level' ~ i) %}
{%- endfor %}
{%- set facts = ozmeta_runtime.cycle_facts(slas, has.steps) %}
{%- set keys = ['_ObjectKey', 'sla_no', 'cycle_no'] %}
{%- set of_verdict = ['breach_since', 'is_breached_at_once', 'warn_since'] if has.retargets else [] %}
{%- set is_awake = "asked.is_last_step = 1" ~ (" and not (asked.step_end is null and asked.is_pause = 1)"
    if has.pauses) %}
crossed as (
    select
        asked.{{ keys | join(', asked.') }}
        {%- for column, sql in facts.items() %},
        {{ sql }} as {{ column }}
        {%- endfor %}
        {%- for column in of_verdict %},
        max(verdicts.{{ column }}) as {{ column }}
        {%- endfor %}
        {%- for name in names %}
        {%- set run = ("verdicts." if has.retargets else "asked.") ~ name ~ "_run" %}
        {%- set later = "coalesce(asked.end_open, asked.start_open) + " ~ run
            ~ " - coalesce(asked.ran_after, asked.ran_before)" %},
        {% if has.steps -%}
        coalesce(
            min(case when asked.ran_after >= {{ run }} then asked.start_open + {{ run }} - asked.ran_before end),
            max(case when {{ is_awake }} then {{ later }} end)
        )
        {%- else %}{{ later }}{% endif %} as {{ name }}_open
        {%- if has.steps and name in exceeded %},
        coalesce(
            min(case when asked.ran_after > {{ run }} then asked.start_open_next end),
            max(case when {{ is_awake }} and asked.step_end is null then asked.start_open_next end)
        ) as {{ name }}_exceeded_from
        {%- endif %}
        {%- endfor %}
    from asked
    {%- if has.retargets %}
    inner join verdicts
        on verdicts._ObjectKey = asked._ObjectKey and verdicts.sla_no = asked.sla_no
        and verdicts.cycle_no = asked.cycle_no
    {%- endif %}
    {%- if has.steps %}
    group by asked.{{ keys | join(', asked.') }}
    {%- endif %} {{ ozmeta_runtime.materialize_cte('crossed', 'having' if has.steps else 'where') if has.calendars }}
),

{% if has.calendars -%}
{%- set opens = {} %}
{%- for name in names %}{%- do opens.update({name ~ '_time': name ~ '_open'}) %}{%- endfor %}
{{ ozmeta_runtime.when_open('located', 'crossed', keys, windows, 'calendar', 'start_at', opens) }}
{% endif -%}

found as (
    select
        *
        {%- for name in names if not has.calendars %},
        {{ name }}_open as {{ name }}_time
        {%- endfor %}
        {%- for name in exceeded %}
        {%- set after = name ~ ("_time_next" if has.calendars else "_open") %},
        {% if has.steps -%}
        case when {{ after }} is null or {{ name }}_exceeded_from is null then null
             when {{ after }} > {{ name }}_exceeded_from then {{ after }} else {{ name }}_exceeded_from end
        {%- else %}{{ after }}{% endif %} as {{ name }}_after_time
        {%- endfor %}
    from {{ "located" if has.calendars else "crossed" }}
),

based as (
    select
        *,
        due_time as due_at,
        {{ "coalesce(warn_since, warn_time)" if has.retargets else "warn_time" }} as warn_at,
        {{ "coalesce(breach_since, breach_time)" if has.retargets else "due_time" }} as breach_at,
        {{ exceeded[0] }}_after_time as breach_after
    from found
),

scheduled as (
    select
        *
        {%- for name in exceeded[1:] %},
        case when {{ name }}_minutes = 0 then case when {{ name }}_is_warning = 1 then warn_at else breach_at end
             else {{ name }}_time end as {{ name }}_at,
        case when {{ name }}_is_warning = 0 and {{ name }}_minutes = 0 then breach_after
             when {{ name }}_is_warning = 0 then {{ name }}_after_time end as {{ name }}_after
        {%- endfor %}
    from based {{ ozmeta_runtime.materialize_cte('scheduled') if has.answers }}
),
{% endmacro %}
