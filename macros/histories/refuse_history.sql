{# Stops the run with a message that names the macro, the model and the table. #}
{% macro refuse_history(macro, relation, message) %}
  {%- do exceptions.raise_compiler_error(macro ~ " cannot read " ~ relation ~ ": " ~ message) -%}
{% endmacro %}
