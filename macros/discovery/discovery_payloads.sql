{#
Samples of the fields that payloads carry: `object` of the `most` payloads with the least EJ_ID of each object type.

reading: see discovery_reading; most: integer
#}
{% macro discovery_payloads(reading, most) %}
{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.discovery_event_ctes(reading, [['object']]) }}

ranked as (
    select
        EJ_ObjectType as object_type, field1 as fields,
        row_number() over (
            partition by EJ_ObjectType
            order by {{ ozmeta_runtime.binary_order('EJ_ID') }}, {{ ozmeta_runtime.binary_order('_ObjectKey') }}
        ) as place
    from positioned
    where {{ ozmeta_runtime.substring('field1', 1, 1) }} = '{'
)

select object_type, fields from ranked where place <= {{ most }}
order by {{ ozmeta_runtime.binary_order('object_type') }}, place
{% endmacro %}
