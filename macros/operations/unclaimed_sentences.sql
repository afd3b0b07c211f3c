{# A sentence per object type that no binding claims, as of the last run. nearest: only those that may be meant for this binding (its table's name), or all.
   None where the model was not made yet. #}
{% macro unclaimed_sentences(nearest=none) %}
  {%- set node, said = ozmeta_runtime.unclaimed_node(), [] -%}
  {%- set view = load_relation(ozmeta_runtime.relation_of(node)) if node else none -%}
  {%- if not view -%}{%- do return(none) -%}{%- endif -%}
  {%- set claimed = ozmeta_runtime.claimed_types() -%}
  {%- set where = " where UO_NearestBinding = " ~ ozmeta_runtime.text_literal(nearest) if nearest else "" -%}
  {%- for row in run_query("select UO_Journal, EJ_ObjectType, UO_Rows, UO_NearestBinding from " ~ view ~ where ~ " order by UO_Rows desc").rows -%}
    {%- do said.append(ozmeta_runtime.unclaimed_text(row[0], row[1], row[2] | int, row[3], claimed)) -%}
  {%- endfor -%}
  {%- do return(said) -%}
{% endmacro %}
