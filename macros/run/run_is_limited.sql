{# Whether dbt limits what this run reads. The flags are the same for every model of a run.
   relations: the relations that the model reads #}
{% macro run_is_limited(relations=[]) %}
  {%- set given = invocation_args_dict -%}
  {%- if flags.EMPTY or given.get('empty') or given.get('sample') -%}{%- do return(true) -%}{%- endif -%}
  {%- for relation in relations if relation and ozmeta_runtime.is_limited_relation(relation) -%}
    {%- do return(true) -%}
  {%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
