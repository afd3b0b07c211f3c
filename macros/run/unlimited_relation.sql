{# A table's name without the limit of `--empty` or `--sample`. For views, which hold no rows of their own. #}
{% macro unlimited_relation(relation) %}
  {%- do return(relation.render() if ozmeta_runtime.is_limited_relation(relation) else relation) -%}
{% endmacro %}
