{# The same as load_left_rows, but for the tables as they are now. binding: the binding's name; state: see run_state #}
{% macro find_left_rows(binding, state) %}
  {%- set log = graph.nodes.get('model.' ~ model.package_name ~ '.' ~ binding ~ '_run') -%}
  {%- set selects, left = [], {} -%}
  {%- for id in (log.depends_on.nodes | sort if log else []) -%}
    {%- set table = load_relation(ozmeta_runtime.relation_of(graph.nodes[id])) -%}
    {%- if table and table.type == 'table' -%}
      {%- do selects.append("select '" ~ id ~ "' as model, _Batch as run_number from " ~ table ~ " where "
          ~ ozmeta_runtime.unsettled_rows(state) ~ " group by _Batch") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for row in (run_query(selects | join(' union all ')).rows if selects else []) -%}
    {%- do left.update({row[0]: left.get(row[0], []) + [row[1] | int]}) -%}
  {%- endfor -%}
  {%- do return(left) -%}
{% endmacro %}
