{# The relations of a binding's journals. #}
{% macro journal_relations(journal_config) %}
  {%- do return(journal_config.journals | map(attribute='relation') | list) -%}
{% endmacro %}
