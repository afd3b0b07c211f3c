{#
Stops a run if a newer version of this package made the tables: it may have rows and columns that this version would
read wrongly (spec 8.9).

Arguments
  binding  the binding's name
  marks    what the last completed run wrote about its models: see version_mark
#}
{% macro check_last_version(binding, marks) %}
  {%- set found = modules.re.search('version:([0-9.]+);', marks or '') -%}
  {%- set ours = ozmeta_runtime.package_version() -%}
  {%- if found and found.group(1).split('.') | map('int') | list > ours.split('.') | map('int') | list -%}
    {%- do exceptions.raise_compiler_error("Version " ~ found.group(1) ~ " of ozmeta_runtime made the tables of '"
        ~ binding ~ "', and this is version " ~ ours ~ ". Nothing was written. Install version " ~ found.group(1)
        ~ " of the package and of ozmeta-dbt again, or run with --full-refresh to rebuild the tables.") -%}
  {%- endif -%}
{% endmacro %}
