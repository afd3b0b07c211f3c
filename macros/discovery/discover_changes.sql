{#
Operation that `ozmeta-dbt discover` calls for a table of changes that no preset knows: prints which fields change, and
whether a time zone is needed to read the times.

Arguments
  table   dict, see discovery_table
  field   the column with the name of the field that changed
  at      the column with the time of the change
  named   list of string: fields that are printed in any case, in lower case
  most    integer: how many others are printed
Prints
  {fields: see report_answer, at: {type, is_local, example}}. The columns of fields are field_name, changes and fields,
  the number of all fields; those with the most rows are first. is_local: whether times name no zone
#}
{% macro discover_changes(table, field, at, named=[], most=20) %}
  {%- set found = ozmeta_runtime.discovery_table(table) -%}
  {%- set field_column, at_column = found.columns[field | lower], found.columns[at | lower] -%}
  {%- set field_text = ozmeta_runtime.column_text(ozmeta_runtime.quote_name(field_column.name), field_column.data_type)
      -%}
  {%- set query -%}
with counted as (
    select {{ field_text }} as field_name, count(*) as changes
    from {{ found.relation }}
    group by {{ field_text }}
),

ranked as (
    select
        field_name, changes,
        count(*) over () as fields,
        row_number() over (order by changes desc, {{ ozmeta_runtime.binary_order('field_name') }}) as place
    from counted
    where field_name is not null
)

select field_name, changes, fields
from ranked
where place <= {{ most }}
{%- if named %} or lower(field_name) in ({{ ozmeta_runtime.text_literals(named) }}){% endif %}
order by place
  {%- endset -%}
  {%- set type = at_column.data_type -%}
  {%- set time = {'type': type, 'is_local': false, 'example': none} -%}
  {%- if not ozmeta_runtime.is_instant_type(type) -%}
    {%- if ozmeta_runtime.timestamp_kind(type) != 'text' -%}
      {%- do time.update({'is_local': true}) -%}
    {%- else -%}
      {%- set text = ozmeta_runtime.column_text(ozmeta_runtime.quote_name(at_column.name), type) -%}
      {%- set local = ozmeta_runtime.local_times(found.relation, text) -%}
      {%- do time.update({'is_local': local.count > 0, 'example': local.example}) -%}
    {%- endif -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer({'fields': ozmeta_runtime.report_answer(query), 'at': time}) -%}
{% endmacro %}
