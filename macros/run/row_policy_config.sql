{#
The config by which only a tenant's readers see a model's rows (spec 7.5): hooks, and what the adapter has of its own. A
file of the generator reads `config(**ozmeta_runtime.row_policy_config('tenant', row_policies))`.

A replaced table, such as that of a full refresh, has no policies. So each run puts them on before dbt commits the
table, or creates the table with them, depending on the engine. A hook that fails fails its model, because rows that
the wrong tenant reads are worse than a failed run.

Arguments
  kind      who sees the rows: 'tenant', 'reader', 'nobody' or 'view', see row_policies.sql
  policies  dict: readers: {schema, table, database?}, unrestricted: [user or role]
Returns     dict
Errors      the package has no row policies for the engine
#}
{% macro row_policy_config(kind, policies) %}
  {%- do ozmeta_runtime.check_arguments('row_policy_config', kwargs, {'kind': kind, 'policies': policies}) -%}
  {%- set config = {'meta': {'ozmeta_row_policies': {'kind': kind, 'policies': policies}}} -%}
  {%- set has_policies = ozmeta_runtime.has_row_policies() -%}
  {%- if has_policies is none -%}{%- do return(config) -%}{%- endif -%}
  {%- if not has_policies -%}
    {%- do exceptions.raise_compiler_error("ozmeta.yml asks for row_policies, but this package has none for "
        ~ adapter.type() ~ ", or none for this version of its adapter. Nothing was written. Update the adapter, or "
        ~ "remove row_policies from ozmeta.yml and run `ozmeta-dbt generate`.") -%}
  {%- endif -%}
  {%- do config.update(ozmeta_runtime.row_policy_keys(kind)) -%}
  {%- do config.update({
      'pre_hook': "{{ ozmeta_runtime.prepare_row_policies(model.config.meta.ozmeta_row_policies.policies) }}",
      'post_hook': "{{ ozmeta_runtime.put_row_policy(this, model.config.meta.ozmeta_row_policies) }}"}) -%}
  {%- do return(config) -%}
{% endmacro %}
