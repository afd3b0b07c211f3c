{# The journal that `ozmeta-dbt verify` and `impact` read: a journal that is a dbt model is read from the user's own
   schema, not from the schema of the rebuilt tables. Other commands get the relation back unchanged. #}
{% macro verified_journal(relation) %}
  {%- set schema = ozmeta_runtime.users_schema(relation.schema) -%}
  {%- do return(relation if schema == relation.schema else relation.incorporate(path={'schema': schema})) -%}
{% endmacro %}
