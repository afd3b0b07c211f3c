{# Generic test for an approval_event: approval events that count nowhere, by flow and reason (SPEC 6b), with the latest of them. #}
{% test approval_events_counted(model) %}
select AF_Code, AE_Reason, count(*) as events, max(AE_ObjectID) as example_object, max(TL_EffectiveUTC) as latest
from {{ model }}
where AE_Reason is not null and _DeleteDate is null
group by AF_Code, AE_Reason
{% endtest %}
