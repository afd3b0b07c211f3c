{# Whether an object may have to be walked: under first_writer_wins any; else where an event's target may depend on the current state, by transitions of one code,
   or bound to one event type, that lead to different states. #}
{% macro needs_recursion(workflow, policy) %}
  {%- if policy == 'first_writer_wins' -%}{%- do return(true) -%}{%- endif -%}
  {%- set targets = {} -%}
  {%- for t in workflow.transitions -%}
    {%- if targets.setdefault(('code', t.code), t.to) != t.to -%}{%- do return(true) -%}{%- endif -%}
    {%- for event in t.get('events', []) -%}
      {%- if targets.setdefault(('event', event), t.to) != t.to -%}{%- do return(true) -%}{%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}
