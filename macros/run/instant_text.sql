{#
An instant as text, 'YYYY-MM-DD HH:MM:SS.ffffff' in UTC. An offset is converted to UTC.

given   an ISO 8601 timestamp or date, as text or as a datetime
called  string: what messages call the value
Errors  the value is not an instant, or is finer than a microsecond
#}
{% macro instant_text(given, called) %}
  {%- set text = given | string | trim -%}
  {%- set expected = called ~ " is '" ~ text
      ~ "': expected an ISO 8601 timestamp such as '2026-03-01T12:00:00' (UTC)" -%}
  {%- if not modules.re.fullmatch(ozmeta_runtime.iso_pattern(), text) -%}
    {%- do exceptions.raise_compiler_error(
        expected ~ ", with an hour from 00 to 23, a valid date and an offset such as +02:00") -%}
  {%- endif -%}
  {%- if modules.re.search('[.][0-9]{6}[0-9]*[1-9]', text) -%}
    {%- do exceptions.raise_compiler_error(expected ~ ", with microseconds at most") -%}
  {%- endif -%}
  {%- set clock = modules.re.match('[0-9:]*', text[11:]).group(0) -%}
  {%- set fraction = modules.re.search('[.]([0-9]+)', text) -%}
  {%- set offset = modules.re.search('([+-])([0-9]{2}):?([0-9]{2})?$', text[11:]) -%}
  {%- if offset and text[:10] in ['0001-01-01', '9999-12-31'] -%}
    {%- do exceptions.raise_compiler_error(expected ~ ", without an offset on the first and the last valid date") -%}
  {%- endif -%}
  {%- set second = (clock ~ ':00' if clock | length == 5 else clock) or '00:00:00' -%}
  {%- set micros = (fraction.group(1) ~ '000000')[:6] if fraction else '000000' -%}
  {%- set moment = modules.datetime.datetime.strptime(
      text[:10] ~ ' ' ~ second ~ '.' ~ micros, '%Y-%m-%d %H:%M:%S.%f') -%}
  {%- if offset -%}
    {%- set minutes = (offset.group(2) | int * 60 + (offset.group(3) or '0') | int)
        * (-1 if offset.group(1) == '+' else 1) -%}
    {%- set moment = moment + modules.datetime.timedelta(minutes=minutes) -%}
  {%- endif -%}
  {%- do return(moment.isoformat(' ', 'microseconds')) -%}
{% endmacro %}
