{#
A condition that limits a fold to the objects that `ozmeta-dbt verify` and `impact` rebuild; nothing in any other run.

The variable `ozmeta_verify` is {objects: [id]}, or {below: hex, salt: text} for the objects whose hash is below a
value. It may also have suffix, the end of the schema of the rebuilt tables, and until; see verified_until. Only verify
and impact set it.
#}
{% macro verified_slice(object_id) %}
  {%- set wanted = var('ozmeta_verify', {}) -%}
  {%- if wanted.get('objects') -%}
    {{ " and " ~ object_id ~ " in (" ~ ozmeta_runtime.text_literals(wanted.objects) ~ ")" }}
  {%- elif wanted.get('below') -%}
    {%- set salted_id = ozmeta_runtime.concat_text([ozmeta_runtime.text_literal(wanted.salt), object_id]) -%}
    {{ " and " ~ ozmeta_runtime.md5_hex(salted_id) ~ " < " ~ ozmeta_runtime.text_literal(wanted.below) }}
  {%- endif -%}
{% endmacro %}
