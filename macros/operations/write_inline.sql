{#
Operation: the runtime columns in the entity's own table (SPEC 1, Inline), for applications that read nothing else.

  dbt run-operation ozmeta_runtime.write_inline --args '{binding: case}'

Adds the columns that are missing, and updates the rows whose values differ from <binding>_inline: repeated, it changes nothing. It touches no other
column, and stops before it changes anything where ozmeta.yml gives no leave (write_back), or a column of that name has another type.
#}
{% macro write_inline(binding) %}
  {%- set node = ozmeta_runtime.inline_model(binding) -%}
  {%- set entity = node.config.meta.ozmeta_entity -%}
  {%- if not entity.write_back -%}
    {%- do exceptions.raise_compiler_error("write_inline changes a table that is not dbt's. Where that is wanted, say so in ozmeta.yml: bindings: {" ~ entity.binding ~ ": {entity: {write_back: true}}}, and generate again.") -%}
  {%- endif -%}
  {%- set source = ozmeta_runtime.inline_source(node) -%}
  {%- set table = adapter.get_relation(database=source.database, schema=source.schema, identifier=source.identifier) -%}
  {%- set view = load_relation(ozmeta_runtime.relation_of(node)) -%}
  {%- if not view -%}{%- do exceptions.raise_compiler_error("There is no " ~ node.name ~ " yet: run dbt, first") -%}{%- endif -%}
  {%- if not table or table.type != 'table' -%}
    {%- do exceptions.raise_compiler_error((table or source.schema ~ "." ~ source.identifier) ~ " is no table" ~ (", but a " ~ table.type if table else " that dbt sees") ~ ": there is nothing to write to") -%}
  {%- endif -%}
  {%- set own = ozmeta_runtime.entity_columns(entity, table) -%}
  {%- set held, fresh, columns, missing, wrong = ozmeta_runtime.relation_columns(table), ozmeta_runtime.relation_columns(view), [], [], [] -%}
  {%- for name in ozmeta_runtime.inline_column_names(entity) -%}
    {%- set wanted, there = fresh.get(name | lower), held.get(name | lower) -%}
    {%- if not wanted -%}{%- do exceptions.raise_compiler_error(node.name ~ " has no column " ~ name ~ " yet: run dbt, first") -%}{%- endif -%}
    {%- do columns.append(ozmeta_runtime.quote_name(there.name if there else wanted.name)) -%}
    {%- if not there -%}{%- do missing.append(wanted) -%}
    {%- elif not ozmeta_runtime.same_type(there, wanted) -%}{%- do wrong.append(there.name ~ " is " ~ there.dtype ~ ", not " ~ wanted.dtype) -%}{%- endif -%}
  {%- endfor -%}
  {%- if wrong -%}
    {%- do exceptions.raise_compiler_error("The table " ~ table ~ " has columns called as runtime columns are, of another type: " ~ wrong | join('; ') ~ ". Rename them. Nothing was written.") -%}
  {%- endif -%}
  {%- for column in missing -%}{%- do alter_relation_add_remove_columns(table, [column], none) -%}{%- endfor -%}
  {%- set on = ozmeta_runtime.entity_key(own.key, 'held') ~ " = fresh.object_id" ~ (" and " ~ ozmeta_runtime.entity_key([own.tenant], 'held') ~ " = fresh.tenant" if own.tenant else "") -%}
  {%- set rows -%}
    select distinct {{ ozmeta_runtime.entity_key(own.key, 'inline') }} as object_id{% if own.tenant %}, {{ ozmeta_runtime.entity_key([own.tenant], 'inline') }} as tenant{% endif %}
      {%- for column in columns %}, inline.{{ column }}{% endfor %}
    from {{ view }} as inline
  {%- endset -%}
  {%- set differs -%}
    ({% for c in columns %}held.{{ c }} <> fresh.{{ c }} or (held.{{ c }} is null and fresh.{{ c }} is not null) or (held.{{ c }} is not null and fresh.{{ c }} is null){{ " or " if not loop.last }}{% endfor %})
  {%- endset -%}
  {%- set count = run_query("select count(*) from " ~ table ~ " as held inner join (" ~ rows ~ ") as fresh on " ~ on ~ " where " ~ differs).rows[0][0] | int -%}
  {%- if count or missing -%}
    {%- call statement('write_inline') -%}{{ ozmeta_runtime.update_from(table, columns, rows, on, differs) }}{%- endcall -%}
    {%- do adapter.commit() -%}  {#- dbt commits for models only -#}
  {%- endif -%}
  {%- do print(node.name ~ ": " ~ ("columns added to " ~ table ~ ": " ~ missing | map(attribute='name') | join(', ') if missing else "no column added") ~ "; rows updated: " ~ count) -%}
{% endmacro %}

{# The model <binding>_inline, as a node of the graph. #}
{% macro inline_model(binding) %}
  {%- set found = ozmeta_runtime.models_calling('inline', '_inline') -%}
  {%- if binding not in found -%}
    {%- do exceptions.raise_compiler_error("This project has no Inline binding '" ~ binding ~ "'. It has: " ~ (found.keys() | sort | join(', ') or 'none')) -%}
  {%- endif -%}
  {%- do return(found[binding]) -%}
{% endmacro %}

{% macro inline_source(node) %}
  {%- for id in node.depends_on.nodes if id in graph.sources -%}{%- do return(graph.sources[id]) -%}{%- endfor -%}
{% endmacro %}

{# Texts of any length are one type here. #}
{% macro same_type(a, b) %}{% do return(a.data_type | lower == b.data_type | lower or (a.is_string() and b.is_string())) %}{% endmacro %}
