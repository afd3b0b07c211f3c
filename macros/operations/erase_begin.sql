{#
Operation that `ozmeta-dbt erase` calls after erase_plan: notes the objects, marks their changed events as erased, and
deletes rows that the run which follows reads again, and rows that the journal no longer has. If anything fails from
here on, the same erasure can be run again.

Arguments    binding, config, who: see erase_plan
#}
{% macro erase_begin(binding, config, who) %}
  {%- set nodes = ozmeta_runtime.bindings()[binding] -%}
  {%- set rules = ozmeta_runtime.retention_rules(nodes.timeline) -%}
  {%- set config = ozmeta_runtime.erasure_journal(config) -%}
  {%- set timeline = load_relation(ozmeta_runtime.relation_of(nodes.timeline)) -%}
  {%- set tables = ozmeta_runtime.create_erasure_tables(timeline) -%}
  {%- set name, object_type = ozmeta_runtime.text_literal(binding), ozmeta_runtime.text_literal(rules.object_type) -%}
  {%- set ids = "select ER_ObjectID from " ~ tables.erasing ~ " where ER_Binding = " ~ name -%}
  {%- set keys = "select ER_ObjectKey from " ~ tables.erasing ~ " where ER_Binding = " ~ name -%}
  {%- set note_objects -%}
    insert into {{ tables.erasing }} (ER_Binding, ER_ObjectType, ER_ObjectKey, ER_ObjectID)
    select {{ name }}, {{ object_type }}, ER_ObjectKey, ER_ObjectID
    from ({{ ozmeta_runtime.objects_to_erase(binding, nodes, rules, who) }}) as objects
    where ER_ObjectKey not in ({{ keys }})
  {%- endset -%}
  {%- do ozmeta_runtime.write_at_once(note_objects) -%}
  {%- set events = ozmeta_runtime.erasure_events(config, "EJ_ObjectID in (" ~ ids ~ ")") -%}
  {%- set mark_events -%}
    insert into {{ tables.events }} (ER_Binding, ER_ObjectType, ER_ObjectKey, ER_EventID)
    select distinct {{ name }}, {{ object_type }}, timeline._ObjectKey, timeline.EJ_ID
    from ({{ events }}) as events
    inner join {{ timeline }} as timeline
      on timeline._ObjectKey = events._ObjectKey and timeline.EJ_ID = events.EJ_ID
    left join {{ tables.events }} as marked
      on marked.ER_ObjectKey = timeline._ObjectKey and marked.ER_EventID = timeline.EJ_ID
      and marked.ER_ObjectType = {{ object_type }}
    where events._ObjectKey in ({{ keys }}) and events.content <> timeline.TL_ContentHash
      and marked.ER_EventID is null
  {%- endset -%}
  {%- set still_there = "select _ObjectKey from (" ~ events ~ ") as events where _ObjectKey is not null" -%}
  {%- set gone = "_ObjectKey in (" ~ keys ~ ") and _ObjectKey not in (" ~ still_there ~ ")" -%}
  {%- set statements = [mark_events] -%}
  {%- for model in ['approval_event', 'approval_step', 'approval_instance', 'sla_cycle', 'escalation_queue',
      'runtime_signal', 'workflow_instance'] if model in nodes -%}
    {%- do statements.append("delete from " ~ ozmeta_runtime.relation_of(nodes[model]) ~ " where " ~ gone) -%}
  {%- endfor -%}
  {%- do statements.append("delete from " ~ timeline ~ " where _ObjectKey in (" ~ keys ~ ") and "
      ~ ozmeta_runtime.row_key(['_ObjectKey', 'EJ_ID']) ~ " not in (select "
      ~ ozmeta_runtime.row_key(['_ObjectKey', 'EJ_ID']) ~ " from (" ~ events
      ~ ") as events where _ObjectKey is not null and EJ_ID is not null)") -%}
  {%- do statements.append("delete from " ~ ozmeta_runtime.relation_of(nodes.quarantine)
      ~ " where QR_ObjectID is null or _ObjectKey in (" ~ keys ~ ")") -%}
  {%- if 'journal' in nodes -%}
    {%- do statements.append("delete from " ~ ozmeta_runtime.relation_of(nodes.journal)
        ~ " where MJ_Journal <> 'ozmeta_runtime' and (EJ_ObjectID is null or EJ_ObjectID in (" ~ ids ~ "))") -%}
  {%- endif -%}
  {%- do ozmeta_runtime.write_at_once(*statements) -%}
{% endmacro %}
