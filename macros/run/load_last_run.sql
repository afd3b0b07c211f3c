{#
What the run log keeps of a binding's last completed run.

Arguments
  binding      the binding's name, such as 'case'; its log is the model 'case_run'
Returns a dict
  batch        the run's number; 0 before the first
  before       number of the completed run before it; 0 if there is none
  journals     {journal: watermark as text}
  later_as_of  the run's as_of as text if it is later than this run's, else none
  has_model    whether that run had this model
  same_text    whether that run had this model, with the text that it has now
  empty        names of tables that were empty then, as empty_relation_mark writes them
#}
{% macro load_last_run(binding) %}
  {%- set last = {
      'batch': 0, 'before': 0, 'journals': {}, 'later_as_of': none, 'has_model': true, 'same_text': true,
      'empty': ''} -%}
  {%- set log = ozmeta_runtime.existing_model(binding, 'run') -%}
  {%- if log -%}
    {#- The log is the last model of its binding, so its rows are the same for all models before it. -#}
    {%- set cache = ozmeta_runtime.invocation_cache() -%}
    {%- set question = 'last run in ' ~ log -%}
    {%- set sql -%}
      select RUN_Batch, RUN_Journal, {{ ozmeta_runtime.timestamp_text("RUN_WatermarkUTC") }},
        case when RUN_AsOfUTC > {{ ozmeta_runtime.as_of() }}
             then {{ ozmeta_runtime.timestamp_text("RUN_AsOfUTC") }} end,
        _DefinitionHash,
        {{ ozmeta_runtime.run_before_last(log) }} as before
      from {{ log }} where {{ ozmeta_runtime.last_run(log) }}
    {%- endset -%}
    {%- if question not in cache -%}
      {%- set rows = run_query(sql).rows -%}
      {#- Another thread may have asked meanwhile. All models of an invocation must go by the same run. -#}
      {%- if question not in cache -%}{%- do cache.update({question: rows}) -%}{%- endif -%}
    {%- endif -%}
    {%- for row in cache[question] -%}
      {%- set batch, journal, watermark, later_as_of, definitions, before = row.values() -%}
      {%- do last.update({
          'batch': batch | int, 'before': (before or 0) | int, 'later_as_of': later_as_of,
          'empty': definitions}) -%}
      {%- if ozmeta_runtime.model_text_hash(model.unique_id) not in definitions -%}
        {%- do last.update({
            'same_text': false,
            'has_model': ozmeta_runtime.model_mark(model.unique_id) in definitions}) -%}
      {%- endif -%}
      {%- if watermark is not none -%}{%- do last.journals.update({journal: watermark}) -%}{%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do return(last) -%}
{% endmacro %}
