{#
Whether this is the run of `ozmeta-dbt erase`, which reads the journal's rows of some objects again wherever they are
(spec 8.7). Only erase sets the variable `ozmeta_erase`.
#}
{% macro rereads() %}{% do return(execute and var('ozmeta_erase', none) is not none) %}{% endmacro %}
