{#
Rows of signal logs as `ozmeta-dbt notify` gets them.

Arguments
  logs       dict: {binding: relation of its runtime_signal}
  chosen     SQL: a select with the columns binding, _Key, RS_NoticedUTC, number and repeats
  limit      integer: the most rows to fetch
Returns      [{column: text}], in the order of the number: number, repeats, binding and the columns of the log. An
             instant is the text of its microseconds since 1970, and null is none
#}
{% macro signal_rows(logs, chosen, limit) %}
  {%- set columns = ['_Key', '_SignalKey', 'RS_Number', 'RS_Kind', 'RS_SignalCode', 'RS_Severity', '_TenantID',
      'RS_ObjectType', 'RS_ObjectID', 'RS_ScheduledUTC', 'RS_NoticedUTC', 'RS_Subject', 'RS_SubjectKey',
      'RS_CausingEventID', 'SL_Code', 'RS_Level', 'RS_Notes'] -%}
  {%- set text, found = ozmeta_runtime.type_text(), [] -%}
  {%- set query -%}
    {%- for binding, log in logs.items() %}
    {{ "union all" if not loop.first }}
    select
      chosen.number, chosen.repeats, chosen.binding
      {%- for column in columns %},
      {%- set value = "signal_log." ~ column %}
      cast({{ ozmeta_runtime.to_micros(value) if column.endswith('UTC') else value }} as {{ text }}) as {{ column }}
      {%- endfor %}
    from ({{ chosen }}) as chosen
    inner join {{ log }} as signal_log
      on signal_log._Key = chosen._Key and signal_log.RS_NoticedUTC = chosen.RS_NoticedUTC
    where chosen.binding = {{ ozmeta_runtime.text_literal(binding) }}
    {%- endfor %}
    order by 1
  {%- endset -%}
  {#- T-SQL has no `limit`, so the limit applies to what is fetched. -#}
  {%- for row in adapter.execute(query, fetch=true, limit=limit)[1].rows -%}
    {%- set values = {'number': row[0] | int, 'repeats': row[1] | int, 'binding': row[2] | string} -%}
    {%- for column in columns -%}
      {%- set value = row[loop.index + 2] -%}
      {%- do values.update({column: value | string if value is not none else none}) -%}
    {%- endfor -%}
    {%- do found.append(values) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
