{#
Values that the queries of the report share.

Arguments      see report_facts
Returns        dict:
  models       {model: relation}, without models that dbt does not build; with sla_elapsed and journal_volume
  as_of, since SQL timestamps; as_of is none before the first completed run, since is none for all of the past
  as_of_micros, since_micros  the same in microseconds since 1970
  fields       [{name, column}]: the fields that the binding reports on, and the tenant if it is part of the key and the
               report is not of one tenant; the first of them groups the forecast
  of_tenant    SQL: `and` and the condition on the tenant, or nothing
  has_tenant, rows  see report_facts
  object_types [object type]: the names that the journals may use for the binding's objects
Errors         a table does not exist yet
#}
{% macro report_scope(binding, nodes, tenant, since, days, rows) %}
  {%- set models, fields = {}, [] -%}
  {%- set helpers = ozmeta_runtime.helper_models(nodes) -%}
  {%- for model, node in (nodes.items() | list) + (helpers.items() | list) -%}
    {%- do models.update({model: ozmeta_runtime.relation_of(node)}) -%}
  {%- endfor -%}
  {%- set claimed = ozmeta_runtime.claimed_types() | selectattr('binding', 'equalto', binding) | list | first -%}
  {%- set volume = ozmeta_runtime.models_calling('journal_volume', '_').values() | list | first -%}
  {%- if claimed and volume -%}
    {%- do models.update({'journal_volume': ozmeta_runtime.relation_of(volume)}) -%}
  {%- endif -%}
  {%- set log = load_relation(models.run) -%}
  {%- if not log -%}
    {%- do exceptions.raise_compiler_error("The table " ~ models.run ~ " does not exist yet. Run dbt first.") -%}
  {%- endif -%}
  {%- set last = run_query("select " ~ ozmeta_runtime.to_micros('max(RUN_AsOfUTC)') ~ " from " ~ log).rows[0][0] -%}
  {%- set as_of = last | int if last is not none else none -%}
  {%- if as_of is none -%}{%- do return({'as_of': none}) -%}{%- endif -%}
  {%- set start = ozmeta_runtime.report_micros(since) if since else as_of - days * 86400000000 if days else none -%}
  {%- for column in (helpers.sla_elapsed or nodes.workflow_instance or {'columns': {}}).columns
      if column.startswith('OF_') -%}
    {%- do fields.append({'name': column[3:], 'column': column}) -%}
  {%- endfor -%}
  {%- if tenant is none -%}{%- do fields.append({'name': 'Tenant', 'column': '_TenantID'}) -%}{%- endif -%}
  {%- set of_tenant = "_TenantID = " ~ ozmeta_runtime.text_literal(tenant) if tenant is not none else "" -%}
  {%- set events = "select count(*) from " ~ models.timeline ~ " where " ~ of_tenant -%}
  {%- do return({
      'models': models,
      'as_of': ozmeta_runtime.report_instant(as_of),
      'as_of_micros': as_of,
      'since': ozmeta_runtime.report_instant(start) if start is not none else none,
      'since_micros': start,
      'fields': fields,
      'of_tenant': "and " ~ of_tenant if of_tenant else "",
      'has_tenant': run_query(events).rows[0][0] | int > 0 if of_tenant and models.timeline else true,
      'rows': rows,
      'object_types': claimed.object_types if claimed else [],
  }) -%}
{% endmacro %}
