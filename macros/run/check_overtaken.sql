{#
Stops a run if another run of the binding completed after this one began (spec 8.8). This run builds on the result of
the earlier completed run, so it might write older rows over newer ones.

Arguments
  state      see run_state
  completed  number of the last completed run as the log has it now; asked for if it is left out
#}
{% macro check_overtaken(binding, state, completed=none) %}
  {%- if completed is none -%}
    {%- set log = ozmeta_runtime.existing_model(binding, 'run') -%}
    {%- set completed = run_query("select max(RUN_Batch) from " ~ log).rows[0][0] if log else 0 -%}
  {%- endif -%}
  {%- if (completed or 0) | int != state.batch -%}
    {%- do exceptions.raise_compiler_error("Another run of '" ~ binding ~ "' (number " ~ completed ~ ") completed "
        ~ "after this run (number " ~ state.number ~ ") began. " ~ this.identifier ~ " was not written. Nothing is "
        ~ "lost: the next run folds what this one left. Schedule the runs of '" ~ binding ~ "' so that they do not "
        ~ "overlap.") -%}
  {%- endif -%}
{% endmacro %}
