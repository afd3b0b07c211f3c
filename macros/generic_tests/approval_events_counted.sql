{#
Generic test for <binding>_approval_event: every approval event has an effect (spec 6b.1). Returns a row per flow and
reason of the events that have none, with the id of one of their objects and the time of the latest of them.
#}
{% test approval_events_counted(model) %}
select
    AF_Code,
    AE_Reason,
    count(*) as events,
    max(AE_ObjectID) as example_object,
    max(TL_EffectiveUTC) as latest
from {{ model }}
where AE_Reason is not null and _DeleteDate is null
group by AF_Code, AE_Reason
{% endtest %}
