{#
A rule of the DSL as SQL (spec 1.3, 4.7). The generator checks a rule and writes its types. The macros of this file only
print it.

  rule_sql(node, fields)          a condition with three-valued logic. The caller handles a rule that is null.
  rule_value(node, type, fields)  a value of `type`: 'number' (double), 'boolean', 'datetime' (bigint, microseconds
                                  since 1970) or 'text'
  regex_pattern(node)             the pattern of a regex in the syntax of this engine

Arguments
  node      a node that the generator has written:
              {'op': text, 'args': [node], …}, with
                'type'      the type of the value. Without it, the operation is a condition.
                'arg_type'  the type in which a condition compares its arguments; text by default
                'patterns'  of a regex: {dialect: pattern} for each dialect that needs another pattern than the one in
                            `args`, or none if it has no such pattern; see regex_dialect
              {'ref': path, 'as'?: type}; `as` is the cast hint of the rule
              a text, a number, a boolean or none, which is a literal
  type      string: the type to convert to
  fields    dict: {ref: column}, the columns of the query that have `object.*`, `context.*` and so on as raw JSON
Errors      the node has an unknown operator; the engine cannot express the pattern of a regex
#}
{% macro rule_sql(node, fields) %}
  {%- if ozmeta_runtime.is_condition(node) -%}{%- do return(ozmeta_runtime.rule_op(node, fields)) -%}{%- endif -%}
  {%- do return(ozmeta_runtime.is_true(ozmeta_runtime.rule_value(node, 'boolean', fields))) -%}
{% endmacro %}

{#
Whether the SQL of a node is a condition. Some engines have no boolean values, or do not accept a boolean value as a
condition.
#}
{% macro is_condition(node) %}
  {%- do return(node is mapping and 'op' in node and 'type' not in node) -%}
{% endmacro %}

{% macro rule_value(node, type, fields) %}
  {%- if ozmeta_runtime.is_condition(node) -%}
    {%- set value = ozmeta_runtime.boolean_expression(ozmeta_runtime.rule_op(node, fields)) -%}
    {%- do return(ozmeta_runtime.convert_type(value, 'boolean', type)) -%}
  {%- elif node is mapping and 'op' in node -%}
    {%- do return(ozmeta_runtime.convert_type(ozmeta_runtime.rule_op(node, fields), node.type, type)) -%}
  {%- elif node is mapping -%}
    {%- set own = 'datetime' if node.ref == 'now.utc' else 'text' -%}
    {%- set value = ozmeta_runtime.to_micros('TL_EffectiveUTC') if node.ref == 'now.utc'
        else ozmeta_runtime.ref_text(node.ref, fields) -%}
    {%- set hint = node.get('as', own) -%}
    {%- do return(ozmeta_runtime.convert_type(ozmeta_runtime.convert_type(value, own, hint), hint, type)) -%}
  {%- endif -%}
  {%- if node is none -%}{%- set text = none -%}
  {%- elif node is boolean -%}{%- set text = node | lower -%}
  {%- else -%}{%- set text = node | string -%}{%- endif -%}
  {%- do return(ozmeta_runtime.convert_type(ozmeta_runtime.text_literal(text), 'text', type)) -%}
{% endmacro %}

{# SQL of one type as SQL of another type. A value that does not fit becomes null (spec 4.7, Casts). #}
{% macro convert_type(sql, own, type) %}
  {%- if own == type -%}{%- do return(sql) -%}{%- endif -%}
  {%- if own == 'text' -%}{%- set text = sql -%}
  {%- elif own == 'number' -%}{%- set text = ozmeta_runtime.number_to_text(sql) -%}
  {%- elif own == 'datetime' -%}{%- set text = ozmeta_runtime.micros_to_iso(sql) -%}
  {%- else -%}
    {%- set is_true = ozmeta_runtime.is_true(sql) -%}
    {%- set text = "(case when " ~ is_true ~ " then 'true' when not " ~ is_true ~ " then 'false' end)" -%}
  {%- endif -%}
  {%- do return(ozmeta_runtime.cast_text(text, type) | trim) -%}
{% endmacro %}

{#
A ref as the raw text of a JSON array, which is null if the value is no array. Returns none if the node cannot be an
array. A cast hint of the ref applies to the members.
#}
{% macro rule_array(node, fields) %}
  {%- if node is mapping and 'ref' in node and node.ref in fields -%}
    {%- do return("(" ~ ozmeta_runtime.json_array(fields[node.ref]) ~ ")") -%}
  {%- endif -%}
  {%- do return(none) -%}
{% endmacro %}

{#
The pattern of a regex in the syntax of this engine, as a SQL literal.
node: {'args': [node, pattern], 'patterns'?: {dialect: pattern or none}}
#}
{% macro regex_pattern(node) %}
  {%- set pattern = node.args[1] -%}
  {%- set own = node.get('patterns', {}).get(ozmeta_runtime.regex_dialect(), pattern) -%}
  {%- if own is none -%}
    {%- do exceptions.raise_compiler_error("The regex " ~ pattern ~ " of a rule cannot run on " ~ target.type ~ ". Use "
        ~ "startsWith, endsWith, contains or in. If `warehouses` in ozmeta.yml lists " ~ target.type
        ~ ", `ozmeta-dbt validate` says which part of the pattern it does not support.") -%}
  {%- endif -%}
  {%- do return(ozmeta_runtime.text_literal(own)) -%}
{% endmacro %}

{# The SQL of an operation: a condition, or a value of node.type #}
{% macro rule_op(node, fields) %}
  {%- set op, args = node.op, node.args -%}
  {%- set arg_type = node.get('arg_type', 'text') -%}
  {%- if op in ['and', 'or'] -%}
    {%- set parts = [] -%}
    {%- for arg in args -%}{%- do parts.append(ozmeta_runtime.rule_sql(arg, fields)) -%}{%- endfor -%}
    {%- do return("(" ~ parts | join(" " ~ op ~ " ") ~ ")") -%}

  {%- elif op == 'not' -%}
    {%- do return("(not " ~ ozmeta_runtime.rule_sql(args[0], fields) ~ ")") -%}

  {%- elif op in ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] -%}
    {%- set sign = {'eq': '=', 'ne': '<>', 'gt': '>', 'gte': '>=', 'lt': '<', 'lte': '<='}[op] -%}
    {%- set left = ozmeta_runtime.rule_value(args[0], arg_type, fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], arg_type, fields) -%}
    {%- if arg_type == 'text' -%}
      {%- set left, right = ozmeta_runtime.binary_order(left), ozmeta_runtime.binary_order(right) -%}
    {%- endif -%}
    {%- do return("(" ~ left ~ " " ~ sign ~ " " ~ right ~ ")") -%}

  {%- elif op == 'in' -%}
    {%- do return(ozmeta_runtime.rule_in(args[0], args[1:], arg_type, fields)) -%}

  {%- elif op == 'contains' -%}
    {%- set left = ozmeta_runtime.rule_value(args[0], 'text', fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], 'text', fields) -%}
    {%- set in_text = ozmeta_runtime.contains_text(left, right) -%}
    {%- set array = ozmeta_runtime.rule_array(args[0], fields) -%}
    {%- if array is none -%}{%- do return(in_text) -%}{%- endif -%}
    {%- set value = ozmeta_runtime.rule_value(args[1], arg_type, fields) -%}
    {%- set is_member = ozmeta_runtime.json_member(value, array, arg_type) -%}
    {%- do return(ozmeta_runtime.boolean_case(array ~ " is not null", is_member, in_text)) -%}

  {%- elif op in ['startsWith', 'endsWith'] -%}
    {%- set left = ozmeta_runtime.rule_value(args[0], 'text', fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], 'text', fields) -%}
    {%- if op == 'startsWith' -%}{%- do return(ozmeta_runtime.starts_with(left, right)) -%}{%- endif -%}
    {%- do return(ozmeta_runtime.ends_with(left, right)) -%}

  {%- elif op == 'regex' -%}
    {%- set value = ozmeta_runtime.rule_value(args[0], 'text', fields) -%}
    {%- do return(ozmeta_runtime.regex_matches(value, ozmeta_runtime.regex_pattern(node))) -%}

  {%- elif op in ['isNull', 'isNotNull'] -%}
    {%- set test = " is null)" if op == 'isNull' else " is not null)" -%}
    {%- do return("(" ~ ozmeta_runtime.rule_value(args[0], arg_type, fields) ~ test) -%}

  {%- elif op in ['add', 'sub', 'mul', 'div'] -%}
    {%- set sign = {'add': '+', 'sub': '-', 'mul': '*', 'div': '/'}[op] -%}
    {%- set left = ozmeta_runtime.rule_value(args[0], 'number', fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], 'number', fields) -%}
    {%- set right = "nullif(" ~ right ~ ", 0)" if op == 'div' else right -%}
    {%- do return(ozmeta_runtime.arithmetic(left, sign, right)) -%}

  {%- elif op == 'coalesce' -%}
    {%- set parts = [] -%}
    {%- for arg in args -%}{%- do parts.append(ozmeta_runtime.rule_value(arg, node.type, fields)) -%}{%- endfor -%}
    {%- do return("coalesce(" ~ parts | join(", ") ~ ")") -%}

  {%- elif op == 'dateAdd' -%}
    {%- set micros = {'minute': 60000000, 'hour': 3600000000, 'day': 86400000000}[args[0]] -%}
    {%- set number = ozmeta_runtime.rule_value(args[1], 'number', fields) -%}
    {%- set start = ozmeta_runtime.rule_value(args[2], 'datetime', fields) -%}
    {%- set moved = start ~ " + cast(floor(" ~ number ~ " * " ~ micros ~ ") as " ~ dbt.type_bigint() ~ ")" -%}
    {#- Adding more than 200,000 years could overflow a bigint of microseconds, so it gives null. -#}
    {%- set most = 6311520000000000000 // micros -%}
    {%- do return("(case when abs(" ~ number ~ ") <= " ~ most ~ " then " ~ moved ~ " end)") -%}

  {%- elif op == 'dateDiffMinutes' -%}
    {%- set first = ozmeta_runtime.rule_value(args[0], 'datetime', fields) -%}
    {%- set second = ozmeta_runtime.rule_value(args[1], 'datetime', fields) -%}
    {%- set minutes = ozmeta_runtime.floor_div("(" ~ second ~ " - " ~ first ~ ")", 60000000) -%}
    {%- do return("cast(" ~ minutes ~ " as " ~ ozmeta_runtime.type_double() ~ ")") -%}
  {%- endif -%}
  {%- do exceptions.raise_compiler_error("A rule of this model has the unknown operator '" ~ op ~ "'. The file was "
      ~ "probably edited by hand. Run `ozmeta-dbt generate --force` to write it again.") -%}
{% endmacro %}

{#
The SQL of `in`: one `in (…)` for the members that cannot be arrays, then a condition for each member that can. If such
a member is an array, its members are compared. If it is missing, it is compared as null.

Arguments
  needle     node: the value to find
  members    list of node
  type       string: the type in which values are compared
#}
{% macro rule_in(needle, members, type, fields) %}
  {%- set x = ozmeta_runtime.rule_value(needle, type, fields) -%}
  {%- set plain, parts = [], [] -%}
  {%- for member in members -%}
    {%- set array = ozmeta_runtime.rule_array(member, fields) -%}
    {%- set value = ozmeta_runtime.rule_value(member, type, fields) -%}
    {%- if array is none -%}{%- do plain.append(value) -%}
    {%- else -%}
      {%- set is_member = ozmeta_runtime.json_member(x, array, type) -%}
      {%- do parts.append(ozmeta_runtime.boolean_case(array ~ " is not null", is_member, x ~ " = " ~ value)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if plain -%}{%- do parts.insert(0, "(" ~ x ~ " in (" ~ plain | join(", ") ~ "))") -%}{%- endif -%}
  {%- do return("(" ~ parts | join(" or ") ~ ")") -%}
{% endmacro %}
