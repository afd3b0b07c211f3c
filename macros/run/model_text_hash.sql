{# A hash of a model's definition (definition_text), after the model's mark. The run log keeps one for each model of its
   binding. #}
{% macro model_text_hash(unique_id) %}
  {%- set text = ozmeta_runtime.definition_text(graph.nodes[unique_id].raw_code) -%}
  {%- set hash = local_md5(unique_id ~ ozmeta_runtime.fold_version() ~ text)[:8] -%}
  {%- do return(ozmeta_runtime.model_mark(unique_id) ~ hash) -%}
{% endmacro %}
