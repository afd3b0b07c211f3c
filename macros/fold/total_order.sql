{# The total order of an object's events (spec 4.3), as a list for an order by. nanos: see order_ctes #}
{% macro total_order(nanos=false) -%}
  TL_EffectiveUTC, {{ "effective_nanos, " if nanos }}{{ ozmeta_runtime.nulls_first('EJ_Sequence') }},
  {{ ozmeta_runtime.binary_order('stream') }}, EJ_EventTimeUTC, {{ "TL_EventNanos, " if nanos -}}
  {{ ozmeta_runtime.binary_order('EJ_ID') }}
{%- endmacro %}
