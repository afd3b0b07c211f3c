{#
Operation: removes the objects whose retention is over from every table of a binding, and leaves a tombstone of each
(spec 8.6). `ozmeta-dbt purge` calls it.

  dbt run-operation ozmeta_runtime.purge
  dbt run-operation ozmeta_runtime.purge --args '{binding: case, dry_run: false}'

It writes the tombstones first. From then on, no run admits a row of these objects. If the purge fails later, the next
one completes it: it deletes whatever the tables still have of objects with a tombstone.

Arguments
  binding     string: a name of the binding, in any spelling; none for all bindings
  dry_run     boolean: whether only to say what would go (the default)
  older_than  integer: days that lengthen what MetaDB and ozmeta.yml say; where they say nothing, it alone counts
  as_json     boolean: whether to print the answer for `ozmeta-dbt`, see print_answer, instead of sentences
Prints        {binding: {
                objects: number of objects that go,
                unfinished: number of rows that an earlier purge has left,
                tables: {name of a table: number of rows that go},
                stays: {why: number of objects}, see purgeable_objects,
                reasons: {why: in words},
                tombstones: name of the table of the tombstones,
                no_run: true if the binding has no completed run
              }}
Errors        see binding_named and retention_rules
#}
{% macro purge(binding=none, dry_run=true, older_than=none, as_json=false) %}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- set names = [ozmeta_runtime.binding_named(binding | string, known)] if binding is not none
      else known.keys() | sort -%}
  {%- if older_than is not none and (older_than is not integer or older_than < 0) -%}
    {%- do exceptions.raise_compiler_error("older_than is " ~ older_than ~ ". Give a whole number of days.") -%}
  {%- endif -%}
  {%- set all_rules = {} -%}
  {%- for name in names -%}
    {%- do all_rules.update({name: ozmeta_runtime.retention_rules(known[name].timeline, older_than)}) -%}
  {%- endfor -%}
  {%- set answer = {} -%}
  {%- for name in names -%}
    {%- set planned = ozmeta_runtime.purge_plan(name, known[name], all_rules[name]) -%}
    {%- if not as_json -%}{%- do ozmeta_runtime.tell_purge(name, planned, dry_run) -%}{%- endif -%}
    {%- if not dry_run and not planned.get('no_run') and (planned.objects or planned.unfinished) -%}
      {%- do ozmeta_runtime.purge_binding(name, known[name], all_rules[name]) -%}
    {%- endif -%}
    {%- do answer.update({name: planned}) -%}
  {%- endfor -%}
  {%- if as_json -%}{%- do ozmeta_runtime.print_answer(answer) -%}{%- endif -%}
{% endmacro %}

{# Prints what goes and what stays, in sentences. planned: see purge_plan #}
{% macro tell_purge(binding, planned, dry_run) %}
  {%- if planned.get('no_run') -%}
    {%- do print(binding ~ ": no completed run yet, so there is nothing to purge") -%}
    {%- do return('') -%}
  {%- endif -%}
  {%- set verb = 'would go' if dry_run else 'go' -%}
  {%- do print(binding ~ ": objects that " ~ verb ~ ": " ~ planned.objects) -%}
  {%- for table, rows in planned.tables.items() -%}{%- do print("  " ~ table ~ ": " ~ rows ~ " rows") -%}{%- endfor -%}
  {%- for why, objects in planned.stays.items() -%}
    {%- do print("  stay, " ~ planned.reasons[why] ~ ": " ~ objects) -%}
  {%- endfor -%}
{% endmacro %}
