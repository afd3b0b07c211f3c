{# A fold afresh must not land on the user's own tables, however generate_schema_name names schemas. #}
{% macro check_scratch(relation) %}
  {%- if var('ozmeta_verify', none) and 'ozmeta_verify' not in relation.schema | lower -%}
    {%- do exceptions.raise_compiler_error("verify would write to " ~ relation ~ ", since this project's generate_schema_name does not follow the target's schema. Nothing was written. "
        ~ "Let it follow target.schema where that ends in '__ozmeta_verify'.") -%}
  {%- endif -%}
{% endmacro %}
