{#
Prints the answer of an operation to the command `ozmeta-dbt`, as one line: OZMETA and a JSON document.

Arguments
  document    dict or list, of anything that JSON can represent
#}
{% macro print_answer(document) %}{% do print('OZMETA ' ~ tojson(document)) %}{% endmacro %}
