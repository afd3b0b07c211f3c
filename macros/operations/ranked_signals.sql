{#
SQL: the first waiting rows that match a channel's filters, in the order in which they are sent: as the runs noticed
them, then by number, so that a signal is never retracted before it is raised, then by due time.

Arguments
  waiting    SQL: the select of waiting_signals
  size       integer: how many rows at most
  condition  string: a further SQL condition on the columns of waiting_signals, or none
Returns      a select with the columns of waiting_signals and number, from 1
#}
{% macro ranked_signals(waiting, size, condition=none) -%}
  select binding, _Key, RS_NoticedUTC, repeats, number
  from (
    select
      binding, _Key, RS_NoticedUTC, repeats,
      row_number() over (order by RS_NoticedUTC, RS_Number, RS_ScheduledUTC, binding, _Key) as number
    from ({{ waiting }}) as waiting
    where is_wanted = 1{{ " and " ~ condition if condition }}
  ) as numbered
  where number <= {{ size }}
{%- endmacro %}
