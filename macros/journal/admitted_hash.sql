{#
The content_hash of a row of admitted_events_cte. The hash of an erased event is `Erased`, so that a row with its former
content is no conflict (spec 8.7).
#}
{% macro admitted_hash(journal_config) %}
  {%- set content = ozmeta_runtime.content_hash(journal_config) -%}
  {%- if ozmeta_runtime.erased_events(journal_config) -%}
    {%- set content = "case when erased_id is not null then 'Erased' else " ~ content ~ " end" -%}
  {%- endif -%}
  {{- content -}}
{% endmacro %}
