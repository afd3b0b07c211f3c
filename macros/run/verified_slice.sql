{# While `ozmeta-dbt verify` folds a part of the journal afresh: only its objects. Else nothing.
   var `ozmeta_verify`: {objects: [id]} or {below: hex, salt: text}: objects whose hash lies below; every id is as likely as any other.
   Never a model's condition in a user's own run: nothing but verify sets the variable. #}
{% macro verified_slice(object_id) %}
  {%- set wanted = var('ozmeta_verify', {}) -%}
  {%- if wanted.get('objects') -%}{{ " and " ~ object_id ~ " in (" ~ ozmeta_runtime.text_literals(wanted.objects) ~ ")" }}
  {%- elif wanted.get('below') -%}{{ " and " ~ ozmeta_runtime.md5_hex(ozmeta_runtime.concat_text([ozmeta_runtime.text_literal(wanted.salt), object_id])) ~ " < " ~ ozmeta_runtime.text_literal(wanted.below) }}
  {%- endif -%}
{% endmacro %}
