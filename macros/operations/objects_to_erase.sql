{#
SQL: a select of the objects whose rows an erasure overwrites: ER_ObjectKey, ER_ObjectID. Those that an erasure which
failed has begun are among them.

Arguments    see erase_plan; rules: see retention_rules
#}
{% macro objects_to_erase(binding, nodes, rules, who) %}
  {%- set erasing = ozmeta_runtime.kept_table(ozmeta_runtime.relation_of(nodes.timeline), 'ozmeta_erasing') -%}
  select ER_ObjectKey, min(ER_ObjectID) as ER_ObjectID
  from (
    {%- for model, part in ozmeta_runtime.erasure_tables(nodes, who).items() %}
    {{ "union all" if not loop.first }}
    {%- if model == 'journal' %}
    select
      {{ ozmeta_runtime.row_key(['EJ_ObjectID', '_TenantID'] if rules.tenant_in_key else ['EJ_ObjectID']) }}
        as ER_ObjectKey,
      EJ_ObjectID as ER_ObjectID
    from {{ part.table }}
    where {{ part.condition }} and EJ_ObjectID is not null
    {%- else %}
    select _ObjectKey as ER_ObjectKey, {{ ozmeta_runtime.object_column(model) }} as ER_ObjectID
    from {{ part.table }}
    where {{ part.condition }} and _ObjectKey is not null
    {%- endif %}
    {%- endfor %}
    {%- if erasing.exists %}
    union all
    select ER_ObjectKey, ER_ObjectID from {{ erasing.table }}
    where ER_Binding = {{ ozmeta_runtime.text_literal(binding) }}
    {%- endif %}
  ) as objects
  group by ER_ObjectKey
{% endmacro %}
