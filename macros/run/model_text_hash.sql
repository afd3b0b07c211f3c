{# A hash of a model's text, with its definitions. The run log keeps one for each model of its binding. #}
{% macro model_text_hash(unique_id) %}
  {%- do return(local_md5(unique_id ~ ozmeta_runtime.fold_version() ~ graph.nodes[unique_id].raw_code)[:8]) -%}
{% endmacro %}
