{#
What the last completed run left behind, and whether this one may go on (SPEC 3 and 8).

A run is complete when its row stands in <binding>_run, the binding's last model. Every row a model writes carries `_Batch`, one more
than the last complete run's: so whatever a killed run had written is seen as new by the next, and folded again.

Arguments
  binding     the binding's name, 'case'; its log is the model 'case_run'
  definition  what this model's rows depend on: any literal; its hash is kept with the rows
  sources     the relations of this package that the model reads
  due         a condition on the model's own rows: those that time alone changes; or none
  journals    the relations of the journals that the model reads
  kept        a condition that each of the model's rows fulfils, unless it was made from columns that were read otherwise; or none. A type that changes in the
              warehouse changes no model's text, so the rows are asked; the first one that fulfils it is enough
Returns a dict
  incremental whether rows of earlier runs are there to build on
  whole       whether everything is folded: in a full refresh; where the last complete run had this model not, or by another text; where a run that died since
              has written rows by another one; where a source was built afresh since, by a full refresh that did not reach this model
  batch       number of the last complete run, 0 before the first
  as_of       text of this run's as_of
  journals    {journal: watermark text} of the last complete run
  hash        this definition's hash
  quiet       the sources that have no row of this run or of one that died
  limited     whether dbt limits what this run reads (--empty, --sample): then rows that are here stay as they are, and a new table is made empty
  idle        whether there is nothing to write: all sources are quiet and no row is due, or the run is limited (see nothing_new)
Stops the run where as_of lies before that of a run whose rows are here, and where dbt would give it less, or something else, to read than the
rows here were made of (see limited_run.sql).
#}
{% macro run_state(binding, definition, sources=[], due=none, journals=[], kept=none) %}
  {%- do ozmeta_runtime.check_scratch(this) -%}
  {%- set hash = local_md5(tojson([ozmeta_runtime.fold_version(), definition], sort_keys=true))[:16] -%}
  {%- set state = {'incremental': is_incremental(), 'full_fold': not is_incremental(), 'batch': 0, 'journals': {}, 'hash': hash, 'as_of': ozmeta_runtime.as_of_text(), 'unchanged_sources': [], 'idle': false,
      'limited': ozmeta_runtime.run_is_limited(sources + journals)} -%}
  {%- if state.limited -%}
    {%- if state.incremental -%}{%- do state.update({'idle': true}) -%}{%- do return(state) -%}{%- endif -%}
    {%- do ozmeta_runtime.check_limited_rebuild(this) -%}
  {%- endif -%}
  {%- set empty = [] -%}
  {%- set log = ozmeta_runtime.run_log(binding) -%}
  {%- if log -%}
    {%- set rows = run_query("select RUN_Batch, RUN_Journal, " ~ ozmeta_runtime.timestamp_text("RUN_WatermarkUTC") ~ ", case when RUN_AsOfUTC > " ~ ozmeta_runtime.as_of() ~ " then " ~ ozmeta_runtime.timestamp_text("RUN_AsOfUTC") ~ " end, _DefinitionHash"
        ~ " from " ~ log ~ " where " ~ ozmeta_runtime.last_run(log)).rows -%}
    {%- for row in rows -%}
      {%- do state.update({'batch': row[0] | int, 'later_as_of': row[3]}) -%}
      {%- if ozmeta_runtime.model_text_hash(model.unique_id) not in row[4] -%}{%- do state.update({'full_fold': true}) -%}{%- endif -%}
      {%- for source in sources if source and ozmeta_runtime.empty_relation_mark(source) in row[4] -%}{%- do empty.append(source) -%}{%- endfor -%}
      {%- if row[2] is not none -%}{%- do state.journals.update({row[1]: row[2]}) -%}{%- endif -%}
      {%- if ozmeta_runtime.empty_relation_mark(this) in row[4] -%}{%- do empty.append(this) -%}{%- endif -%}
    {%- endfor -%}
    {%- if state.batch -%}{%- do ozmeta_runtime.check_deferred(sources, journals, not state.incremental) -%}{%- endif -%}
  {%- endif -%}
  {%- if state.incremental -%}
    {#- What a run that died left: rows later than as_of, and rows by another definition; and sources without a row of any complete run,
       unless the last complete one left them empty, and nothing was written here since. -#}
    {%- set asked = {
        'later': "(select " ~ ozmeta_runtime.timestamp_text("max(_UpdateDate)") ~ " from " ~ this ~ " where _UpdateDate > " ~ ozmeta_runtime.as_of() ~ ")",
        'other_definition': ozmeta_runtime.row_exists(this, "_Batch > " ~ state.batch ~ " and _DefinitionHash <> '" ~ hash ~ "'"),
        'died': ozmeta_runtime.row_exists(this, "_Batch > " ~ state.batch),
        'filled': ozmeta_runtime.row_exists(this),
        'as_read': ozmeta_runtime.row_exists(this, kept) if kept else "1",
        'due': ozmeta_runtime.row_exists(this, due) if due else "0"} -%}
    {%- for source in sources if source -%}
      {%- do asked.update({'old' ~ loop.index: ozmeta_runtime.row_exists(source, "_Batch <= " ~ state.batch),
          'new' ~ loop.index: ozmeta_runtime.row_exists(source, "_Batch > " ~ state.batch)}) -%}
    {%- endfor -%}
    {%- set found = dict(zip(asked.keys(), run_query("select " ~ asked.values() | join(', ')).rows[0].values())) -%}
    {%- set later = found.later or state.later_as_of -%}
    {%- if later -%}
      {%- do exceptions.raise_compiler_error("as_of is " ~ state.as_of ~ ", but " ~ this.identifier ~ " was already brought to " ~ later
          ~ ". Time may not go back (SPEC 3): give a later ozmeta_as_of, or run with --full-refresh to compute everything afresh as of that instant.") -%}
    {%- endif -%}
    {%- if found.other_definition | int or (found.filled | int and not found.as_read | int) -%}{%- do state.update({'full_fold': true}) -%}{%- endif -%}
    {#- Made empty since the last complete run, which left rows here: everything is read again. -#}
    {%- if state.batch and this not in empty and not found.filled | int -%}{%- do state.update({'full_fold': true, 'journals': {}}) -%}{%- endif -%}
    {%- for source in sources if source -%}
      {%- set has_old, has_new = found['old' ~ loop.index] | int, found['new' ~ loop.index] | int -%}
      {%- if (source not in empty or found.died | int) and not has_old -%}{%- do state.update({'full_fold': true}) -%}{%- endif -%}
      {%- if not has_new -%}{%- do state.unchanged_sources.append(source) -%}{%- endif -%}
    {%- endfor -%}
    {%- do state.update({'idle': not state.full_fold and state.unchanged_sources | length == sources | select | list | length and not found.due | int}) -%}
  {%- endif -%}
  {%- do return(state) -%}
{% endmacro %}

{# The relation of <binding>_run, or none before the first run. Looked up in the graph, since a ref would be a cycle. #}
{% macro run_log(binding) %}
  {%- set node = graph.nodes.get('model.' ~ model.package_name ~ '.' ~ binding ~ '_run') -%}
  {%- if not node -%}{%- do return(none) -%}{%- endif -%}
  {%- do return(load_relation(ozmeta_runtime.relation_of(node))) -%}
{% endmacro %}
