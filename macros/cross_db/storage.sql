{#
How a table is kept up and laid out, as arguments of `config()`; docs/scale.md says of each why. A project of its own mind defines `<engine>__storage(model)` and names
itself first in `dispatch: [{macro_namespace: ozmeta_runtime, search_order: [its_name, ozmeta_runtime]}]`.
model: 'timeline', 'sla_cycle', ...
#}
{% macro storage(model) %}{% do return(adapter.dispatch('storage', 'ozmeta_runtime')(model)) %}{% endmacro %}

{% macro default__storage(model) %}{% do return({'incremental_strategy': 'merge'}) %}{% endmacro %}

{# Rows of these are never written again: their keys are new with each run. #}
{% macro append_only() %}{% do return(['runtime_signal', 'journal', 'run']) %}{% endmacro %}

{# What the select of a table ends with that is read by object: where there are no clusters or indexes, its rows lie in that order, so that an object's are in few blocks, and their least and
   greatest key say which. The timeline has none: it lies in the order of arrival, which serves as well. #}
{% macro clustered_by_object() %}{{ adapter.dispatch('clustered_by_object', 'ozmeta_runtime')() }}{% endmacro %}

{% macro default__clustered_by_object() %}{% endmacro %}
