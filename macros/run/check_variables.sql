{#
Stops a run that was given a variable which looks like one of this package's and is not, such as `ozmeta_asof`: without it the run would take another
clock, and time may not go back (SPEC 3). Other names that begin with ozmeta are the project's own, and fine. Variables in dbt_project.yml are
checked by `ozmeta-dbt validate`, since a macro cannot list them.
#}
{% macro check_variables() %}
  {%- set given = invocation_args_dict.get('vars') -%}
  {%- for name in (given if given is mapping else {}) if name not in ozmeta_runtime.variables() -%}
    {%- for known in ozmeta_runtime.variables() if ozmeta_runtime.looks_like(name, known) -%}
      {%- do exceptions.raise_compiler_error("'" ~ name ~ "' is not a variable of ozmeta_runtime. Did you mean " ~ known ~ "? It knows "
          ~ ozmeta_runtime.variables() | join(', ') ~ ".") -%}
    {%- endfor -%}
  {%- endfor -%}
{% endmacro %}

{# The variables that a project may set. #}
{% macro variables() %}{% do return(['ozmeta_as_of', 'ozmeta_correction', 'ozmeta_verify']) %}{% endmacro %}

{# Are two names the same but for case, signs, one letter more or less, or a part left out at either end? #}
{% macro looks_like(name, known) %}
  {%- set a = modules.re.sub('[^a-z0-9]', '', name | string | lower) -%}
  {%- set b = modules.re.sub('[^a-z0-9]', '', known) -%}
  {%- if a == b or (a.startswith('ozmeta') and a | length > 7 and (a in b or b in a)) -%}{%- do return(true) -%}{%- endif -%}
  {%- for i in range([a | length, b | length] | max) -%}
    {%- if a[:i] ~ a[i + 1:] == b or b[:i] ~ b[i + 1:] == a or a[:i] ~ a[i + 1:] == b[:i] ~ b[i + 1:] -%}{%- do return(true) -%}{%- endif -%}
  {%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
