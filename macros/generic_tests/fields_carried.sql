{#
Generic test for <binding>_timeline: each payload field that a rule uses is in some event (spec 10.4). Once there are
events, it returns a row per field that is in none of them: the field as rules name it, the number of events, and the
share of events that have the field, which is 0. It scans the table once.

Arguments
  fields    [[ref, column]], such as [['object.Priority', 'PL_object_Priority']]
#}
{% test fields_carried(model, fields) %}
{%- set refs, text, bigint = [], ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- for field in fields -%}{%- do refs.append([loop.index, field[0]]) -%}{%- endfor -%}
select refs.field, counted.event_count, 0 as share
from (
    select
        count(*) as event_count
        {%- for field in fields %},
        count({{ field[1] }}) as carried{{ loop.index }}
        {%- endfor %}
    from {{ model }}
) as counted
cross join ({{ ozmeta_runtime.literal_rows([['field_no', bigint], ['field', text]], refs) }}) as refs
where counted.event_count > 0
    and case refs.field_no
        {%- for field in fields %}
        when {{ loop.index }} then counted.carried{{ loop.index }}
        {%- endfor %}
    end = 0
{% endtest %}
