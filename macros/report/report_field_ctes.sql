{#
CTEs that count the rows of a CTE as a whole and by the value of each field that the binding reports on. The last CTE is
by_value, with the columns field and field_value, then the keys, then the measures. Of a field with many values, the 20
most frequent have rows of their own. The others are added up in rows whose is_rest is 1. The rows of the whole have no
field.

Arguments
  scope      see report_scope
  source     string: name of the CTE, with the fields' columns, the keys, and whatever the measures name
  keys       list of string: columns
  measures   {name: SQL aggregate}; the first must count rows, and the values of each can be added up
#}
{% macro report_field_ctes(scope, source, keys, measures) %}
{%- set text, first = ozmeta_runtime.type_text(), measures | first -%}
counted as (
    select
        cast(null as {{ text }}) as field, cast(null as {{ text }}) as field_value
        {%- for key in keys %}, {{ key }}{% endfor %}
        {%- for name, sql in measures.items() %}, {{ sql }} as {{ name }}{% endfor %}
    from {{ source }}
    group by {{ keys | join(', ') }}
    {%- for field in scope.fields %}
    union all
    select
        {{ ozmeta_runtime.text_literal(field.name) }} as field, {{ field.column }} as field_value
        {%- for key in keys %}, {{ key }}{% endfor %}
        {%- for name, sql in measures.items() %}, {{ sql }} as {{ name }}{% endfor %}
    from {{ source }}
    group by {{ field.column }}, {{ keys | join(', ') }}
    {%- endfor %}
),

ranked_values as (
    select
        field, field_value,
        row_number() over (partition by field order by sum({{ first }}) desc, field_value) as value_rank
    from counted
    where field is not null
    group by field, field_value
),

by_value as (
    select
        counted.field,
        case when ranked_values.value_rank <= 20 then counted.field_value end as field_value,
        case when ranked_values.value_rank > 20 then 1 else 0 end as is_rest
        {%- for key in keys %}, counted.{{ key }}{% endfor %}
        {%- for name in measures %}, sum(counted.{{ name }}) as {{ name }}{% endfor %}
    from counted
    left join ranked_values
        on ranked_values.field = counted.field
        and coalesce(ranked_values.field_value, '') = coalesce(counted.field_value, '')
        and (ranked_values.field_value is null and counted.field_value is null
            or ranked_values.field_value is not null and counted.field_value is not null)
    group by
        counted.field,
        case when ranked_values.value_rank <= 20 then counted.field_value end,
        case when ranked_values.value_rank > 20 then 1 else 0 end
        {%- for key in keys %}, counted.{{ key }}{% endfor %}
)
{%- endmacro %}
