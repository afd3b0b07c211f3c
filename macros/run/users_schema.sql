{# The schema that has the user's own tables: while `ozmeta-dbt verify` or `impact` rebuilds tables in a schema beside
   it, the name without the suffix of that one. Other commands get the name back unchanged. #}
{% macro users_schema(schema) %}
  {%- set suffix = var('ozmeta_verify', {}).get('suffix', '__ozmeta_verify') -%}
  {%- if var('ozmeta_verify', none) and suffix in (schema or '') | lower -%}
    {%- set at = (schema | lower).index(suffix) -%}
    {%- do return(schema[:at] ~ schema[at + suffix | length:]) -%}
  {%- endif -%}
  {%- do return(schema) -%}
{% endmacro %}
