{#
SQL: the raw JSON of a protected value, as a JSON text (spec 4.1). A null stays null, and an absent key absent. Equal
values have equal hashes and tokens, as long as the key does not change.

Arguments
  raw      SQL: the raw JSON of the value
  protect  dict: mode: hash (of SHA-256), tokenise (32 digits of it after tok_) or mask; key?: the environment variable
           with the key of hashes and tokens; mask?: what a masked value becomes
Errors     the environment variable does not exist
#}
{% macro protected_value(raw, protect) %}
  {%- if protect.mode == 'mask' -%}
    {%- set value = ozmeta_runtime.text_literal(tojson(protect.mask)) -%}
  {%- else -%}
    {%- set text = "coalesce(" ~ ozmeta_runtime.json_scalar(raw) ~ ", " ~ raw ~ ")" -%}
    {%- if protect.get('key') -%}
      {%- set text = ozmeta_runtime.concat_text([ozmeta_runtime.text_literal(env_var(protect.key) ~ '|'), text]) -%}
    {%- endif -%}
    {%- set hash = ozmeta_runtime.sha256(text) -%}
    {%- if protect.mode == 'tokenise' -%}
      {%- set value = ozmeta_runtime.concat_text(["'\"tok_'", ozmeta_runtime.substring(hash, 1, 32), "'\"'"]) -%}
    {%- else -%}
      {%- set value = ozmeta_runtime.concat_text(["'\"'", hash, "'\"'"]) -%}
    {%- endif -%}
  {%- endif -%}
  case when {{ raw }} is null or {{ raw }} = 'null' then {{ raw }} else {{ value }} end
{% endmacro %}
