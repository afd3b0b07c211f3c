{#
Finds out, in one statement, what the last completed run and a failed run left in the model's own table and its sources.

Arguments    as of run_state; state is this run's; asks_rows: whether to ask for other_rows
Returns a dict, 1 or 0 but for `completed` and `later`
  completed         number of the last completed run as the log has it now
  later             the greatest _UpdateDate of a failed run after this run's as_of, as text, or none; the run log
                    tells the as_of of completed runs
  other_definition  a failed run wrote rows by another definition
  other_rows        a live row has another definition
  failed            a failed run wrote rows
  filled            the table has rows
  same_reading      the first row meets `kept`
  due               a row is due
  old<N>, new<N>    source number N has rows of completed runs, and newer ones
#}
{% macro probe_tables(binding, state, sources, due, kept, asks_rows=false) %}
  {%- set other = "_DefinitionHash not like '" ~ state.hash ~ "%'" -%}
  {%- set newer = ozmeta_runtime.unsettled_rows(state) -%}
  {%- set has_left = model.unique_id in state.left -%}
  {%- set log = ozmeta_runtime.existing_model(binding, 'run') -%}
  {%- set later = "select " ~ ozmeta_runtime.timestamp_text("max(_UpdateDate)") ~ " from " ~ this
      ~ " where " ~ newer ~ " and _UpdateDate > " ~ ozmeta_runtime.as_of() -%}
  {%- set questions = {
      'completed': "(select max(RUN_Batch) from " ~ log ~ ")" if log else "0",
      'later': "(" ~ later ~ ")" if has_left else "null",
      'other_definition': ozmeta_runtime.row_exists(this, newer ~ " and " ~ other) if has_left else "0",
      'other_rows': ozmeta_runtime.row_exists(this, "_DeleteDate is null and " ~ other) if asks_rows else "0",
      'failed': "1" if has_left else "0",
      'filled': ozmeta_runtime.row_exists(this),
      'same_reading': ozmeta_runtime.row_exists(this, kept) if kept else "1",
      'due': ozmeta_runtime.row_exists(this, due) if due else "0"} -%}
  {#- dbt has made a source before the first model that reads it, so later models get the same answer. -#}
  {%- set cache = ozmeta_runtime.invocation_cache() -%}
  {%- for source in sources if source and newer ~ ' in ' ~ source not in cache -%}
    {%- do questions.update({
        'old in ' ~ source: ozmeta_runtime.row_exists(source, "_Batch <= " ~ state.batch),
        'new in ' ~ source: ozmeta_runtime.row_exists(source, newer)}) -%}
  {%- endfor -%}
  {%- set answers = run_query("select " ~ questions.values() | join(', ')).rows[0].values() -%}
  {%- set found = dict(zip(questions.keys(), answers)) -%}
  {%- for source in sources if source -%}
    {%- if 'new in ' ~ source in found -%}
      {%- do cache.update({newer ~ ' in ' ~ source: [found['old in ' ~ source], found['new in ' ~ source]]}) -%}
    {%- endif -%}
    {%- set old, new = cache[newer ~ ' in ' ~ source] -%}
    {%- do found.update({'old' ~ loop.index: old, 'new' ~ loop.index: new}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
