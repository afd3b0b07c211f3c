{#
Generic test for any generated table: required columns are not null, codes are known, and keys are unique (spec 10.4).
Returns each row that has a fault, with the column `problem` before the row's own columns. `dbt test --store-failures`
keeps these rows.

There is one test per table. One test per column would scan the table many times, and give dbt many more nodes to parse
in every run.

Arguments
  filled    list of string: columns that may not be null
  codes     dict: {column: [text]}, the values that a column may have besides null. They are quoted as literals of this
            package, which dbt's accepted_values does not do.
  keys      list: columns, or lists of columns, whose values are unique, nulls aside
  live      boolean: whether the table keeps rows that a late event undid. `filled` and `codes` then apply only to live
            rows.
#}
{% test well_formed(model, filled=[], codes={}, keys=[], live=false) %}
{%- set is_live = "_DeleteDate is null and " if live else "" %}
select *
from (
    select
        case
            {%- for column in filled %}
            when {{ is_live }}{{ column }} is null then '{{ column }} is null'
            {%- endfor %}
            {%- for column, values in codes.items() %}
            when {{ is_live }}{{ column }} is not null
                and {{ column }} not in ({{ ozmeta_runtime.text_literals(values) }})
                then '{{ column }} has an unknown code'
            {%- endfor %}
            {%- for key in keys %}
            {%- set name = key if key is string else key | join(' with ') %}
            when repeated{{ loop.index }}.copies > 1 then '{{ name }} is in more than one row'
            {%- endfor %}
        end as problem,
        tested.*
    from (select * from {{ model }}) as tested
    {%- for key in keys %}
    {%- set columns = [key] if key is string else key %}
    {%- set repeated = "repeated" ~ loop.index %}
    left join (
        select
            {%- for column in columns %} {{ column }} as key{{ loop.index }},{% endfor %}
            count(*) as copies
        from {{ model }}
        group by {{ columns | join(', ') }}
        having count(*) > 1
    ) as {{ repeated }} on
        {%- for column in columns %}
        {{ repeated }}.key{{ loop.index }} = tested.{{ column }}{{ " and" if not loop.last }}
        {%- endfor %}
    {%- endfor %}
) as checked_rows
where problem is not null
{% endtest %}
