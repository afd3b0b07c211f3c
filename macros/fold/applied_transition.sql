{# Did this event take that transition? transition: {code, from, to, events?, bound_events?, from_words?: [the from-state and its old names]}. A legal move took the one of its code that leads
   on from its state; an illegal one, applied because the journal says so, those of its code among its candidates. #}
{% macro applied_transition(transition) -%}
  {%- set from_state = ozmeta_runtime.text_literal(transition.from) -%}
  ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_TransitionCode = {{ ozmeta_runtime.text_literal(transition.code) }} and TL_ToState = {{ ozmeta_runtime.text_literal(transition.to) }}
   and (TL_FromState = {{ from_state }} and coalesce(TL_Anomaly, '') <> 'IllegalTransition'
        or TL_Anomaly = 'IllegalTransition' and coalesce(PL_FromState, {{ from_state }}) {{ "in (" ~ ozmeta_runtime.text_literals(transition.from_words) ~ ")" if transition.get('from_words') else "= " ~ from_state }}
           {%- if transition.get('bound_events') %}
           and (PL_Code is not null or EJ_EventType in ({{ ozmeta_runtime.text_literals(transition.get('events', [])) }})
                or EJ_EventType not in ({{ ozmeta_runtime.text_literals(transition.bound_events) }}))
           {%- endif %}))
{%- endmacro %}
