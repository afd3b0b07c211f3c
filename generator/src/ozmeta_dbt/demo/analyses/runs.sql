-- Runs
-- How many events and objects did each run fold? After the first load, only objects with new events.
with every_run as (
    select 'cases' as entity, * from case_run
    union all by name
    select 'invoices' as entity, * from invoice_run
    union all by name
    select 'tickets' as entity, * from ticket_run
)

select
    RUN_Number as run,
    strftime(RUN_AsOfUTC, '%Y-%m-%d') as as_of,
    max(folded) filter (entity = 'cases') as cases,
    max(folded) filter (entity = 'invoices') as invoices,
    max(folded) filter (entity = 'tickets') as tickets
from (select *, RUN_EventsFolded || ' / ' || RUN_ObjectsFolded as folded from every_run)
group by all
order by run
