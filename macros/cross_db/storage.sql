{#
How a table is updated and laid out, as arguments of `config()`. docs/scale.md gives the reasons.
To change a layout, define `<engine>__storage(model)` in your project and name the project first in dbt_project.yml:
`dispatch: [{macro_namespace: ozmeta_runtime, search_order: [your_project, ozmeta_runtime]}]`.
model: the model's name without the binding, such as 'timeline' or 'sla_cycle'
indexes: [{columns: list of names, unique?: true}] that an event template asks for (spec 10.8)
Returns: dict
#}
{% macro storage(model, indexes=[]) -%}
  {%- set layout = adapter.dispatch('storage', 'ozmeta_runtime')(model) -%}
  {%- do return(ozmeta_runtime.with_indexes(layout, indexes) if indexes else layout) -%}
{%- endmacro %}

{% macro default__storage(model) -%}
  {%- do return({'incremental_strategy': 'merge'}) -%}
{%- endmacro %}

{#
A layout with further indexes. Engines without indexes keep the layout as it is.
layout: dict, see storage
indexes: see storage
Returns: dict
#}
{% macro with_indexes(layout, indexes) -%}
  {%- do return(adapter.dispatch('with_indexes', 'ozmeta_runtime')(layout, indexes)) -%}
{%- endmacro %}

{% macro default__with_indexes(layout, indexes) -%}
  {%- do return(layout) -%}
{%- endmacro %}

{#
The materialization of the package's views and tables: dbt's own, unless the engine has one that sends nothing if
nothing has changed.
kind: 'view' or 'incremental'
Returns: str
#}
{% macro materialization(kind) -%}
  {%- do return(adapter.dispatch('materialization', 'ozmeta_runtime')(kind)) -%}
{%- endmacro %}

{% macro default__materialization(kind) -%}
  {%- do return(kind) -%}
{%- endmacro %}

{#
The models whose rows no run updates, because every run adds rows with new keys.
Returns: list of str
#}
{% macro append_only() -%}
  {%- do return(['runtime_signal', 'journal', 'run']) -%}
{%- endmacro %}

{#
Ends the select of a table that is read by object. Without clusters or indexes, this order puts the rows of an object
into few blocks, whose minimum and maximum keys let the engine skip the others. The timeline does without:
its order of arrival serves as well.
#}
{% macro clustered_by_object() -%}
  {{ adapter.dispatch('clustered_by_object', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__clustered_by_object() -%}
{%- endmacro %}
