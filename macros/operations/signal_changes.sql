{# Which signals are raised or retracted; see impact_kinds. #}
{% macro signal_changes(before, after, waiting) %}
  {%- set signals = ozmeta_runtime.signal_pairs(before, after, waiting) -%}
  {%- set signal = ['RS_SignalCode', 'SL_Code', 'RS_Level'] -%}
  {%- do return([
      ozmeta_runtime.impact_kind('signals_raised', signals, "before_status is null", signal + ['after_status']),
      ozmeta_runtime.impact_kind('signals_retracted', signals, "after_status is null", signal),
  ]) -%}
{% endmacro %}

{# The signals that hold: their last row in the log has an odd number. #}
{% macro signal_pairs(before, after, waiting) -%}
  {%- set signal = ozmeta_runtime.stored_signal_hash() -%}
  {%- set head -%}
    select *
    from (
      select
        {{ signal }} as signal_key, _ObjectKey, RS_ObjectID, RS_SignalCode, SL_Code, RS_Level, RS_Kind, RS_Number,
        row_number() over (partition by {{ signal }} order by RS_Number desc) as newest
  {%- endset -%}
  {%- set tail -%}
    ) as numbered
    where newest = 1 and {{ ozmeta_runtime.modulo('RS_Number', 2) }} = 1
  {%- endset -%}
  {{ ozmeta_runtime.row_pairs('runtime_signal', before, after, waiting,
      {'object_key': '_ObjectKey', 'object_id': 'RS_ObjectID', 'RS_SignalCode': 'RS_SignalCode', 'SL_Code': 'SL_Code',
       'RS_Level': 'RS_Level'},
      {'status': 'RS_Kind'}, key='signal_key', head=head, tail=tail) }}
{%- endmacro %}
