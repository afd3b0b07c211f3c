{#
The run's clock as text, 'YYYY-MM-DD HH:MM:SS.ffffff' in UTC (spec 3).

The variable `ozmeta_as_of` sets it: see instant_text. The default is the start of the run. A value that is not an
instant stops the run.
#}
{% macro as_of_text() %}
  {%- do ozmeta_runtime.check_variables() -%}
  {%- set given = var('ozmeta_as_of', none) -%}
  {%- if given is none -%}
    {%- do return(run_started_at.astimezone(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f')) -%}
  {%- endif -%}
  {%- do return(ozmeta_runtime.instant_text(given, 'ozmeta_as_of')) -%}
{% endmacro %}
