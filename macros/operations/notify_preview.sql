{#
Operation that `ozmeta-dbt notify --dry-run` calls: the rows that notify_page would take next. It writes nothing.

Arguments    channel, filters, since, size: see notify_page
Prints       dict: rows, waiting, skipped, new and missing; see notify_page
Errors       see signal_logs
#}
{% macro notify_preview(channel, filters, since=none, size=100) %}
  {%- set found, place = ozmeta_runtime.signal_logs(filters.bindings), ozmeta_runtime.notification_table() -%}
  {%- set table = place.table if place.exists else none -%}
  {%- set answer = {'missing': found.missing, 'skipped': {}, 'new': [], 'rows': [], 'waiting': 0} -%}
  {%- set noticed, passed = ozmeta_runtime.to_micros('RS_NoticedUTC'), [] -%}
  {%- set known = ozmeta_runtime.begun_bindings(table, channel) if table else [] -%}
  {%- for binding, log in found.logs.items() -%}
    {%- set from = 'now' if since is none and binding not in known else since -%}
    {%- if binding not in known -%}{%- do answer.new.append(binding) -%}{%- endif -%}
    {%- if from is not none -%}
      {%- set waiting = ozmeta_runtime.waiting_signals({binding: log}, table, channel, filters) -%}
      {%- set condition = "" if from == 'now' else " and " ~ noticed ~ " < " ~ from -%}
      {%- set count = run_query("select count(*) from (" ~ waiting ~ ") as waiting where is_wanted = 1" ~ condition)
          .rows[0][0] | int -%}
      {%- if count -%}{%- do answer.skipped.update({binding: count}) -%}{%- endif -%}
      {%- do passed.append("not (binding = " ~ ozmeta_runtime.text_literal(binding) ~ condition ~ ")") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if found.logs -%}
    {%- set statuses = ['Sent'] if since is not none and since != 'now' else ['Sent', 'Skipped'] -%}
    {%- set condition = passed | join(" and ") or "1 = 1" -%}
    {%- set waiting = ozmeta_runtime.waiting_signals(found.logs, table, channel, filters, statuses) -%}
    {%- set count = run_query("select count(*) from (" ~ waiting ~ ") as waiting where is_wanted = 1 and " ~ condition)
        .rows[0][0] | int -%}
    {%- do answer.update({'waiting': count}) -%}
    {%- if count -%}
      {%- do answer.update({'rows': ozmeta_runtime.signal_rows(
          found.logs, ozmeta_runtime.ranked_signals(waiting, size, condition), size)}) -%}
    {%- endif -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer(answer) -%}
{% endmacro %}
