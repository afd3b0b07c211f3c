{#
Generic test for <binding>_timeline: no two events of a stream have the same sequence (spec 4.3). If they do, a writer
has probably restarted its counter without a new EJ_SourceSystem. Its new events are then ordered among its old ones.
Returns a row per repeated sequence.
#}
{% test counter_not_restarted(model) %}
select _ObjectKey, EJ_ObjectID, EJ_SourceSystem, EJ_Sequence, count(*) as events
from {{ model }}
where EJ_Sequence is not null
group by _ObjectKey, EJ_ObjectID, EJ_SourceSystem, EJ_Sequence
having count(*) > 1
{% endtest %}
