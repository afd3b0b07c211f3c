{#
Generic test for a run log: which share of a binding's journal rows was refused. It returns no row if none was, else one:
QR_Rows (refused rows), TL_Events (admitted ones), basis_points (their share, in hundredths of a percent, rounded down), QR_Reason (the most frequent).
`fail_calc: coalesce(max(basis_points), 0)` makes dbt compare the share with `warn_if` and `error_if`.

It is a test of the binding's last model, since `dbt build` skips what comes after a test that fails: an alarm must not keep a run from being complete.

Arguments  quarantine, timeline: those of the binding; model: its run log, which is not read
#}
{% test quarantined_share(model, quarantine, timeline) %}
select
    counted.QR_Rows,
    counted.TL_Events,
    {{ ozmeta_runtime.floor_div('counted.QR_Rows * 10000', 'counted.all_rows') }} as basis_points,
    reasons.QR_Reason
from (
    select refused.QR_Rows, admitted.TL_Events, refused.QR_Rows + admitted.TL_Events as all_rows
    from (select cast(coalesce(sum(QR_Rows), 0) as {{ dbt.type_bigint() }}) as QR_Rows from {{ quarantine }} where _DeleteDate is null) as refused
    cross join (select count(*) as TL_Events from {{ timeline }}) as admitted
) as counted
cross join (
    select QR_Reason, row_number() over (order by reason_rows desc, {{ ozmeta_runtime.binary_order('QR_Reason') }}) as place
    from (select QR_Reason, sum(QR_Rows) as reason_rows from {{ quarantine }} where _DeleteDate is null group by QR_Reason) as by_reason
) as reasons
where reasons.place = 1
{% endtest %}
