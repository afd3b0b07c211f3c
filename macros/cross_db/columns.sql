{#
A journal column as text: a timestamp in UTC, a JSON string without its quotes, any other JSON or nested value as JSON.
column: SQL of the column
dtype: the declared type of the column
#}
{% macro column_text(column, dtype) -%}
  {{ adapter.dispatch('column_text', 'ozmeta_runtime')(column, dtype) }}
{%- endmacro %}

{% macro default__column_text(column, dtype) -%}
  cast({{ column }} as {{ ozmeta_runtime.type_text() }})
{%- endmacro %}

{#
The payload column as JSON text. A struct has all its fields in every row, so a null field counts as an absent key.
JSON values and maps keep their nulls.
column, dtype: as for column_text
#}
{% macro payload_text(column, dtype) -%}
  {{ adapter.dispatch('payload_text', 'ozmeta_runtime')(column, dtype) }}
{%- endmacro %}

{% macro default__payload_text(column, dtype) -%}
  {{ ozmeta_runtime.column_text(column, dtype) }}
{%- endmacro %}

{#
A value of a nested type as JSON text. Null fields of structs are left out at every depth, except inside lists.
value: SQL expression
dtype: its type
#}
{% macro nested_json(value, dtype) -%}
  {%- set fields = ozmeta_runtime.struct_fields(dtype) -%}
  {%- if fields -%}
    {%- set members = [] -%}
    {%- for field in fields -%}
      {%- set inner = ozmeta_runtime.struct_field(value, field[0]) | trim -%}
      {%- set key = ozmeta_runtime.text_literal(tojson(field[0]) ~ ':') -%}
      {%- set member = ozmeta_runtime.concat_text([key, ozmeta_runtime.nested_json(inner, field[1])]) -%}
      {%- do members.append("case when " ~ inner ~ " is not null then " ~ member ~ " end") -%}
    {%- endfor -%}
    {%- set list = ozmeta_runtime.text_array(members) | trim -%}
    case when {{ value }} is not null then {{ ozmeta_runtime.concat_text(["'{'", list, "'}'"]) }} end
  {%- else -%}
    {{ ozmeta_runtime.value_json(value) }}
  {%- endif -%}
{%- endmacro %}

{#
One field of a struct.
value: SQL of a struct
name: str
#}
{% macro struct_field(value, name) -%}
  {{ adapter.dispatch('struct_field', 'ozmeta_runtime')(value, name) }}
{%- endmacro %}

{% macro default__struct_field(value, name) -%}
  struct_extract({{ value }}, {{ ozmeta_runtime.text_literal(name) }})
{%- endmacro %}

{#
Texts joined by commas, without nulls.
texts: list of SQL texts
#}
{% macro text_array(texts) -%}
  {{ adapter.dispatch('text_array', 'ozmeta_runtime')(texts) }}
{%- endmacro %}

{% macro default__text_array(texts) -%}
  concat_ws(',', {{ texts | join(', ') }})
{%- endmacro %}

{#
A value of any type as JSON text.
value: SQL expression
#}
{% macro value_json(value) -%}
  {{ adapter.dispatch('value_json', 'ozmeta_runtime')(value) }}
{%- endmacro %}

{% macro default__value_json(value) -%}
  cast(to_json({{ value }}) as varchar)
{%- endmacro %}

{#
The fields of a type such as `STRUCT(a T, "b c" U)` or `STRUCT<a T, b U>`.
dtype: str
Returns: list of [name, type]; empty if the type is not a struct or a field has no name
#}
{% macro struct_fields(dtype) -%}
  {%- set fields, part, depth = [], [], [0] -%}
  {%- if not modules.re.match('(?is)struct *[(<].*[)>]$', dtype) -%}
    {%- do return(fields) -%}
  {%- endif -%}
  {%- set inside = modules.re.sub('(?is)^struct *[(<]', '', dtype)[:-1] -%}
  {%- set tokens = '(?s)"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|[^"\',()<>]+|.' -%}
  {%- for token in modules.re.findall(tokens, inside) + [','] -%}
    {%- if token == ',' and depth[-1] == 0 -%}
      {%- set found = modules.re.match('(?s) *("(?:[^"]|"")*"|[^ "<(]+) +(.+?) *$', part | join) -%}
      {%- if not found -%}
        {%- do return([]) -%}
      {%- endif -%}
      {%- set name = found.group(1) -%}
      {%- set plain_name = name[1:-1] | replace('""', '"') if name[:1] == '"' else name -%}
      {%- do fields.append([plain_name, found.group(2)]) -%}
      {%- do part.clear() -%}
    {%- else -%}
      {%- set step = 1 if token in ['(', '<'] else -1 if token in [')', '>'] else 0 -%}
      {%- do depth.append(depth[-1] + step) -%}
      {%- do part.append(token) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(fields) -%}
{%- endmacro %}

{#
Whether values of a type contain other values.
dtype: str
Returns: bool
#}
{% macro is_nested(dtype) -%}
  {%- set pattern = '(?is)((struct|map|row|union|list|array|object|record)\\b|variant$|super$|.*\\]$)' -%}
  {%- do return(modules.re.match(pattern, dtype) is not none) -%}
{%- endmacro %}

{#
Stops the run if a column's type can never contain what the journal needs. Otherwise the run would quarantine
every row without naming the cause.
relation: the journal
name: the column's name in the specification, such as 'EJ_Payload'
column: dbt's column object of the relation
#}
{% macro check_type(relation, name, column) -%}
  {%- set type = column.data_type -%}
  {%- set word = (type | lower).split('(')[0].split('<')[0] | trim -%}
  {%- set is_list = type[-1:] == ']' -%}
  {%- set bytes = ['bytea', 'binary', 'varbinary', 'varbyte', 'image'] -%}
  {%- set never = [
      'boolean', 'bool', 'bit', 'interval', 'time', 'time without time zone', 'time with time zone', 'time_ns',
      'timetz', 'uuid', 'uniqueidentifier', 'geography', 'geometry', 'list', 'array',
  ] + (bytes if target.type not in ['duckdb', 'spark', 'databricks'] else []) -%}
  {%- set never_a_time = never + [
      'blob', 'bytes', 'binary', 'struct', 'map', 'row', 'record', 'union', 'object', 'hstore',
  ] -%}
  {%- set dates = ['date', 'datetime', 'datetime2', 'datetimeoffset', 'smalldatetime'] -%}
  {%- set is_time = word in dates or word.startswith('timestamp') -%}
  {%- set found = "The journal " ~ relation ~ " has '" ~ column.name ~ "' of type " ~ type ~ " for " ~ name -%}
  {%- set or_else = ", or name another column in ozmeta.yml under journal.columns and generate again." -%}
  {%- if name in ['EJ_EventTimeUTC', '_SyncDate'] and (word in never_a_time or is_list) -%}
    {%- do exceptions.raise_compiler_error(
        found ~ ", which can't be read as an instant. "
        ~ "Give it a timestamp, a date, ISO 8601 text or a Unix time as a number" ~ or_else
    ) -%}
  {%- endif -%}
  {%- if name == 'EJ_Payload' and (word in never or is_list or ozmeta_runtime.number_kind(type) or is_time) -%}
    {%- do exceptions.raise_compiler_error(
        found ~ ", which can't be read as a JSON object. Give it JSON text, JSON, or a struct" ~ or_else
    ) -%}
  {%- endif -%}
{%- endmacro %}
