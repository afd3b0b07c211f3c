-- Each ticket's latest run of each SLA, with its minutes until now.
{{ config(materialized='view') }}

select
    *,
    case when ST_StopUTC is not null then ST_RanMicros
        else ST_RanMicros + epoch_us(timestamp '{{ var("ozmeta_as_of") }}') - ST_OpenMicros end as ran_until_now,
    ran_until_now // 60000000 as ST_ElapsedMinutes,
    cast(floor((ST_TargetMinutes * cast(60000000 as bigint) - ran_until_now) / 60000000) as bigint)
        as ST_RemainingMinutes
from {{ ref('alike_sla_cycle') }}
where ST_IsLatest
