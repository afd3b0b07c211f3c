{#
Arguments  plan: the bindings of verify_plan's answer; lookback_minutes: the journals'; show: of how many differing objects to fetch everything;
           keep: whether what was folded afresh stays
Answers    {binding: {changed: models whose definitions changed since, waiting: objects with events that no run has read yet,
            models: {model: {rows, differing_rows, differing_objects, first: [object], columns: {column compared: what a message calls it}}}, facts: {object: {tables, afresh}}}}
#}
{% macro verify_compare(plan, lookback_minutes, show=3, keep=false) %}
  {%- set answer = {} -%}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- for binding, entry in plan.items() -%}
    {%- set found = {'changed': [], 'models': {}, 'facts': {}} -%}
    {%- set held, afresh = {}, {} -%}
    {#- the signal log is no function of the journal: it tells what was said, and when -#}
    {%- for model, names in entry.models.items() if model != 'runtime_signal' -%}
      {%- do held.update({model: api.Relation.create(database=names[0], schema=names[1], identifier=names[2])}) -%}
      {%- do afresh.update({model: ozmeta_runtime.relation_of(known[binding][model])}) -%}
      {%- if model not in ('quarantine', 'journal') and run_query("select " ~ ozmeta_runtime.row_exists(held[model], "_DefinitionHash not in (select _DefinitionHash from " ~ afresh[model] ~ ")"
          ~ ozmeta_runtime.is_live(model) ~ ozmeta_runtime.verified_slice(ozmeta_runtime.object_column(model))
          ~ " and exists (select 1 from " ~ afresh[model] ~ ")")).rows[0][0] | int -%}
        {%- do found.changed.append(names[3]) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- set waiting = ozmeta_runtime.waiting_objects(held, afresh, entry.journals, lookback_minutes) -%}
    {%- do found.update({'waiting': run_query("select count(*) from (" ~ waiting ~ ") as waiting").rows[0][0] | int}) -%}
    {%- set objects = [] -%}
    {%- for model in held -%}
      {%- set outcome = ozmeta_runtime.compare_table(model, known[binding][model], held[model], afresh[model], waiting) -%}
      {%- do found.models.update({model: outcome}) -%}
      {%- for object in outcome.first if object not in objects and objects | length < show -%}{%- do objects.append(object) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for object in objects -%}
      {%- do found.facts.update({object: {'tables': ozmeta_runtime.object_history(held, known[binding], [object]), 'afresh': ozmeta_runtime.object_history(afresh, known[binding], [object])}}) -%}
    {%- endfor -%}
    {%- do answer.update({binding: found}) -%}
  {%- endfor -%}
  {%- if not keep -%}{%- do ozmeta_runtime.verify_clean() -%}{%- endif -%}
  {%- do ozmeta_runtime.print_answer(answer) -%}
{% endmacro %}

{# One table against the same table folded afresh: every column but a run's own bookkeeping, live rows, objects that wait left out. #}
{% macro compare_table(model, node, held, afresh, waiting) %}
  {%- set bookkeeping = ['_batch', '_updatedate', '_definitionhash', '_deletedate', 'tl_intake', 'tl_replaced', 'tl_journal', 'qr_journal'] -%}
  {%- set columns, quoted, names = {}, [], ozmeta_runtime.column_spellings(node) -%}
  {%- for column in adapter.get_columns_in_relation(afresh) if column.name | lower not in bookkeeping -%}
    {%- set name = names.get(column.name | lower, column.name) -%}
    {%- do columns.update({name: ozmeta_runtime.called_in_payload(node, name)}) -%}{%- do quoted.append(ozmeta_runtime.quote_name(column.name)) -%}
  {%- endfor -%}
  {%- set object = ozmeta_runtime.object_column(model) -%}
  {%- set rows = "select " ~ quoted | join(', ') ~ " from " -%}
  {%- set condition = " where 1 = 1" ~ ozmeta_runtime.is_live(model) ~ ozmeta_runtime.verified_slice(object) ~ " and coalesce(" ~ object ~ ", '') not in (" ~ waiting ~ ")" -%}
  {%- set differing -%}
    select * from ({{ rows }}{{ held }}{{ condition }} {{ dbt.except() }} {{ rows }}{{ afresh }}{{ condition }}) as gone
    union all
    select * from ({{ rows }}{{ afresh }}{{ condition }} {{ dbt.except() }} {{ rows }}{{ held }}{{ condition }}) as missing
  {%- endset -%}
  {%- set counts = run_query("select count(distinct _Key), count(distinct coalesce(" ~ object ~ ", '')) from (" ~ differing ~ ") as differing").rows[0] -%}
  {%- set first = [] -%}
  {%- if counts[0] | int -%}
    {#- fetched ten, since T-SQL has no `limit` -#}
    {%- for row in adapter.execute("select distinct " ~ object ~ " as object_id from (" ~ differing ~ ") as differing where " ~ object ~ " is not null order by object_id", fetch=true, limit=10)[1].rows -%}
      {%- do first.append(row[0] | string) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do return({'rows': run_query("select count(*) from " ~ held ~ condition).rows[0][0] | int, 'differing_rows': counts[0] | int, 'differing_objects': counts[1] | int, 'first': first, 'columns': columns}) -%}
{% endmacro %}

{# What a person calls a column: of a payload field, as rules do, `object.Priority`. Its description begins with that. #}
{% macro called_in_payload(node, name) %}
  {%- set described = node.columns[name].description if name in node.columns else '' -%}
  {%- do return(described.split(' of the payload')[0] if name.startswith('PL_') and ' of the payload' in described else name) -%}
{% endmacro %}

{# A select of the objects that have journal rows which no run has read yet, but the next will: they arrived since. Older ones no increment
   will ever read, so they do count as a difference. #}
{% macro waiting_objects(held, afresh, journals, lookback_minutes) -%}
  {%- for model, journal, columns in [('timeline', 'TL_Journal', ['_Key', 'TL_ContentHash', '_SyncDate']), ('quarantine', 'QR_Journal', ['_Key']), ('journal', 'MJ_Journal', ['_Key'])] if model in held %}
  {{ ozmeta_runtime.union_distinct() if not loop.first }}
  select coalesce({{ ozmeta_runtime.object_column(model) }}, '') as object_id
  from {{ afresh[model] }} as afresh
  where not exists (
      select 1 from {{ held[model] }} as held where {% for c in columns %}held.{{ c }} = afresh.{{ c }}{{ " and " if not loop.last }}{% endfor %}{{ " and held._DeleteDate is null" if model == 'quarantine' }}
  )
  and (afresh._SyncDate is null
      {%- for name, watermark in journals.items() %}
      or (afresh.{{ journal }} = {{ ozmeta_runtime.text_literal(name) }}{% if watermark is not none %} and {{ ozmeta_runtime.to_micros('afresh._SyncDate') }} >= {{ watermark - lookback_minutes * 60000000 }}{% endif %})
      {%- endfor %}
  )
  {%- endfor %}
{%- endmacro %}

{# The rows of a table that a fold afresh has too: not what was undone since, nor what the runtime itself said when it did. #}
{% macro is_live(model) %}{{ {'timeline': "", 'journal': " and MJ_Journal <> 'ozmeta_runtime'"}.get(model, " and _DeleteDate is null") }}{% endmacro %}
