{# Generic test: a column holds only these texts, or null. As dbt's accepted_values, for codes that may hold quotes and the like. #}
{% test accepted_codes(model, column_name, values) %}
select {{ column_name }} as unexpected, count(*) as found
from {{ model }}
where {{ column_name }} is not null and {{ column_name }} not in ({{ ozmeta_runtime.literals(values) }})
group by {{ column_name }}
{% endtest %}
