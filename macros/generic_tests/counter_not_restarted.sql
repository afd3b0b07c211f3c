{# Generic test for a timeline: a writer that restarts its counter must take a new EJ_SourceSystem (SPEC 4.3), since its new events would
   otherwise be ordered among its old ones. Two events of one stream with one sequence number are the sign. #}
{% test counter_not_restarted(model) %}
select _ObjectKey, EJ_ObjectID, EJ_SourceSystem, EJ_Sequence, count(*) as events
from {{ model }}
where EJ_Sequence is not null
group by _ObjectKey, EJ_ObjectID, EJ_SourceSystem, EJ_Sequence
having count(*) > 1
{% endtest %}
