{#
The rule DSL (SPEC 1, 4.7) as SQL. A node is what the generator checked and wrote:
  {'op': ..., 'args': [...]}, {'ref': path, 'as'?: cast}, {'lit': value, 'type': type}, or a bare text, number, boolean or none: a literal.

  rule_sql(node, fields)          the node as a condition, three-valued; none is no rule: the caller's business
  rule_value(node, type, fields)  the node as a value of `type`: number (double), boolean, datetime (bigint micros), text
  rule_type(node)                 the type the node has by itself: one of these, 'literal' for a bare text, none for a bare ref
`fields` is {ref: column}: the columns in which a CTE offers `object.*`, `context.*` and the like as raw JSON.
#}
{% macro rule_sql(node, fields) %}
  {%- if ozmeta_runtime.is_condition(node) -%}{%- do return(ozmeta_runtime.rule_op(node, 'boolean', fields)) -%}{%- endif -%}
  {%- do return(ozmeta_runtime.is_true(ozmeta_runtime.rule_value(node, 'boolean', fields))) -%}
{% endmacro %}

{# Not every engine takes a condition for a value, or a boolean value for a condition. #}
{% macro is_condition(node) %}{% do return(node is mapping and 'op' in node and node.op != 'coalesce' and ozmeta_runtime.rule_type(node) == 'boolean') %}{% endmacro %}

{% macro rule_type(node) %}
  {%- set booleans = ['and', 'or', 'not', 'eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'contains', 'startsWith', 'endsWith', 'isNull', 'isNotNull', 'regex'] -%}
  {%- if node is none -%}{%- do return(none) -%}
  {%- elif node is boolean -%}{%- do return('boolean') -%}
  {%- elif node is number -%}{%- do return('number') -%}
  {%- elif node is string -%}{%- do return('literal') -%}
  {%- elif 'lit' in node -%}{%- do return({'number': 'number', 'boolean': 'boolean', 'datetime': 'datetime', 'null': none}.get(node.type, 'text')) -%}
  {%- elif 'ref' in node -%}
    {%- if node.get('as') -%}{%- do return({'number': 'number', 'boolean': 'boolean', 'datetime': 'datetime'}.get(node.as, 'text')) -%}{%- endif -%}
    {%- do return('datetime' if node.ref == 'now.utc' else none) -%}
  {%- elif node.op in booleans -%}{%- do return('boolean') -%}
  {%- elif node.op == 'dateAdd' -%}{%- do return('datetime') -%}
  {%- elif node.op == 'coalesce' -%}{%- do return(ozmeta_runtime.dominant_type(node.args)) -%}
  {%- else -%}{%- do return('number') -%}{%- endif -%}
{% endmacro %}

{# The type that the args of a comparison, `in` or coalesce are cast to: the first that has one; a bare text ranks below all. #}
{% macro dominant_type(args) %}
  {%- for arg in args -%}
    {%- set type = ozmeta_runtime.rule_type(arg) -%}
    {%- if type and type != 'literal' -%}{%- do return(type) -%}{%- endif -%}
  {%- endfor -%}
  {%- do return('text') -%}
{% endmacro %}

{% macro rule_value(node, type, fields) %}
  {%- if node is mapping and 'op' in node -%}
    {%- set own = ozmeta_runtime.rule_type(node) -%}
    {%- set value = ozmeta_runtime.rule_op(node, own, fields) -%}
    {%- do return(ozmeta_runtime.convert_type(ozmeta_runtime.boolean_expression(value) if ozmeta_runtime.is_condition(node) else value, own, type)) -%}
  {%- elif node is mapping and 'ref' in node -%}
    {%- if node.ref == 'now.utc' -%}
      {%- set value, own = ozmeta_runtime.to_micros('TL_EffectiveUTC'), 'datetime' -%}
    {%- else -%}
      {%- set value, own = ozmeta_runtime.rule_ref(node.ref, fields), 'text' -%}
    {%- endif -%}
    {%- if node.get('as') -%}
      {%- set hint = ozmeta_runtime.rule_type(node) -%}
      {%- do return(ozmeta_runtime.convert_type(ozmeta_runtime.convert_type(value, own, hint), hint, type)) -%}
    {%- endif -%}
    {%- do return(ozmeta_runtime.convert_type(value, own, type)) -%}
  {%- endif -%}
  {%- set value = node.lit if node is mapping else node -%}
  {%- set text = none if value is none else value | lower if value is boolean else value | string -%}
  {%- do return(ozmeta_runtime.convert_type(ozmeta_runtime.text_literal(text), 'text', type)) -%}
{% endmacro %}

{# SQL of one type -> SQL of another. What does not fit is null. #}
{% macro convert_type(sql, own, type) %}
  {%- if own == type -%}{%- do return(sql) -%}{%- endif -%}
  {%- set text = sql if own in ['text', 'literal']
      else ozmeta_runtime.number_to_text(sql) if own == 'number'
      else ozmeta_runtime.micros_to_iso(sql) if own == 'datetime'
      else "(case when " ~ ozmeta_runtime.is_true(sql) ~ " then 'true' when not " ~ ozmeta_runtime.is_true(sql) ~ " then 'false' end)" -%}
  {%- do return(ozmeta_runtime.cast_text(text, type) | trim) -%}
{% endmacro %}

{# A ref as text; an array or an object is null. #}
{% macro rule_ref(ref, fields) %}
  {%- set own = {
      'transition.fromState': 'TL_FromState', 'transition.toState': 'TL_ToState', 'transition.code': 'TL_TransitionCode',
      'user.id': 'EJ_Actor', 'tenant.id': '_TenantID', 'event.type': 'EJ_EventType', 'event.id': 'EJ_ID', 'event.sourceSystem': 'EJ_SourceSystem'} -%}
  {%- do return(own[ref] if ref in own else ozmeta_runtime.json_scalar(fields[ref]) | trim) -%}
{% endmacro %}

{# A ref as the raw text of a JSON array, null where it holds none; none where it cannot hold one. A cast hint types the members. #}
{% macro rule_array(node, fields) %}
  {%- if node is mapping and 'ref' in node and node.ref in fields -%}
    {%- do return("(" ~ ozmeta_runtime.json_array(fields[node.ref]) ~ ")") -%}
  {%- endif -%}
  {%- do return(none) -%}
{% endmacro %}

{% macro rule_op(node, own, fields) %}
  {%- set op, args = node.op, node.args -%}
  {%- if op in ['and', 'or'] -%}
    {%- set parts = [] -%}
    {%- for arg in args -%}{%- do parts.append(ozmeta_runtime.rule_sql(arg, fields)) -%}{%- endfor -%}
    {%- do return("(" ~ parts | join(" " ~ op ~ " ") ~ ")") -%}

  {%- elif op == 'not' -%}
    {%- do return("(not " ~ ozmeta_runtime.rule_sql(args[0], fields) ~ ")") -%}

  {%- elif op in ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] -%}
    {%- set type = ozmeta_runtime.dominant_type(args) -%}
    {%- set sign = {'eq': '=', 'ne': '<>', 'gt': '>', 'gte': '>=', 'lt': '<', 'lte': '<='}[op] -%}
    {%- set left, right = ozmeta_runtime.rule_value(args[0], type, fields), ozmeta_runtime.rule_value(args[1], type, fields) -%}
    {%- if type == 'text' -%}{%- set left, right = ozmeta_runtime.binary_order(left), ozmeta_runtime.binary_order(right) -%}{%- endif -%}
    {%- do return("(" ~ left ~ " " ~ sign ~ " " ~ right ~ ")") -%}

  {%- elif op == 'in' -%}
    {%- set type = ozmeta_runtime.dominant_type(args) -%}
    {%- do return(ozmeta_runtime.rule_in(args[0], args[1:], type, fields)) -%}

  {%- elif op == 'contains' -%}
    {%- set text = ozmeta_runtime.contains_text(ozmeta_runtime.rule_value(args[0], 'text', fields), ozmeta_runtime.rule_value(args[1], 'text', fields)) -%}
    {%- set array = ozmeta_runtime.rule_array(args[0], fields) -%}
    {%- if array is none -%}{%- do return(text) -%}{%- endif -%}
    {%- set type = ozmeta_runtime.dominant_type(args) -%}
    {%- do return(ozmeta_runtime.boolean_case(array ~ " is not null", ozmeta_runtime.json_member(ozmeta_runtime.rule_value(args[1], type, fields), array, type), text)) -%}

  {%- elif op in ['startsWith', 'endsWith', 'regex'] -%}
    {%- set left, right = ozmeta_runtime.rule_value(args[0], 'text', fields), ozmeta_runtime.rule_value(args[1], 'text', fields) -%}
    {%- do return(ozmeta_runtime.starts_with(left, right) if op == 'startsWith' else ozmeta_runtime.ends_with(left, right) if op == 'endsWith' else ozmeta_runtime.regex_matches(left, right)) -%}

  {%- elif op in ['isNull', 'isNotNull'] -%}
    {%- set type = ozmeta_runtime.dominant_type(args) -%}
    {%- do return("(" ~ ozmeta_runtime.rule_value(args[0], type, fields) ~ " is " ~ ("not " if op == 'isNotNull') ~ "null)") -%}

  {%- elif op in ['add', 'sub', 'mul', 'div'] -%}
    {%- set left, right = ozmeta_runtime.rule_value(args[0], 'number', fields), ozmeta_runtime.rule_value(args[1], 'number', fields) -%}
    {%- set right = "nullif(" ~ right ~ ", 0)" if op == 'div' else right -%}
    {%- do return(ozmeta_runtime.arithmetic(left, {'add': '+', 'sub': '-', 'mul': '*', 'div': '/'}[op], right)) -%}

  {%- elif op == 'coalesce' -%}
    {%- set parts = [] -%}
    {%- for arg in args -%}{%- do parts.append(ozmeta_runtime.rule_value(arg, own, fields)) -%}{%- endfor -%}
    {%- do return("coalesce(" ~ parts | join(", ") ~ ")") -%}

  {%- elif op == 'dateAdd' -%}
    {%- set unit = args[0].lit if args[0] is mapping else args[0] -%}
    {%- set micros = {'minute': 60000000, 'hour': 3600000000, 'day': 86400000000}[unit] -%}
    {%- set n = ozmeta_runtime.rule_value(args[1], 'number', fields) -%}
    {#- beyond 200,000 years it is no instant any more -#}
    {%- do return("(case when abs(" ~ n ~ ") <= " ~ (6311520000000000000 // micros) ~ " then " ~ ozmeta_runtime.rule_value(args[2], 'datetime', fields)
        ~ " + cast(floor(" ~ n ~ " * " ~ micros ~ ") as " ~ dbt.type_bigint() ~ ") end)") -%}

  {%- elif op == 'dateDiffMinutes' -%}
    {%- do return("cast(" ~ ozmeta_runtime.floor_div("(" ~ ozmeta_runtime.rule_value(args[1], 'datetime', fields) ~ " - " ~ ozmeta_runtime.rule_value(args[0], 'datetime', fields) ~ ")", 60000000)
        ~ " as " ~ ozmeta_runtime.type_double() ~ ")") -%}
  {%- endif -%}
  {%- do exceptions.raise_compiler_error("unknown op '" ~ op ~ "' in a rule; was this file edited by hand?") -%}
{% endmacro %}

{# `x in (members)`: plain values together, then each ref that may hold an array, whose members count, a missing one as null. #}
{% macro rule_in(needle, members, type, fields) %}
  {%- set x = ozmeta_runtime.rule_value(needle, type, fields) -%}
  {%- set plain, parts = [], [] -%}
  {%- for member in members -%}
    {%- set array = ozmeta_runtime.rule_array(member, fields) -%}
    {%- set value = ozmeta_runtime.rule_value(member, type, fields) -%}
    {%- if array is none -%}{%- do plain.append(value) -%}
    {%- else -%}
      {%- do parts.append(ozmeta_runtime.boolean_case(array ~ " is not null", ozmeta_runtime.json_member(x, array, type), x ~ " = " ~ value)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if plain -%}{%- do parts.insert(0, "(" ~ x ~ " in (" ~ plain | join(", ") ~ "))") -%}{%- endif -%}
  {%- do return("(" ~ parts | join(" or ") ~ ")") -%}
{% endmacro %}
