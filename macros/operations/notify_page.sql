{#
Operation that `ozmeta-dbt notify` calls: records the outcome of the rows of the last page, and takes the next page of
waiting rows of a channel. It writes into the table of notification_table before the rows are sent, so that a process
that dies leaves a mark on each row that it may have sent.

Arguments
  channel        string: the channel's name
  process        string: a name for this process of notify that no other has
  filters        dict: bindings, signals, kinds, severities: lists of string; see waiting_signals and signal_logs
  since          from where a channel reads the log: none goes on, and skips the rows that a new channel or a new
                 binding begins with; 'now' skips all waiting rows; an integer, in microseconds since 1970, skips
                 rows that were noticed before, and takes later ones even if they were skipped. Rows that were sent are
                 never taken again
  size           integer: how many rows a page has at most
  lease_seconds  integer: how long this process may take until its next call
  done           dict, in each call but the first: sent: how many rows of the last page were sent, from its beginning;
                 unknown: 1 if the outcome of the next row is unknown, or else 0; last: whether no page follows
Prints         dict:
                 busy     since when another process has used the channel, in microseconds since 1970; nothing was done
                 lost     true if another process uses the channel because this one took too long
                 skipped  {binding: number of rows that were skipped because of `since`}
                 new      [binding that the channel reads for the first time]
                 missing  see signal_logs
                 rows     see signal_rows. If there are none, the channel is free again
                 waiting  number of rows that wait, with those of this page
Errors         see signal_logs
#}
{% macro notify_page(channel, process, filters, since=none, size=100, lease_seconds=600, done=none) %}
  {%- set found = ozmeta_runtime.signal_logs(filters.bindings) -%}
  {%- set table = ozmeta_runtime.create_notification_table() -%}
  {%- set answer = {'missing': found.missing, 'skipped': {}, 'new': [], 'rows': [], 'waiting': 0} -%}
  {%- if done -%}{%- do ozmeta_runtime.record_notified(table, channel, process, done) -%}{%- endif -%}
  {%- if done and done.last -%}
    {%- do ozmeta_runtime.free_channel(table, channel, process) -%}
    {%- do return(ozmeta_runtime.print_answer(answer)) -%}
  {%- endif -%}
  {%- do answer.update(ozmeta_runtime.claim_channel(table, channel, process, lease_seconds, done is none)) -%}
  {%- if answer.busy or answer.lost -%}{%- do return(ozmeta_runtime.print_answer(answer)) -%}{%- endif -%}
  {%- if not done -%}
    {%- do answer.update(ozmeta_runtime.begin_channel(found.logs, table, channel, process, filters, since)) -%}
  {%- endif -%}
  {%- set counts = [0, 0] -%}
  {%- set waiting = ozmeta_runtime.waiting_signals(found.logs, table, channel, filters) -%}
  {%- if found.logs -%}
    {%- set counts = run_query("select count(*), coalesce(sum(is_wanted), 0) from (" ~ waiting ~ ") as waiting").rows[0]
        -%}
  {%- endif -%}
  {%- set wanted = counts[1] | int -%}
  {%- if counts[0] | int > wanted -%}
    {%- do ozmeta_runtime.write_at_once(ozmeta_runtime.add_notifications(table, channel, process, 'Skipped',
        "select binding, _Key, RS_NoticedUTC, 0 as number, 0 as repeats from (" ~ waiting
        ~ ") as waiting where is_wanted = 0")) -%}
  {%- endif -%}
  {%- if wanted -%}
    {%- do ozmeta_runtime.write_at_once(ozmeta_runtime.add_notifications(table, channel, process, 'Sending',
        ozmeta_runtime.ranked_signals(waiting, size))) -%}
    {%- set taken -%}
      select
        NT_Binding as binding, NT_Key as _Key, NT_NoticedUTC as RS_NoticedUTC, NT_Number as number,
        NT_Repeats as repeats
      from {{ table }}
      where {{ ozmeta_runtime.of_process(channel, process) }} and NT_Status = 'Sending'
    {%- endset -%}
    {%- do answer.update({'waiting': wanted, 'rows': ozmeta_runtime.signal_rows(found.logs, taken, size)}) -%}
  {%- else -%}
    {%- do ozmeta_runtime.free_channel(table, channel, process) -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer(answer) -%}
{% endmacro %}

{#
Marks the channel as used by this process. Each process first writes its own mark and then looks for those of others, so
at most one of two that begin together goes on. A mark is no longer valid after lease_seconds by the warehouse's clock.
Returns {} or a dict with busy or lost; see notify_page.
#}
{% macro claim_channel(table, channel, process, lease_seconds, first) %}
  {%- set mine, now = ozmeta_runtime.of_process(channel, process), ozmeta_runtime.current_instant() -%}
  {%- set others -%}
    NT_Channel = {{ ozmeta_runtime.text_literal(channel) }} and NT_Status = 'Running'
    and NT_Process <> {{ ozmeta_runtime.text_literal(process) }}
  {%- endset -%}
  {%- set since = ozmeta_runtime.to_micros(now) ~ " - " ~ lease_seconds ~ " * 1000000" -%}
  {%- if first -%}
    {%- do ozmeta_runtime.write_at_once(ozmeta_runtime.add_notifications(table, channel, process, 'Running',
        ozmeta_runtime.mark_row('', now))) -%}
  {%- else -%}
    {%- set held = run_query("select count(*) from " ~ table ~ " where " ~ mine ~ " and NT_Status = 'Running'") -%}
    {%- if not held.rows[0][0] | int -%}{%- do return({'lost': true}) -%}{%- endif -%}
    {%- do ozmeta_runtime.write_at_once("update " ~ table ~ " set NT_ChangedUTC = " ~ now ~ " where " ~ mine
        ~ " and NT_Status = 'Running'") -%}
  {%- endif -%}
  {%- set changed = ozmeta_runtime.to_micros('NT_ChangedUTC') -%}
  {%- set busy = run_query("select max(" ~ changed ~ ") from " ~ table ~ " where " ~ others ~ " and " ~ changed ~ " > "
      ~ since).rows[0][0] -%}
  {%- if busy is not none -%}
    {%- do ozmeta_runtime.free_channel(table, channel, process) -%}
    {%- do return({'busy': busy | int}) -%}
  {%- endif -%}
  {%- if first -%}
    {%- do ozmeta_runtime.write_at_once("delete from " ~ table ~ " where " ~ others) -%}
  {%- endif -%}
  {%- do return({}) -%}
{% endmacro %}

{#
Applies `since` of notify_page, and notes which bindings the channel has begun to read. If it fails halfway, the next
call does the rest. Returns {skipped, new}; see notify_page.
#}
{% macro begin_channel(logs, table, channel, process, filters, since) %}
  {%- set known, skipped, new = ozmeta_runtime.begun_bindings(table, channel), {}, [] -%}
  {%- for binding, log in logs.items() -%}
    {%- set from = 'now' if since is none and binding not in known else since -%}
    {%- if from is not none -%}
      {%- set noticed = ozmeta_runtime.to_micros('RS_NoticedUTC') -%}
      {%- set condition = "1 = 1" if from == 'now' else noticed ~ " < " ~ from -%}
      {%- if from != 'now' -%}
        {%- do ozmeta_runtime.write_at_once("delete from " ~ table ~ " where "
            ~ ozmeta_runtime.notified(channel, binding) ~ " and NT_Status = 'Skipped' and "
            ~ ozmeta_runtime.to_micros('NT_NoticedUTC') ~ " >= " ~ from) -%}
      {%- endif -%}
      {%- set rows -%}
        select binding, _Key, RS_NoticedUTC, is_wanted, 0 as number, 0 as repeats
        from ({{ ozmeta_runtime.waiting_signals({binding: log}, table, channel, filters) }}) as waiting
        where {{ condition }}
      {%- endset -%}
      {%- set counts = run_query("select count(*), coalesce(sum(is_wanted), 0) from (" ~ rows ~ ") as skipped").rows[0]
          -%}
      {%- if counts[0] | int -%}
        {%- do ozmeta_runtime.write_at_once(
            ozmeta_runtime.add_notifications(table, channel, process, 'Skipped', rows)) -%}
      {%- endif -%}
      {%- if counts[1] | int -%}{%- do skipped.update({binding: counts[1] | int}) -%}{%- endif -%}
    {%- endif -%}
    {%- if binding not in known -%}
      {%- do new.append(binding) -%}
      {%- do ozmeta_runtime.write_at_once(ozmeta_runtime.add_notifications(table, channel, process, 'Began',
          ozmeta_runtime.mark_row(binding, ozmeta_runtime.current_instant()))) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return({'skipped': skipped, 'new': new}) -%}
{% endmacro %}

{# Records which rows of the last page were sent, and frees those that were not. done: see notify_page #}
{% macro record_notified(table, channel, process, done) %}
  {%- set sending = ozmeta_runtime.of_process(channel, process) ~ " and NT_Status = 'Sending'" -%}
  {%- do ozmeta_runtime.write_at_once(
      "update " ~ table ~ " set NT_Status = 'Sent', NT_ChangedUTC = " ~ ozmeta_runtime.current_instant() ~ " where "
          ~ sending ~ " and NT_Number <= " ~ done.sent,
      "delete from " ~ table ~ " where " ~ sending ~ " and NT_Number > " ~ (done.sent + done.unknown)) -%}
{% endmacro %}

{# Takes the mark of claim_channel away. #}
{% macro free_channel(table, channel, process) %}
  {%- do ozmeta_runtime.write_at_once("delete from " ~ table ~ " where " ~ ozmeta_runtime.of_process(channel, process)
      ~ " and NT_Status = 'Running'") -%}
{% endmacro %}

{#
SQL: the statement that adds rows to the table of notification_table.
rows: a select with the columns binding, _Key, RS_NoticedUTC, number and repeats
#}
{% macro add_notifications(table, channel, process, status, rows) -%}
  insert into {{ table }} (
    NT_Channel, NT_Binding, NT_Key, NT_NoticedUTC, NT_Status, NT_Number, NT_Repeats, NT_Process, NT_ChangedUTC
  )
  select
    {{ ozmeta_runtime.text_literal(channel) }}, binding, _Key, RS_NoticedUTC, '{{ status }}', number, repeats,
    {{ ozmeta_runtime.text_literal(process) }}, {{ ozmeta_runtime.current_instant() }}
  from ({{ rows }}) as added
{%- endmacro %}

{# SQL: the condition for the rows that a process wrote about a channel. #}
{% macro of_process(channel, process) -%}
  NT_Channel = {{ ozmeta_runtime.text_literal(channel) }} and NT_Process = {{ ozmeta_runtime.text_literal(process) }}
{%- endmacro %}

{# SQL: a row for add_notifications that is not about a row of a log. binding: string; instant: SQL timestamp #}
{% macro mark_row(binding, instant) -%}
  {%- set text = ozmeta_runtime.type_text() -%}
  select
    cast({{ ozmeta_runtime.text_literal(binding) }} as {{ text }}) as binding, cast('' as {{ text }}) as _Key,
    {{ instant }} as RS_NoticedUTC, 0 as number, 0 as repeats
{%- endmacro %}
