{#
Model <binding>_sla_timer: the latest cycle of each SLA (spec 5.8). One row per (object, SLA).
A view of the live cycles; sla_cycle decides which cycle is the latest.

Argument
  cycles  relation: the binding's sla_elapsed
#}
{% macro sla_timer(cycles) %}
{%- do ozmeta_runtime.check_arguments('sla_timer', kwargs, {'cycles': cycles}) %}
select
    {{ ozmeta_runtime.row_key(['_ObjectKey', 'SL_Code']) }} as _Key, _ObjectKey,
    ST_ID, _TenantID, WI_ID, SL_Code, ST_StartUTC, ST_DueUTC, ST_StopUTC, ST_Status, ST_Outcome, ST_WarnedUTC,
    ST_BreachedUTC, ST_EscalationLevel, ST_IsPaused, ST_TargetMinutes, ST_PolicyVersion, ST_Calendar,
    ST_ElapsedMinutes, ST_RemainingMinutes, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_NextUTC,
    _DeleteDate, _DefinitionHash, _Batch, _UpdateDate
from {{ ozmeta_runtime.unlimited_relation(cycles) }}
where {{ ozmeta_runtime.is_true('ST_IsLatest') }}
{% endmacro %}
