{# Whether this run is a full refresh that reads the rows of purged objects again. #}
{% macro brings_back_purged() %}
  {%- do return(var('ozmeta_bring_back_purged', false) | string | lower == 'true' and should_full_refresh()
      and not var('ozmeta_verify', none)) -%}
{% endmacro %}
