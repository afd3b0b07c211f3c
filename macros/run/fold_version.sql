{# Raised by one whenever a release changes what the fold makes of the same journal, so that such an upgrade folds everything again. #}
{% macro fold_version() %}{% do return(4) %}{% endmacro %}
