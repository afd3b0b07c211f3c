{#
Stops a run whose `--vars` hold a misspelt variable of this package, such as `ozmeta_asof`. Without its variable the run
would use another clock, and as_of must not go back (spec 3). A project may have variables of its own that begin with
ozmeta. `ozmeta-dbt validate` checks the variables in dbt_project.yml, since a macro cannot list them.
#}
{% macro check_variables() %}
  {%- set given = invocation_args_dict.get('vars') -%}
  {%- set known = ozmeta_runtime.known_variables() -%}
  {%- for name in (given if given is mapping else {}) if name not in known -%}
    {%- for variable in known if ozmeta_runtime.nearest_variable(name, variable) -%}
      {%- do exceptions.raise_compiler_error("'" ~ name ~ "' is not a variable of ozmeta_runtime. Did you mean "
          ~ variable ~ "? The variables are " ~ known | join(', ') ~ ".") -%}
    {%- endfor -%}
  {%- endfor -%}
{% endmacro %}

{# The variables that a project may set. #}
{% macro known_variables() %}
  {%- do return(['ozmeta_as_of', 'ozmeta_bring_back_purged', 'ozmeta_correction', 'ozmeta_erase', 'ozmeta_verify']) -%}
{% endmacro %}

{# Whether two names differ only in case, punctuation, one letter, or a part missing at one end. #}
{% macro nearest_variable(name, known) %}
  {%- set a = modules.re.sub('[^a-z0-9]', '', name | string | lower) -%}
  {%- set b = modules.re.sub('[^a-z0-9]', '', known) -%}
  {%- set is_part = a.startswith('ozmeta') and a | length > 7 and (a in b or b in a) -%}
  {%- if a == b or is_part -%}{%- do return(true) -%}{%- endif -%}
  {%- for i in range([a | length, b | length] | max) -%}
    {%- set a_less, b_less = a[:i] ~ a[i + 1:], b[:i] ~ b[i + 1:] -%}
    {%- if a_less == b or b_less == a or a_less == b_less -%}{%- do return(true) -%}{%- endif -%}
  {%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
