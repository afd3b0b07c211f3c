{#
Operation that `ozmeta-dbt report` calls: prints the figures of the report. Each figure is one query, which the
warehouse aggregates. Lists of objects have at most `rows` rows, and say how many there are.

Arguments
  wanted    list of string: names of bindings, see binding_named; empty for all bindings
  tenant    string: only rows of this tenant; none for all tenants
  since     string: a timestamp in UTC from which the past counts, or none for all of it
  days      integer: how many days before the last run the past counts, if `since` is none; none for all of it
  rows      integer: the most rows of a list of objects
Prints
  {binding: {
    as_of     of the last completed run, in microseconds since 1970; absent before the first
    since     in microseconds since 1970, or none
    has_tenant  whether the timeline has an event of the tenant; true without one
    fields    [name]: the object's fields that the figures are broken down by, see report_scope
    figures   {figure: {sql, columns: [name], rows: [[text or none]]}}
    missing   {figure: [name of a model that it needs and the project does not build]}
  }}
Errors      see binding_named; a table does not exist yet
#}
{% macro report_facts(wanted=[], tenant=none, since=none, days=none, rows=100) %}
  {%- set known, chosen, answer = ozmeta_runtime.bindings(), [], {} -%}
  {%- for given in wanted -%}
    {%- do chosen.append(ozmeta_runtime.binding_named(given | string, known)) -%}
  {%- endfor -%}
  {%- for binding, nodes in known.items() if not wanted or binding in chosen -%}
    {%- set scope = ozmeta_runtime.report_scope(binding, nodes, tenant, since, days, rows) -%}
    {%- set found = {'figures': {}, 'missing': {}} -%}
    {%- if scope.as_of is not none -%}
      {%- do found.update({'as_of': scope.as_of_micros, 'since': scope.since_micros,
          'fields': scope.fields | map(attribute='name') | list, 'has_tenant': scope.has_tenant}) -%}
      {%- for name, figure in ozmeta_runtime.report_figures().items() -%}
        {%- set missing = figure.needs | reject('in', scope.models) | list -%}
        {%- if missing -%}
          {%- do found.missing.update({name: missing}) -%}
        {%- else -%}
          {%- do found.figures.update({name: ozmeta_runtime.report_answer(figure.query(scope))}) -%}
        {%- endif -%}
      {%- endfor -%}
    {%- endif -%}
    {%- do answer.update({binding: found}) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.print_answer(answer) -%}
{% endmacro %}

{# A query's text and its rows, as {sql, columns, rows}; every value is a text or none. #}
{% macro report_answer(query) %}
  {%- set lines = [] -%}
  {%- for line in query.splitlines() if line | trim -%}{%- do lines.append(line.rstrip()) -%}{%- endfor -%}
  {%- set sql = lines | join('\n') -%}
  {%- set found, rows = run_query(sql), [] -%}
  {%- for row in found.rows -%}
    {%- set values = [] -%}
    {%- for value in row.values() -%}
      {%- do values.append(value | string if value is not none else none) -%}
    {%- endfor -%}
    {%- do rows.append(values) -%}
  {%- endfor -%}
  {%- do return({'sql': sql, 'columns': found.column_names | map('lower') | list, 'rows': rows}) -%}
{% endmacro %}
