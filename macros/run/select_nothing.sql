{# The select of an idle model (see run_state): no rows, and the engine plans nothing else. #}
{% macro select_nothing(state) %}
-- no source of this table has changed since run {{ state.batch }}
select * from {{ this }} where 1 = 0
{% endmacro %}
