{#
Generic test for a table: every row has these columns filled, codes that are known, and keys that no other row has. A row that does not is returned whole, after what is wrong with it
(`dbt test --store-failures` keeps it). One test a table: a test a column would make ten scans of it, and ten nodes that dbt parses on every run.
Arguments
  filled  [column]: may not be null
  codes   {column: [text]}: holds one of these, or null; quoted by us, which dbt's accepted_values does not do
  keys    [column]: no two rows hold the same, nulls aside
  live    whether the table keeps rows that a late event undid: then only a live one has to be filled and to hold known codes
#}
{% test well_formed(model, filled=[], codes={}, keys=[], live=false) %}
{%- set of_live = "_DeleteDate is null and " if live else "" %}
select *
from (
    select
        case
            {%- for column in filled %}
            when {{ of_live }}{{ column }} is null then '{{ column }} is null'
            {%- endfor %}
            {%- for column, values in codes.items() %}
            when {{ of_live }}{{ column }} is not null and {{ column }} not in ({{ ozmeta_runtime.text_literals(values) }}) then '{{ column }} holds an unknown code'
            {%- endfor %}
            {%- for column in keys %}
            when repeated{{ loop.index }}.repeated_key is not null then '{{ column }} stands in more than one row'
            {%- endfor %}
        end as problem,
        tested.*
    from (select * from {{ model }}) as tested
    {%- for column in keys %}
    left join (select {{ column }} as repeated_key from {{ model }} group by {{ column }} having count(*) > 1) as repeated{{ loop.index }} on repeated{{ loop.index }}.repeated_key = tested.{{ column }}
    {%- endfor %}
) as judged
where problem is not null
{% endtest %}
