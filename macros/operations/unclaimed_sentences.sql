{#
A sentence for each object type that no binding claims, as of the last run (spec 9.6). See unclaimed_text.

Arguments
  nearest    string: the object type of a binding, to select only the types that are nearest to it; none for all types
Returns      list of string, the type with the most rows first; none if the model unclaimed_object_type was never run
#}
{% macro unclaimed_sentences(nearest=none) %}
  {%- set node, sentences = ozmeta_runtime.unclaimed_node(), [] -%}
  {%- set view = load_relation(ozmeta_runtime.relation_of(node)) if node else none -%}
  {%- if not view -%}{%- do return(none) -%}{%- endif -%}
  {%- set claimed = ozmeta_runtime.claimed_types() -%}
  {%- set query -%}
    select UO_Journal, EJ_ObjectType, UO_Rows, UO_NearestBinding
    from {{ view }}
    {%- if nearest %}
    where UO_NearestBinding = {{ ozmeta_runtime.text_literal(nearest) }}
    {%- endif %}
    order by UO_Rows desc
  {%- endset -%}
  {%- for row in run_query(query).rows -%}
    {%- do sentences.append(ozmeta_runtime.unclaimed_text(row[0], row[1], row[2] | int, row[3], claimed)) -%}
  {%- endfor -%}
  {%- do return(sentences) -%}
{% endmacro %}
