{#
Where every object of a binding was at an instant (spec 7.4), as what follows `from` in a query:

    select WS_Code, count(*) from {{ ozmeta_runtime.state_at('Case', '2026-03-01 12:00:00') }} group by 1

One row per object that has an event at or before the instant, with the columns

  _ObjectKey, _TenantID, SA_ObjectType, SA_ObjectID
  WS_Code          the state
  SA_IsTerminal    whether the state is terminal
  SA_SinceUTC      when the object had entered the state
  SA_LastEventID   the last event at or before the instant, whatever it did
  SA_LastEventUTC  the effective time of that event
  SA_Position      its position in the object's order
  SA_RowVersion    the number of transitions applied until then

Without known_at, the answer is what the last run knows of the instant. With it, the answer is what a run at known_at
would have shown: journal rows with a later _SyncDate are left out, and the others are folded again. An event that
arrived later may have changed what an earlier one did, so it is not enough to leave rows out of the result.

The macro reads only the timeline. So with known_at
  - a row without _SyncDate (TL_IsUnsynced) counts as known since its own time;
  - the row of an event that is delivered several times is the one with the least _SyncDate. If that row reached the
    journal late (TL_Replaced), runs before had shown another one;
  - rows that are in the quarantine now count as refused then, too;
  - rows that no run has read yet are not known.

Arguments
  binding   string: the binding's name, or the name of its table or UI entity
  instant   an ISO 8601 timestamp or date, UTC without an offset
  known_at  as instant; 'then' for the same instant; none for what is known now
Errors      the binding does not exist; see instant_text; the engine has no `with` in a subquery (known_at only)
#}
{% macro state_at(binding, instant, known_at=none) %}
{%- set timeline = ref(ozmeta_runtime.model_prefix(binding) ~ '_timeline') -%}
{%- set at = ozmeta_runtime.instant_text(instant, 'state_at: instant') -%}
{%- set known = none if known_at is none else at if known_at == 'then'
    else ozmeta_runtime.instant_text(known_at, 'state_at: known_at') -%}
{%- if execute -%}
{%- set fold = ozmeta_runtime.fold_of(binding, timeline) -%}
{%- if known and not ozmeta_runtime.can_nest_ctes() -%}
  {%- do exceptions.raise_compiler_error("state_at with known_at cannot run on " ~ target.type
      ~ ", which has no `with` inside a query. Without known_at, it can.") -%}
{%- endif -%}
{%- set change = "TL_Position = 1 or ("
    ~ ozmeta_runtime.is_true('TL_IsApplied') ~ " and TL_FromState <> TL_ToState)" -%}
{%- set is_terminal = "WS_Code in (" ~ ozmeta_runtime.text_literals(fold.terminal) ~ ")" -%}
(
{%- if known %}
{{ ozmeta_runtime.with_recursive() if ozmeta_runtime.needs_recursion(fold.workflow, fold.policy)
    else ozmeta_runtime.with_materialized_ctes() }} events as (
    select
        _ObjectKey, EJ_ID, EJ_EventType, EJ_EventTimeUTC, TL_EventNanos, EJ_SourceSystem, EJ_Sequence,
        PL_Code, PL_FromState, PL_ToState, PL_RowVersion
    from {{ timeline }}
    where _SyncDate <= {{ ozmeta_runtime.timestamp_literal(known) }}
),

{{ ozmeta_runtime.order_ctes(fold.workflow, fold.stream, ozmeta_runtime.timestamp_literal(known), nanos=true) }}
{{ ozmeta_runtime.candidate_ctes(fold.workflow) }}
{{ ozmeta_runtime.apply_ctes(fold.workflow, fold.policy, nanos=true) }}

known_events as (
    select folded.*, timeline._TenantID, timeline.EJ_ObjectType, timeline.EJ_ObjectID
    from folded
    inner join {{ timeline }} as timeline
        on timeline._ObjectKey = folded._ObjectKey and timeline.EJ_ID = folded.EJ_ID
)
{%- endif %}
    select
        _ObjectKey, _TenantID, SA_ObjectType, SA_ObjectID, WS_Code,
        {{ ozmeta_runtime.boolean_column(is_terminal) }} as SA_IsTerminal,
        SA_SinceUTC, SA_LastEventID, SA_LastEventUTC, SA_Position, SA_RowVersion
    from (
        select
            _ObjectKey,
            {{ ozmeta_runtime.tenant_column(fold, 'min(_TenantID) over (partition by _ObjectKey)') }} as _TenantID,
            EJ_ObjectType as SA_ObjectType,
            EJ_ObjectID as SA_ObjectID,
            TL_State as WS_Code,
            max(case when {{ change }} then TL_EffectiveUTC end) over (partition by _ObjectKey) as SA_SinceUTC,
            EJ_ID as SA_LastEventID,
            TL_EffectiveUTC as SA_LastEventUTC,
            TL_Position as SA_Position,
            TL_RowVersion as SA_RowVersion,
            row_number() over (partition by _ObjectKey order by TL_Position desc) as from_last
        from {{ 'known_events' if known else timeline }}
        where TL_Position is not null and TL_EffectiveUTC <= {{ ozmeta_runtime.timestamp_literal(at) }}
    ) as until_then
    where from_last = 1
) as state_at
{%- endif -%}
{% endmacro %}

{# The prefix of a binding's models: its name in snake_case, as the generator writes it. `case_file` stays. #}
{% macro model_prefix(binding) %}
  {%- set text = modules.re.sub('[^A-Za-z0-9]+', '_', binding | string) -%}
  {%- set text = modules.re.sub('([a-z0-9])([A-Z])', '\\1_\\2', text) -%}
  {%- set text = modules.re.sub('([A-Z]+)([A-Z][a-z])', '\\1_\\2', text) -%}
  {%- do return(modules.re.sub('_+', '_', text).strip('_') | lower) -%}
{% endmacro %}

{#
How a binding's events are folded, as the config of its timeline says: {tenant_in_key, workflow, terminal, policy,
stream}.

Errors: the model is not a timeline of this package, or an earlier generator wrote its file
#}
{% macro fold_of(binding, timeline) %}
  {%- for node in graph.nodes.values() if node.resource_type == 'model'
      and node.name == ozmeta_runtime.model_prefix(binding) ~ '_timeline' -%}
    {%- if node.config.meta.get('ozmeta_fold') -%}{%- do return(node.config.meta.ozmeta_fold) -%}{%- endif -%}
  {%- endfor -%}
  {%- do exceptions.raise_compiler_error("state_at: " ~ timeline ~ " does not say how its events are folded. Write its "
      ~ "file again with `ozmeta-dbt generate`.") -%}
{% endmacro %}
