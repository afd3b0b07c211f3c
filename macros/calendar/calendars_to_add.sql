{# The calendars of a list whose rows an incremental model does not have yet.
   column: the model's column with the calendars' keys #}
{% macro calendars_to_add(calendars, column) %}
  {%- if not ozmeta_runtime.is_incremental_run() -%}{%- do return(calendars) -%}{%- endif -%}
  {%- set known = run_query("select distinct " ~ column ~ " from " ~ this).columns[0].values() -%}
  {%- set added = [] -%}
  {%- for calendar in calendars if calendar.key not in known -%}{%- do added.append(calendar) -%}{%- endfor -%}
  {%- do return(added) -%}
{% endmacro %}
