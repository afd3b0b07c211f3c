{#
A condition on the rows of sla_cycle: cycles that a changed version or calendar concerns (spec 5.14, 8.3). A cycle's
_DefinitionHash has three parts, joined by dots: the hash of what concerns every cycle, the version_hash, and the key of
the cycle's calendar, if it has one.

A changed calendar concerns a cycle if one of the cycle's instants lies at or after the first window that differs. The
rows of calendar_window for the old key show this. If they are gone, the change concerns all cycles of the calendar.

Arguments  see sla_cycle
#}
{% macro changed_cycles(slas, calendars, windows) %}
  {%- set conditions = [ozmeta_runtime.substring('_DefinitionHash', 18, 8) ~ " <> "
      ~ ozmeta_runtime.version_hash(slas, 'SL_Code', 'ST_StartUTC')] -%}
  {%- set row_key = ozmeta_runtime.substring('_DefinitionHash', 27, 12) -%}
  {%- set known = {} -%}
  {%- for calendar in calendars -%}{%- do known.update({calendar.code: calendar.key}) -%}{%- endfor -%}
  {%- if known -%}
    {%- set query -%}
      select distinct {{ row_key }} as row_key, ST_Calendar
      from {{ this }}
      where ST_Calendar is not null and _DeleteDate is null
      order by 1, 2
    {%- endset -%}
    {%- for key, code in run_query(query).rows if code in known and key != known[code] -%}
      {%- set differs = ozmeta_runtime.first_difference(windows, key, known[code]) -%}
      {%- if differs -%}
        {%- do conditions.append("(" ~ row_key ~ " = " ~ ozmeta_runtime.text_literal(key) ~ " and "
            ~ ozmeta_runtime.reaches(slas, differs) ~ ")") -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do return("_DeleteDate is null and (" ~ conditions | join(" or ") ~ ")") -%}
{% endmacro %}

{# The start of the first window that only one of two calendars has, as text; none if they have the same windows.
   windows: relation: calendar_window; old, new: keys of calendars #}
{% macro first_difference(windows, old, new) %}
  {%- set query -%}
    select {{ ozmeta_runtime.timestamp_text("min(CW_FromUTC)") }} as first_difference
    from (
      select CW_FromUTC, CW_ToUTC
      from {{ windows }}
      where CW_Calendar in ({{ ozmeta_runtime.text_literals([old, new]) }})
      group by CW_FromUTC, CW_ToUTC
      having min(CW_Calendar) = max(CW_Calendar)
    ) as different_windows
  {%- endset -%}
  {%- do return(run_query(query).rows[0][0]) -%}
{% endmacro %}

{# A condition: what a cycle says depends on windows at or after an instant. An open cycle was seen until _UpdateDate,
   and an instant that is not known may lie anywhere. #}
{% macro reaches(slas, instant) %}
  {%- set conditions = ["ST_DueUTC is null", "(ST_StopUTC is null and ST_BreachAfterUTC is null)"] -%}
  {%- set columns = ['ST_StopUTC', 'ST_DueUTC', 'ST_WarnAtUTC', 'ST_BreachAtUTC', 'ST_BreachAfterUTC'] -%}
  {%- for i in range(1, ozmeta_runtime.level_numbers(slas) + 1) -%}
    {%- do columns.extend(['ST_Level' ~ i ~ 'AtUTC', 'ST_Level' ~ i ~ 'AfterUTC']) -%}
    {%- set codes = [] -%}
    {%- for sla in slas if sla.levels | length >= i -%}{%- do codes.append(sla.code) -%}{%- endfor -%}
    {%- do conditions.append("(ST_Level" ~ i ~ "AtUTC is null and SL_Code in ("
        ~ ozmeta_runtime.text_literals(codes) ~ "))") -%}
  {%- endfor -%}
  {%- set at = ozmeta_runtime.timestamp_literal(instant) -%}
  {%- do conditions.append("(ST_StopUTC is null and _UpdateDate >= " ~ at ~ ")") -%}
  {%- for column in columns -%}{%- do conditions.append(column ~ " >= " ~ at) -%}{%- endfor -%}
  {%- do return("(" ~ conditions | join(" or ") ~ ")") -%}
{% endmacro %}
