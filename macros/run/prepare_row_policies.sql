{#
Creates what the row policies of all models share, once per invocation. The hook that runs before a model calls it.

policies: see row_policy_config
Errors    the session's user would read only a part of the rows that it is to add to
#}
{% macro prepare_row_policies(policies) %}
  {%- if not execute -%}{%- do return('') -%}{%- endif -%}
  {%- set cache = ozmeta_runtime.invocation_cache() -%}
  {%- set question = 'row policies for ' ~ tojson(policies, sort_keys=true) -%}
  {%- if question in cache -%}{%- do return('') -%}{%- endif -%}
  {%- set condition = ozmeta_runtime.reads_all_rows(policies) -%}
  {%- set asked = "select case when " ~ condition ~ " then 1 else 0 end as reads_all_rows" -%}
  {%- if condition and not run_query(asked).rows[0][0] | int -%}
    {%- do exceptions.raise_compiler_error("The user of this run is not in row_policies.unrestricted ("
        ~ policies.unrestricted | join(', ') ~ "). So this run would see only some of the rows of earlier runs. "
        ~ "Nothing was written. Add the user or role of the run to row_policies.unrestricted in ozmeta.yml, and run "
        ~ "`ozmeta-dbt generate`.") -%}
  {%- endif -%}
  {%- for sql in ozmeta_runtime.shared_row_policies(policies) -%}{%- do run_query(sql) -%}{%- endfor -%}
  {%- do cache.update({question: true}) -%}
{% endmacro %}
