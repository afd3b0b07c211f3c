{# Whether the time of an event may have more than microseconds, by the type of any journal's column: then its nanoseconds are kept and order (SPEC 4.3). #}
{% macro keeps_nanos(journal_config) %}
  {%- for journal in journal_config.journals if ozmeta_runtime.journal_columns(journal, journal_config).event_nanos -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
