{#
SQL: the rows of signal logs that a channel has neither sent nor skipped.

A full refresh keeps RS_NoticedUTC, so `_Key` and RS_NoticedUTC identify a row. A log that was dropped and built again
starts with new rows of the number 1 about signals that the channel knows already. Their `_Key` is the same, and so they
do not count as waiting.

Arguments
  logs       dict: {binding: relation of its runtime_signal}
  table      relation of notification_table, or none if it does not exist
  channel    string: the channel's name
  filters    dict: signals, kinds, severities: lists of string that a row must match; an empty list matches every row
  handled    list of string: the statuses of rows that do not wait
Returns      a select with the columns binding, _Key, RS_NoticedUTC, RS_ScheduledUTC, RS_Number, is_wanted (1 if the row
             matches the filters, or else 0) and repeats, the number of earlier attempts with an unknown outcome
#}
{% macro waiting_signals(logs, table, channel, filters, handled=['Sent', 'Skipped']) -%}
  {%- set conditions = [] -%}
  {%- for name, column in [('signals', 'RS_SignalCode'), ('kinds', 'RS_Kind'), ('severities', 'RS_Severity')] -%}
    {%- if filters[name] -%}
      {%- do conditions.append("signal_log." ~ column ~ " in (" ~ ozmeta_runtime.text_literals(filters[name]) ~ ")") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for binding, log in logs.items() %}
  {{ "union all" if not loop.first }}
  select
    cast({{ ozmeta_runtime.text_literal(binding) }} as {{ ozmeta_runtime.type_text() }}) as binding,
    signal_log._Key, signal_log.RS_NoticedUTC, signal_log.RS_ScheduledUTC, signal_log.RS_Number,
    {{ "case when " ~ conditions | join(" and ") ~ " then 1 else 0 end" if conditions else "1" }} as is_wanted,
    {{ "coalesce(tries.attempts, 0)" if table else "0" }} as repeats
  from {{ log }} as signal_log
  {%- if table %}
  left join (
    select NT_Key, NT_NoticedUTC
    from {{ table }}
    where {{ ozmeta_runtime.notified(channel, binding) }} and NT_Status in ({{ ozmeta_runtime.text_literals(handled) }})
    group by NT_Key, NT_NoticedUTC
  ) as handled
    on handled.NT_Key = signal_log._Key
    and (signal_log.RS_Number = 1 or handled.NT_NoticedUTC = signal_log.RS_NoticedUTC)
  left join (
    select NT_Key, NT_NoticedUTC, count(*) as attempts
    from {{ table }}
    where {{ ozmeta_runtime.notified(channel, binding) }} and NT_Status = 'Sending'
    group by NT_Key, NT_NoticedUTC
  ) as tries
    on tries.NT_Key = signal_log._Key and tries.NT_NoticedUTC = signal_log.RS_NoticedUTC
  where handled.NT_Key is null
  {%- endif %}
  {%- endfor %}
{%- endmacro %}
