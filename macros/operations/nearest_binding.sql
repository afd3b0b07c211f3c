{#
The binding whose name is most similar to a misspelled one. The similarity is the share of common pairs of neighbouring
letters, and must be at least 0.3.

Arguments
  given    string: the name as the user wrote it
  names    dict: {binding: [spelling]}; see binding_names. Names of one or two letters are not compared.
Returns    string: the binding, or none
#}
{% macro nearest_binding(given, names) %}
  {%- set best = {'share': 0.3, 'binding': none} -%}
  {%- set wanted = ozmeta_runtime.name_bigrams(ozmeta_runtime.plain_name(given)) -%}
  {%- for binding, spellings in names.items() -%}
    {%- for name in spellings if name | length > 2 -%}
      {%- set pairs = ozmeta_runtime.name_bigrams(ozmeta_runtime.plain_name(name)) -%}
      {%- set common = pairs | select('in', wanted) | list -%}
      {%- set share = (common | length) / [pairs | length, wanted | length, 1] | max -%}
      {%- if share > best.share or (share == best.share and best.binding is none) -%}
        {%- do best.update({'share': share, 'binding': binding}) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(best.binding) -%}
{% endmacro %}
