{# The column that carries it, after others of a select; nothing without the option. held: the columns that the table has, or none.
   A table that lacks it has no rows, or check_intake stopped the run. #}
{% macro message_column(journal_config, held=none) -%}
  {%- if journal_config.get('deduplicate_on') -%}
  , {{ "cast(null as " ~ ozmeta_runtime.type_text() ~ ") as " if held is not none and 'tl_messagekey' not in held }}TL_MessageKey
  {%- endif -%}
{%- endmacro %}
