{#
Generic test for a table: every row has these columns filled, and codes that are known. A row that does not is returned whole, after what is wrong with it
(`dbt test --store-failures` keeps it). One test, so one scan of the table, where a test a column would make ten; and dbt has a third of the tests to parse.
Arguments
  filled  [column]: may not be null
  codes   {column: [text]}: holds one of these, or null; quoted by us, which dbt's accepted_values does not do
#}
{% test well_formed(model, filled=[], codes={}) %}
select *
from (
    select
        case
            {%- for column in filled %}
            when {{ column }} is null then '{{ column }} is null'
            {%- endfor %}
            {%- for column, values in codes.items() %}
            when {{ column }} is not null and {{ column }} not in ({{ ozmeta_runtime.literals(values) }}) then '{{ column }} holds an unknown code'
            {%- endfor %}
        end as problem,
        *
    from {{ model }}
) as judged
where problem is not null
{% endtest %}
