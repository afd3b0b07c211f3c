{# Which binding a person means. They may write its name, its table's or any of its object types, in any spelling: upper case, blanks, `_` and `-` don't matter.
   Arguments  given: text; known: {binding: …}, see bindings
   Returns    the binding's name, as in the names of its models
   Raises     where there is none, with the nearest one; where several are meant #}
{% macro binding_named(given, known) %}
  {%- if given in known -%}{%- do return(given) -%}{%- endif -%}
  {%- set names = ozmeta_runtime.binding_names(known) -%}
  {%- for is_meant in [ozmeta_runtime.equal_names, ozmeta_runtime.alike_names] -%}
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

{% macro alike_names(given, names) %}
  {%- for name in names if ozmeta_runtime.plain_name(name) == ozmeta_runtime.plain_name(given) -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}

{% macro plain_name(name) %}{% do return(modules.re.sub('[\\s_-]', '', name | string | lower)) %}{% endmacro %}

{# The binding with a name that shares the most pairs of letters with what was written, if that is at least three in ten. #}
{% macro nearest_binding(given, names) %}
  {%- set best = {'share': 0.3, 'binding': none} -%}
  {%- set wanted = ozmeta_runtime.letter_pairs(ozmeta_runtime.plain_name(given)) -%}
  {%- for binding, spelled in names.items() -%}
    {%- for name in spelled if name | length > 2 -%}
      {%- set pairs = ozmeta_runtime.letter_pairs(ozmeta_runtime.plain_name(name)) -%}
      {%- set share = (pairs | select('in', wanted) | list | length) / [pairs | length, wanted | length, 1] | max -%}
      {%- if share > best.share or (share == best.share and best.binding is none) -%}{%- do best.update({'share': share, 'binding': binding}) -%}{%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(best.binding) -%}
{% endmacro %}

{# The node of the model unclaimed_object_type; none in a project that was generated before there was one. #}
{% macro unclaimed_node() %}
  {%- do return(ozmeta_runtime.models_calling('unclaimed_object_type', '_').values() | list | first | default(none)) -%}
{% endmacro %}

{# [{binding, object_type, object_types}] of the project's bindings. #}
{% macro claimed_types() %}
  {%- set node = ozmeta_runtime.unclaimed_node() -%}
  {%- do return(node.config.meta.get('ozmeta_claimed', []) if node else []) -%}
{% endmacro %}

{# A sentence per object type that no binding claims, as of the last run. nearest: only those that may be meant for this binding (its table's name), or all.
   None where the model was not made yet. #}
{% macro unclaimed_sentences(nearest=none) %}
  {%- set node, said = ozmeta_runtime.unclaimed_node(), [] -%}
  {%- set view = load_relation(ozmeta_runtime.relation_of(node)) if node else none -%}
  {%- if not view -%}{%- do return(none) -%}{%- endif -%}
  {%- set claimed = ozmeta_runtime.claimed_types() -%}
  {%- set where = " where UO_NearestBinding = " ~ ozmeta_runtime.literal(nearest) if nearest else "" -%}
  {%- for row in run_query("select UO_Journal, EJ_ObjectType, UO_Rows, UO_NearestBinding from " ~ view ~ where ~ " order by UO_Rows desc").rows -%}
    {%- do said.append(ozmeta_runtime.unclaimed_text(row[0], row[1], row[2] | int, row[3], claimed)) -%}
  {%- endfor -%}
  {%- do return(said) -%}
{% endmacro %}
