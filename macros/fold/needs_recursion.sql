{# Whether some object may have to be folded event by event: under first_writer_wins, always; else if transitions of one
   code, or bound to one event type, lead to different states. Then an event's target depends on the current state. #}
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
