{#
A sentence about journal rows that no binding claims (spec 9.6).

object_type: as the journal has it, or none; rows: their number; nearest: the object type of the binding with the most
similar name, or none; claimed: [{object_type, object_types}] of the bindings
#}
{% macro unclaimed_text(journal, object_type, rows, nearest, claimed) %}
  {%- set counted = rows ~ (" row" if rows == 1 else " rows") -%}
  {%- set shown = (object_type | replace('\n', ' '))[:100] if object_type -%}
  {%- set of_type = " of object type '" ~ shown ~ "'" if object_type else " without an object type" -%}
  {%- set fact = counted ~ of_type ~ " in " ~ journal ~ (" belongs" if rows == 1 else " belong") ~ " to no binding" -%}
  {%- if not nearest -%}
    {%- do return(fact ~ ". If that is right, add it to journal.ignore_object_types in ozmeta.yml") -%}
  {%- endif -%}
  {%- set types = [] -%}
  {%- for binding in claimed if binding.object_type == nearest -%}
    {%- do types.extend(binding.object_types + [object_type]) -%}
  {%- endfor -%}
  {%- do return(fact ~ "; did you mean " ~ nearest ~ "? Set bindings." ~ nearest ~ ".object_types in ozmeta.yml to ["
      ~ types | join(', ') ~ "]") -%}
{% endmacro %}
