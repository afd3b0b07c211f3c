{#
CTEs that count the rows of a CTE as a whole and by the value of each field that the binding reports on. The last CTE is
by_value, with the columns field and field_value, then the keys, then the measures. Of a field with many values, the 20
most frequent have rows of their own. The others are added up in rows whose is_rest is 1. The rows of the whole have no
field. Each CTE is read once, because some engines run a CTE for each time that it is read.

Arguments
  scope      see report_scope
  source     string: name of the CTE, with the fields' columns, the keys, and whatever the measures name
  keys       list of string: columns
  measures   {name: SQL aggregate}; the first must count rows, and the values of each can be added up
#}
{% macro report_field_ctes(scope, source, keys, measures) %}
{%- set text, first = ozmeta_runtime.type_text(), measures | first -%}
{%- set fields = [[0, none]] -%}
{%- for field in scope.fields %}{%- do fields.append([loop.index, field.name]) %}{%- endfor -%}
fields as (
    {{ ozmeta_runtime.literal_rows([['field_no', dbt.type_bigint()], ['field', text]], fields) }}
),

valued as (
    select
        fields.field,
        case fields.field_no
            {%- for field in scope.fields %}
            when {{ loop.index }} then {{ source }}.{{ field.column }}
            {%- else %}
            when 0 then cast(null as {{ text }})
            {%- endfor %}
        end as field_value,
        {{ source }}.*
    from {{ source }}
    cross join fields
),

counted as (
    select
        field, field_value
        {%- for key in keys %}, {{ key }}{% endfor %}
        {%- for name, sql in measures.items() %}, {{ sql }} as {{ name }}{% endfor %}
    from valued
    group by field, field_value, {{ keys | join(', ') }}
),

weighed as (
    select counted.*, sum({{ first }}) over (partition by field, field_value) as value_weight
    from counted
),

ranked as (
    select weighed.*, dense_rank() over (partition by field order by value_weight desc, field_value) as value_rank
    from weighed
),

kept as (
    select
        ranked.*,
        case when value_rank <= 20 then field_value end as kept_value,
        case when value_rank > 20 then 1 else 0 end as is_rest
    from ranked
),

by_value as (
    select
        field, kept_value as field_value, is_rest
        {%- for key in keys %}, {{ key }}{% endfor %}
        {%- for name in measures %}, sum({{ name }}) as {{ name }}{% endfor %}
    from kept
    group by field, kept_value, is_rest, {{ keys | join(', ') }}
)
{%- endmacro %}
