{# Generic test for unclaimed_object_type: no row of a journal is of an object type that no binding claims (SPEC 9.6). It returns the view's rows. #}
{% test object_types_claimed(model) %}
select * from {{ model }}
{% endtest %}
