{# The project's models that call a macro of this package, {binding: node}; suffix: what their names have after the binding's. #}
{% macro models_calling(macro, suffix) %}
  {%- set found = {} -%}
  {%- for node in graph.nodes.values() if node.resource_type == 'model' and 'macro.ozmeta_runtime.' ~ macro in node.depends_on.macros -%}
    {%- do found.update({node.name[:-(suffix | length)]: node}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{# The bindings among the project's models: {binding: {model: node}}; a binding is known by its run log, whose model names all others. #}
{% macro bindings() %}
  {%- set found = {} -%}
  {%- for binding, node in ozmeta_runtime.models_calling('run_log_model', '_run').items() -%}
    {%- set models = {'run': node} -%}
    {%- for id in node.depends_on.nodes -%}
      {%- set upstream = graph.nodes[id] -%}
      {%- do models.update({upstream.name[binding | length + 1:]: upstream}) -%}
    {%- endfor -%}
    {%- do found.update({binding: models}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{% macro relation_of(node) %}{% do return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) %}{% endmacro %}

{# Operations answer in one line of JSON, which the command `ozmeta-dbt` reads. #}
{% macro answer(document) %}{% do print('OZMETA ' ~ tojson(document)) %}{% endmacro %}

{# How a model's columns are spelled, {name in lower case: name}: what an engine says of its tables may be folded to lower or upper case. Every column is described. #}
{% macro spelled_columns(node) %}
  {%- set names = {} -%}
  {%- for name in node.columns -%}{%- do names.update({name | lower: name}) -%}{%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}

{# The rows of a query as dicts of texts, a null as none; instants as epoch micros, booleans as 'true' and 'false'. names: see spelled_columns #}
{% macro rows_as_text(relation, columns, condition, names={}) %}
  {%- set found = [] -%}
  {%- set selected = [] -%}
  {%- for column in columns -%}
    {%- set name = ozmeta_runtime.quoted_name(column.name) -%}
    {%- if ozmeta_runtime.is_instant(column) -%}{%- do selected.append("cast(" ~ ozmeta_runtime.to_micros(name) ~ " as " ~ ozmeta_runtime.type_text() ~ ")") -%}
    {%- elif 'bool' in column.data_type | lower or column.data_type | lower == 'bit' -%}
      {%- do selected.append("case when " ~ ozmeta_runtime.is_true(name) ~ " then 'true' when " ~ name ~ " is not null then 'false' end") -%}
    {%- else -%}{%- do selected.append("cast(" ~ name ~ " as " ~ ozmeta_runtime.type_text() ~ ")") -%}{%- endif -%}
  {%- endfor -%}
  {%- for row in run_query("select " ~ selected | join(', ') ~ " from " ~ relation ~ " where " ~ condition).rows -%}
    {%- set values = {} -%}
    {%- for column in columns -%}
      {%- set value = row[loop.index0] -%}
      {%- do values.update({names.get(column.name | lower, column.name): value | string if value is not none else none}) -%}
    {%- endfor -%}
    {%- do found.append(values) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{% macro is_instant(column) %}{% do return('timestamp' in column.data_type | lower or 'datetime' in column.data_type | lower) %}{% endmacro %}
