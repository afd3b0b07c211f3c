{# The name of the schema with the user's own tables. `ozmeta-dbt verify` and `impact` rebuild tables in a schema whose
   name has a suffix. This macro removes the suffix. Other commands get the name back unchanged. #}
{% macro users_schema(schema) %}
  {%- set suffix = var('ozmeta_verify', {}).get('suffix', '__ozmeta_verify') -%}
  {%- if var('ozmeta_verify', none) and suffix in (schema or '') | lower -%}
    {%- set at = (schema | lower).index(suffix) -%}
    {%- do return(schema[:at] ~ schema[at + suffix | length:]) -%}
  {%- endif -%}
  {%- do return(schema) -%}
{% endmacro %}
