{#
What the clock of each cycle of some objects does, step by step (spec 5.10 to 5.14).

Arguments
  timers    see explained_timers
  keys      list of string: the _ObjectKey of each object
  as_of     integer: of the last run, in microseconds since 1970
Returns     [dict], in order, with values as text or none:
              _ObjectKey, SL_Code, has_options ('1' or '0'), on_restart, cycle_no, span_no
              start_event                 the event that starts the cycle
              stop_event                  the event that stops or cancels the span of the step
              step_position, step_start   the event that begins the step
              step_end                    none if the step is the last one of an open cycle
              is_pause                    '1' or '0'
              ran_before, ran_after       the running time until the start and the end of the step
              target_minutes, warn_minutes
              version                     what ST_PolicyVersion shows
              version_from, version_until the first starts that count by this version, and by the next one
              calendar, calendar_until    the calendar that counts, and its last date
              opens, opens_now            the first instant at or after the start of the step, or as_of, at which the
                                          calendar is open; none if it does not open again, or if there is no calendar
              is_closed_now               '1' if the calendar is closed at as_of, otherwise '0'
#}
{% macro timer_steps(timers, keys, as_of) %}
  {%- set slas, has = timers.slas, ozmeta_runtime.service_level_features(timers.slas) -%}
  {%- set columns = {
      'sla_no': 'sla_no',
      '_ObjectKey': '_ObjectKey',
      'on_restart': 'on_restart',
      'cycle_no': 'cycle_no',
      'span_no': 'span_no',
      'start_event': 'max(start_event) over (partition by sla_no, _ObjectKey, cycle_no)',
      'stop_event': 'stop_event',
      'step_position': 'step_position',
      'step_start': 'step_start',
      'step_end': 'step_end',
      'is_pause': 'is_pause' if has.pauses else '0',
      'ran_before': 'ran_before',
      'ran_after': 'ran_after',
      'target_minutes': 'target_minutes',
      'warn_minutes': ozmeta_runtime.floor_div('warn_run', 60000000),
      'version': 'version_name' if has.versions else 'null',
      'version_no': 'start_version_no' if has.versions else 'null',
      'calendar': 'start_calendar' if has.calendars else 'null',
      'opens': 'begin_open_next' if has.calendars else 'null',
      'opens_now': 'now_open_next' if has.calendars else 'null'} -%}
  {%- set text, selected = ozmeta_runtime.type_text(), [] -%}
  {%- for name, sql in columns.items() -%}
    {%- do selected.append("cast(" ~ sql ~ " as " ~ text ~ ") as " ~ name) -%}
  {%- endfor -%}
  {%- set query -%}
    {{ ozmeta_runtime.timer_ctes(timers, keys) }}
    asked_now as (select asked.*, cast({{ as_of }} as {{ dbt.type_bigint() }}) as now_micros from asked),
    {% if has.calendars -%}
    {{ ozmeta_runtime.open_micros('placed', 'asked_now', ['sla_no', '_ObjectKey', 'step_position'], timers.calendars,
        timers.pieces, 'start_calendar', {'begin_open': 'step_start', 'now_open': 'now_micros'},
        ['begin_open', 'now_open']) }}
    {%- else -%}
    placed as (select * from asked_now),
    {%- endif %}
    told as (
      select {{ selected | join(', ') }}, sla_no as sla_order, step_position as step_order
      from placed
    )
    select {{ columns | join(', ') }} from told order by _ObjectKey, sla_order, step_order
  {%- endset -%}
  {%- set calendars = {} -%}
  {%- for calendar in timers.calendars -%}{%- do calendars.update({calendar.key: calendar}) -%}{%- endfor -%}
  {%- set found, names = [], columns | list -%}
  {%- for row in run_query(query).rows -%}
    {%- set step = {} -%}
    {%- for name in names -%}
      {%- do step.update({name: row[loop.index0] | string if row[loop.index0] is not none else none}) -%}
    {%- endfor -%}
    {%- set sla = slas[step.sla_no | int - 1] -%}
    {%- set versions = ozmeta_runtime.policy_versions(sla) if step.version_no else [] -%}
    {%- set no = step.version_no | int(0) -%}
    {%- set calendar = calendars.get(step.calendar, {}) -%}
    {%- do step.update({
        'SL_Code': sla.code,
        'has_options': '1' if sla.code in timers.with_options else '0',
        'version_from': versions[no - 1]['from'] if versions else none,
        'version_until': versions[no]['from'] if versions | length > no else none,
        'calendar': calendar.get('code'),
        'calendar_until': calendar.get('until'),
        'opens': step.opens if calendar else none,
        'opens_now': step.opens_now if calendar else none,
        'is_closed_now': '1' if calendar and step.opens_now != as_of | string else '0'}) -%}
    {%- do found.append(step) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
