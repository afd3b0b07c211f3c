{# The select of a model that is idle (see run_state): no row, and what would find none is neither written out nor planned. #}
{% macro select_nothing(state) %}
-- nothing that this table is made of is new since run {{ state.batch }}
select * from {{ this }} where 1 = 0
{% endmacro %}
