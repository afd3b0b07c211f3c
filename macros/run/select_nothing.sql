{# The select of a model that has nothing to write: no rows, and the engine plans nothing else.
   state: see run_state; none for a model without a run's state #}
{% macro select_nothing(state=none) %}
{{ ozmeta_runtime.nothing_mark() }}{{ ": no source of this table has changed since run " ~ state.batch if state }}
select * from {{ this }} where 1 = 0
{% endmacro %}
