{#
Generic test for a timeline: every payload field that a rule uses is carried by some event. It returns a row per field that none carries, once there are
events: the field as the rule names it, the events counted, and the share of them that carry it, which is 0. One scan.

Arguments  fields: [[ref, column]], as in [['object.Priority', 'PL_object_Priority']]
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
  and case refs.field_no{% for field in fields %} when {{ loop.index }} then counted.carried{{ loop.index }}{% endfor %} end = 0
{% endtest %}
