{# A table's name without the limit that `--empty` or `--sample` puts on it. For views: they hold no rows of their own. #}
{% macro unlimited_relation(relation) %}
  {%- do return(relation.render() if ozmeta_runtime.is_limited_relation(relation) else relation) -%}
{% endmacro %}
