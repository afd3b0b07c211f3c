{#
SQL of an object id that is made of several columns (spec 1, "Composite"). A null part makes it a row without an object.

journal: {relation, …}; journal_config.key: [column]; found: {lower-case name: column} of the journal
#}
{% macro instance_key(journal, journal_config, found) %}
  {%- set parts = [] -%}
  {%- for name in journal_config.key -%}
    {%- set column = found.get(name | lower) -%}
    {%- if not column -%}
      {%- set type = journal_config.object_type -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column '" ~ name
          ~ "', which is part of the key of " ~ type ~ ". Correct bindings." ~ type
          ~ ".key in ozmeta.yml and generate again. The journal has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- do parts.append(ozmeta_runtime.column_text(ozmeta_runtime.quote_name(column.name), column.data_type)) -%}
  {%- endfor -%}
  {%- do return(ozmeta_runtime.key_text(parts)) -%}
{% endmacro %}
