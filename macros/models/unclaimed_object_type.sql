{#
Model unclaimed_object_type: the object types in the journals that no binding claims (spec 7.2, 9.6).
One row per (journal, object type). UO_NearestBinding is the binding that the rows may be meant for.

A view of journal_volume. When `dbt run` or `dbt build` creates it, the run logs one line per object type.

A name is near if it equals the object type without regard to case and spaces, or if they share at least half of their
pairs of adjacent letters. A binding's names are its own name and its object types. The nearest binding is shown.

Arguments
  volume   relation: journal_volume
  claimed  [{binding, object_type, object_types: [string]}]: the bindings
  ignored  [string]: object types of other systems (journal.ignore_object_types); none in it means rows without an
           object type
#}
{% macro unclaimed_object_type(volume, claimed, ignored=[]) %}
{%- do ozmeta_runtime.check_arguments('unclaimed_object_type', kwargs, {
    'volume': volume, 'claimed': claimed, 'ignored': ignored}) -%}
{% if execute %}
{%- set query = ozmeta_runtime.unclaimed_query(ozmeta_runtime.unlimited_relation(volume), claimed, ignored) -%}
{%- if flags.WHICH in ['run', 'build'] -%}{%- do ozmeta_runtime.warn_unclaimed(query, claimed) -%}{%- endif -%}
{{ query }}
{% endif %}
{% endmacro %}

{# The model's select. Arguments as above. #}
{% macro unclaimed_query(volume, claimed, ignored) %}
{%- set excluded_types = [] -%}
{%- for binding in claimed -%}{%- do excluded_types.extend(binding.object_types) -%}{%- endfor -%}
{%- do excluded_types.extend(ignored | reject('none')) -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set pair_columns = [['object_type', text], ['name', text], ['pair_count', bigint], ['pair', text]] -%}
{%- set own_pairs = ozmeta_runtime.text_length('kinds.plain_name') ~ " - 1" -%}
{%- set has_pair = ozmeta_runtime.contains_text('kinds.plain_name', 'pairs.pair') -%}
{%- set shared_part = "cast(shared_count as " ~ ozmeta_runtime.type_double() ~ ") / longest" -%}
with unclaimed as (
    select
        JV_Journal, EJ_ObjectType, sum(JV_Rows) as row_count, min(JV_Day) as first_day, max(JV_Day) as last_day
    from {{ volume }}
    where JV_Rows > 0
      and ({{ "EJ_ObjectType is null or " if none not in ignored -}}
           EJ_ObjectType not in ({{ ozmeta_runtime.text_literals(excluded_types) }}))
    group by JV_Journal, EJ_ObjectType
),

-- one row per pair of adjacent letters in a name of a binding
pairs as (
    {{- ozmeta_runtime.literal_rows(pair_columns, ozmeta_runtime.claimed_bigrams(claimed)) }}
),

shared as (
    select
        kinds.EJ_ObjectType, pairs.object_type, pairs.name, pairs.pair_count,
        max(case when kinds.plain_name = pairs.name then 1 else 0 end) as is_same,
        sum(case when {{ has_pair }} then 1 else 0 end) as shared_count,
        max(greatest(pairs.pair_count, {{ own_pairs }}, 1)) as longest
    from (
        select EJ_ObjectType, replace(lower(EJ_ObjectType), ' ', '') as plain_name
        from unclaimed
        group by EJ_ObjectType
    ) as kinds
    cross join pairs
    group by kinds.EJ_ObjectType, pairs.object_type, pairs.name, pairs.pair_count
),

near as (
    select
        EJ_ObjectType as near_type, object_type,
        row_number() over (
            partition by EJ_ObjectType
            order by is_same desc, {{ shared_part }} desc, {{ ozmeta_runtime.binary_order('object_type') }}
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

{#
The pairs of adjacent letters in the names of all bindings: [[object_type of the binding, name in lower case without
spaces, number of its pairs, one pair or none]]. A name of one or two letters shares pairs with anything, so it has one
row without a pair.

claimed: see unclaimed_object_type
#}
{% macro claimed_bigrams(claimed) %}
  {%- set rows = [] -%}
  {%- for binding in claimed -%}
    {%- set names = [binding.object_type] + binding.object_types -%}
    {%- for name in names | map('lower') | map('replace', ' ', '') | unique -%}
      {%- set pairs = ozmeta_runtime.name_bigrams(name) if name | length > 2 else [] -%}
      {%- for pair in pairs or [none] -%}
        {%- do rows.append([binding.object_type, name, pairs | length, pair]) -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(rows) -%}
{% endmacro %}

{# Logs one line per unclaimed object type, the most frequent first, and at most ten.
   query: see unclaimed_query; claimed: see unclaimed_object_type #}
{% macro warn_unclaimed(query, claimed) %}
  {%- set rows = run_query(query ~ " order by UO_Rows desc").rows -%}
  {%- for row in rows[:10] -%}
    {%- do log(ozmeta_runtime.unclaimed_text(row[0], row[1], row[2] | int, row[5], claimed), info=true) -%}
  {%- endfor -%}
  {%- if rows | length > 10 -%}
    {%- do log("and " ~ (rows | length - 10) ~ " more object types that belong to no binding. The model "
        ~ "unclaimed_object_type lists them.", info=true) -%}
  {%- endif -%}
{% endmacro %}
