{# What was taken from the journals, kept with each row: how rows were keyed; the payload fields that were read, each with a hash of its path; and of each journal a hash of
   its name, one of what its columns are called and, where its event times may have nanoseconds, how they are read; and by which columns messages were told apart, if they were. As in `1f0c…:PL_object_Impact/3a5e:77b0c41d`. #}
{% macro journal_config_text(journal_config) %}
  {%- set keyed = [3, journal_config.object_type, journal_config.object_types | sort, journal_config.tenant_in_key, journal_config.needs_tenant] + ([journal_config.key] if journal_config.get('key') else []) -%}
  {%- set fields, journals = [], [] -%}
  {%- for field in journal_config.fields -%}{%- do fields.append(field.column ~ '/' ~ local_md5(tojson([field.path] + field.old if field.get('old') else field.path))[:4]) -%}{%- endfor -%}
  {%- for journal in journal_config.journals -%}{%- do journals.append(ozmeta_runtime.journal_signature(journal, journal_config)) -%}{%- endfor -%}
  {%- do return(([local_md5(tojson(keyed))[:8], fields | sort | join(','), journals | sort | join(',')] + ([journal_config.deduplicate_on | join(',')] if journal_config.get('deduplicate_on') else [])) | join(':')) -%}
{% endmacro %}
