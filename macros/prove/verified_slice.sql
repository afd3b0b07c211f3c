{# While `ozmeta-dbt verify` folds a part of the journal afresh: only its objects. Else nothing.
   var `ozmeta_verify`: {objects: [id]} or {below: hex, salt: text}: objects whose hash lies below; every id is as likely as any other.
   Never a model's condition in a user's own run: nothing but verify sets the variable. #}
{% macro verified_slice(object_id) %}
  {%- set wanted = var('ozmeta_verify', {}) -%}
  {%- if wanted.get('objects') -%}{{ " and " ~ object_id ~ " in (" ~ ozmeta_runtime.literals(wanted.objects) ~ ")" }}
  {%- elif wanted.get('below') -%}{{ " and " ~ ozmeta_runtime.md5_hex(ozmeta_runtime.joined([ozmeta_runtime.literal(wanted.salt), object_id])) ~ " < " ~ ozmeta_runtime.literal(wanted.below) }}
  {%- endif -%}
{% endmacro %}

{# A fold afresh must not land on the user's own tables, however generate_schema_name names schemas. #}
{% macro check_scratch(relation) %}
  {%- if var('ozmeta_verify', none) and 'ozmeta_verify' not in relation.schema | lower -%}
    {%- do exceptions.raise_compiler_error("verify would write to " ~ relation ~ ", since this project's generate_schema_name does not follow the target's schema. Nothing was written. "
        ~ "Let it follow target.schema where that ends in '__ozmeta_verify'.") -%}
  {%- endif -%}
{% endmacro %}

{# The journal that `ozmeta-dbt verify` reads: a journal that is a dbt model stays in the user's own schema, where the fold
   afresh has one beside it. relation: as the model names the journal. Any other command gets it back as it is. #}
{% macro verified_journal(relation) %}
  {%- set suffix = '__ozmeta_verify' -%}
  {%- if var('ozmeta_verify', none) and suffix in (relation.schema or '') -%}
    {%- do return(relation.incorporate(path={'schema': relation.schema | replace(suffix, '')})) -%}
  {%- endif -%}
  {%- do return(relation) -%}
{% endmacro %}
