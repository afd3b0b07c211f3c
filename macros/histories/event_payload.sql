{#
The payload of an event (spec 2.2) as JSON text; null if it has no part.
status, object, context: SQL of the members of transition, object and context, as JSON text without braces, or none
changed: SQL of the members of the list context.changed, or none
role: SQL of the actor's role, or none
#}
{% macro event_payload(status=none, object=none, context=none, changed=none, role=none) -%}
  {%- set plus = ozmeta_runtime.concat_operator() -%}
  {%- set parts = [] -%}
  {%- for name, members in [('transition', status), ('object', object)] if members -%}
    {%- do parts.append("'\"" ~ name ~ "\":{' " ~ plus ~ " " ~ members ~ " " ~ plus ~ " '}'") -%}
  {%- endfor -%}
  {%- set list = "'\"changed\":[' " ~ plus ~ " " ~ changed ~ " " ~ plus ~ " ']'" if changed -%}
  {%- if context or changed -%}
    {%- set members = ozmeta_runtime.text_array([context, list]) if context and changed else context or list -%}
    {%- do parts.append("'\"context\":{' " ~ plus ~ " nullif(" ~ members ~ ", '') " ~ plus ~ " '}'") -%}
  {%- endif -%}
  {%- if role -%}
    {%- do parts.append("case when " ~ role ~ " is not null then '\"user\":{\"roles\":[' " ~ plus ~ " "
        ~ ozmeta_runtime.json_text(role) ~ " " ~ plus ~ " ']}' end") -%}
  {%- endif -%}
  {%- set members = ozmeta_runtime.text_array(parts) if parts | length > 1 else parts[0] -%}
  {{ "'{' " ~ plus ~ " nullif(" ~ members ~ ", '') " ~ plus ~ " '}'" }}
{%- endmacro %}
