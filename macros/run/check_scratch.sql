{# Stops `ozmeta-dbt verify` and `impact` if their rebuilt tables would land outside their own schema
   (spec 9.1). #}
{% macro check_scratch(relation) %}
  {%- if var('ozmeta_verify', none) and 'ozmeta_verify' not in relation.schema | lower -%}
    {%- set command = "impact" if 'until' in var('ozmeta_verify') else "verify" -%}
    {%- do exceptions.raise_compiler_error(command ~ " would write to " ~ relation
        ~ ", since this project's generate_schema_name does not use the target's schema. Nothing was written. "
        ~ "Let generate_schema_name use target.schema when that ends in '__ozmeta_verify'.") -%}
  {%- endif -%}
{% endmacro %}
