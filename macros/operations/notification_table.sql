{#
The table in which `ozmeta-dbt notify` records the status of each row of the signal log, for each channel. It is in the
schema of the target, and no dbt command rebuilds it.

Columns
  NT_Channel     the channel's name in ozmeta.yml
  NT_Binding     the binding's name, as in the names of its models
  NT_Key         _Key of the row of the signal log. Empty in rows of the status Began and Running
  NT_NoticedUTC  RS_NoticedUTC of that row
  NT_Status      Sent; Sending: it is being sent, or nobody knows whether it was; Skipped: the channel skipped it;
                 Began: the channel has read this binding since; Running: a process of notify uses the channel
  NT_Number      the row's place among those that were sent together, from 1
  NT_Repeats     how many earlier attempts may have reached the receiver
  NT_Process     the process of notify that wrote the row
  NT_ChangedUTC  when the row got its status

Returns        dict:
                 table   relation
                 exists  whether it exists
#}
{% macro notification_table() %}
  {%- do return(ozmeta_runtime.kept_table(target, 'ozmeta_notification')) -%}
{% endmacro %}
