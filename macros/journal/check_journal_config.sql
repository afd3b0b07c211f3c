{# A definition that needs what was never read from the journal, or was read otherwise, cannot be folded from the timeline (SPEC 8). #}
{% macro check_journal_config(journal_config) %}
  {%- set wanted = ozmeta_runtime.journal_config_text(journal_config).split(':') -%}
  {%- set refs, marks = {}, {} -%}
  {%- for field in journal_config.fields -%}{%- do refs.update({field.column: field.ref}) -%}{%- endfor -%}
  {%- for journal in journal_config.journals -%}{%- do marks.update({journal.name: ozmeta_runtime.journal_signature(journal, journal_config)}) -%}{%- endfor -%}
  {%- for row in run_query("select distinct TL_Intake, TL_Journal from " ~ this ~ " where TL_Intake <> " ~ ozmeta_runtime.text_literal(ozmeta_runtime.journal_config_text(journal_config))).rows -%}
    {%- set held, journal = row[0].split(':'), row[1] -%}
    {%- if held[0] != wanted[0] -%}
      {%- do exceptions.raise_compiler_error("The object types or the instance key of " ~ this.identifier ~ " changed, so rows of the journal it never read may now belong to it. Run once with --full-refresh.") -%}
    {%- endif -%}
    {%- if (held[3:] or ['']) != (wanted[3:] or ['']) -%}
      {%- do exceptions.raise_compiler_error("journal.deduplicate_on in ozmeta.yml was another when " ~ this.identifier ~ " read its events, so some of them may be one message. Run once with --full-refresh to read them all by it.") -%}
    {%- endif -%}
    {%- for field in wanted[1].split(',') if field and field not in held[1].split(',') -%}
      {%- do exceptions.raise_compiler_error("A rule or an approval now uses the payload field " ~ refs[field.split('/')[0]] ~ ", which " ~ this.identifier ~ " does not hold for the events read so far, or not by the names it has in field_aliases today. Run once with --full-refresh to read it from the journal.") -%}
    {%- endfor -%}
    {%- if journal not in marks -%}
      {%- do exceptions.raise_compiler_error(this.identifier ~ " holds events of the journal " ~ journal ~ ", which ozmeta.yml no longer names. Name it again, or run once with --full-refresh to leave them out.") -%}
    {%- endif -%}
    {%- if marks[journal] not in held[2].split(',') -%}
      {%- do exceptions.raise_compiler_error("journal.columns in ozmeta.yml, or the type of EJ_EventTimeUTC, was another when " ~ this.identifier ~ " read the rows of " ~ journal ~ ". Run once with --full-refresh to read them all as they are now.") -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
