{# A journal's columns, whatever type they have: as text, or a payload as JSON. What a type can never say stops the run with a sentence. #}
{# A column of declared type `dtype` as text: instants in UTC, a JSON string as its text, other JSON and nested types as JSON. #}
{% macro column_text(column, dtype) %}{{ adapter.dispatch('column_text', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}

{% macro default__column_text(column, dtype) %}cast({{ column }} as {{ ozmeta_runtime.type_text() }}){% endmacro %}

{# The payload as JSON text. A STRUCT can't say that a key is absent, so a field of one that is null is an absent key. JSON and maps keep their nulls. #}
{% macro payload_text(column, dtype) %}{{ adapter.dispatch('payload_text', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}

{% macro default__payload_text(column, dtype) %}{{ ozmeta_runtime.column_text(column, dtype) }}{% endmacro %}

{# A value of a nested type as JSON, without the fields of structs that are null, however deep; a list is written as it is. #}
{% macro nested_json(value, dtype) %}
  {%- set fields = ozmeta_runtime.struct_fields(dtype) -%}
  {%- if fields -%}
    {%- set written = [] -%}
    {%- for field in fields -%}
      {%- set inner = adapter.dispatch('struct_field', 'ozmeta_runtime')(value, field[0]) | trim -%}
      {%- do written.append("case when " ~ inner ~ " is not null then " ~ ozmeta_runtime.concat_text([ozmeta_runtime.text_literal(tojson(field[0]) ~ ':'), ozmeta_runtime.nested_json(inner, field[1])]) ~ " end") -%}
    {%- endfor -%}
    case when {{ value }} is not null then {{ ozmeta_runtime.concat_text(["'{'", adapter.dispatch('text_array', 'ozmeta_runtime')(written) | trim, "'}'"]) }} end
  {%- else -%}{{ adapter.dispatch('value_json', 'ozmeta_runtime')(value) }}{%- endif -%}
{% endmacro %}

{% macro default__struct_field(value, name) %}struct_extract({{ value }}, {{ ozmeta_runtime.text_literal(name) }}){% endmacro %}

{% macro default__text_array(texts) %}concat_ws(',', {{ texts | join(', ') }}){% endmacro %}

{% macro default__value_json(value) %}cast(to_json({{ value }}) as varchar){% endmacro %}

{# The fields of `STRUCT(a T, "b c" U)` or `STRUCT<a T, b U>` as [[name, type]]; empty where the type is another, or a field has no name. #}
{% macro struct_fields(dtype) %}
  {%- set fields, part, depth = [], [], [0] -%}
  {%- if not modules.re.match('(?is)struct *[(<].*[)>]$', dtype) -%}{%- do return(fields) -%}{%- endif -%}
  {%- set inside = modules.re.sub('(?is)^struct *[(<]', '', dtype)[:-1] -%}
  {%- for token in modules.re.findall('(?s)"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|[^"\',()<>]+|.', inside) + [','] -%}
    {%- if token == ',' and depth[-1] == 0 -%}
      {%- set found = modules.re.match('(?s) *("(?:[^"]|"")*"|[^ "<(]+) +(.+?) *$', part | join) -%}
      {%- if not found -%}{%- do return([]) -%}{%- endif -%}
      {%- set name = found.group(1) -%}
      {%- do fields.append([name[1:-1] | replace('""', '"') if name[:1] == '"' else name, found.group(2)]) -%}
      {%- do part.clear() -%}
    {%- else -%}
      {%- do depth.append(depth[-1] + (1 if token in ['(', '<'] else -1 if token in [')', '>'] else 0)) -%}
      {%- do part.append(token) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(fields) -%}
{% endmacro %}

{# Whether a type holds values within values. #}
{% macro is_nested(dtype) %}
  {%- do return(modules.re.match('(?is)((struct|map|row|union|list|array|object|record)\\b|variant$|super$|.*\\]$)', dtype) is not none) -%}
{% endmacro %}

{# Stops the run where a column's type can never say what is wanted: then every row would be refused, and nothing else would tell.
   name: the canonical column; column: dbt's, of the relation #}
{% macro check_type(relation, name, column) %}
  {%- set type = column.data_type -%}
  {%- set word = (type | lower).split('(')[0].split('<')[0] | trim -%}
  {%- set bytes = ['bytea', 'binary', 'varbinary', 'varbyte', 'image'] if target.type not in ['duckdb', 'spark', 'databricks'] else [] -%}
  {%- set never = ['boolean', 'bool', 'bit', 'interval', 'time', 'time without time zone', 'time with time zone', 'time_ns', 'timetz', 'uuid', 'uniqueidentifier', 'geography', 'geometry', 'list', 'array'] + bytes -%}
  {%- if name in ['EJ_EventTimeUTC', '_SyncDate'] and (word in never + ['blob', 'bytes', 'binary', 'struct', 'map', 'row', 'record', 'union', 'object', 'hstore'] or type[-1:] == ']') -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ relation ~ " has '" ~ column.name ~ "' of type " ~ type ~ " for " ~ name ~ ", which can't be read as an instant. "
        ~ "Give it a timestamp, a date, ISO 8601 text or a Unix time as a number, or name another column in ozmeta.yml under journal.columns and generate again.") -%}
  {%- endif -%}
  {%- if name == 'EJ_Payload' and (word in never or (type[-1:] == ']') or ozmeta_runtime.number_kind(type) or word in ['date', 'datetime', 'datetime2', 'datetimeoffset', 'smalldatetime'] or word.startswith('timestamp')) -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ relation ~ " has '" ~ column.name ~ "' of type " ~ type ~ " for EJ_Payload, which can't be read as a JSON object. "
        ~ "Give it JSON text, JSON, or a struct, or name another column in ozmeta.yml under journal.columns and generate again.") -%}
  {%- endif -%}
{% endmacro %}
