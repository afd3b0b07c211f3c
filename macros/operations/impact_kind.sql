{# One way in which other definitions change a binding's tables; see impact_kinds. Returns: dict #}
{% macro impact_kind(name, rows, changed, group, measures={}) %}
  {%- do return({'name': name, 'rows': rows, 'changed': changed, 'group': group, 'measures': measures}) -%}
{% endmacro %}
