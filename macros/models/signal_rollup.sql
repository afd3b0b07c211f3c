{#
Model runtime_signal: the signals of all bindings, with description and retention days of their types (spec 6c, 7.2).
One row per row of the bindings' tables.

Arguments
  columns    [column] of the bindings' tables
  relations  [relation]: the runtime_signal of each binding
  types      [{code, retention_days: integer}]: MetaDB's signal types, which come before those of the seed
  seed       relation: the seed ozmeta_signal_type, or none; left out until `dbt seed` has loaded it
#}
{% macro signal_rollup(columns, relations, types, seed=none) %}
{%- do ozmeta_runtime.check_arguments('signal_rollup', kwargs, {
    'columns': columns, 'relations': relations, 'types': types, 'seed': seed}) -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set rows, days = [], [] -%}
{%- for type in types -%}{%- do rows.append([type.code, type.retention_days]) -%}{%- endfor -%}
{%- set seed_table = ozmeta_runtime.unlimited_relation(seed) if seed else none -%}
{%- set has_seed = execute and seed and load_relation(seed) -%}
{%- if rows -%}{%- do days.append('own.retention_days') -%}{%- endif -%}
{%- if has_seed -%}{%- do days.append('seed.default_retention_days') -%}{%- endif -%}
{%- set first_days = 'coalesce(' ~ days | join(', ') ~ ')' if days | length > 1 else days | join or 'null' -%}
select
    {%- for column in columns %}
    signals.{{ column }},
    {%- endfor %}
    cast({{ 'seed.description' if has_seed else 'null' }} as {{ text }}) as RS_Description,
    cast({{ first_days }} as {{ bigint }}) as RS_RetentionDays
from (
    {{- ozmeta_runtime.rollup(columns, relations, live=none) -}}
) as signals
{%- if rows %}
left join (
    {{- ozmeta_runtime.literal_rows([['code', text], ['retention_days', bigint]], rows) -}}
) as own on own.code = signals.RS_SignalCode
{%- endif %}
{%- if has_seed %}
left join {{ seed_table }} as seed on seed.code = signals.RS_SignalCode
{%- endif %}
{% endmacro %}
