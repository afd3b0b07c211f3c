{#
How a table is kept up and laid out, as arguments of `config()`. A project of its own mind defines `<engine>__storage` and names itself first in
`dispatch: [{macro_namespace: ozmeta_runtime, search_order: [its_name, ozmeta_runtime]}]`.
model: 'timeline', 'sla_cycle', ...
#}
{% macro storage(model) %}{% do return(adapter.dispatch('storage', 'ozmeta_runtime')(model)) %}{% endmacro %}
{% macro default__storage(model) %}{% do return({'incremental_strategy': 'merge'}) %}{% endmacro %}
{# A merge updates rows in place, and each column segment they lie in is written anew; deleting and inserting the same rows is four times faster. #}
{% macro duckdb__storage(model) %}{% do return({'incremental_strategy': 'delete+insert'}) %}{% endmacro %}
