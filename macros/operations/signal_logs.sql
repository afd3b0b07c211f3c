{#
The signal logs that a channel of `ozmeta-dbt notify` reads.

Arguments
  wanted     list of string: names of bindings, in any spelling; see binding_named. Empty for all bindings
Returns      dict:
               logs     {binding: relation of its runtime_signal}
               missing  [binding that has no such table yet]
Errors       see binding_named; a binding that is named has no signal log
#}
{% macro signal_logs(wanted) %}
  {%- set known, logs, missing, named = ozmeta_runtime.bindings(), {}, [], [] -%}
  {%- for name in wanted -%}{%- do named.append(ozmeta_runtime.binding_named(name, known)) -%}{%- endfor -%}
  {%- for binding in named or known.keys() | sort -%}
    {%- set node = known[binding].get('runtime_signal') -%}
    {%- if node -%}
      {%- set log = load_relation(ozmeta_runtime.relation_of(node)) -%}
      {%- if log -%}{%- do logs.update({binding: log}) -%}{%- else -%}{%- do missing.append(binding) -%}{%- endif -%}
    {%- elif binding in named -%}
      {%- do exceptions.raise_compiler_error("The binding " ~ binding ~ " has no signal log: its metadata has no SLA, "
          ~ "approval flow or EmitSignal action. Remove it from `bindings` of this channel in ozmeta.yml.") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return({'logs': logs, 'missing': missing}) -%}
{% endmacro %}
