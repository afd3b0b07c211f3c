{#
SQL: the rows of a table before and after, joined by their key.

Arguments
  model             string: the model's name without the binding
  before, after, waiting
                    see impact_kinds
  same              {column: the column of either table}: the value of the later table, or else of the earlier one
  both              {name: the column}: selected as before_<name> and after_<name>
  key               string: the column by which the rows are joined
  head, tail        SQL: the select from either table, before `from` and after the condition for the rows to compare
#}
{% macro row_pairs(model, before, after, waiting, same, both, key='_Key', head='select *', tail='') -%}
  {%- set compared = ozmeta_runtime.compared_rows(model, waiting) -%}
  {%- set old = head ~ " from " ~ (before.get(model) or after[model]) ~ " " ~ compared
      ~ (" and 1 = 0 " if model not in before else " ") ~ tail -%}
  {%- set new = head ~ " from " ~ after[model] ~ " " ~ compared ~ " " ~ tail -%}
  select
    {%- for name, column in same.items() %}
    coalesce(new_rows.{{ column }}, old_rows.{{ column }}) as {{ name }},
    {%- endfor %}
    {%- for name, column in both.items() %}
    old_rows.{{ column }} as before_{{ name }},
    new_rows.{{ column }} as after_{{ name }}{{ "," if not loop.last }}
    {%- endfor %}
  from ({{ old }}) as old_rows
  full outer join ({{ new }}) as new_rows on new_rows.{{ key }} = old_rows.{{ key }}
{%- endmacro %}
