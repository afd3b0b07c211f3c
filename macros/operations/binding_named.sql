{#
The binding that a user names. The user may write the binding's name, its table's name or one of its object types.
Upper case, blanks, `_` and `-` make no difference, unless two bindings differ in nothing else.

Arguments
  given    string: the name as the user wrote it
  known    dict: {binding: …}; see bindings
Returns    string: the binding's name, as in the names of its models
Errors     no binding has this name, with the most similar one as a suggestion; several bindings have it
#}
{% macro binding_named(given, known) %}
  {%- if given in known -%}{%- do return(given) -%}{%- endif -%}
  {%- set names = ozmeta_runtime.binding_names(known) -%}
  {%- for is_match in [ozmeta_runtime.equal_names, ozmeta_runtime.similar_names] -%}
    {%- set found = [] -%}
    {%- for binding, spellings in names.items() if is_match(given, spellings) -%}
      {%- do found.append(binding) -%}
    {%- endfor -%}
    {%- if found | length == 1 -%}{%- do return(found[0]) -%}{%- endif -%}
    {%- if found | length > 1 -%}
      {%- do exceptions.raise_compiler_error("'" ~ given ~ "' matches several bindings: " ~ found | join(', ')
          ~ ". Use one of these names.") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set missing = "This project has no binding '" ~ given ~ "'." -%}
  {%- if not known -%}
    {%- do exceptions.raise_compiler_error(missing ~ " It has none at all. Run `ozmeta-dbt generate` first.") -%}
  {%- endif -%}
  {%- set nearest = ozmeta_runtime.nearest_binding(given, names) -%}
  {%- do exceptions.raise_compiler_error(missing ~ " It has: " ~ known.keys() | sort | join(', ')
      ~ (". Did you mean " ~ nearest ~ "?" if nearest else "")) -%}
{% endmacro %}

{# {binding: [its name, its table's name, its object types]}, for the bindings in `known`. #}
{% macro binding_names(known) %}
  {%- set names = {} -%}
  {%- for binding in known -%}{%- do names.update({binding: [binding]}) -%}{%- endfor -%}
  {%- for binding in ozmeta_runtime.claimed_types() if binding.binding in names -%}
    {%- do names[binding.binding].extend([binding.object_type] + binding.object_types) -%}
  {%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}

{# Whether a binding has exactly this name. names: list of string #}
{% macro equal_names(given, names) %}{% do return(given in names) %}{% endmacro %}

{# Whether a binding has this name in another spelling. names: list of string #}
{% macro similar_names(given, names) %}
  {%- set plain = ozmeta_runtime.plain_name(given) -%}
  {%- for name in names if ozmeta_runtime.plain_name(name) == plain -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
