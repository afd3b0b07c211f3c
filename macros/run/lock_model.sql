{#
Keeps another run from building the same model at the same time, until this run has written it. On an engine that lets
two transactions insert the same new key, both runs would insert it (spec 8.8).

relation: the model's own table

Errors: another run has created the table since this run began.
#}
{% macro lock_model(relation) %}
  {%- if invocation_args_dict.get('which') in ['run', 'build', 'retry'] -%}
    {%- set is_known = load_relation(relation) is not none -%}
    {%- if ozmeta_runtime.lock_table(relation, is_known) and not is_known -%}
      {%- do exceptions.raise_compiler_error("Another run has created " ~ relation ~ " since this run began. Nothing "
          ~ "was written. Run again when that run has ended.") -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
