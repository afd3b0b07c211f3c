{#
How long the objects of a binding are kept, as the generator wrote it into the timeline's `meta` (spec 8.6).

Arguments
  node        graph node of the binding's timeline
  older_than  integer: days that lengthen what MetaDB and ozmeta.yml say, or none
Returns       dict:
                object_type, tenant_in_key, lookback_minutes
                             as in the journal_config of the timeline
                terminal     [state code]
                days         integer: days that every object is kept at least; none if nothing states them
                event_days   {event type: days}: an object with such an event is kept so long at least
                signal_days  {signal: days}: an object is kept so long after such a signal was noticed; * is any
                             signal
                hold         [{object, tenant?}]: objects under a legal hold
                held_by      code of a policy of MetaDB that holds all objects, or none
Errors        an earlier version of the generator wrote the model
#}
{% macro retention_rules(node, older_than=none) %}
  {%- set given = node.config.meta.get('ozmeta_retention') -%}
  {%- if not given -%}
    {%- do exceptions.raise_compiler_error(node.name ~ " does not say how long objects are kept, because an earlier "
        ~ "version of the generator wrote it. Run `ozmeta-dbt generate`.") -%}
  {%- endif -%}
  {%- set days = given.get('days') -%}
  {%- if older_than is not none -%}{%- set days = [days or 0, older_than] | max -%}{%- endif -%}
  {%- do return({
      'object_type': given.object_type, 'tenant_in_key': given.tenant_in_key,
      'lookback_minutes': given.lookback_minutes, 'terminal': node.config.meta.ozmeta_fold.terminal, 'days': days,
      'event_days': given.get('event_days', {}),
      'signal_days': given.get('signal_days', {}), 'hold': given.get('hold', []),
      'held_by': given.get('held_by')}) -%}
{% endmacro %}
