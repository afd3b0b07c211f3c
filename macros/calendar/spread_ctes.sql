{#
CTEs that repeat each row for the numbers from one of its columns on. Most rows need few numbers, so these are joined
directly, and only the others with all of `numbers`, in two steps. A join with every number would compare each row with
each of them on engines without joins by range.

Arguments
  name    string: the name of the last CTE, and the beginning of the name of the other
  source  string: the CTE with the rows
  first   string: the column with the first number
  more    string: the column with how many more there are, up to 600,000
  column  string: the name of the new column
#}
{% macro spread_ctes(name, source, first, more, column) %}
{%- set few, block = 4, 64 %}
{{ name }}_blocks as (
    select given.*, given.{{ first }} + {{ few }} + numbers.n * {{ block }} as {{ column }}_from
    from {{ source }} as given
    inner join numbers on numbers.n * {{ block }} <= given.{{ more }} - {{ few }} and numbers.n < 9999
    where given.{{ more }} >= {{ few }}
),

{{ name }} as (
    select
        given.*,
        cast(null as {{ dbt.type_bigint() }}) as {{ column }}_from,
        given.{{ first }} + numbers.n as {{ column }}
    from {{ source }} as given
    inner join numbers on numbers.n < {{ few }} and numbers.n <= given.{{ more }}
    union all
    select blocks.*, blocks.{{ column }}_from + numbers.n as {{ column }}
    from {{ name }}_blocks as blocks
    inner join numbers
        on numbers.n < {{ block }} and blocks.{{ column }}_from + numbers.n <= blocks.{{ first }} + blocks.{{ more }}
),
{% endmacro %}
