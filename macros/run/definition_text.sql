{#
What a model's file defines: its text without comments and without its `config(...)`, with a single blank for each white
space outside quotes. No config of a generated file changes rows: it says how a table is stored, tagged and
described.

Text that this macro could misread keeps its white space and its SQL comments: SQL with Jinja inside a comment or a
literal, with a backslash, or with dollar quotes.

text: the file's text, with Jinja
#}
{% macro definition_text(text) %}
  {%- set string = "(?:'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\")" -%}
  {%- set inside = "(?:" ~ string ~ "|[^'\"])*?" -%}
  {%- set block = "[{][{]" ~ inside ~ "[}][}]|[{]%" ~ inside ~ "%[}]" -%}
  {%- set config = "[{][{]-?\\s*config\\s*[(]" ~ inside ~ "[)]\\s*-?[}][}]" -%}
  {%- set comment = "--[^\\n]*|/[*].*?[*]/" -%}
  {%- set literal = "'[^']*'|\"[^\"]*\"|`[^`]*`" -%}

  {%- set text = modules.re.sub("(?s)" ~ config ~ "|(" ~ block ~ ")|[{]#.*?#[}]", "\\1", text) -%}
  {#- `{}` is where a block was, so that quotes inside a block are not taken for SQL. -#}
  {%- set sql = modules.re.sub("(?s)" ~ block, "{}", text) -%}
  {%- for part in modules.re.findall("(?s)" ~ comment ~ "|" ~ literal, sql) if '{}' in part or '\\' in part -%}
    {%- do return(text | trim) -%}
  {%- endfor -%}
  {%- if modules.re.search("['\"`\\\\$]", modules.re.sub("(?s)" ~ comment ~ "|" ~ literal, "", sql)) -%}
    {%- do return(text | trim) -%}
  {%- endif -%}
  {%- set text = modules.re.sub("(?s)(" ~ block ~ "|" ~ literal ~ ")|" ~ comment, "\\1", text) -%}
  {%- do return(modules.re.sub("(?s)(" ~ string ~ "|`[^`]*`)|\\s+", "\\1 ", text) | trim) -%}
{% endmacro %}
