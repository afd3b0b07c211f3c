{# A sentence for people. object_type and nearest may be none. #}
{% macro unclaimed_text(journal, object_type, rows, nearest, claimed) %}
  {%- set counted = rows ~ (" row" if rows == 1 else " rows") -%}
  {%- set what = " of object type '" ~ (object_type | replace('\n', ' '))[:100] ~ "'" if object_type else " without an object type" -%}
  {%- set said = counted ~ what ~ " in " ~ journal ~ (" belongs" if rows == 1 else " belong") ~ " to no binding" -%}
  {%- set types = [] -%}
  {%- for binding in claimed if binding.object_type == nearest -%}{%- do types.extend(binding.object_types + [object_type]) -%}{%- endfor -%}
  {%- if nearest -%}
    {%- do return(said ~ "; did you mean " ~ nearest ~ "? Name it under bindings." ~ nearest ~ ".object_types in ozmeta.yml: [" ~ types | join(', ') ~ "]") -%}
  {%- endif -%}
  {%- do return(said ~ ". If that is right, name it under journal.ignore_object_types in ozmeta.yml") -%}
{% endmacro %}
