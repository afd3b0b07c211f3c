{#
Stops dbt if a model's file calls its macro with other arguments than the generator writes, for example because someone
edited the file, or if another version of the generator wrote it.

The arguments are literals in the file, so the check runs while dbt parses it, and not again in a run.

Arguments
  macro    the macro's name; see argument_shapes
  unknown  the macro's kwargs: the arguments that are not in its signature
  given    {argument: value}
#}
{% macro check_arguments(macro, unknown, given) %}
  {%- if execute -%}{%- do return('') -%}{%- endif -%}
  {%- do ozmeta_runtime.check_generator_version() -%}
  {%- set arguments = {} -%}
  {%- do arguments.update(given) -%}
  {%- do arguments.update(unknown or {}) -%}
  {%- set problem = ozmeta_runtime.shape_problem(arguments, ozmeta_runtime.argument_shapes()[macro], '') -%}
  {%- if problem -%}
    {%- do exceptions.raise_compiler_error(model.name ~ " (" ~ model.original_file_path ~ ") calls "
        ~ "ozmeta_runtime." ~ macro ~ " with wrong arguments: " ~ problem ~ ". If the file was edited, write it again "
        ~ "with `ozmeta-dbt generate --force`.") -%}
  {%- endif -%}
{% endmacro %}

{# What is wrong with a value, or ''. shape: see argument_shapes; path: where the value is; '' for all arguments #}
{% macro shape_problem(value, shape, path) %}
  {%- if shape is mapping -%}
    {%- if value is not mapping or value.identifier is defined -%}
      {%- do return("`" ~ path ~ "` must be " ~ ozmeta_runtime.shape_words(shape)) -%}
    {%- endif -%}
    {%- set known = [] -%}
    {%- for key in shape -%}{%- do known.append(key.replace('?', '')) -%}{%- endfor -%}
    {%- for key in value if key not in known -%}
      {%- do return("`" ~ (path ~ "." if path) ~ key ~ "` is unknown, expected only " ~ known | join(', ')) -%}
    {%- endfor -%}
    {%- for key, inner in shape.items() -%}
      {%- set name = key.replace('?', '') -%}
      {%- set here = path ~ "." ~ name if path else name -%}
      {%- set found = value.get(name) -%}
      {%- if found is undefined or found is none -%}
        {%- if '?' not in key -%}
          {%- do return("`" ~ here ~ "` is missing, expected " ~ ozmeta_runtime.shape_words(inner)) -%}
        {%- endif -%}
      {%- elif inner != 'any' -%}
        {%- set problem = ozmeta_runtime.shape_problem(found, inner, here) -%}
        {%- if problem -%}{%- do return(problem) -%}{%- endif -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do return('') -%}
  {%- endif -%}

  {%- if shape is not string -%}
    {%- if value is string or value is mapping or value is not sequence -%}
      {%- do return("`" ~ path ~ "` must be " ~ ozmeta_runtime.shape_words(shape)) -%}
    {%- endif -%}
    {%- for item in value -%}
      {%- set problem = ozmeta_runtime.shape_problem(item, shape[0], path ~ "[" ~ loop.index0 ~ "]") -%}
      {%- if problem -%}{%- do return(problem) -%}{%- endif -%}
    {%- endfor -%}
    {%- do return('') -%}
  {%- endif -%}

  {#- A project that overrides ref() or source() may return a text. -#}
  {%- set fits = {
      'text': value is string,
      'integer': value is integer,
      'boolean': value is boolean,
      'relation': value is string or (value is mapping and value.identifier is defined),
      'dict': value is mapping,
      'list': value is sequence and value is not string and value is not mapping} -%}
  {%- set fits = fits[shape] if shape in fits else value in shape.split('|') -%}
  {%- do return('' if fits else "`" ~ path ~ "` must be " ~ ozmeta_runtime.shape_words(shape)) -%}
{% endmacro %}

{# A shape in words. shape: see argument_shapes #}
{% macro shape_words(shape) %}
  {%- if shape is mapping -%}
    {%- do return("a dict of " ~ shape.keys() | join(', ') | replace('?', '')) -%}
  {%- elif shape is not string -%}
    {%- do return("a list, each item " ~ ozmeta_runtime.shape_words(shape[0])) -%}
  {%- endif -%}
  {%- do return({
      'text': 'a text', 'integer': 'an integer', 'boolean': 'true or false', 'relation': 'ref() or source()',
      'dict': 'a dict', 'list': 'a list', 'any': 'a value'}.get(shape, shape.replace('|', ' or '))) -%}
{% endmacro %}
