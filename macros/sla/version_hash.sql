{#
SQL of a text: a hash of what the version of a cycle says, by which `changed_cycles` recognizes cycles that a changed
version concerns. It is the second part of the cycle's _DefinitionHash.

slas: see sla_cycle; code, start: SQL of the cycle's SL_Code and start
#}
{% macro version_hash(slas, code, start) %}
  {%- set cases = [] -%}
  {%- for sla in slas -%}
    {%- set hashes = [] -%}
    {%- for version in ozmeta_runtime.policy_versions(sla) -%}
      {%- set said = {} -%}
      {%- for key, value in version.items() if key != 'from' -%}{%- do said.update({key: value}) -%}{%- endfor -%}
      {%- do hashes.append("'" ~ local_md5(tojson(said, sort_keys=true))[:8] ~ "'") -%}
    {%- endfor -%}
    {%- do cases.append("when " ~ ozmeta_runtime.text_literal(sla.code) ~ " then "
        ~ ozmeta_runtime.by_version(sla, hashes, start)) -%}
  {%- endfor -%}
  {%- do return("case " ~ code ~ " " ~ cases | join(" ") ~ " end") -%}
{% endmacro %}
