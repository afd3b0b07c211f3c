{# Operations answer in one line of JSON, which the command `ozmeta-dbt` reads. #}
{% macro print_answer(document) %}{% do print('OZMETA ' ~ tojson(document)) %}{% endmacro %}
