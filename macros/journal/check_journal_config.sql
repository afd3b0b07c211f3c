{#
Stops a run whose definitions need something that earlier runs did not read from the journals, or read in another way.
The timeline cannot be folded again without it (spec 8).

Errors, each with the advice to run with --full-refresh: other object types or instance key; another deduplicate_on; a
payload field that was not read; a journal that ozmeta.yml no longer names; another column mapping or time type; a
history that reads its tables in another way
#}
{% macro check_journal_config(journal_config) %}
  {%- set config_text = ozmeta_runtime.journal_config_text(journal_config) -%}
  {%- set wanted = config_text.split(':') -%}
  {%- set refs, signatures = {}, {} -%}
  {%- for field in journal_config.fields -%}{%- do refs.update({field.column: field.ref}) -%}{%- endfor -%}
  {%- for journal in journal_config.journals -%}
    {%- do signatures.update({journal.name: ozmeta_runtime.journal_signature(journal)}) -%}
  {%- endfor -%}
  {%- set table = this.identifier -%}
  {%- set other = "select distinct TL_Intake, TL_Journal from " ~ this
      ~ " where TL_Intake <> " ~ ozmeta_runtime.text_literal(config_text) -%}
  {%- for row in run_query(other).rows -%}
    {%- set read, journal = row[0].split(':'), row[1] -%}
    {%- if read[0] != wanted[0] -%}
      {%- do exceptions.raise_compiler_error("The object types or the instance key of " ~ table ~ " changed, so it may "
          ~ "lack rows of the journal that belong to it now. Run once with --full-refresh.") -%}
    {%- endif -%}
    {%- if (read[3:] or ['']) != (wanted[3:] or ['']) -%}
      {%- do exceptions.raise_compiler_error("journal.deduplicate_on in ozmeta.yml changed after " ~ table ~ " read "
          ~ "its events, so some of its events may be the same message. Run once with --full-refresh.") -%}
    {%- endif -%}
    {%- for field in wanted[1].split(',') if field and field not in read[1].split(',') -%}
      {%- do exceptions.raise_compiler_error("A rule or an approval now uses the payload field "
          ~ refs[field.split('/')[0]] ~ ". Earlier runs of " ~ table ~ " did not read it from the events, or read it "
          ~ "under other names than field_aliases has now. Run once with --full-refresh to read it from the "
          ~ "journal.") -%}
    {%- endfor -%}
    {%- if journal not in signatures -%}
      {%- do exceptions.raise_compiler_error(table ~ " has events of the journal " ~ journal ~ ", which ozmeta.yml no "
          ~ "longer names. Add it again, or run once with --full-refresh to remove its events.") -%}
    {%- endif -%}
    {%- if signatures[journal] not in read[2].split(',') -%}
      {%- set readings = [] -%}
      {%- for signature in read[2].split(',') -%}{%- do readings.append(signature.split('-')[0]) -%}{%- endfor -%}
      {%- if signatures[journal].split('-')[0] in readings -%}
        {%- do exceptions.raise_compiler_error("The history " ~ journal ~ " makes its events in another way than when "
            ~ table ~ " read them, for example from more fields. Run once with --full-refresh to read all rows "
            ~ "again.") -%}
      {%- endif -%}
      {%- do exceptions.raise_compiler_error("journal.columns in ozmeta.yml, or the type of EJ_EventTimeUTC, changed "
          ~ "after " ~ table ~ " read the rows of " ~ journal ~ ". Run once with --full-refresh to read all rows "
          ~ "again.") -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
