{#
Model <binding>_sla_elapsed: the live cycles of sla_cycle with the minutes that have run and remain (spec 5.16). A view,
because these minutes change with the clock alone.

Arguments
  cycles         relation: the binding's sla_cycle
  calendars      [{key, code, from, until}]: see sla_cycle
  pieces         relation: calendar_piece; none without calendars
  report_fields  [{name, ref, column}]: see sla_cycle
#}
{% macro sla_elapsed(cycles, calendars=[], pieces=none, report_fields=[]) %}
{%- do ozmeta_runtime.check_arguments('sla_elapsed', kwargs, {
    'cycles': cycles, 'calendars': calendars, 'pieces': pieces, 'report_fields': report_fields}) %}
with {{ ozmeta_runtime.elapsed_ctes(cycles, calendars, pieces) }}

select
    _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_StartUTC, ST_DueUTC, ST_StopUTC, ST_Status,
    ST_Outcome, ST_WarnedUTC, ST_BreachedUTC, ST_EscalationLevel, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsPaused,
    ST_TargetMinutes, ST_PolicyVersion, ST_Calendar, ST_IsLatest, ST_StartEventID, ST_StopEventID, ST_PausedSeconds,
    ST_WarnAtUTC, ST_ElapsedMinutes, ST_RemainingMinutes, ST_NextUTC
    {%- for column in ozmeta_runtime.reported_columns(report_fields) %}, {{ column }}{% endfor %},
    _DeleteDate, _DefinitionHash, _Batch, _UpdateDate
from elapsed
{% endmacro %}
