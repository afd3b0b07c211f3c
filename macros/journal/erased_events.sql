{# A select of the events whose content hash is `Erased`: erased_key, erased_id. None if there are none (spec 8.7). #}
{% macro erased_events(journal_config) %}
  {%- if not execute -%}{%- do return(none) -%}{%- endif -%}
  {%- set found = ozmeta_runtime.kept_table(this, 'ozmeta_erased_event') -%}
  {%- if not found.exists -%}{%- do return(none) -%}{%- endif -%}
  {%- set object_types = [journal_config.object_type] + journal_config.object_types -%}
  {%- do return("select distinct ER_ObjectKey as erased_key, ER_EventID as erased_id from " ~ found.table
      ~ " where ER_ObjectType in (" ~ ozmeta_runtime.text_literals(object_types) ~ ")") -%}
{% endmacro %}
