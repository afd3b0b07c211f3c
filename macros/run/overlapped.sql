{#
Whether an earlier run of the binding wrote at the same time as this one: a table has rows of a run with a lower number
that were not there when this run began (spec 8.8). The tables may then hold older rows than this run made, so it is not
complete. A warning says so.

Rows of a run that began later do no harm: the next run folds their objects again.

state: see run_state
#}
{% macro overlapped(binding, state) %}
  {%- set others = [] -%}
  {%- for id, numbers in ozmeta_runtime.find_left_rows(binding, state).items() -%}
    {%- for number in numbers if number < state.number and number not in state.left.get(id, []) -%}
      {%- do others.append(number) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- if others -%}
    {%- do exceptions.warn("Another run of '" ~ binding ~ "' (number " ~ others[0] ~ ") wrote rows while this run "
        ~ "(number " ~ state.number ~ ") ran. Nothing is lost: the next run folds these objects again. Until then, "
        ~ "this run does not count as completed. Schedule the runs of '" ~ binding ~ "' so that they do not "
        ~ "overlap.") -%}
  {%- endif -%}
  {%- do return(others | length > 0) -%}
{% endmacro %}
