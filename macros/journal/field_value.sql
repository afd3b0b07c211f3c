{# The raw JSON of the field that stands at that place among journal_config.fields: under its own name, else under the first of its old names that the payload has.
   The columns raw1, raw2, … are those of payload_paths. #}
{% macro field_value(journal_config, place) %}
  {%- set own = ozmeta_runtime.payload_columns() | length -%}
  {%- set raws = ['raw' ~ (own + place + 1)] -%}
  {%- set before = journal_config.fields[:place] | map(attribute='old', default=[]) | map('length') | sum -%}
  {%- for path in journal_config.fields[place].get('old', []) -%}{%- do raws.append('raw' ~ (own + journal_config.fields | length + before + loop.index)) -%}{%- endfor -%}
  {{- raws[0] if raws | length == 1 else "coalesce(" ~ raws | join(', ') ~ ")" -}}
{% endmacro %}
