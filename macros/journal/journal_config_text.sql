{#
What a run read from the journals, as the text of the column TL_Intake, such as
`1f0c…:PL_object_Impact/3a5e:77b0c41d`. check_journal_config compares it (spec 8).

Its parts, separated by colons: a hash of how rows get their object's key; the payload fields that were read, each with
a hash of its path; a signature of each journal; the columns of deduplicate_on, if there are any
#}
{% macro journal_config_text(journal_config) %}
  {%- set keyed = [3, journal_config.object_type, journal_config.object_types | sort, journal_config.tenant_in_key,
      journal_config.needs_tenant] -%}
  {%- if journal_config.get('key') -%}{%- do keyed.append(journal_config.key) -%}{%- endif -%}
  {%- set fields, journals = [], [] -%}
  {%- for field in journal_config.fields -%}
    {%- set paths = [field.path] + field.old if field.get('old') else field.path -%}
    {%- if field.get('protect') -%}{%- set paths = [paths, field.protect] -%}{%- endif -%}
    {%- do fields.append(field.column ~ '/' ~ local_md5(tojson(paths))[:4]) -%}
  {%- endfor -%}
  {%- for journal in journal_config.journals -%}
    {%- do journals.append(ozmeta_runtime.journal_signature(journal)) -%}
  {%- endfor -%}
  {%- set parts = [local_md5(tojson(keyed))[:8], fields | sort | join(','), journals | sort | join(',')] -%}
  {%- if journal_config.get('deduplicate_on') -%}
    {%- do parts.append(journal_config.deduplicate_on | join(',')) -%}
  {%- endif -%}
  {%- do return(parts | join(':')) -%}
{% endmacro %}
