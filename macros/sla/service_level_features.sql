{#
What the options of these SLAs need from the SQL (spec 5.10 to 5.15), as a dict of booleans. A binding whose SLAs use
none of them gets no CTE for them.

  cancels     some SLA has cancel_when
  restarts    some event that is start and stop starts the timer again: on_both restart
  rises       some start needs the event before it: trigger becomesTrue, or no start rule but cancel_when
  pauses      some SLA has pause_when
  retargets   some SLA asks for its target at every event
  calendars   some SLA has a calendar
  versions    some SLA has versions or targets, so a cycle's start decides what counts
  gaps        some cycle continues after a stop: on_restart resume or continue
  answers     some level is raised only if no lower one was acknowledged
  changes     pauses or retargets: events within a cycle matter
  steps       changes or gaps: the clock of a cycle may stand still
  is_timed    any of them that changes how the time of a cycle is counted

slas: see sla_cycle
#}
{% macro service_level_features(slas) %}
  {%- set has = {
      'cancels': false, 'restarts': false, 'rises': false, 'pauses': false, 'retargets': false, 'calendars': false,
      'versions': false, 'gaps': false, 'answers': false} -%}
  {%- for sla in slas -%}
    {%- set cancels = sla.get('cancel_when') is not none -%}
    {%- set is_first_event = sla.get('start') is none and sla.get('state') is none
        and sla.get('approval_step') is none -%}
    {%- set found = {
        'cancels': cancels,
        'restarts': sla.get('on_both') == 'restart',
        'rises': ozmeta_runtime.must_become_true(sla) or (cancels and is_first_event),
        'pauses': sla.get('pause_when') is not none,
        'retargets': sla.get('on_target_change') == 'retarget',
        'versions': (sla.get('versions') or sla.get('targets')) is not none,
        'gaps': sla.get('on_restart') in ['resume', 'continue']} -%}
    {%- for version in ozmeta_runtime.policy_versions(sla) if version.calendar is not none -%}
      {%- do found.update({'calendars': true}) -%}
    {%- endfor -%}
    {%- for level in sla.levels if level.get('unless_acknowledged') -%}
      {%- do found.update({'answers': true}) -%}
    {%- endfor -%}
    {%- for name, value in found.items() if value -%}{%- do has.update({name: true}) -%}{%- endfor -%}
  {%- endfor -%}
  {%- do has.update({'changes': has.pauses or has.retargets}) -%}
  {%- do has.update({'steps': has.changes or has.gaps}) -%}
  {%- do has.update({'is_timed': has.steps or has.calendars or has.versions or has.answers}) -%}
  {%- do return(has) -%}
{% endmacro %}
