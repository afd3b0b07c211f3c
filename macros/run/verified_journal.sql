{# The journal that `ozmeta-dbt verify` reads: a journal that is a dbt model stays in the user's own schema, where the fold
   afresh has one beside it. relation: as the model names the journal. Any other command gets it back as it is. #}
{% macro verified_journal(relation) %}
  {%- set suffix = '__ozmeta_verify' -%}
  {%- if var('ozmeta_verify', none) and suffix in (relation.schema or '') -%}
    {%- do return(relation.incorporate(path={'schema': relation.schema | replace(suffix, '')})) -%}
  {%- endif -%}
  {%- do return(relation) -%}
{% endmacro %}
