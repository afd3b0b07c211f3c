{#
Generic test for <binding>_run: the share of journal rows that are in quarantine (spec 10.4). Returns one row, or no row
if the quarantine is empty:

  QR_Rows       number of quarantined journal rows
  TL_Events     number of admitted events
  basis_points  the share of quarantined rows in hundredths of a percent, rounded down
  QR_Reason     the most frequent reason

With `fail_calc: coalesce(max(basis_points), 0)`, dbt compares the share with `warn_if` and `error_if`.

The test belongs to the binding's last model, because `dbt build` skips the models after a failed test. A high share
must not keep a run from being completed.

Arguments
  model         the run log, which the test does not read
  quarantine    relation: the binding's quarantine
  timeline      relation: the binding's timeline
#}
{% test quarantined_share(model, quarantine, timeline) %}
select
    counted.QR_Rows,
    counted.TL_Events,
    {{ ozmeta_runtime.floor_div('counted.QR_Rows * 10000', 'counted.all_rows') }} as basis_points,
    reasons.QR_Reason
from (
    select refused.QR_Rows, admitted.TL_Events, refused.QR_Rows + admitted.TL_Events as all_rows
    from (
        select cast(coalesce(sum(QR_Rows), 0) as {{ dbt.type_bigint() }}) as QR_Rows
        from {{ quarantine }}
        where _DeleteDate is null
    ) as refused
    cross join (select count(*) as TL_Events from {{ timeline }}) as admitted
) as counted
cross join (
    select
        QR_Reason,
        row_number() over (order by reason_rows desc, {{ ozmeta_runtime.binary_order('QR_Reason') }}) as place
    from (
        select QR_Reason, sum(QR_Rows) as reason_rows
        from {{ quarantine }}
        where _DeleteDate is null
        group by QR_Reason
    ) as rows_by_reason
) as reasons
where reasons.place = 1
{% endtest %}
