{#
A copy of journal_config in which each journal also has `sql`, the SQL of its columns (journal_columns). A model makes
it once, so that the warehouse is asked for the columns of a journal once per model.
#}
{% macro with_journal_columns(journal_config) %}
  {%- set journals = [] -%}
  {%- for journal in journal_config.journals -%}
    {%- do journals.append(dict(journal, sql=ozmeta_runtime.journal_columns(journal, journal_config))) -%}
  {%- endfor -%}
  {%- do return(dict(journal_config, journals=journals)) -%}
{% endmacro %}
