{# SPEC 3: the run's one clock, as 'YYYY-MM-DD HH:MM:SS.ffffff' in UTC.
   var `ozmeta_as_of`: ISO 8601, a zone is brought to UTC; default the start of the run. Anything else stops the run. #}
{% macro as_of_text() %}
  {%- do ozmeta_runtime.check_variables() -%}
  {%- set given = var('ozmeta_as_of', none) -%}
  {%- if given is none -%}
    {%- do return(run_started_at.astimezone(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f')) -%}
  {%- endif -%}
  {%- set text = given | string | trim -%}
  {%- if not modules.re.match('^\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2})?)?$', text) -%}
    {%- do exceptions.raise_compiler_error("ozmeta_as_of is '" ~ text ~ "': expected an ISO 8601 instant such as '2026-03-01T12:00:00' (UTC)") -%}
  {%- endif -%}
  {%- set day = text[:10] -%}
  {%- set clock = text[11:] | replace('Z', '') -%}
  {%- set zone = modules.re.search('[+-]\\d{2}:\\d{2}$', clock) -%}
  {%- set clock = clock[:-6] if zone else clock -%}
  {%- set clock = clock ~ ':00' if clock | length == 5 else clock if clock else '00:00:00' -%}
  {%- set clock = clock if '.' in clock else clock ~ '.0' -%}
  {%- set moment = modules.datetime.datetime.strptime(day ~ ' ' ~ clock, '%Y-%m-%d %H:%M:%S.%f') -%}
  {%- if zone -%}
    {%- set offset = zone.group(0) -%}
    {%- set minutes = (offset[1:3] | int * 60 + offset[4:6] | int) * (-1 if offset[0] == '+' else 1) -%}
    {%- set moment = moment + modules.datetime.timedelta(minutes=minutes) -%}
  {%- endif -%}
  {%- do return(moment.strftime('%Y-%m-%d %H:%M:%S.%f')) -%}
{% endmacro %}

{% macro as_of() %}{{ ozmeta_runtime.instant(ozmeta_runtime.as_of_text()) }}{% endmacro %}
