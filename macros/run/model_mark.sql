{# The beginning of a model's hash in the run log. It shows whether a run had the model at all. #}
{% macro model_mark(unique_id) %}{% do return(local_md5(unique_id)[:6] ~ '-') %}{% endmacro %}
