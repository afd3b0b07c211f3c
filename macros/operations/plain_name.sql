{% macro plain_name(name) %}{% do return(modules.re.sub('[\\s_-]', '', name | string | lower)) %}{% endmacro %}
