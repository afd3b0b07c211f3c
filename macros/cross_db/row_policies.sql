{#
Which rows a tenant's reader sees (spec 7.5). Each engine has its own kind of policy.

Terms
  policies      dict of ozmeta.yml's row_policies: readers: {schema, table, database?}: the relation that says which
                user or role reads which tenant, with the columns reader and tenant_id; unrestricted: [user or role]
  kind          who sees a relation's rows, besides the unrestricted: 'tenant': a reader of the row's tenant, 'reader':
                a reader of any tenant, 'nobody', or 'view': who sees the rows that the view reads
#}

{#
Whether this package has row policies for the engine. None if the engine has no users.
Returns: bool or none
#}
{% macro has_row_policies() -%}
  {%- do return(adapter.dispatch('has_row_policies', 'ozmeta_runtime')()) -%}
{%- endmacro %}

{% macro default__has_row_policies() -%}
  {%- do return(false) -%}
{%- endmacro %}

{#
The config by which the adapter creates a table together with its policy, so that no reader meets a table without one.
Returns: dict
#}
{% macro row_policy_keys(kind) -%}
  {%- do return(adapter.dispatch('row_policy_keys', 'ozmeta_runtime')(kind)) -%}
{%- endmacro %}

{% macro default__row_policy_keys(kind) -%}
  {%- do return({}) -%}
{%- endmacro %}

{#
A condition: the session reads all rows. None if the engine does not apply policies to the owner of a table.
Returns: SQL, str, or none
#}
{% macro reads_all_rows(policies) -%}
  {%- do return(adapter.dispatch('reads_all_rows', 'ozmeta_runtime')(policies)) -%}
{%- endmacro %}

{% macro default__reads_all_rows(policies) -%}
  {%- do return(ozmeta_runtime.session_is_one_of(policies.unrestricted)) -%}
{%- endmacro %}

{#
Statements that create what all policies share, such as a function. They may run again.
Returns: list of SQL
#}
{% macro shared_row_policies(policies) -%}
  {%- do return(adapter.dispatch('shared_row_policies', 'ozmeta_runtime')(policies)) -%}
{%- endmacro %}

{% macro default__shared_row_policies(policies) -%}
  {%- do return([]) -%}
{%- endmacro %}

{#
Statements that put the policy on a relation. They may run again, after the shared ones.
relation: a relation that exists
Returns: list of SQL
#}
{% macro row_policy_statements(relation, kind, policies) -%}
  {%- do return(adapter.dispatch('row_policy_statements', 'ozmeta_runtime')(relation, kind, policies)) -%}
{%- endmacro %}

{% macro default__row_policy_statements(relation, kind, policies) -%}
  {%- do return([]) -%}
{%- endmacro %}

{#
A query whose number is 0 if the relation still needs row_policy_statements. None if they are to run in any case.
Returns: SQL, str, or none
#}
{% macro row_policy_query(relation, kind, policies) -%}
  {%- do return(adapter.dispatch('row_policy_query', 'ozmeta_runtime')(relation, kind, policies)) -%}
{%- endmacro %}

{% macro default__row_policy_query(relation, kind, policies) -%}
  {%- do return(none) -%}
{%- endmacro %}

{#
A condition: the session's user is this user, or has this role or group.
name: SQL of the name
#}
{% macro session_is(name) -%}
  {{- adapter.dispatch('session_is', 'ozmeta_runtime')(name) -}}
{%- endmacro %}

{% macro default__session_is(name) -%}
  {{ name }} = current_user
{%- endmacro %}

{# The same for a list of names: SQL, str. #}
{% macro session_is_one_of(names) -%}
  {%- set conditions = [] -%}
  {%- for name in names -%}
    {%- do conditions.append(ozmeta_runtime.session_is(ozmeta_runtime.text_literal(name)) | trim) -%}
  {%- endfor -%}
  {%- do return('(' ~ (conditions or ['1 = 0']) | join(' or ') ~ ')') -%}
{%- endmacro %}

{# The relation of `readers`. #}
{% macro readers_relation(policies) -%}
  {%- set readers = policies.readers -%}
  {%- do return(api.Relation.create(
      database=readers.database or target.database, schema=readers.schema, identifier=readers.table)) -%}
{%- endmacro %}

{#
A condition on a row, for engines whose policies are conditions on the session.
kind: 'tenant', 'reader' or 'nobody'; tenant: SQL of the row's tenant
Returns: SQL, str
#}
{% macro row_condition(kind, policies, tenant) -%}
  {%- set text = ozmeta_runtime.type_text() | trim -%}
  {%- set conditions = [ozmeta_runtime.session_is_one_of(policies.unrestricted)] if policies.unrestricted else [] -%}
  {%- if kind != 'nobody' -%}
    {%- do conditions.append(
        "exists (select 1 from " ~ ozmeta_runtime.readers_relation(policies) ~ " as readers where "
        ~ ("cast(readers.tenant_id as " ~ text ~ ") = " ~ tenant ~ " and " if kind == 'tenant')
        ~ ozmeta_runtime.session_is("readers.reader") | trim ~ ")") -%}
  {%- endif -%}
  {%- do return((conditions or ['1 = 0']) | join(' or ')) -%}
{%- endmacro %}
