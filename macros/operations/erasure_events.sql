{#
SQL: a select of the journal's rows of some objects, or of a person: _ObjectKey, EJ_ObjectID, tenant, EJ_ID, EJ_Actor,
content (see content_hash) and has_parts: 1 if the payload has a part that may be about a person.

Arguments
  config  dict: see erasure_journal
  where   SQL: a condition on EJ_ObjectID, _TenantID, EJ_Actor and payload
#}
{% macro erasure_events(config, where) %}
  {%- set state = {'incremental': false, 'limited': false, 'journals': {}} -%}
  {%- set paths = [['object'], ['user'], ['context'], ['approval', 'onBehalfOf']] -%}
  {%- set tenant = ozmeta_runtime.tenant_column(config, '_TenantID') -%}
  {%- set parts = [] -%}
  {%- for _ in paths -%}
    {%- do parts.append(ozmeta_runtime.json_at('parsed', paths, loop.index0) ~ " is not null") -%}
  {%- endfor -%}
  select
    _ObjectKey, EJ_ObjectID, tenant, EJ_ID, EJ_Actor, content,
    case when {{ parts | join(' or ') }} then 1 else 0 end as has_parts
  from (
    select
      *, {{ ozmeta_runtime.object_key(config) }} as _ObjectKey, {{ tenant }} as tenant,
      {{ ozmeta_runtime.content_hash(config) }} as content,
      {{ ozmeta_runtime.json_parsed('case when ' ~ ozmeta_runtime.is_json_object('payload') ~ ' then payload end',
          paths) }} as parsed
    from ({{ ozmeta_runtime.journal_slice(config, state) }}) as journal
    where {{ where }}
  ) as parsed_rows
{% endmacro %}
