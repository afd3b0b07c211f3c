{#
Aggregates for a select from a CTE with the columns `duration`, `place` (the rank of the duration in its group, from 1)
and `measured` (how many there are): the median and a percentile by nearest rank, which every engine computes alike.

percentile: integer from 1 to 99
#}
{% macro discovery_percentiles(percentile) -%}
  min(case when place * 100 >= measured * 50 then duration end) as median_micros,
    min(case when place * 100 >= measured * {{ percentile }} then duration end) as percentile_micros
{%- endmacro %}
