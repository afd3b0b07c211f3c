{#
A condition on a timeline row: the event applied this transition. A legal move applied the transition of its code that
starts from its state. An illegal move, which the journal states anyway, applied all transitions of its code that it may
mean.

transition: {code, from, to, events?: [event type], bound_events?: [event type],
             from_words?: [the from-state and its old names]}
#}
{% macro applied_transition(transition) -%}
  {%- set code, to_state = ozmeta_runtime.text_literal(transition.code), ozmeta_runtime.text_literal(transition.to) -%}
  {%- set from_state = ozmeta_runtime.text_literal(transition.from) -%}
  {%- set from_names = "in (" ~ ozmeta_runtime.text_literals(transition.from_words) ~ ")"
      if transition.get('from_words') else "= " ~ from_state -%}
  {%- set event_types = ozmeta_runtime.text_literals(transition.get('events', [])) %}
  ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_TransitionCode = {{ code }} and TL_ToState = {{ to_state }}
   and (TL_FromState = {{ from_state }} and coalesce(TL_Anomaly, '') <> 'IllegalTransition'
        or TL_Anomaly = 'IllegalTransition' and coalesce(PL_FromState, {{ from_state }}) {{ from_names }}
           {%- if transition.get('bound_events') %}
           and (PL_Code is not null or EJ_EventType in ({{ event_types }})
                or EJ_EventType not in ({{ ozmeta_runtime.text_literals(transition.bound_events) }}))
           {%- endif %}))
{%- endmacro %}
