{# The binding with a name that shares the most pairs of letters with what was written, if that is at least three in ten. #}
{% macro nearest_binding(given, names) %}
  {%- set best = {'share': 0.3, 'binding': none} -%}
  {%- set wanted = ozmeta_runtime.name_bigrams(ozmeta_runtime.plain_name(given)) -%}
  {%- for binding, spelled in names.items() -%}
    {%- for name in spelled if name | length > 2 -%}
      {%- set pairs = ozmeta_runtime.name_bigrams(ozmeta_runtime.plain_name(name)) -%}
      {%- set share = (pairs | select('in', wanted) | list | length) / [pairs | length, wanted | length, 1] | max -%}
      {%- if share > best.share or (share == best.share and best.binding is none) -%}{%- do best.update({'share': share, 'binding': binding}) -%}{%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(best.binding) -%}
{% endmacro %}
