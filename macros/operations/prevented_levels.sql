{#
The levels that were not raised because a lower one was acknowledged or closed in time (spec 5.15).

Arguments
  timers    see explained_timers
  keys      list of string: the _ObjectKey of each object
  as_of     integer: of the last run, in microseconds since 1970
Returns     [dict], with values as text: _ObjectKey, SL_Code, start_event, level, is_warning ('1' or '0'), level_at:
            when the level would have been raised; answered_level, answered_at: the first answer to a lower level.
            Instants are in microseconds since 1970.
#}
{% macro prevented_levels(timers, keys, as_of) %}
  {%- set slas, has = timers.slas, ozmeta_runtime.service_level_features(timers.slas) -%}
  {%- set found = [] -%}
  {%- if not has.answers -%}{%- do return(found) -%}{%- endif -%}
  {%- set slots = range(1, ozmeta_runtime.level_numbers(slas) + 1) | list -%}
  {%- set where = "_ObjectKey in (" ~ ozmeta_runtime.text_literals(keys) ~ ")" -%}
  {%- set end = "coalesce(heeded.stop_at, " ~ as_of ~ ")" -%}
  {%- set query -%}
    {{ ozmeta_runtime.timer_ctes(timers, keys) }}
    {% if has.retargets -%}{{ ozmeta_runtime.verdict_ctes(slas) }}{%- endif %}
    {{ ozmeta_runtime.threshold_ctes(slas, timers.windows) }}
    {{ ozmeta_runtime.answer_ctes(timers.journal_config, slas, timers.timeline, where) }}
    prevented_here as (
      {%- for i in slots %}
      {%- set level, at = "heeded.level" ~ i, "heeded.level" ~ i ~ "_at" %}
      {{ "union all" if not loop.first }}
      select
        heeded._ObjectKey, heeded.SL_Code, heeded.start_event, {{ level }} as level_no,
        {{ level }}_is_warning as is_warning, {{ at }} as level_at
        {%- for j in slots %},
        heeded.level{{ j }} as lower{{ j }}, answered.level{{ j }}_answered as answered{{ j }}
        {%- endfor %}
      from heeded
      inner join answered
        on answered._ObjectKey = heeded._ObjectKey and answered.sla_no = heeded.sla_no
        and answered.cycle_no = heeded.cycle_no
      where {{ at }} is not null and heeded{{ i }}_at is null
        and (
          ({{ level }}_is_warning = 1 and {{ end }} >= {{ at }})
          or ({{ level }}_is_warning = 0 and {{ end }} > {{ level }}_after)
          {%- if has.retargets %}
          or ({{ level }}_is_warning = 0 and {{ level }}_minutes = 0 and heeded.is_breached_at_once = 1)
          {%- endif %}
        )
      {%- endfor %}
    )
    select * from prevented_here order by _ObjectKey, SL_Code, level_at, level_no
  {%- endset -%}
  {%- for row in run_query(query).rows -%}
    {%- set answers = [] -%}
    {%- for i in slots -%}
      {%- set lower, answered = row[4 + 2 * i], row[5 + 2 * i] -%}
      {%- if answered is not none and lower is not none and lower | int < row[3] | int -%}
        {%- do answers.append([answered | int, lower | int]) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- set first = answers | sort | first -%}
    {%- do found.append({
        '_ObjectKey': row[0],
        'SL_Code': row[1],
        'start_event': row[2],
        'level': row[3] | int | string,
        'is_warning': row[4] | int | string,
        'level_at': row[5] | int | string,
        'answered_at': first[0] | string,
        'answered_level': first[1] | string}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
