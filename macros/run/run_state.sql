{#
What the last completed run left, and what this run has to do (spec 3 and 8).

A run is complete when its row is in <binding>_run, the binding's last model. Every row that a model writes carries
`_Batch`: the number of the run (run_number). So the next run sees what a run that is not complete wrote, and folds it
again (unsettled_rows). Two runs at once have different numbers: see spec 8.8.

Arguments
  binding     the binding's name, such as 'case'; its log is the model 'case_run'
  definition  any literal that this model's rows depend on; the rows carry its hash
  sources     the relations of this package that the model reads
  due         a condition on the model's own rows: time alone changes these rows; or none
  journals    the relations of the journals that the model reads
  by_row      whether each row's _DefinitionHash tells what else it was made of, after the definition's hash. If only
              the model's text changed, the model finds the rows that the change concerns.
  kept        a condition that every row of the model meets as long as journals are read the same way; or none. A column
              type that changes in the warehouse does not change the model's text, so the first row is asked.
  bucketed    whether the model's table has buckets on engines that use them (spec 8.5)
Returns a dict
  incremental        whether there are rows of earlier runs to build on
  full_fold          whether to fold everything: in a full refresh; if the last completed run did not have this model,
                     or had it with another text; if a failed run wrote rows by another definition; if a source was
                     rebuilt by a full refresh that left this model out
  number             this run's number
  batch              number of the last completed run; 0 before the first
  before             number of the completed run before that; 0 if there is none
  left               {model id: [number]}: rows of runs that are not complete, see load_left_rows
  as_of              this run's as_of as text
  journals           {journal: watermark text} of the last completed run
  new_text           whether, by_row, the model's text changed since the last completed run and its rows have this
                     definition
  hash               the definition's hash
  unchanged_sources  the sources without rows of this run or of a failed one
  limited            whether dbt limits what this run reads (--empty, --sample): then existing rows stay as they are,
                     and a new table is created empty
  bucketed           whether the table has the column _Bucket
  buckets            the buckets that the run works on; none for the whole table
  idle               whether there is nothing to write: no source has changed and no row is due, or the run is limited

Errors: as_of is before that of an earlier run; dbt gives the run less to read than its rows were made of
(check_limited_rebuild, check_deferred); another run completed after this one began (check_overtaken);
a newer version made the tables (check_last_version).
#}
{% macro run_state(binding, definition, sources=[], due=none, journals=[], kept=none, by_row=false,
    bucketed=false) %}
  {%- do ozmeta_runtime.check_scratch(this) -%}
  {%- set incremental = ozmeta_runtime.is_incremental_run() -%}
  {%- set state = {
      'incremental': incremental,
      'full_fold': not incremental,
      'new_text': false,
      'batch': 0,
      'before': 0,
      'number': 0,
      'left': {},
      'as_of': ozmeta_runtime.as_of_text(),
      'journals': {},
      'hash': local_md5(tojson([ozmeta_runtime.fold_version(), definition], sort_keys=true))[:16],
      'unchanged_sources': [],
      'bucketed': bucketed and ozmeta_runtime.prunes_by_bucket(),
      'buckets': none,
      'limited': ozmeta_runtime.run_is_limited(sources + journals),
      'idle': false} -%}
  {%- if state.bucketed -%}{%- do ozmeta_runtime.prune_write(none) -%}{%- endif -%}
  {%- if state.limited and incremental -%}
    {%- do state.update({'idle': true}) -%}
    {%- do return(state) -%}
  {%- endif -%}
  {%- if state.limited -%}{%- do ozmeta_runtime.check_limited_rebuild(this) -%}{%- endif -%}

  {%- set last = ozmeta_runtime.load_last_run(binding) -%}
  {%- do state.update({
      'batch': last.batch, 'before': last.before, 'number': ozmeta_runtime.run_number(last.batch),
      'journals': last.journals}) -%}
  {%- if incremental -%}{%- do ozmeta_runtime.check_last_version(binding, last.empty) -%}{%- endif -%}
  {%- do state.update({'left': ozmeta_runtime.load_left_rows(binding, state)}) -%}
  {%- do ozmeta_runtime.lock_model(this) -%}
  {%- set asks_rows = by_row and last.has_model and not last.same_text -%}
  {%- if not last.same_text and not asks_rows -%}{%- do state.update({'full_fold': true}) -%}{%- endif -%}
  {%- if last.batch -%}{%- do ozmeta_runtime.check_deferred(sources, journals, not incremental) -%}{%- endif -%}
  {%- if not incremental -%}
    {%- do ozmeta_runtime.check_overtaken(binding, state) -%}
    {%- do return(state) -%}
  {%- endif -%}

  {%- set found = ozmeta_runtime.probe_tables(binding, state, sources, due, kept, asks_rows) -%}
  {%- do ozmeta_runtime.check_overtaken(binding, state, found.completed) -%}
  {%- set later = found.later or last.later_as_of -%}
  {%- if later -%}
    {%- do exceptions.raise_compiler_error("as_of is " ~ state.as_of ~ ", but an earlier run computed "
        ~ this.identifier ~ " as of " ~ later ~ ". Time may not go back (spec 3). Set a later ozmeta_as_of, or run "
        ~ "with --full-refresh to compute everything as of this time.") -%}
  {%- endif -%}
  {%- if asks_rows -%}
    {%- if found.filled | int and not found.other_rows | int -%}{%- do state.update({'new_text': true}) -%}
    {%- else -%}{%- do state.update({'full_fold': true}) -%}
    {%- endif -%}
  {%- endif -%}
  {%- if found.other_definition | int or (found.filled | int and not found.same_reading | int) -%}
    {%- do state.update({'full_fold': true}) -%}
  {%- endif -%}
  {#- The rows that the last completed run left here are gone, so everything is read again. -#}
  {%- set was_empty = ozmeta_runtime.empty_relation_mark(this) in last.empty -%}
  {%- if state.batch and not was_empty and not found.filled | int -%}
    {%- do state.update({'full_fold': true, 'journals': {}}) -%}
  {%- endif -%}
  {%- for source in sources if source -%}
    {%- set has_old, has_new = found['old' ~ loop.index] | int, found['new' ~ loop.index] | int -%}
    {%- set source_was_empty = ozmeta_runtime.empty_relation_mark(source) in last.empty -%}
    {%- if (not source_was_empty or found.failed | int) and not has_old -%}
      {%- do state.update({'full_fold': true}) -%}
    {%- endif -%}
    {%- if not has_new -%}{%- do state.unchanged_sources.append(source) -%}{%- endif -%}
  {%- endfor -%}
  {%- set all_unchanged = state.unchanged_sources | length == sources | select | list | length -%}
  {%- do state.update({'idle': not state.full_fold and all_unchanged and not state.new_text
      and not found.due | int and model.unique_id not in state.left}) -%}
  {%- if state.bucketed and sources and not (state.full_fold or state.new_text) -%}
    {%- set changed = [] -%}
    {%- for source in sources if source and source not in state.unchanged_sources -%}
      {%- do changed.append("select _Bucket as bucket from " ~ source ~ " where "
          ~ ozmeta_runtime.unsettled_rows(state)) -%}
    {%- endfor -%}
    {%- if found.due | int -%}{%- do changed.append("select _Bucket as bucket from " ~ this ~ " where " ~ due) -%}
    {%- endif -%}
    {#- An idle run names no bucket, so its merge reads nothing. -#}
    {%- do state.update({'buckets': ozmeta_runtime.named_buckets(changed | join(" union all ")) if changed else []}) -%}
    {%- do ozmeta_runtime.prune_write(state.buckets) -%}
  {%- endif -%}
  {%- do return(state) -%}
{% endmacro %}
