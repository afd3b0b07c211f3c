{#
A UUID of version 7: the milliseconds of an instant, then digits of a hash.
instant: SQL of a timestamp
seed: SQL of a hash as 32 hexadecimal digits
#}
{% macro uuid_of(instant, seed) -%}
    printf('%08x-%04x-7', epoch_us({{ instant }}) // 65536000, epoch_us({{ instant }}) // 1000 % 65536)
    || substr({{ seed }}, 1, 3) || '-' || substr('89ab', 1 + cast('0x' || substr({{ seed }}, 4, 1) as int) % 4, 1)
    || substr({{ seed }}, 5, 3) || '-' || substr({{ seed }}, 8, 12)
{%- endmacro %}
