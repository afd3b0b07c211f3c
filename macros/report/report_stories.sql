{#
Operation that `ozmeta-dbt report` calls: prints what `explain` shows of the objects that the report lists.

Arguments
  wanted     dict: {binding: [id of an object]}, by the bindings' own names
Prints       {binding: see told_objects}
Errors       see object_history
#}
{% macro report_stories(wanted) %}
  {%- set known, answer = ozmeta_runtime.bindings(), {} -%}
  {%- for binding, objects in wanted.items() if objects -%}
    {%- do answer.update({binding: ozmeta_runtime.told_objects(known[binding], objects)}) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.print_answer(answer) -%}
{% endmacro %}
