{# The paths of all payload fields, in the order of the columns raw1, raw2, …: the fields of every binding, the fields
   that rules use, and these under their old names. #}
{% macro payload_paths(journal_config) %}
  {%- set paths = [] -%}
  {%- for column in ozmeta_runtime.payload_columns() + journal_config.fields -%}
    {%- do paths.append(column.path) -%}
  {%- endfor -%}
  {%- for field in journal_config.fields -%}{%- do paths.extend(field.get('old', [])) -%}{%- endfor -%}
  {%- do return(paths) -%}
{% endmacro %}
