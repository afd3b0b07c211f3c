{#
How many events of each object type have a value of each field, and how many different values there are, as the columns
events1, values1, events2, …

reading: see discovery_reading; fields: list of names of the object's fields
#}
{% macro discovery_fields(reading, fields) %}
{%- set paths = [] -%}
{%- for name in fields -%}{%- do paths.append(['object', name]) -%}{%- endfor %}
{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.discovery_event_ctes(reading, paths) }}

valued as (
    select
        EJ_ObjectType as object_type
        {%- for name in fields %},
        {{ ozmeta_runtime.json_scalar('field' ~ loop.index) }} as value{{ loop.index }}
        {%- endfor %}
    from positioned
)

select
    object_type
    {%- for name in fields %},
    count(value{{ loop.index }}) as events{{ loop.index }},
    count(distinct value{{ loop.index }}) as values{{ loop.index }}
    {%- endfor %}
from valued
group by object_type
order by {{ ozmeta_runtime.binary_order('object_type') }}
{% endmacro %}
