{#
A rule of the DSL as SQL (spec 1.3, 4.7).

  rule_sql(node, fields)          a condition with three-valued logic. The caller handles a rule that is null.
  rule_value(node, type, fields)  a value of `type`: 'number' (double), 'boolean', 'datetime' (bigint, microseconds
                                  since 1970) or 'text'
  rule_type(node)                 the type that the node has by itself: one of these, 'literal' for a string literal, or
                                  none for a ref without a cast hint

Arguments
  node      a node that the generator has checked and written:
              {'op': text, 'args': [node]}
              {'ref': path, 'as'?: cast hint}
              {'lit': value, 'type': type}
              a text, a number, a boolean or none, which is a literal
  type      string: the type to convert to
  fields    dict: {ref: column}, the columns of the query that have `object.*`, `context.*` and so on as raw JSON
Errors      the node has an unknown operator
#}
{% macro rule_sql(node, fields) %}
  {%- if ozmeta_runtime.is_condition(node) -%}
    {%- do return(ozmeta_runtime.rule_op(node, 'boolean', fields)) -%}
  {%- endif -%}
  {%- do return(ozmeta_runtime.is_true(ozmeta_runtime.rule_value(node, 'boolean', fields))) -%}
{% endmacro %}

{#
Whether the SQL of a node is a condition. Some engines have no boolean values, or do not accept a boolean value as a
condition.
#}
{% macro is_condition(node) %}
  {%- set is_operation = node is mapping and 'op' in node and node.op != 'coalesce' -%}
  {%- do return(is_operation and ozmeta_runtime.rule_type(node) == 'boolean') -%}
{% endmacro %}

{% macro rule_type(node) %}
  {%- set booleans = [
      'and', 'or', 'not', 'eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in',
      'contains', 'startsWith', 'endsWith', 'isNull', 'isNotNull', 'regex',
  ] -%}
  {%- set types = {'number': 'number', 'boolean': 'boolean', 'datetime': 'datetime'} -%}
  {%- if node is none -%}{%- do return(none) -%}
  {%- elif node is boolean -%}{%- do return('boolean') -%}
  {%- elif node is number -%}{%- do return('number') -%}
  {%- elif node is string -%}{%- do return('literal') -%}
  {%- elif 'lit' in node -%}{%- do return(none if node.type == 'null' else types.get(node.type, 'text')) -%}
  {%- elif 'ref' in node -%}
    {%- if node.get('as') -%}{%- do return(types.get(node.as, 'text')) -%}{%- endif -%}
    {%- do return('datetime' if node.ref == 'now.utc' else none) -%}
  {%- elif node.op in booleans -%}{%- do return('boolean') -%}
  {%- elif node.op == 'dateAdd' -%}{%- do return('datetime') -%}
  {%- elif node.op == 'coalesce' -%}{%- do return(ozmeta_runtime.dominant_type(node.args)) -%}
  {%- else -%}{%- do return('number') -%}{%- endif -%}
{% endmacro %}

{#
The type to which the arguments of a comparison, `in` or coalesce are cast: the first type found. A string literal ranks
below all types. If no type is found, it is text.
#}
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
    {%- if ozmeta_runtime.is_condition(node) -%}
      {%- set value = ozmeta_runtime.boolean_expression(value) -%}
    {%- endif -%}
    {%- do return(ozmeta_runtime.convert_type(value, own, type)) -%}
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
  {%- if value is none -%}{%- set text = none -%}
  {%- elif value is boolean -%}{%- set text = value | lower -%}
  {%- else -%}{%- set text = value | string -%}{%- endif -%}
  {%- do return(ozmeta_runtime.convert_type(ozmeta_runtime.text_literal(text), 'text', type)) -%}
{% endmacro %}

{# SQL of one type as SQL of another type. A value that does not fit becomes null (spec 4.7, Casts). #}
{% macro convert_type(sql, own, type) %}
  {%- if own == type -%}{%- do return(sql) -%}{%- endif -%}
  {%- if own in ['text', 'literal'] -%}{%- set text = sql -%}
  {%- elif own == 'number' -%}{%- set text = ozmeta_runtime.number_to_text(sql) -%}
  {%- elif own == 'datetime' -%}{%- set text = ozmeta_runtime.micros_to_iso(sql) -%}
  {%- else -%}
    {%- set is_true = ozmeta_runtime.is_true(sql) -%}
    {%- set text = "(case when " ~ is_true ~ " then 'true' when not " ~ is_true ~ " then 'false' end)" -%}
  {%- endif -%}
  {%- do return(ozmeta_runtime.cast_text(text, type) | trim) -%}
{% endmacro %}

{# A ref as text. Arrays and objects are null. #}
{% macro rule_ref(ref, fields) %}
  {%- set columns = {
      'transition.fromState': 'TL_FromState',
      'transition.toState': 'TL_ToState',
      'transition.code': 'TL_TransitionCode',
      'user.id': 'EJ_Actor',
      'tenant.id': '_TenantID',
      'event.type': 'EJ_EventType',
      'event.id': 'EJ_ID',
      'event.sourceSystem': 'EJ_SourceSystem',
  } -%}
  {%- do return(columns[ref] if ref in columns else ozmeta_runtime.json_scalar(fields[ref]) | trim) -%}
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

{# The SQL of an operation. own: the type that the node has by itself #}
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
    {%- set left = ozmeta_runtime.rule_value(args[0], type, fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], type, fields) -%}
    {%- if type == 'text' -%}
      {%- set left, right = ozmeta_runtime.binary_order(left), ozmeta_runtime.binary_order(right) -%}
    {%- endif -%}
    {%- do return("(" ~ left ~ " " ~ sign ~ " " ~ right ~ ")") -%}

  {%- elif op == 'in' -%}
    {%- set type = ozmeta_runtime.dominant_type(args) -%}
    {%- do return(ozmeta_runtime.rule_in(args[0], args[1:], type, fields)) -%}

  {%- elif op == 'contains' -%}
    {%- set left = ozmeta_runtime.rule_value(args[0], 'text', fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], 'text', fields) -%}
    {%- set in_text = ozmeta_runtime.contains_text(left, right) -%}
    {%- set array = ozmeta_runtime.rule_array(args[0], fields) -%}
    {%- if array is none -%}{%- do return(in_text) -%}{%- endif -%}
    {%- set type = ozmeta_runtime.dominant_type(args) -%}
    {%- set is_member = ozmeta_runtime.json_member(ozmeta_runtime.rule_value(args[1], type, fields), array, type) -%}
    {%- do return(ozmeta_runtime.boolean_case(array ~ " is not null", is_member, in_text)) -%}

  {%- elif op in ['startsWith', 'endsWith', 'regex'] -%}
    {%- set left = ozmeta_runtime.rule_value(args[0], 'text', fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], 'text', fields) -%}
    {%- if op == 'startsWith' -%}{%- do return(ozmeta_runtime.starts_with(left, right)) -%}{%- endif -%}
    {%- if op == 'endsWith' -%}{%- do return(ozmeta_runtime.ends_with(left, right)) -%}{%- endif -%}
    {%- do return(ozmeta_runtime.regex_matches(left, right)) -%}

  {%- elif op in ['isNull', 'isNotNull'] -%}
    {%- set type = ozmeta_runtime.dominant_type(args) -%}
    {%- set test = " is null)" if op == 'isNull' else " is not null)" -%}
    {%- do return("(" ~ ozmeta_runtime.rule_value(args[0], type, fields) ~ test) -%}

  {%- elif op in ['add', 'sub', 'mul', 'div'] -%}
    {%- set sign = {'add': '+', 'sub': '-', 'mul': '*', 'div': '/'}[op] -%}
    {%- set left = ozmeta_runtime.rule_value(args[0], 'number', fields) -%}
    {%- set right = ozmeta_runtime.rule_value(args[1], 'number', fields) -%}
    {%- set right = "nullif(" ~ right ~ ", 0)" if op == 'div' else right -%}
    {%- do return(ozmeta_runtime.arithmetic(left, sign, right)) -%}

  {%- elif op == 'coalesce' -%}
    {%- set parts = [] -%}
    {%- for arg in args -%}{%- do parts.append(ozmeta_runtime.rule_value(arg, own, fields)) -%}{%- endfor -%}
    {%- do return("coalesce(" ~ parts | join(", ") ~ ")") -%}

  {%- elif op == 'dateAdd' -%}
    {%- set unit = args[0].lit if args[0] is mapping else args[0] -%}
    {%- set micros = {'minute': 60000000, 'hour': 3600000000, 'day': 86400000000}[unit] -%}
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
