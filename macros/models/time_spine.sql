{#
Model ozmeta_time_spine: one row per day. dbt requires a time spine for semantic models.

A run adds the days that the table does not have. If it has them all, the run writes nothing.

first, last: 'YYYY-MM-DD'; the last day is excluded
#}
{% macro time_spine(first, last) %}
{%- do ozmeta_runtime.check_arguments('time_spine', kwargs, {'first': first, 'last': last}) -%}
{%- if execute and is_incremental() -%}
  {%- set read = modules.datetime.datetime.strptime -%}
  {%- set days = (read(last, '%Y-%m-%d') - read(first, '%Y-%m-%d')).days -%}
  {%- set sql = "select count(distinct date_day) from " ~ this ~ " where date_day >= cast('" ~ first
      ~ "' as date) and date_day < cast('" ~ last ~ "' as date)" -%}
  {%- if run_query(sql).rows[0][0] | int == days %}
-- the table has every day
select date_day from {{ this }} where 1 = 0
  {%- else %}
select date_day
from ({{ ozmeta_runtime.all_days(first, last) }}) as missing
where date_day not in (select date_day from {{ this }})
  {%- endif %}
{%- else -%}
{{ ozmeta_runtime.all_days(first, last) }}
{%- endif %}
{% endmacro %}
