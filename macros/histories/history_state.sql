{#
What a run reads of a history's table.

Rows are read from the latest `_SyncDate` of the model less the lookback, from the beginning of that minute on: changes
that were loaded in one minute belong together (journal_from_changes). An arrival after as_of counts as one at as_of.

relation: as for history_columns
loaded: {sql, type, stored} of the column with the loader's stamp
at: SQL of the event time
where: SQL condition: the rows that count
lookback_minutes: integer
Returns a dict
  limited    whether dbt limits what this run reads (--empty, --sample): then it reads nothing
  where      SQL condition: the rows to read
  known      SQL condition: the rows of the model in which an event of this run may already be; none for no rows
  nothing    whether there is nothing to read
#}
{% macro history_state(relation, loaded, at, where, lookback_minutes) %}
  {%- set incremental = ozmeta_runtime.is_incremental_run() -%}
  {%- set state = {'limited': ozmeta_runtime.run_is_limited([relation]), 'where': where, 'known': none,
      'nothing': false} -%}
  {%- if state.limited -%}
    {%- if not incremental -%}{%- do ozmeta_runtime.check_limited_rebuild(this) -%}{%- endif -%}
    {%- do state.update({'where': '1 = 0', 'nothing': incremental}) -%}
    {%- do return(state) -%}
  {%- endif -%}
  {%- if not incremental -%}{%- do return(state) -%}{%- endif -%}
  {%- set latest = "case when max(_SyncDate) > " ~ ozmeta_runtime.as_of() ~ " then " ~ ozmeta_runtime.as_of()
      ~ " else max(_SyncDate) end" -%}
  {%- set minute = ozmeta_runtime.floor_div(
      "(" ~ ozmeta_runtime.to_micros(latest) ~ " - " ~ lookback_minutes * 60000000 ~ ")", 60000000) -%}
  {%- set since = run_query("select " ~ ozmeta_runtime.timestamp_text(ozmeta_runtime.from_micros(
      minute ~ " * 60000000")) ~ " from " ~ this).rows[0][0] -%}
  {%- if not since -%}{%- do return(state) -%}{%- endif -%}
  {%- set slice = where ~ " and " ~ ozmeta_runtime.at_or_since(
      loaded.stored, loaded.type, ozmeta_runtime.timestamp_literal(since)) -%}
  {%- set found = run_query("select count(*), " ~ ozmeta_runtime.timestamp_text("min(" ~ at ~ ")") ~ " from "
      ~ relation ~ " where " ~ slice).rows[0] -%}
  {#- A row reaches the warehouse after its event, but clocks differ. -#}
  {%- set day_before = ozmeta_runtime.from_micros("(" ~ ozmeta_runtime.to_micros(
      ozmeta_runtime.timestamp_literal(found[1] or since)) ~ " - 86400000000)") -%}
  {%- do state.update({'where': slice, 'nothing': not found[0] | int,
      'known': "(_SyncDate >= " ~ day_before ~ " or _SyncDate is null)"}) -%}
  {%- do return(state) -%}
{% endmacro %}
