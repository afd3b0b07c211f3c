{#
Model unclaimed_object_type, a view: the rows of each journal whose object type belongs to no binding, and the binding they may be meant for.
As it is made by `dbt run` or `dbt build`, it says so, in a line per object type.

A binding is near where its name or one of its object types is the same text, blanks and upper case aside, or else shares at least half of its
pairs of neighbouring letters with the unclaimed type; the nearest one is shown.

Arguments  volume: the relation journal_volume; claimed: [{binding, object_type, object_types}]; ignored: object types that belong to other
           systems, none for rows without an object type
#}
{% macro unclaimed_object_type(volume, claimed, ignored=[]) %}
{% if execute %}
{%- set query = ozmeta_runtime.unclaimed_query(ozmeta_runtime.unlimited_relation(volume), claimed, ignored) -%}
{%- if flags.WHICH in ['run', 'build'] -%}{%- do ozmeta_runtime.warn_unclaimed(query, claimed) -%}{%- endif -%}
{{ query }}
{% endif %}
{% endmacro %}

{% macro unclaimed_query(volume, claimed, ignored) %}
{%- set known = [] -%}
{%- for binding in claimed -%}{%- do known.extend(binding.object_types) -%}{%- endfor -%}
{%- do known.extend(ignored | reject('none')) -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set plain = "replace(lower(EJ_ObjectType), ' ', '')" -%}
{%- set length = ozmeta_runtime.text_length('kinds.plain_name') ~ " - 1" -%}
with unclaimed as (
    select JV_Journal, EJ_ObjectType, sum(JV_Rows) as row_count, min(JV_Day) as first_day, max(JV_Day) as last_day
    from {{ volume }}
    where JV_Rows > 0
      and ({{ "EJ_ObjectType is null or " if none not in ignored }}EJ_ObjectType not in ({{ ozmeta_runtime.text_literals(known) }}))
    group by JV_Journal, EJ_ObjectType
),

-- a row for each pair of letters in a name
pairs as (
    {{- ozmeta_runtime.literal_rows([['object_type', text], ['name', text], ['pair_count', bigint], ['pair', text]], ozmeta_runtime.claimed_bigrams(claimed)) }}
),

shared as (
    select
        kinds.EJ_ObjectType, pairs.object_type, pairs.name, pairs.pair_count,
        max(case when kinds.plain_name = pairs.name then 1 else 0 end) as is_same,
        sum(case when {{ ozmeta_runtime.contains_text('kinds.plain_name', 'pairs.pair') }} then 1 else 0 end) as shared_count,
        max(greatest(pairs.pair_count, {{ length }}, 1)) as longest
    from (select EJ_ObjectType, {{ plain }} as plain_name from unclaimed group by EJ_ObjectType) as kinds
    cross join pairs
    group by kinds.EJ_ObjectType, pairs.object_type, pairs.name, pairs.pair_count
),

near as (
    select
        EJ_ObjectType as near_type, object_type,
        row_number() over (
            partition by EJ_ObjectType
            order by is_same desc, cast(shared_count as {{ ozmeta_runtime.type_double() }}) / longest desc, {{ ozmeta_runtime.binary_order('object_type') }}
        ) as place
    from shared
    where is_same = 1 or (shared_count > 0 and shared_count * 2 >= longest)
)

select
    unclaimed.JV_Journal as UO_Journal,
    unclaimed.EJ_ObjectType,
    cast(unclaimed.row_count as {{ bigint }}) as UO_Rows,
    unclaimed.first_day as UO_FirstDay,
    unclaimed.last_day as UO_LastDay,
    near.object_type as UO_NearestBinding
from unclaimed
left join near on near.near_type = unclaimed.EJ_ObjectType and near.place = 1
{% endmacro %}

{# [[binding, name in lower case without blanks, how many pairs of letters it has, one of them or none]] of every name a binding goes by. Short names share pairs with anything: they have none. #}
{% macro claimed_bigrams(claimed) %}
  {%- set rows = [] -%}
  {%- for binding in claimed -%}
    {%- for name in ([binding.object_type] + binding.object_types) | map('lower') | map('replace', ' ', '') | unique -%}
      {%- set pairs = ozmeta_runtime.name_bigrams(name) if name | length > 2 else [] -%}
      {%- for pair in pairs or [none] -%}{%- do rows.append([binding.object_type, name, pairs | length, pair]) -%}{%- endfor -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(rows) -%}
{% endmacro %}

{# One line per unclaimed object type in the run's output, ten at most. #}
{% macro warn_unclaimed(query, claimed) %}
  {%- set rows = run_query(query ~ " order by UO_Rows desc").rows -%}
  {%- for row in rows -%}
    {%- if loop.index <= 10 -%}{%- do log(ozmeta_runtime.unclaimed_text(row[0], row[1], row[2] | int, row[5], claimed), info=true) -%}{%- endif -%}
  {%- endfor -%}
  {%- if rows | length > 10 -%}
    {%- do log("and " ~ (rows | length - 10) ~ " more object types that belong to no binding: see the model unclaimed_object_type", info=true) -%}
  {%- endif -%}
{% endmacro %}
