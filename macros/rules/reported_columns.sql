{#
The columns of the object's fields that a binding reports on (spec 5.16), as {OF_<name>: SQL text}.
report_fields: [{name, ref: 'object.…', column}]: the field's name in the tables, the ref, and the column of the query
that has its raw JSON
#}
{% macro reported_columns(report_fields) %}
  {%- set columns, found = {}, {} -%}
  {%- for field in report_fields %}{%- do columns.update({field.ref: field.column}) %}{%- endfor %}
  {%- for field in report_fields -%}
    {%- do found.update({'OF_' ~ field.name: "cast("
        ~ ozmeta_runtime.ref_text(field.ref, columns) ~ " as "
        ~ ozmeta_runtime.type_text() ~ ")"}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
