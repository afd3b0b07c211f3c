{# Whether the event time of any of the journals may be finer than a microsecond, by its column's type. Then the
   timeline keeps the nanoseconds and orders by them (spec 4.3). #}
{% macro keeps_nanos(journal_config) %}
  {%- for journal in journal_config.journals -%}
    {%- if journal.sql.event_nanos -%}{%- do return(true) -%}{%- endif -%}
  {%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
