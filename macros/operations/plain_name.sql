{# A name in lower case, without blanks, `_` and `-`. Two spellings of a name are equal if their plain names are. #}
{% macro plain_name(name) %}{% do return(modules.re.sub('[\\s_-]', '', name | string | lower)) %}{% endmacro %}
