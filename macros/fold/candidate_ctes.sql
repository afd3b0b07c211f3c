{#
The candidate transitions of each event (spec 4.4). Events ask few different questions, so each question is answered
once. Expects the CTE `placed`. The CTEs are

  choices    the enabled transitions, by what an event may ask for: a code, a bound event type or a state
  questions  the different questions of the events
  answers    per question: a verdict if it has no candidate; else the target, or that it depends on the current state
  legal      per question and current state: the candidates that start from that state

Flags are 1 or 0.
#}
{% macro candidate_ctes(workflow) %}
{%- set text = ozmeta_runtime.type_text() %}
{%- set choices = [] %}
{%- for t in workflow.transitions %}
  {%- do choices.append(['code', t.code, t.code, t.from, t.to]) %}
  {%- do choices.append(['state', t.to, t.code, t.from, t.to]) %}
  {%- for event in t.get('events', []) %}{%- do choices.append(['event', event, t.code, t.from, t.to]) %}{%- endfor %}
{%- endfor %}
choices as (
    {%- set columns = [] %}
    {%- for name in ['basis', 'asked', 'code', 'from_state', 'to_state'] %}
      {%- do columns.append([name, text]) %}
    {%- endfor %}
    {{ ozmeta_runtime.literal_rows(columns, choices) }}
),

questions as (
    select
        basis, asked, asked_from, asked_to,
        row_number() over (order by basis, asked, asked_from, asked_to) as question
    from (select distinct basis, asked, asked_from, asked_to from placed where basis is not null) as distinct_questions
),

offers as (
    select
        questions.*, case when choices.asked is not null then 1 else 0 end as is_offered,
        case when (questions.asked_from = '' or questions.asked_from = choices.from_state)
              and (questions.asked_to = '' or questions.asked_to = choices.to_state) then 1 else 0 end as is_candidate,
        choices.code, choices.from_state, choices.to_state
    from questions
    left join choices on choices.basis = questions.basis and choices.asked = questions.asked
    {{ ozmeta_runtime.materialize_cte('offers') }}
),

counted as (
    select
        question, basis, asked, asked_from, asked_to,
        sum(is_offered) as offered,
        sum(is_candidate) as candidates,
        min(case when is_candidate = 1 then to_state end) as first_target,
        max(case when is_candidate = 1 then to_state end) as last_target,
        {{ ozmeta_runtime.min_text('case when is_candidate = 1 then code end') }} as any_code
    from offers
    group by question, basis, asked, asked_from, asked_to
),

judged as (
    select
        *,
        case when basis <> 'state' and offered = 0 then 'UnknownTransition'
             when asked_to <> '' and asked_to not in ({{ ozmeta_runtime.text_literals(workflow.states) }})
             then 'UnknownState'
             when basis <> 'state' and candidates = 0 then 'UnknownTransition' end as verdict
    from counted
),

answers as (
    select
        question, basis, asked, asked_from, asked_to, verdict, any_code,
        case when verdict is null and candidates = 0 then 1 else 0 end as is_undeclared,
        case when verdict is null and first_target <> last_target then 1 else 0 end as depends_on_state,
        case when verdict is not null or first_target <> last_target then null
             when candidates = 0 then asked_to
             else first_target end as target
    from judged
),

legal as (
    select
        question, from_state, {{ ozmeta_runtime.min_text('code') }} as legal_code,
        case when min(to_state) = max(to_state) then min(to_state) end as legal_target
    from offers
    where is_candidate = 1
    group by question, from_state
),
{% endmacro %}
