{#
Model <binding>_sla_timer: the latest cycle of each SLA (spec 5.8). One row per (object, SLA).
A view of the live cycles; sla_cycle decides which cycle is the latest.

Arguments
  cycles     relation: the binding's sla_cycle
  calendars  [{key, code, from, until}]: see sla_cycle
  pieces     relation: calendar_piece; none without calendars
#}
{% macro sla_timer(cycles, calendars=[], pieces=none) %}
{%- do ozmeta_runtime.check_arguments('sla_timer', kwargs, {
    'cycles': cycles, 'calendars': calendars, 'pieces': pieces}) %}
with {{ ozmeta_runtime.elapsed_ctes(cycles, calendars, pieces, ozmeta_runtime.is_true('ST_IsLatest')) }}
latest_cycles as (select * from elapsed)

select
    {{ ozmeta_runtime.row_key(['_ObjectKey', 'SL_Code']) }} as _Key, _ObjectKey,
    ST_ID, _TenantID, WI_ID, SL_Code, ST_StartUTC, ST_DueUTC, ST_StopUTC, ST_Status, ST_Outcome, ST_WarnedUTC,
    ST_BreachedUTC, ST_EscalationLevel, ST_IsPaused, ST_TargetMinutes, ST_PolicyVersion, ST_Calendar,
    ST_ElapsedMinutes, ST_RemainingMinutes, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_NextUTC,
    _DeleteDate, _DefinitionHash, _Batch, _UpdateDate
from latest_cycles
{% endmacro %}
