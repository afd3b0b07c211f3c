{# The CTE `numbers` with a column n: 0, 1, 2 and so on, at least up to `most`, an integer. #}
{% macro number_ctes(most) %}
{%- set places = [] %}
{%- for place in range(most | string | length) %}{%- do places.append('place' ~ place) %}{%- endfor %}
digits as (
    {%- for digit in range(10) %}
    {{ "union all " if not loop.first }}select cast({{ digit }} as {{ dbt.type_bigint() }}) as digit
    {%- endfor %}
),

numbers as (
    select n
    from (
        select
            {%- for place in places %}
            {{ "+ " if not loop.first }}{{ 10 ** loop.index0 }} * {{ place }}.digit
            {%- endfor %} as n
        from {% for place in places %}{{ "cross join " if not loop.first }}digits as {{ place }} {% endfor %}
    ) as every_number
    where n <= {{ most }}
),
{% endmacro %}
