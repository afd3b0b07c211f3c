{#
The effective time of an event (spec 4.3): the greatest event time of its stream up to the event. An event without a
sequence has its own time.

source: SQL of what tells the streams of an object apart
#}
{% macro effective_time(source) -%}
  case when EJ_Sequence is null then EJ_EventTimeUTC
       else max(EJ_EventTimeUTC) over (
          partition by _ObjectKey, {{ source }}, case when EJ_Sequence is null then 0 else 1 end
          order by EJ_Sequence, EJ_EventTimeUTC
          rows between unbounded preceding and current row)
  end
{%- endmacro %}
