{#
Generic test for unclaimed_object_type: a binding claims the object type of each journal row (spec 9.6). Returns the
rows of the view.
#}
{% test object_types_claimed(model) %}
select * from {{ model }}
{% endtest %}
