{# SPEC 1 "Composite": the object's id is the text of several columns; a null part makes it a row without one. found: {lower-case name: column} #}
{% macro instance_key(journal, journal_config, found) %}
  {%- set parts = [] -%}
  {%- for name in journal_config.key -%}
    {%- if name | lower not in found -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column '" ~ name ~ "', a part of the key of " ~ journal_config.object_type
          ~ ". Name the right ones in ozmeta.yml under bindings." ~ journal_config.object_type ~ ".key and generate again. It has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- do parts.append(ozmeta_runtime.column_text(ozmeta_runtime.quote_name(found[name | lower].name), found[name | lower].data_type)) -%}
  {%- endfor -%}
  {%- do return(ozmeta_runtime.key_text(parts)) -%}
{% endmacro %}
