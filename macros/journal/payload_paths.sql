{% macro payload_paths(journal_config) %}
  {%- set paths = [] -%}
  {%- for column in ozmeta_runtime.payload_columns() + journal_config.fields -%}{%- do paths.append(column.path) -%}{%- endfor -%}
  {%- for field in journal_config.fields -%}{%- do paths.extend(field.get('old', [])) -%}{%- endfor -%}
  {%- do return(paths) -%}
{% endmacro %}
