{#
A column of a history as a UTC timestamp. A value that is not an instant (spec 2.3) becomes null.

A timestamp without a zone, a date and a text without an offset do not say where their clock was. They are read in
`time_zone`; without one they are refused, because a wrong guess would move every deadline.

macro, relation: as for history_columns
column: {sql, type, stored}, see history_columns; role: what the column is, for errors
time_zone: an IANA name such as 'Europe/Berlin', or none
Errors: the type cannot hold an instant, or its values lack a zone and time_zone is none
#}
{% macro history_instant(macro, relation, column, role, time_zone) %}
  {%- if not column.stored -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, "columns." ~ role ~ " needs a column, not a fixed value.") -%}
  {%- endif -%}
  {%- set kind = none if ozmeta_runtime.number_kind(column.type)
      else ozmeta_runtime.timestamp_kind(column.type) -%}
  {%- set utc = ozmeta_runtime.to_utc(column.stored, column.type) -%}
  {%- if kind == 'text' and (column.type | lower).split('(')[0] | trim in ['boolean', 'bool', 'bit', 'time', 'uuid'] -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, column.stored ~ " (columns." ~ role ~ ") has the type "
        ~ column.type ~ ". It needs a timestamp, ISO 8601 text or a Unix time.") -%}
  {%- endif -%}
  {%- if ozmeta_runtime.is_instant_type(column.type) or time_zone == 'UTC' -%}
    {%- do return(utc) -%}
  {%- endif -%}
  {%- if time_zone is none -%}
    {%- if kind != 'text' -%}
      {%- do ozmeta_runtime.refuse_history(macro, relation, column.stored ~ " (columns." ~ role ~ ") has the type "
          ~ column.type ~ ", without a time zone. Say in which zone its clock was: time_zone='UTC', or for example "
          ~ "time_zone='Europe/Berlin'.") -%}
    {%- endif -%}
    {%- do ozmeta_runtime.refuse_local_times(macro, relation, column, role) -%}
    {%- do return(utc) -%}
  {%- endif -%}
  {%- set moved = ozmeta_runtime.local_to_utc(utc, time_zone) -%}
  {%- if kind == 'text' -%}
    {%- do return("case when " ~ ozmeta_runtime.has_offset(column.sql) ~ " then " ~ utc ~ " else " ~ moved ~ " end") -%}
  {%- endif -%}
  {%- do return(moved) -%}
{% endmacro %}

{# Stops the run if a text column has times without an offset. Arguments as for history_instant #}
{% macro refuse_local_times(macro, relation, column, role) %}
  {%- set local = ozmeta_runtime.local_times(relation, column.sql) -%}
  {%- if local.count -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, local.count ~ " values of " ~ column.stored ~ " (columns."
        ~ role ~ ") have no offset, such as " ~ local.example ~ ". Say in which zone the clock was: time_zone='UTC', "
        ~ "or for example time_zone='Europe/Berlin'.") -%}
  {%- endif -%}
{% endmacro %}
