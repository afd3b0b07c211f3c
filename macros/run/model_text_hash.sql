{# A hash of a model's text, with its definitions, after the model's mark. The run log keeps one for each model of its
   binding. The generator's version is left out, so that an upgrade alone does not fold everything again. #}
{% macro model_text_hash(unique_id) %}
  {%- set text = modules.re.sub('^' ~ ozmeta_runtime.generated_header(), '', graph.nodes[unique_id].raw_code) -%}
  {%- set hash = local_md5(unique_id ~ ozmeta_runtime.fold_version() ~ text)[:8] -%}
  {%- do return(ozmeta_runtime.model_mark(unique_id) ~ hash) -%}
{% endmacro %}
