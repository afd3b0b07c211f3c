{# The journal rows in quarantine, by reason. scope: see report_scope #}
{% macro report_refused_rows(scope) %}
select
    QR_Reason as reason, QR_Journal as journal, sum(QR_Rows) as journal_rows, min(_SyncDate) as first_arrival,
    max(_SyncDate) as last_arrival
from {{ scope.models.quarantine }}
where _DeleteDate is null {{ scope.of_tenant }}
group by QR_Reason, QR_Journal
order by journal_rows desc, reason, journal
{% endmacro %}
