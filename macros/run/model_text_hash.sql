{# A model's text, definitions and all, hashed. The run log keeps those of every model of its binding. #}
{% macro model_text_hash(unique_id) %}
  {%- do return(local_md5(unique_id ~ ozmeta_runtime.fold_version() ~ graph.nodes[unique_id].raw_code)[:8]) -%}
{% endmacro %}
