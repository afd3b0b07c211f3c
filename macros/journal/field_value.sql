{#
SQL: the raw JSON of a payload field under its own name, or under the first of its old names that the payload has. It
reads the columns raw1, raw2, … of payload_paths. A protected field has its protected value (spec 4.1).

place: the field's index in journal_config.fields
#}
{% macro field_value(journal_config, place) %}
  {%- set first = ozmeta_runtime.payload_columns() | length + 1 -%}
  {%- set raws = ['raw' ~ (first + place)] -%}
  {%- set earlier_names = journal_config.fields[:place] | map(attribute='old', default=[]) | map('length') | sum -%}
  {%- set first_old = first + journal_config.fields | length + earlier_names -%}
  {%- for path in journal_config.fields[place].get('old', []) -%}
    {%- do raws.append('raw' ~ (first_old + loop.index0)) -%}
  {%- endfor -%}
  {%- set raw = raws[0] if raws | length == 1 else "coalesce(" ~ raws | join(', ') ~ ")" -%}
  {%- set protect = journal_config.fields[place].get('protect') -%}
  {{- ozmeta_runtime.protected_value(raw, protect) if protect else raw -}}
{% endmacro %}
