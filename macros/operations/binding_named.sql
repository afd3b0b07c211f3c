{# Which binding a person means. They may write its name, its table's or any of its object types, in any spelling: upper case, blanks, `_` and `-` don't matter.
   Arguments  given: text; known: {binding: …}, see bindings
   Returns    the binding's name, as in the names of its models
   Raises     where there is none, with the nearest one; where several are meant #}
{% macro binding_named(given, known) %}
  {%- if given in known -%}{%- do return(given) -%}{%- endif -%}
  {%- set names = ozmeta_runtime.binding_names(known) -%}
  {%- for is_meant in [ozmeta_runtime.equal_names, ozmeta_runtime.similar_names] -%}
    {%- set found = [] -%}
    {%- for binding, spelled in names.items() if is_meant(given, spelled) -%}{%- do found.append(binding) -%}{%- endfor -%}
    {%- if found | length == 1 -%}{%- do return(found[0]) -%}{%- endif -%}
    {%- if found | length > 1 -%}
      {%- do exceptions.raise_compiler_error("'" ~ given ~ "' may be the binding " ~ found | join(' or ') ~ ": write one of these.") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set nearest = ozmeta_runtime.nearest_binding(given, names) -%}
  {%- do exceptions.raise_compiler_error("This project has no binding '" ~ given ~ "'. It has: " ~ (known.keys() | sort | join(', ') or 'none; generate, first')
      ~ (". Did you mean " ~ nearest ~ "?" if nearest else "")) -%}
{% endmacro %}

{# {binding: [its name, its table's, its object types]}; the model unclaimed_object_type knows them. #}
{% macro binding_names(known) %}
  {%- set names = {} -%}
  {%- for binding in known -%}{%- do names.update({binding: [binding]}) -%}{%- endfor -%}
  {%- for binding in ozmeta_runtime.claimed_types() if binding.binding in names -%}
    {%- do names[binding.binding].extend([binding.object_type] + binding.object_types) -%}
  {%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}

{% macro equal_names(given, names) %}{% do return(given in names) %}{% endmacro %}

{% macro similar_names(given, names) %}
  {%- for name in names if ozmeta_runtime.plain_name(name) == ozmeta_runtime.plain_name(given) -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
