{#
Stops dbt if a generator of another version than this package wrote the model's file. Versions that differ only in the
last number go together. A file without the generator's first line was written by hand, and is not checked.
#}
{% macro check_generator_version() %}
  {%- set header = modules.re.match(ozmeta_runtime.generated_header(), model.raw_code or '') -%}
  {%- set ours = ozmeta_runtime.package_version().split('.')[:2] | join('.') -%}
  {%- if header and header.group(1) != ours -%}
    {%- set theirs = header.group(1) or '0.0' -%}
    {%- set is_newer = theirs.split('.') | map('int') | list > ours.split('.') | map('int') | list -%}
    {%- do exceptions.raise_compiler_error(model.original_file_path ~ " was written by "
        ~ ("ozmeta-dbt " ~ theirs if header.group(1) else "an earlier ozmeta-dbt") ~ ", but the package ozmeta_runtime "
        ~ "has version " ~ ozmeta_runtime.package_version() ~ ": "
        ~ ("upgrade the package to " ~ theirs ~ " and run `dbt deps`, or " if is_newer) ~ "install ozmeta-dbt " ~ ours
        ~ " and run `ozmeta-dbt generate`.") -%}
  {%- endif -%}
{% endmacro %}
