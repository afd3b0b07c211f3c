{#
Operation that `ozmeta-dbt verify` calls: drops the schemas with the rebuilt tables. It drops only schemas that have
`ozmeta_verify` in their names, and does nothing if the profile is not the one of verify.
#}
{% macro verify_clean() %}
  {%- set schemas = [] -%}
  {%- for models in ozmeta_runtime.bindings().values() -%}
    {%- set nodes = models.values() | list + ozmeta_runtime.helper_models(models).values() | list -%}
    {%- for node in nodes if 'ozmeta_verify' in node.schema | lower -%}
      {%- set schema = api.Relation.create(database=node.database, schema=node.schema) -%}
      {%- if schema not in schemas -%}{%- do schemas.append(schema) -%}{%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- for schema in schemas -%}{%- do adapter.drop_schema(schema) -%}{%- endfor -%}
{% endmacro %}
