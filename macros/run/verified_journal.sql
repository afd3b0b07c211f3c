{# The journal that `ozmeta-dbt verify` and `impact` read: a journal that is a dbt model is read from the user's own
   schema, not from the schema of the rebuilt tables. Other commands get the relation back unchanged. #}
{% macro verified_journal(relation) %}
  {%- set suffix = var('ozmeta_verify', {}).get('suffix', '__ozmeta_verify') -%}
  {%- if var('ozmeta_verify', none) and suffix in (relation.schema or '') -%}
    {%- do return(relation.incorporate(path={'schema': relation.schema | replace(suffix, '')})) -%}
  {%- endif -%}
  {%- do return(relation) -%}
{% endmacro %}
