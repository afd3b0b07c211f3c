{#
Operation: writes the runtime columns of an Inline binding into the entity's own table, for applications that read only
that table (spec 7.2).

  dbt run-operation ozmeta_runtime.write_inline --args '{binding: case}'

It adds the missing columns, and updates the rows whose values differ from the model <binding>_inline. It changes no
other column. If you call it again, it changes nothing.

Arguments
  binding    string: the binding's name, as in the names of its models
Prints       the added columns and the number of updated rows
Errors       ozmeta.yml does not allow it (write_back); the table or the model does not exist; the table has a column
             with the name of a runtime column and another type. In each case, nothing was written.
#}
{% macro write_inline(binding) %}
  {%- set node = ozmeta_runtime.inline_model(binding) -%}
  {%- set entity = node.config.meta.ozmeta_entity -%}
  {%- if not entity.write_back -%}
    {%- do exceptions.raise_compiler_error("write_inline changes a table that dbt does not own, and ozmeta.yml "
        ~ "does not allow that. To allow it, set bindings: {" ~ entity.binding ~ ": {entity: {write_back: true}}} "
        ~ "in ozmeta.yml, and run `ozmeta-dbt generate`.") -%}
  {%- endif -%}
  {%- set source = ozmeta_runtime.inline_source(node) -%}
  {%- set key = "bindings." ~ entity.binding ~ ".entity in ozmeta.yml" -%}
  {%- set table = adapter.get_relation(
      database=source.database, schema=source.schema, identifier=source.identifier) -%}
  {%- set view = load_relation(ozmeta_runtime.relation_of(node)) -%}
  {%- if not view -%}
    {%- do exceptions.raise_compiler_error("The model " ~ node.name ~ " does not exist yet. Run dbt first.") -%}
  {%- endif -%}
  {%- if not table -%}
    {%- do exceptions.raise_compiler_error("The table " ~ source.schema ~ "." ~ source.identifier
        ~ " does not exist, or dbt may not read it. Check " ~ key ~ ".") -%}
  {%- endif -%}
  {%- if table.type != 'table' -%}
    {%- do exceptions.raise_compiler_error(table ~ " is a " ~ table.type ~ ", but write_inline can only write to a "
        ~ "table. Name the table in " ~ key ~ ".") -%}
  {%- endif -%}
  {%- set own = ozmeta_runtime.entity_columns(entity, table) -%}
  {%- set columns_of_table = ozmeta_runtime.relation_columns(table) -%}
  {%- set columns_of_view = ozmeta_runtime.relation_columns(view) -%}
  {%- set columns, missing, wrong = [], [], [] -%}
  {%- for name in ozmeta_runtime.inline_column_names(entity) -%}
    {%- set wanted, current = columns_of_view.get(name | lower), columns_of_table.get(name | lower) -%}
    {%- if not wanted -%}
      {%- do exceptions.raise_compiler_error("The model " ~ node.name ~ " has no column " ~ name
          ~ " yet. Run dbt first.") -%}
    {%- endif -%}
    {%- do columns.append(ozmeta_runtime.quote_name(current.name if current else wanted.name)) -%}
    {%- if not current -%}
      {%- do missing.append(wanted) -%}
    {%- elif not ozmeta_runtime.same_type(current, wanted) -%}
      {%- do wrong.append(current.name ~ " is " ~ current.dtype ~ ", not " ~ wanted.dtype) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if wrong -%}
    {%- do exceptions.raise_compiler_error("The table " ~ table ~ " has columns with the names of runtime columns, but "
        ~ "of other types: " ~ wrong | join('; ') ~ ". Rename these columns. Nothing was written.") -%}
  {%- endif -%}
  {%- for column in missing -%}{%- do alter_relation_add_remove_columns(table, [column], none) -%}{%- endfor -%}
  {#- `held` and `fresh` are the aliases that update_from gives to the table and to the query. -#}
  {%- set on -%}
    {{ ozmeta_runtime.entity_key(own.key, 'held') | trim }} = fresh.object_id
    {%- if own.tenant %} and {{ ozmeta_runtime.entity_key([own.tenant], 'held') | trim }} = fresh.tenant{% endif %}
  {%- endset -%}
  {%- set rows -%}
    select distinct
      {{ ozmeta_runtime.entity_key(own.key, 'inline') | trim }} as object_id
      {%- if own.tenant %},
      {{ ozmeta_runtime.entity_key([own.tenant], 'inline') | trim }} as tenant
      {%- endif %}
      {%- for column in columns %},
      inline.{{ column }}
      {%- endfor %}
    from {{ view }} as inline
  {%- endset -%}
  {%- set differs -%}
    (
    {%- for column in columns %}
      held.{{ column }} <> fresh.{{ column }}
      or (held.{{ column }} is null and fresh.{{ column }} is not null)
      or (held.{{ column }} is not null and fresh.{{ column }} is null)
      {{- " or" if not loop.last }}
    {%- endfor %}
    )
  {%- endset -%}
  {%- set count = run_query("select count(*) from " ~ table ~ " as held inner join (" ~ rows ~ ") as fresh on " ~ on
      ~ " where " ~ differs).rows[0][0] | int -%}
  {%- if count or missing -%}
    {%- call statement('write_inline') -%}
      {{ ozmeta_runtime.update_from(table, columns, rows, on, differs) }}
    {%- endcall -%}
    {%- do adapter.commit() -%}  {#- By itself, dbt commits only what models write. -#}
  {%- endif -%}
  {%- set added = missing | map(attribute='name') | join(', ') -%}
  {%- do print(node.name ~ ": " ~ ("columns added to " ~ table ~ ": " ~ added if added else "no column added")
      ~ "; rows updated: " ~ count) -%}
{% endmacro %}

{# The graph node of the model <binding>_inline. Errors: the project has no Inline binding of this name. #}
{% macro inline_model(binding) %}
  {%- set found = ozmeta_runtime.models_calling('inline', '_inline') -%}
  {%- if binding not in found -%}
    {%- do exceptions.raise_compiler_error("This project has no Inline binding '" ~ binding ~ "'. It has: "
        ~ (found.keys() | sort | join(', ') or 'none')) -%}
  {%- endif -%}
  {%- do return(found[binding]) -%}
{% endmacro %}

{# The source that is the entity's own table. node: the graph node of the model <binding>_inline #}
{% macro inline_source(node) %}
  {%- for id in node.depends_on.nodes if id in graph.sources -%}{%- do return(graph.sources[id]) -%}{%- endfor -%}
{% endmacro %}

{# Whether two columns have the same type. Text types of different lengths count as the same. a, b: column #}
{% macro same_type(a, b) %}
  {%- do return(a.data_type | lower == b.data_type | lower or (a.is_string() and b.is_string())) -%}
{% endmacro %}
