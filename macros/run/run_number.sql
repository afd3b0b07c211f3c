{#
The number of this run, which is in each row that it writes (`_Batch`) and in its row of the run log: when dbt began, in
UTC, as yyyymmddhhmmss and three digits for the milliseconds, then two digits made from the invocation's id. So two runs
at once have different numbers. It is always greater than the last completed run's, even if that run's clock was fast.

batch: number of the last completed run
#}
{% macro run_number(batch) %}
  {%- set began = run_started_at.astimezone(modules.pytz.utc).strftime('%Y%m%d%H%M%S%f')[:17] -%}
  {%- set digits = '%02d' | format((local_md5(invocation_id)[:8] | int(base=16)) % 100) -%}
  {%- do return([(began ~ digits) | int, batch + 1] | max) -%}
{% endmacro %}
