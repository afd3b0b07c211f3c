"""The package broken in ways that matter, one at a time: the suite has to catch each.

    python integration_tests/mutants.py             every mutant, two at a time; writes
    docs/mutants.md
    python integration_tests/mutants.py NAME ...    these only, and their rows of that page

A mutant is caught when a test fails on what the tables hold. One that only makes a statement fail
proves nothing about the suite, so it is
refused as invalid. Exit status 1 where one survives, is invalid, or no longer applies.
test_mutants.py checks that each still applies.
"""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import service_level_mutants
from mutant_definition import Mutant

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = REPOSITORY / "docs" / "mutants.md"
COPIED = (
    "macros",
    "models",
    "docs",
    "seeds",
    "generator",
    "integration_tests",
    "benchmarks",
    "dbt_project.yml",
)
ABOUT_FILES = (
    "test_mutants.py",
    "test_docs.py",
)  # tests of this list and of the documents: they would catch any mutant
CHANGED, READING = "test_changed_metadata.py", "test_reading.py"
MESSAGES, ALIASES = "test_messages.py", "test_aliased_events.py"
OVERLAPS = "test_overlapping_runs.py"
BUCKETS = "test_buckets.py"
CASES, CLAIMS, RUNS = HANDY = [
    "test_cases.py",
    "test_claims.py",
    "test_runs.py",
]  # quick, and they say what is wrong
SERVICE_LEVELS = "test_service_level_cases.py"
STAGED = "test_staged_ctes.py"
FACTS, BACKLOG, STATE_AT = "test_facts.py", "test_backlog.py", "test_state_at.py"
IDLE, DEFINITIONS = "test_idle_runs.py", "test_definition_text.py"
OTHERS = "test_*.py"


def mutants() -> list[Mutant]:
    return [
        # which rows are read
        Mutant(
            "lookback dropped",
            "journal/journal_slice.sql",
            '~ " - " ~ journal_config.lookback_minutes * 60000000)',
            '~ " - 0")',
            "a row that appears behind the watermark, within the lookback, is read",
            "8",
            "order-5",
        ),
        Mutant(
            "lookback exclusive",
            "cross_db/adapters/duckdb.sql",
            "{{ column }} >= {{ timestamp }}",
            "{{ column }} > {{ timestamp }}",
            "read at or after the last one read, less the lookback",
            "8",
            f"{CLAIMS}::test_the_lookback_is_inclusive_and_ends_there",
        ),
        Mutant(
            "row without _SyncDate read once",
            "cross_db/adapters/duckdb.sql",
            "or {{ column }} is null or {{ column }} = timestamp '-infinity'",
            "or {{ column }} = timestamp '-infinity'",
            "a row without an arrival is looked at by every run",
            "8",
            f"{CLAIMS}::test_a_row_without_sync_date_is_read_whenever_it_comes",
        ),
        Mutant(
            "row that came at -infinity read once",
            "cross_db/adapters/duckdb.sql",
            " or {{ column }} = timestamp '-infinity'",
            "",
            "infinity is no instant, and a row without an arrival is looked at by every run",
            "2, 8",
            f"{CLAIMS}::test_no_arrival_is_one_that_is_no_instant",
        ),
        Mutant(
            "one watermark for all journals",
            "journal/journal_slice.sql",
            "state.journals.get(journal.name) if",
            "(state.journals.values() | list | sort | last) if",
            "each source has its own watermark",
            "8",
            f"{RUNS}::test_two_journals_each_with_its_own_watermark",
        ),
        Mutant(
            "only one name of an object type",
            "journal/journal_slice.sql",
            "in ({{ ozmeta_runtime.text_literals(journal_config.object_types) }})",
            "in ({{ ozmeta_runtime.text_literals(journal_config.object_types[1:]) }})",
            "`Case` and `CA` are one type",
            "4",
            "order-8",
        ),
        Mutant(
            "blank is no null",
            "journal/journal_columns.sql",
            "set blank_is_null = ['EJ_ID', '_TenantID', ",
            "set blank_is_null = ['EJ_ID', ",
            "no tenant where the binding needs one: refused, blank or null",
            "4.1",
            f"{CLAIMS}::test_when_a_tenant_is_needed",
        ),
        # admission, duplicates, quarantine
        Mutant(
            "reasons in another order",
            "journal/refusal_reason.sql",
            "when EJ_EventType is null then 'MissingEventType'\n    when EJ_EventTimeUTC is"
            " null then 'MissingEventTime'",
            "when EJ_EventTimeUTC is null then 'MissingEventTime'\n    when EJ_EventType is"
            " null then 'MissingEventType'",
            "the first reason of the list is the row's",
            "4.1",
            "order-10",
        ),
        Mutant(
            "tenant needed by the key only",
            "journal/admitted_events_cte.sql",
            "refusal_reason(journal_config.needs_tenant,",
            "refusal_reason(journal_config.tenant_in_key,",
            "no tenant where the binding needs one: TB_RequiresTenant",
            "4.1",
            f"{CLAIMS}::test_when_a_tenant_is_needed",
        ),
        Mutant(
            "tenant skipped in the object's key",
            "journal/object_key.sql",
            "row_key(['EJ_ObjectID', '_TenantID'] if journal_config.tenant_in_key else ['EJ_ObjectID'])",
            "row_key(['EJ_ObjectID'])",
            "the tenant is part of the key",
            "4",
            "order-8",
        ),
        Mutant(
            "tenant always in the object's key",
            "journal/object_key.sql",
            "row_key(['EJ_ObjectID', '_TenantID'] if journal_config.tenant_in_key else ['EJ_ObjectID'])",
            "row_key(['EJ_ObjectID', '_TenantID'])",
            "under ObjectID the tenant is no part of the key",
            "4",
            "order-9",
        ),
        Mutant(
            "null is blank in what is said",
            "cross_db/keys.sql",
            "texts.extend([ozmeta_runtime.text_length(part)]",
            'texts.extend(["coalesce(" ~ ozmeta_runtime.text_length(part) ~ ", 0)"]',
            "an actor that is null and one that is blank are other content",
            "4.2",
            f"{CLAIMS}::test_a_blank_and_none_are_other_content",
        ),
        Mutant(
            "payload is no content",
            "journal/content_hash.sql",
            "'raw_sequence', 'payload'])",
            "'raw_sequence'])",
            "a row of the same id with other content is a conflicting duplicate",
            "4.2",
            "order-4",
        ),
        Mutant(
            "actor is no content",
            "journal/content_hash.sql",
            "'raw_event_time', 'EJ_Actor', 'EJ_CorrelationID'",
            "'raw_event_time', 'EJ_CorrelationID'",
            "every column but _SyncDate is content",
            "4.2",
            "order-13",
        ),
        Mutant(
            "the tenant is no content",
            "journal/content_hash.sql",
            "(['_TenantID'] if not journal_config.tenant_in_key else [])",
            "([])",
            "under ObjectID the same row of another tenant is a conflicting duplicate",
            "4.2",
            f"{CLAIMS}::test_under_object_id_the_tenant_is_part_of_what_is_said",
        ),
        Mutant(
            "an array is a payload",
            "cross_db/adapters/duckdb.sql",
            "and (starts_with({{ text }}, '{') or starts_with(ltrim({{ text }}, e' \\t\\r\\n'),"
            " '{'))",
            "",
            "a payload that is not a JSON object is refused",
            "4.1",
            "order-6",
        ),
        Mutant(
            "what only DuckDB reads is a payload",
            "cross_db/adapters/duckdb.sql",
            "when {{ lax | replace('#', text) }} then not",
            "when 1 = 0 then not",
            "NaN, Infinity and a comma before a bracket are no JSON",
            "4.1",
            "order-21",
        ),
        Mutant(
            "what a string holds makes it no payload",
            "cross_db/adapters/duckdb.sql",
            "when {{ lax | replace('#', text) }} then not (",
            "when {{ lax | replace('#', text) }} then (1 = 0) and (",
            "a string may hold any text",
            "4.1",
            "order-21",
        ),
        Mutant(
            "last delivery stays",
            "models/timeline.sql",
            "1 end', '_SyncDate', 'EJ_EventTimeUTC']",
            "1 end', '_SyncDate desc', 'EJ_EventTimeUTC']",
            "of one id, the row with the least _SyncDate stays",
            "4.2",
            "order-13",
        ),
        Mutant(
            "same arrival, later event stays",
            "models/timeline.sql",
            "1 end', '_SyncDate', 'EJ_EventTimeUTC']",
            "1 end', '_SyncDate', 'EJ_EventTimeUTC desc']",
            "then the least event time",
            "4.2",
            "order-14",
        ),
        Mutant(
            "duplicates across objects",
            "models/timeline.sql",
            "partition by _ObjectKey, {{",
            "partition by {{",
            "duplicates are judged per object, so per tenant",
            "4.2",
            "order-8",
        ),
        Mutant(
            "a refused row stands for an admitted one",
            "models/timeline.sql",
            "['case when refusal is null then 0 else 1 end', '_SyncDate'",
            "['_SyncDate'",
            "duplicates are judged among admitted rows",
            "4.1, 4.2",
            "order-22",
        ),
        Mutant(
            "rows without id hide all others",
            "journal/repeated_events_cte.sql",
            "    where EJ_ID is not null\n    group by EJ_ID",
            "    group by EJ_ID",
            "a row that is refused takes no other along",
            "4.1, 9.6",
            "order-22",
        ),
        Mutant(
            "earlier arrival ignored",
            "models/timeline.sql",
            "       or known._SyncDate > typed._SyncDate\n",
            "",
            "a row that reached the journal before the one already read takes over",
            "4.2, 8",
            "order-5",
        ),
        Mutant(
            "conflicts of later runs unseen",
            "models/quarantine.sql",
            '{{ "repeated" if state.full_fold else "journal_rows" }}',
            "repeated",
            "a conflicting duplicate goes to quarantine whenever it comes",
            "4.2",
            "order-20",
        ),
        Mutant(
            "repeated ids left out of a full fold's quarantine",
            "models/quarantine.sql",
            "    where not exists (select 1 from repeated where repeated.EJ_ID = timeline.EJ_ID)\n",
            "",
            "a full fold finds conflicting duplicates",
            "4.2",
            "order-4",
        ),
        Mutant(
            "known ids left out of every quarantine",
            "models/quarantine.sql",
            "but_ids='admitted_once' if state.full_fold else none",
            "but_ids=timeline if state.incremental else 'admitted_once'",
            "a later row with an id that the timeline has is judged",
            "4.2, 8",
            "order-20",
        ),
        Mutant(
            "quarantine judged afresh from new rows only",
            "models/quarantine.sql",
            "{%- if state.full_fold -%}{%- do state.update({'journals': {}}) -%}{%- endif -%}",
            "",
            "judged afresh, the whole journal is read again",
            "8",
            f"{CLAIMS}::test_a_quarantine_made_afresh_reads_the_whole_journal",
        ),
        Mutant(
            "what gave way elsewhere unseen",
            "journal/journal_slice.sql",
            "{%- if or_ids %} or {{ c.EJ_ID }} in ({{ or_ids }}){% endif %}",
            "",
            "a row displaced by an older delivery through another journal goes to quarantine",
            "4.2, 9.1",
            "test_pinned.py::test_older_delivery_through_another_source",
        ),
        Mutant(
            "what a killed run replaced untold",
            "models/timeline.sql",
            "{{ ozmeta_runtime.boolean_column(is_replaced) }}",
            "{{ ozmeta_runtime.boolean_column('1 = 0') }}",
            "what a run that died had displaced goes to quarantine by the next",
            "4.2, 8",
            "test_pinned.py::test_older_delivery_through_another_source",
        ),
        Mutant(
            "tenant skipped in quarantine's join",
            "models/quarantine.sql",
            "on known._ObjectKey = journal_rows._ObjectKey and known.EJ_ID",
            "on known.EJ_ID",
            "equal ids of two objects are no duplicates",
            "4.2, 9.4",
            "order-4",
        ),
        Mutant(
            "refused for good",
            "models/quarantine.sql",
            "{%- else %} and QR_Reason = 'ConflictingDuplicate' and",
            "{%- else %} and 1 = 0 and",
            "a refused duplicate that turns out to be the first leaves the quarantine",
            "4.2, 9.1",
            f"{CLAIMS}::test_a_refused_duplicate_may_turn_out_to_be_the_first",
        ),
        # messages and old names
        Mutant(
            "a message is its id",
            "journal/event_key.sql",
            "~ '.TL_MessageKey', \"'message'\"]",
            "~ '.EJ_ID', \"'message'\"]",
            "with deduplicate_on a row is known by its message",
            "4.2",
            f"{MESSAGES}::test_random_messages",
        ),
        Mutant(
            "an empty part of a message key",
            "journal/message_key.sql",
            """present.append(part ~ " <> ''")""",
            """present.append(part ~ " is not null")""",
            "a row in which a column of the message key is '' has none",
            "2",
            f"{MESSAGES}::test_random_messages",
        ),
        Mutant(
            "messages that differ are unseen",
            "models/quarantine.sql",
            "coalesce(same_message.TL_ContentHash, known.TL_ContentHash)",
            "known.TL_ContentHash",
            "a message with other content goes to quarantine",
            "4.2",
            f"{MESSAGES}::test_a_message_that_comes_again_under_a_new_id_counts_once",
        ),
        Mutant(
            "a message that gave way unseen",
            "journal/journal_slice.sql",
            "{%- if or_ids and or_keys %}",
            "{%- if false %}",
            "a message displaced through another journal goes to quarantine",
            "4.2",
            f"{MESSAGES}::test_an_older_delivery_through_another_journal_takes_the_place_of_the_held_one",
        ),
        Mutant(
            "other messages unnoticed",
            "journal/check_journal_config.sql",
            "{%- if (read[3:] or ['']) != (wanted[3:] or ['']) -%}",
            "{%- if false -%}",
            "a changed deduplicate_on stops the run",
            "4.2",
            f"{MESSAGES}::test_turned_on_or_off_it_asks_for_a_full_refresh",
        ),
        Mutant(
            "old states are unknown",
            "fold/order_ctes.sql",
            "current_name_as('PL_ToState', aliases.get('states'))",
            "current_name_as('PL_ToState', none)",
            "an old name is read as the name of today",
            "4.4",
            "apply-16",
        ),
        Mutant(
            "rules see old event types",
            "sla/mark_ctes.sql",
            "current_name_as('EJ_EventType', journal_config.get('event_aliases'))",
            "current_name_as('EJ_EventType', none)",
            "a rule reads an old name as the name of today",
            "4.4",
            f"{ALIASES}::test_rules_and_answers_see_the_names_of_today",
        ),
        Mutant(
            "old names of a field go first",
            "journal/field_value.sql",
            "coalesce(\" ~ raws | join(', ')",
            "coalesce(\" ~ raws | reverse | join(', ')",
            "a field's name of today goes before its old names",
            "4.4",
            f"{ALIASES}::test_a_renamed_field",
        ),
        # order
        Mutant(
            "time before sequence in a stream",
            "fold/effective_time.sql",
            "order by EJ_Sequence, EJ_EventTimeUTC\n",
            "order by EJ_EventTimeUTC, EJ_Sequence\n",
            "a writer's own order wins within its stream",
            "4.3",
            "order-2",
        ),
        Mutant(
            "later before earlier in a stream",
            "fold/effective_time.sql",
            "order by EJ_Sequence, EJ_EventTimeUTC\n",
            "order by EJ_Sequence, EJ_EventTimeUTC desc\n",
            "ordered by (sequence, event time, id) within a stream",
            "4.3",
            "order-12",
        ),
        Mutant(
            "stream ignored",
            "fold/effective_time.sql",
            "partition by _ObjectKey, {{ source }}, case when",
            "partition by _ObjectKey, case when",
            "a stream is (object, source system)",
            "4.3",
            "order-17",
        ),
        Mutant(
            "streams where there are none",
            "fold/order_ctes.sql",
            """if stream != 'none' else "''" %}""",
            """if stream != 'nothing' else "''" %}""",
            "stream: none makes the object one stream",
            "4.3",
            f"{CLAIMS}::test_without_streams_the_object_is_one",
        ),
        Mutant(
            "nanoseconds decide nothing",
            "fold/total_order.sql",
            '{{ "effective_nanos, " if nanos }}',
            "{{ ozmeta_runtime.binary_order('EJ_ID') }}, ",
            "finer than a microsecond is kept, and decides the order",
            "4.3, 11",
            f"{READING}::test_nanoseconds_decide_the_order",
        ),
        Mutant(
            "nanoseconds go back in a stream",
            "fold/order_ctes.sql",
            "case when EJ_Sequence is null then TL_EventNanos\n",
            "case when 1 = 1 then TL_EventNanos\n",
            "an effective time never goes back in its stream",
            "4.3",
            f"{READING}::test_nanoseconds_never_go_back_in_a_stream",
        ),
        Mutant(
            "24:00 is an instant",
            "cross_db/iso_8601.sql",
            "'([01][0-9]|2[0-3])', '[0-5][0-9]'",
            "'([01][0-9]|2[0-4])', '[0-5][0-9]'",
            "ISO 8601 only, hours 00-23",
            "11",
            f"{READING}::test_a_time_that_is_not_iso_is_refused",
        ),
        Mutant(
            "a null of a struct clears a field",
            "cross_db/columns.sql",
            '"case when " ~ inner ~ " is not null then "',
            '"case when 1 = 1 then "',
            "an absent key keeps the field",
            "4.7",
            f"{READING}::test_a_payload_that_is_a_struct",
        ),
        Mutant(
            "every number is in seconds",
            "cross_db/epoch.sql",
            "when {{ number }} < 100000000000 then {{ seconds }}",
            "when {{ number }} < 10000000000000 then {{ seconds }}",
            "a number is a Unix time whose magnitude says its unit",
            "2",
            f"{READING}::test_a_number_is_a_unix_time",
        ),
        Mutant(
            "as_of itself is pending",
            "fold/order_ctes.sql",
            "where EJ_EventTimeUTC <= {{ as_of }}",
            "where EJ_EventTimeUTC < {{ as_of }}",
            "pending is an event after as_of",
            "3",
            "order-11",
        ),
        Mutant(
            "future events count",
            "fold/order_ctes.sql",
            "where EJ_EventTimeUTC <= {{ as_of }}",
            "where EJ_EventTimeUTC is not null",
            "pending events are counted nowhere",
            "3",
            "order-7",
        ),
        Mutant(
            "sequence null last",
            "fold/total_order.sql",
            "{{ ozmeta_runtime.nulls_first('EJ_Sequence') }},",
            "EJ_Sequence nulls last,",
            "on a tie, sequence with null first",
            "4.3",
            "order-3",
        ),
        Mutant(
            "id before source on a tie",
            "fold/total_order.sql",
            "{{ ozmeta_runtime.binary_order('stream') }}, EJ_EventTimeUTC, {{",
            "{{ ozmeta_runtime.binary_order('EJ_ID') }}, {{ ozmeta_runtime.binary_order('stream') }},"
            " EJ_EventTimeUTC, {{",
            "on a tie, the source before the id",
            "4.3",
            "order-3",
        ),
        Mutant(
            "id before time on a tie",
            "fold/total_order.sql",
            "{{ ozmeta_runtime.binary_order('stream') }}, EJ_EventTimeUTC, {{",
            "{{ ozmeta_runtime.binary_order('stream') }}, {{",
            "on a tie, the event time before the id",
            "4.3",
            "order-19",
        ),
        Mutant(
            "the clock decides everywhere",
            "fold/total_order.sql",
            "  TL_EffectiveUTC, {{",
            "  EJ_EventTimeUTC, {{",
            "the object's total order is by effective time",
            "4.3",
            "order-2",
        ),
        # candidates
        Mutant(
            "event type before code",
            "fold/order_ctes.sql",
            "case when PL_Code is not null then ",
            "case when PL_Code is not null and EJ_EventType not in ({{"
            " ozmeta_runtime.text_literals(workflow.bound_events) }}) then ",
            "a code goes before the event type",
            "4.4",
            "apply-9",
            times=2,
        ),
        Mutant(
            "fromState does not narrow",
            "fold/candidate_ctes.sql",
            "(questions.asked_from = '' or questions.asked_from = choices.from_state)",
            "(1 = 1)",
            "fromState narrows the candidates",
            "4.4",
            "apply-2",
        ),
        Mutant(
            "toState does not narrow",
            "fold/candidate_ctes.sql",
            "(questions.asked_to = '' or questions.asked_to = choices.to_state)",
            "(1 = 1)",
            "toState narrows the candidates",
            "4.4",
            "apply-12",
        ),
        Mutant(
            "unknown state first",
            "fold/candidate_ctes.sql",
            "case when basis <> 'state' and offered = 0 then 'UnknownTransition'\n",
            "case when 1 = 0 then 'UnknownTransition'\n",
            "an unknown code goes before an unknown state",
            "4.4",
            "apply-10",
        ),
        Mutant(
            "any target of several",
            "fold/candidate_ctes.sql",
            "first_target <> last_target",
            "1 = 0",
            "where the targets differ, the legal candidates decide",
            "4.5",
            "apply-3",
            times=2,
        ),
        Mutant(
            "greatest code",
            "fold/candidate_ctes.sql",
            "{{ ozmeta_runtime.min_text('code') }} as legal_code",
            "max(code) as legal_code",
            "the code is the least of the legal candidates",
            "4.5",
            "apply-11",
        ),
        Mutant(
            "greatest code of an illegal move",
            "fold/candidate_ctes.sql",
            "{{ ozmeta_runtime.min_text('case when is_candidate = 1 then code end') }} as any_code",
            "max(case when is_candidate = 1 then code end) as any_code",
            "else the least of its candidates",
            "4.5",
            "apply-11",
        ),
        # apply
        Mutant(
            "a restated state is a move",
            "fold/apply_ctes.sql",
            "{{ target }} is not null and not (legal.legal_code is null and {{ target }} = {{"
            " current }})",
            "{{ target }} is not null",
            "an event that restates the state is no transition",
            "4.5",
            "apply-4",
        ),
        Mutant(
            "undeclared is called illegal",
            "fold/apply_ctes.sql",
            "when moves = 1 and is_undeclared = 1 then 'UndeclaredTransition'\n",
            "",
            "the first mark of the list is the event's",
            "4.5",
            "apply-5",
        ),
        Mutant(
            "only newer versions conflict",
            "fold/apply_ctes.sql",
            "PL_RowVersion <> version_before",
            "PL_RowVersion > version_before",
            "a row version that differs is a conflict",
            "4.5",
            "apply-7",
        ),
        Mutant(
            "version counts its own event",
            "fold/apply_ctes.sql",
            "rows between unbounded preceding and current row) - moves as version_before",
            "rows between unbounded preceding and current row) as version_before",
            "the version is the number of applied transitions",
            "4.5",
            "apply-4",
        ),
        Mutant(
            "a stale version is accepted",
            "fold/apply_ctes.sql",
            "'UndeclaredTransition', 'IllegalTransition', 'VersionConflict'{%",
            "'UndeclaredTransition', 'IllegalTransition'{%",
            "first_writer_wins rejects a version conflict",
            "4.5",
            "apply-7",
        ),
        Mutant(
            "a refused event moves",
            "fold/apply_ctes.sql",
            "case when moves > is_rejected then resolved_target",
            "case when moves = 1 then resolved_target",
            "a rejected event moves nothing",
            "4.5",
            "apply-7",
        ),
        Mutant(
            "last writer wins always",
            "fold/apply_ctes.sql",
            "or mark in ({{ ozmeta_runtime.rejecting_marks() }})",
            "or 1 = 0",
            "first_writer_wins rejects",
            "4.5",
            "apply-7",
        ),
        Mutant(
            "clock skew untold",
            "fold/apply_ctes.sql",
            "coalesce(mark, case when {{ is_skewed }} then 'ClockSkew' end)",
            "coalesce(mark, cast(null as {{ text }}))",
            "an event whose effective time differs is marked ClockSkew",
            "4.5",
            "order-2",
        ),
        # what is folded again
        Mutant(
            "pending events forgotten",
            "models/timeline.sql",
            '"TL_Position is null and EJ_EventTimeUTC <= " ~ as_of',
            '"1 = 0"',
            "a pending event is folded by the first run whose as_of reaches it",
            "3, 8",
            "order-7",
        ),
        Mutant(
            "touched objects' history forgotten",
            "models/timeline.sql",
            "where _ObjectKey in (select _ObjectKey from touched){{",
            "where 1 = 0{{",
            "a touched object is folded again, whole",
            "8",
            "order-1",
        ),
        Mutant(
            "a changed workflow unnoticed",
            "models/timeline.sql",
            'where {{ "1 = 1" if state.full_fold',
            'where {{ "1 = 0" if state.full_fold',
            "what a changed definition concerns is folded again",
            "8",
            f"{CLAIMS}::test_a_changed_conflict_policy_is_folded_again",
        ),
        Mutant(
            "an event that took another's place stands twice",
            "models/timeline.sql",
            "where arrived._ObjectKey = timeline._ObjectKey and {{",
            "where 1 = 0 and {{",
            "every event once",
            "4.2, 7",
            "order-5",
        ),
        Mutant(
            "of a changed object only new events are written",
            "models/timeline.sql",
            "select * from written\n{%- endcall %}",
            "select * from written{% if state.incremental %} where EJ_ID in (select EJ_ID from"
            " arrived){% endif %}\n{%- endcall %}",
            "a touched object is folded again, whole",
            "8",
            "order-1",
        ),
        Mutant(
            "an unread field taken as absent",
            "journal/check_journal_config.sql",
            "if field and field not in read[1].split(',')",
            "if field and field not in wanted[1].split(',')",
            "a definition that needs what was not read stops the run",
            "8",
            f"{RUNS}::test_a_rule_that_needs_an_unread_field_stops_the_run",
        ),
        Mutant(
            "a field's path forgotten",
            "journal/journal_config_text.sql",
            "field.column ~ '/' ~ local_md5(tojson(paths))[:4]",
            "field.column ~ '/'",
            "two fields of one column are told apart",
            "8",
            f"{CHANGED}::test_a_rule_that_reads_another_field_of_the_same_column",
        ),
        Mutant(
            "another mapping unnoticed",
            "journal/check_journal_config.sql",
            "{%- if signatures[journal] not in read[2].split(',') -%}",
            "{%- if false -%}",
            "never a silent mix of two mappings",
            "8",
            f"{CHANGED}::test_columns_that_are_mapped_otherwise",
        ),
        Mutant(
            "a journal gone unnoticed",
            "journal/check_journal_config.sql",
            "{%- if journal not in signatures -%}",
            "{%- if false -%}",
            "what is kept is what a full refresh gives",
            "8, 9.1",
            f"{CHANGED}::test_a_journal_that_goes",
        ),
        Mutant(
            "a mirror goes on where others are",
            "models/journal_mirror.sql",
            "{%- if state.full_fold -%}{%- do state.update({'journals': {}}) -%}{%- endif -%}",
            "",
            "the mirror shows the journal",
            "6c",
            f"{CHANGED}::test_a_mirror_that_was_off_for_a_while",
        ),
        Mutant(
            "signals by whatever models",
            "models/runtime_signal.sql",
            ", cycles is not none,\n    queue is not none, approvals is not none]",
            "]",
            "what a changed definition concerns is folded again",
            "6c, 8",
            f"{CHANGED}::test_signals_of_a_run_that_died_by_other_purposes",
        ),
        Mutant(
            "a renamed step's requests stand",
            "models/runtime_signal.sql",
            "where RS_Subject = 'approval_step' and {{",
            "where 1 = 0 and {{",
            "a signal that a late event undoes is retracted",
            "6c",
            f"{CHANGED}::test_a_request_taken_back_after_its_step_was_renamed",
        ),
        # instances
        Mutant(
            "since the last transition",
            "models/workflow_instance.sql",
            "{{ applied }} and TL_FromState <> TL_ToState then",
            "{{ applied }} then",
            "CurrentSince is of the last transition that changed the state",
            "4.6",
            "apply-4",
        ),
        Mutant(
            "last event's actor",
            "models/workflow_instance.sql",
            "TL_Position = coalesce(last_applied, 1) then EJ_Actor",
            "TL_Position = 1 then EJ_Actor",
            "the actor is the last applied transition's",
            "4.6",
            "apply-14",
        ),
        Mutant(
            "every event is a version",
            "models/workflow_instance.sql",
            "sum(is_applied) as row_version",
            "max(TL_Position) as row_version",
            "the version is the number of applied transitions",
            "4.6",
            "apply-14",
        ),
        Mutant(
            "ids of the last arrival",
            "models/workflow_instance.sql",
            "min(_SyncDate) as first_sync,\n",
            "max(_SyncDate) as first_sync,\n",
            "an id's milliseconds are of the object's first arrival",
            "7",
            f"{CLAIMS}::test_ids_are_what_the_spec_says_and_late_events_leave_them",
        ),
        Mutant(
            "a pending object is there",
            "models/workflow_instance.sql",
            "where last_position is not null",
            "where 1 = 1",
            "an instance exists from its first folded event",
            "4.6",
            "order-15",
        ),
        # rules
        Mutant(
            "rules see refused events",
            "sla/mark_ctes.sql",
            "where TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected')"
            " }} and",
            "where TL_Position is not null and",
            "no rule sees a rejected event",
            "4.5, 4.7",
            "escalation-12",
        ),
        Mutant(
            "fields of the event before",
            "sla/mark_ctes.sql",
            "unbounded preceding and current row' %}",
            "unbounded preceding and 1 preceding' %}",
            "object.<Field> is the latest value, this event's included",
            "4.7",
            "rules-2",
        ),
        Mutant(
            "fields not carried",
            "sla/mark_ctes.sql",
            "{% if field.ref.startswith('object.') -%}",
            "{% if field.ref.startswith('nothing.') -%}",
            "an absent key keeps the value",
            "4.7",
            "rules-2",
        ),
        Mutant(
            "unknown is true",
            "sla/mark_ctes.sql",
            "when {{ starts }} then 1 else 0 end",
            "when not ({{ starts }}) then 0 else 1 end",
            "a rule matches only where it is true",
            "4.7",
            "rules-1",
        ),
        Mutant(
            "null is a text",
            "cross_db/adapters/duckdb.sql",
            " and {{ raw }} <> 'null' then",
            " then",
            "an explicit null clears a field",
            "4.7",
            "rules-2",
        ),
        Mutant(
            "a bound is met by more",
            "rules/rule_sql.sql",
            "'gt': '>', 'gte'",
            "'gt': '>=', 'gte'",
            "gt is greater, not equal",
            "4.7",
            "rules-6",
        ),
        Mutant(
            "a bound is not met by itself",
            "rules/rule_sql.sql",
            "'gte': '>=', 'lt'",
            "'gte': '>', 'lt'",
            "gte is greater or equal",
            "4.7",
            "rules-6",
        ),
        Mutant(
            "text rules over numbers",
            "rules/rule_sql.sql",
            "{%- set arg_type = node.get('arg_type', 'text') -%}",
            "{%- set arg_type = 'text' -%}",
            "the first type found rules, a text literal ranks below",
            "4.7",
            "rules-3",
        ),
        Mutant(
            "any number will do",
            "cross_db/adapters/duckdb.sql",
            "(case when regexp_full_match({{ text }}, '-?[0-9]{1,300}(\\.[0-9]+)?') then"
            " try_cast({{ text }} as double) end)",
            "try_cast({{ text }} as double)",
            "a number is -?digits[.digits]",
            "4.7",
            "rules-3",
        ),
        Mutant(
            "minutes cut towards zero",
            "cross_db/adapters/duckdb.sql",
            "((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }})"
            " // {{ divisor }})",
            "(({{ number }}) // {{ divisor }})",
            "dateDiffMinutes is floored",
            "4.7",
            "rules-5",
        ),
        Mutant(
            "an empty list is unknown",
            "cross_db/adapters/duckdb.sql",
            "when len({{ members }}) = 0 then false\n",
            "when len({{ members }}) = 0 then null\n",
            "`in []` is nothing",
            "4.7",
            "rules-4",
        ),
        Mutant(
            "a list's null is a miss",
            "cross_db/adapters/duckdb.sql",
            "or list_count({{ members }}) < len({{ members }}) then null",
            "then null",
            "a null member makes a miss unknown",
            "4.7",
            "rules-4",
        ),
        # timers
        Mutant(
            "a start wins over a stop",
            "sla/cycle_ctes.sql",
            "case when is_start > {{ ends }} then 'S'",
            "case when is_start = 1 then 'S'",
            "stop wins",
            "5",
            f"{CLAIMS}::test_an_event_that_starts_and_stops",
        ),
        Mutant(
            "no cycle begins on the stopping event",
            "sla/cycle_ctes.sql",
            " or (turns.turn is null and turns.turn_before = 'S'{{ \" and turns.is_start = 1\" if has.changes }})",
            "",
            "under newCycle, S on the stopping event starts the next",
            "5",
            f"{CLAIMS}::test_an_event_that_starts_and_stops",
        ),
        Mutant(
            "a running timer starts again",
            "sla/cycle_ctes.sql",
            "(turns.turn = 'S' and coalesce(turns.turn_before, 'P') = 'P')",
            "(turns.turn = 'S')",
            "running: S alone is ignored",
            "5",
            "rules-2",
        ),
        Mutant(
            "ignore is newCycle",
            "sla/cycle_ctes.sql",
            "where on_restart <> 'ignore' or span_no = 1",
            "where 1 = 1",
            "ignore: the first cycle only",
            "5",
            "sla-3",
            2,
        ),
        Mutant(
            "pauses count",
            "sla/step_ctes.sql",
            "coalesce(cast(sum(ran) over ({{ by_cycle ~ before }}) as {{ bigint }}), 0) as ran_before",
            "0 as ran_before",
            "elapsed time is running time",
            "5",
            "sla-3",
        ),
        Mutant(
            "a pause at the threshold moves it",
            "sla/threshold_ctes.sql",
            "min(case when asked.ran_after >= {{ run }} then",
            "min(case when asked.ran_after > {{ run }} then",
            "a pause that begins at a threshold does not move it",
            "5",
            "sla-9",
        ),
        Mutant(
            "the first stop holds",
            "sla/cycle_facts.sql",
            "'stop_at': ['last', 'step_end']",
            "'stop_at': ['any', 'step_end']",
            "resume forgets the stop",
            "5",
            f"{CLAIMS}::test_a_stop_that_resume_forgot_closes_nothing",
        ),
        Mutant(
            "warned only when passed",
            "models/sla_cycle.sql",
            "case when end_at >= ST_WarnAtUTC",
            "case when end_at > ST_WarnAtUTC",
            "warned iff end >= warn-at",
            "5",
            "sla-3",
        ),
        Mutant(
            "breached when reached",
            "models/sla_cycle.sql",
            "case when end_at > ST_DueUTC",
            "case when end_at >= ST_DueUTC",
            "breached iff end > due",
            "5",
            "sla-10",
        ),
        Mutant(
            "breached when noticed",
            "models/sla_cycle.sql",
            "case when end_at > ST_DueUTC then ST_DueUTC end",
            "case when end_at > ST_DueUTC then end_at end",
            "BreachedUTC is the scheduled instant, never the run's",
            "5",
            "sla-1",
        ),
        Mutant(
            "a warning's level only when passed",
            "models/sla_cycle.sql",
            "_is_warning = 1 and end_at >= {{ at }})",
            "_is_warning = 1 and end_at > {{ at }})",
            "a level of a warning is raised at its instant",
            "5",
            "sla-3",
        ),
        Mutant(
            "timers do not tick",
            "models/sla_cycle.sql",
            '{%- set ticks = "ST_NextUTC',
            '{%- set ticks = "1 = 0 and ST_NextUTC',
            "open timers whose next threshold as_of has reached are brought on",
            "8",
            "sla-1",
        ),
        Mutant(
            "timers tick late",
            "models/sla_cycle.sql",
            '"ST_NextUTC <= "',
            '"ST_NextUTC < "',
            "whose threshold as_of has reached, the very instant included",
            "8",
            f"{CLAIMS}::test_a_run_without_news_notices_a_threshold_at_its_very_instant",
        ),
        Mutant(
            "a cycle folded ticks as well",
            "models/sla_cycle.sql",
            "      and not ({{ is_changed }})\n",
            "",
            "one row a cycle",
            "8",
            f"{CLAIMS}::test_a_start_undone_takes_its_timer_and_its_escalation_along",
        ),
        Mutant(
            "approvals of a run are no news to timers",
            "models/sla_cycle.sql",
            """(" or " ~ ozmeta_runtime.object_changed(state, approvals) if approvals else "")""",
            '("")',
            "what a changed flow decides, its timers follow",
            "6b, 8",
            "test_approvals.py::test_a_changed_definition_folds_again",
        ),
        Mutant(
            "levels are no thresholds",
            "models/sla_cycle.sql",
            "case when {{ runs }} and is_raised{{ i }} = 0 then",
            "case when 1 = 0 then",
            "the levels are thresholds too",
            "8",
            f"{CLAIMS}::test_a_run_without_news_notices_a_threshold_at_its_very_instant",
        ),
        # what an idle run asks and leaves
        Mutant(
            "answers outlive an invocation",
            "run/invocation_cache.sql",
            "graph.get('ozmeta_runtime', {}).get('invocation_id') != invocation_id",
            "'ozmeta_runtime' not in graph",
            "a run builds on the last completed run",
            "8",
            f"{IDLE}::test_answers_do_not_outlive_an_invocation",
        ),
        Mutant(
            "one last run for all bindings",
            "run/load_last_run.sql",
            "{%- set question = 'last run in ' ~ log -%}",
            "{%- set question = 'last run' -%}",
            "a run builds on the last completed run of its binding",
            "8",
            f"{IDLE}::test_two_bindings_on_four_threads_see_their_own_runs",
        ),
        Mutant(
            "one answer for all sources",
            "run/probe_tables.sql",
            "newer ~ ' in ' ~ source",
            "newer",
            "a source with new rows is read",
            "8",
            f"{RUNS}::test_time_may_not_go_back_but_for_a_full_refresh",
            times=3,
        ),
        Mutant(
            "columns of a journal that the run changes are asked once",
            "journal/journal_table_columns.sql",
            "{%- set cache = {} if is_built else ozmeta_runtime.invocation_cache() -%}",
            "{%- set cache = ozmeta_runtime.invocation_cache() -%}",
            "a journal is read by the columns it has",
            "2",
            f"{IDLE}::test_columns_of_a_journal_that_the_project_builds_are_asked_by_each_model",
        ),
        Mutant(
            "a changed view stays",
            "run/ozmeta_view.sql",
            "and marks.get(ozmeta_runtime.view_place(this)) == mark -%}",
            "and ozmeta_runtime.view_place(this) in marks -%}",
            "a view has the columns of its definition",
            "7.2",
            f"{IDLE}::test_an_unchanged_view_stays_and_a_changed_one_is_replaced",
        ),
        Mutant(
            "hooks of an unchanged model do not run",
            "run/is_plain_config.sql",
            "and not (pre_hooks or post_hooks\n      or config",
            "and not (config",
            "a project's own config of a model counts",
            "8",
            f"{IDLE}::test_hooks_run_although_nothing_changed",
        ),
        Mutant(
            "white space inside a rule's text does not count",
            "run/definition_text.sql",
            '"(?s)(" ~ string ~ "|`[^`]*`)|\\\\s+"',
            '"(?s)(`[^`]*`)|\\\\s+"',
            "a changed definition is folded again",
            "8",
            f"{DEFINITIONS}::test_what_may_change_rows_changes_the_definition",
        ),
        Mutant(
            "a config is part of the definition",
            "run/definition_text.sql",
            '"(?s)" ~ config ~ "|("',
            '"(?s)("',
            "a changed comment or config folds nothing again",
            "8",
            f"{DEFINITIONS}::test_what_changes_no_rows_leaves_the_definition",
        ),
        Mutant(
            "a changed target unnoticed",
            "run/load_last_run.sql",
            "{%- if ozmeta_runtime.model_text_hash(model.unique_id) not in definitions -%}",
            "{%- if false -%}",
            "what a changed policy concerns is folded again",
            "8",
            f"{RUNS}::test_a_changed_target_reaches_every_timer_in_one_run",
        ),
        Mutant(
            "what a dead run wrote by another text stays",
            "run/run_state.sql",
            "{%- if found.other_definition | int or (",
            "{%- if (",
            "never a silent mix of definitions",
            "8",
            f"{RUNS}::test_a_changed_definition_and_back_with_a_crash_between",
        ),
        Mutant(
            "every source is quiet",
            "run/run_state.sql",
            "{%- if not has_new -%}",
            "{%- if true -%}",
            "what an upstream table wrote since is looked at",
            "8",
            f"{RUNS}::test_a_run_killed_between_models_is_made_up_for",
        ),
        Mutant(
            "idle while a row is due",
            "run/run_state.sql",
            " and not found.due | int",
            "",
            "open timers whose next threshold as_of has reached are brought on",
            "8",
            "test_ticks.py::test_a_cycle_that_ticks_leaves_all_else_alone",
        ),
        Mutant(
            "idle while one source is quiet",
            "run/run_state.sql",
            "state.unchanged_sources | length == sources | select | list | length",
            "state.unchanged_sources",
            "what any of its sources wrote since is looked at",
            "8",
            "test_ticks.py::test_a_cycle_that_ticks_leaves_all_else_alone",
        ),
        Mutant(
            "never idle",
            "run/run_state.sql",
            "{'idle': not state.full_fold and",
            "{'idle': false and",
            "a run with nothing new asks nothing",
            "8",
            "test_ticks.py::test_a_model_with_nothing_to_do_asks_nothing",
        ),
        Mutant(
            "a source made afresh is no news",
            "run/run_state.sql",
            "{%- if (not source_was_empty or found.failed | int) and not has_old -%}",
            "{%- if false -%}",
            "a full refresh that did not reach a model is made up for",
            "8",
            "test_ticks.py::test_a_cycle_that_a_full_refresh_leaves_out_is_retracted",
        ),
        Mutant(
            "an empty table is news to each run",
            "run/run_state.sql",
            "{%- if (not source_was_empty or found.failed | int) and not",
            "{%- if not",
            "a second run on the same journal changes no row",
            "9.3",
            "test_ticks.py::test_a_table_that_is_empty_makes_no_run_write_again",
        ),
        Mutant(
            "an undone cycle stays",
            "run/soft_deleted_rows.sql",
            "  and _Key not in (select _Key from written)",
            "  and 1 = 0",
            "a cycle that a late event undid is deleted",
            "9.1",
            f"{CLAIMS}::test_a_start_undone_takes_its_timer_and_its_escalation_along",
        ),
        Mutant(
            "what was not folded is retired",
            "run/soft_deleted_rows.sql",
            "  and {{ again }}\n",
            "",
            "a row whose origin no run folded again stays",
            "8, 9.1",
            "test_ticks.py::test_a_cycle_that_ticks_leaves_all_else_alone",
        ),
        Mutant(
            "nothing is retired by a changed definition",
            "run/soft_deleted_rows.sql",
            "  {%- if not state.full_fold %}\n  and {{ again }}\n  {%- endif %}\n",
            "  and {{ again if not state.full_fold else '1 = 0' }}\n",
            "what a changed definition undoes is deleted",
            "8",
            f"{RUNS}::test_an_sla_that_comes_and_one_that_goes",
        ),
        Mutant(
            "the first cycle is shown",
            "sla/cycle_ctes.sql",
            "when next_span is null then 1 else 0 end as is_latest",
            "when span_no = 1 then 1 else 0 end as is_latest",
            "SlaTimer shows the latest cycle",
            "5",
            "sla-3",
        ),
        Mutant(
            "deleted cycles are shown",
            "sla/elapsed_ctes.sql",
            "    where _DeleteDate is null\n",
            "",
            "of the cycles that exist",
            "5",
            f"{CLAIMS}::test_a_cycle_that_vanishes_leaves_the_timer_to_the_one_before",
        ),
        Mutant(
            "state timers start on change only",
            "sla/mark_ctes.sql",
            "(visible_no = 1 or ({{ applied }} and TL_FromState <> {{ here }}))",
            "({{ applied }} and TL_FromState <> {{ here }})",
            "a state SLA runs while the object is in that state, the start state included",
            "1, 5",
            f"{CLAIMS}::test_a_timer_of_the_start_state_runs_from_the_first_event",
        ),
        Mutant(
            "actions of illegal moves unrun",
            "fold/applied_transition.sql",
            "or TL_Anomaly = 'IllegalTransition' and coalesce",
            "or 1 = 0 and coalesce",
            "an illegal move that is applied runs its actions",
            "4.5, 6",
            "escalation-11",
        ),
        # escalations
        Mutant(
            "a retraction forgotten",
            "models/escalation_queue.sql",
            "where {{ ozmeta_runtime.was_live(state) }} and {{ origin }} and _Key not in (select"
            " _Key from written)\n",
            "where 1 = 0\n",
            "a row whose cause a late event undid is retracted",
            "6",
            "escalation-3",
        ),
        Mutant(
            "a cycle's rows outlive it",
            "models/escalation_queue.sql",
            "([of_cycles] if cycles",
            "(['1 = 0'] if cycles",
            "what a cycle raises no more is retracted",
            "6",
            f"{CLAIMS}::test_a_start_undone_takes_its_timer_and_its_escalation_along",
        ),
        Mutant(
            "a transition's rows outlive it",
            "models/escalation_queue.sql",
            "([of_events] if transitions",
            "(['1 = 0'] if transitions",
            "what a transition raises no more is retracted",
            "6",
            "test_ticks.py::test_a_transition_undone_takes_its_escalation_along",
        ),
        Mutant(
            "every run retracts what transitions raised",
            "models/escalation_queue.sql",
            "'_CycleKey is null and ' ~ ozmeta_runtime.object_changed(state, timeline)",
            "'_CycleKey is null'",
            "a row whose cause stands stays",
            "6",
            "test_ticks.py::test_a_cycle_that_ticks_leaves_all_else_alone",
        ),
        Mutant(
            "a cycle that ticks retracts its object's rows",
            "models/escalation_queue.sql",
            "'_CycleKey in (select _Key from ' ~ cycles",
            "'_ObjectKey in (select _ObjectKey from ' ~ cycles",
            "a row whose cause stands stays",
            "6",
            "test_ticks.py::test_a_cycle_that_ticks_leaves_all_else_alone",
        ),
        Mutant(
            "retracted, but not said",
            "models/escalation_queue.sql",
            "'Retracted' as EQ_Notes",
            "EQ_Notes",
            "EQ_Notes says Retracted",
            "6",
            "escalation-3",
        ),
        Mutant(
            "a full refresh forgets retractions",
            "models/escalation_queue.sql",
            "where _Key not in (select _Key from written) and (_DeleteDate is not null or"
            " EQ_CreatedUTC <= {{ as_of }})",
            "where 1 = 0",
            "a full refresh keeps retracted rows",
            "6",
            f"{RUNS}::test_an_sla_that_comes_and_one_that_goes",
        ),
        Mutant(
            "a full refresh retracts what is to come",
            "models/escalation_queue.sql",
            "(_DeleteDate is not null or EQ_CreatedUTC <= {{ as_of }})",
            "(1 = 1)",
            "what is not raised yet at as_of is not retracted",
            "6, 9.1",
            f"{RUNS}::test_time_may_not_go_back_but_for_a_full_refresh",
        ),
        Mutant(
            "an answer at the instant is none",
            "models/escalation_queue.sql",
            "and answers.TL_EffectiveUTC >= keyed.created_at",
            "and answers.TL_EffectiveUTC > keyed.created_at",
            "an answer counts at or after creation",
            "6",
            "escalation-7",
        ),
        Mutant(
            "an answer before counts",
            "models/escalation_queue.sql",
            "and answers.TL_EffectiveUTC >= keyed.created_at",
            "and 1 = 1",
            "an answer before the row was raised is none",
            "6",
            "escalation-7",
        ),
        Mutant(
            "an answer means every level",
            "models/escalation_queue.sql",
            "(answers.PL_EscalationLevel is null or answers.PL_EscalationLevel = cast(keyed.level"
            " as {{ text }}))",
            "(1 = 1)",
            "escalation.level narrows which rows are meant",
            "6",
            "escalation-1",
        ),
        Mutant(
            "an answer means every signal",
            "models/escalation_queue.sql",
            "and coalesce(answers.PL_EscalationSignalType, keyed.signal) = keyed.signal",
            "and 1 = 1",
            "escalation.signalType narrows which rows are meant",
            "6",
            "escalation-7",
        ),
        Mutant(
            "an answer means every SLA",
            "models/escalation_queue.sql",
            "(answers.PL_EscalationSlaCode is null or answers.PL_EscalationSlaCode ="
            " keyed.SL_Code)",
            "(1 = 1)",
            "escalation.slaCode narrows which rows are meant",
            "6",
            "escalation-5",
        ),
        Mutant(
            "refused events answer",
            "models/escalation_queue.sql",
            "and TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected') }}",
            "and TL_Position is not null",
            "a rule-visible event answers",
            "6",
            "escalation-12",
        ),
        Mutant(
            "a stop closes nothing",
            "models/escalation_queue.sql",
            "case when keyed.stop_at < coalesce(answered.closed_at, ",
            "case when 1 = 0 and keyed.stop_at < coalesce(answered.closed_at, ",
            "a row still open when its cycle stops is closed",
            "6",
            "escalation-2",
        ),
        Mutant(
            "a stop closes no acknowledged row",
            "models/escalation_queue.sql",
            "case when keyed.stop_at < coalesce(answered.closed_at, ",
            "case when answered.acknowledged_at is null and keyed.stop_at <"
            " coalesce(answered.closed_at, ",
            "a row still open, acknowledged or not, is closed by the stop",
            "6",
            "escalation-8",
        ),
        Mutant(
            "a stop always closes",
            "models/escalation_queue.sql",
            '"cycles.ST_StopUTC" if auto_close else',
            '"cycles.ST_StopUTC" if true else',
            "auto_close: false leaves it open",
            "6",
            "escalation-6",
        ),
        Mutant(
            "acknowledged after closed",
            "models/escalation_queue.sql",
            "case when closed_at is not null then 'Closed' when acknowledged_at is not null then"
            " 'Ack'",
            "case when acknowledged_at is not null then 'Ack' when closed_at is not null then"
            " 'Closed'",
            "never back from Closed",
            "6",
            "escalation-8",
        ),
        Mutant(
            "a breach's level at its instant",
            "models/sla_cycle.sql",
            "is not null and end_at > {{ after }})",
            "is not null and end_at >= {{ after }})",
            "a level of a breach is raised after its instant",
            "5, 6",
            "escalation-10",
        ),
        Mutant(
            "a deleted cycle's rows stay",
            "models/escalation_queue.sql",
            "where cycles._DeleteDate is null and {{ raised_at }}",
            "where {{ raised_at }}",
            "what a deleted cycle raised is retracted",
            "6",
            f"{CLAIMS}::test_a_start_undone_takes_its_timer_and_its_escalation_along",
        ),
        # signals
        Mutant(
            "what is undone is not taken back",
            "models/runtime_signal.sql",
            "where RS_SubjectKey in (select _Key from changed_subjects)",
            "where 1 = 0",
            "a late event that undoes a signal is followed by Retracted",
            "6c",
            "test_signals.py::test_each_signal_is_said_once_and_taken_back_where_it_is_undone",
        ),
        Mutant(
            "what is raised is said by each run",
            "models/runtime_signal.sql",
            '{{ " and " ~ is_not_raised if has_log }}',
            "",
            "each signal is said once",
            "6c",
            "test_signals.py::test_each_signal_is_said_once_and_taken_back_where_it_is_undone",
        ),
        Mutant(
            "signals with an earlier version's key are unknown",
            "journal/stored_signal_hash.sql",
            "case when _SignalKey like '%|%' then ",
            "case when 1 = 0 then ",
            "a full refresh raises no signal again that an earlier version logged",
            "6c",
            "test_signals.py::test_a_log_with_the_keys_of_an_earlier_version_goes_on",
        ),
        # runs
        Mutant(
            "deleted rows in the views",
            "models/rollup.sql",
            '{{ " where " ~ live if live }}',
            "",
            "the views show live rows only",
            "7",
            f"{CLAIMS}::test_a_start_undone_takes_its_timer_and_its_escalation_along",
        ),
        Mutant(
            "a run that left models out is complete",
            "models/run_log_model.sql",
            "is_complete = not left_out and not state.limited",
            "is_complete = not state.limited",
            "a run is complete when every model has done it",
            "8",
            f"{RUNS}::test_a_run_that_leaves_a_model_out_is_not_complete",
        ),
        Mutant(
            "a limited run writes its log",
            "models/run_log_model.sql",
            "is_complete = not left_out and not state.limited",
            "is_complete = not left_out",
            "a run that reads only a part is not complete",
            "8",
            "test_limited_runs.py::test_a_limited_run_makes_a_fresh_schema_empty_and_the_next_run_fills_it",
        ),
        Mutant(
            "sampled rows are folded",
            "journal/journal_slice.sql",
            "{%- if state.limited %}\n      and 1 = 0",
            "{%- if false %}\n      and 1 = 0",
            "a limited run reads nothing",
            "8",
            "test_limited_runs.py::test_a_limited_run_makes_a_fresh_schema_empty_and_the_next_run_fills_it",
        ),
        Mutant(
            "a table made empty stays empty",
            "run/run_state.sql",
            "{%- if state.batch and not was_empty and",
            "{%- if false and",
            "rows of completed runs that are gone are folded again",
            "8",
            "test_limited_runs.py::test_a_table_that_was_dropped_and_made_empty_is_filled_again",
        ),
        Mutant(
            "a waiting cycle counts as met",
            "models/sla_cycle.sql",
            "on_restart not in ('resume', 'continue') or is_finished = 1",
            "1 = 1",
            "a resume cycle is undecided until its object is in a terminal state",
            "5",
            "sla-11",
        ),
        Mutant(
            "once in a terminal state, finished forever",
            "models/sla_cycle.sql",
            "where next_visible is null and TL_State in",
            "where TL_State in",
            "an object that left a terminal state is not finished",
            "5.6",
            "sla-11",
        ),
        Mutant(
            "a restart is ignored",
            "models/approval_event.sql",
            "when restarts = 1 then 'Resubmitted'",
            "when restarts = 2 then 'Resubmitted'",
            "a request restarts an open round if the flow says so",
            "6b",
            "approval-14",
        ),
        Mutant(
            "a round follows the versions",
            "models/approval_event.sql",
            "stages.version = walked.version and stages.stage = walked.stage_after",
            "stages.version = next.version_now and stages.stage = walked.stage_after",
            "a round keeps the version it was requested under",
            "6b",
            "approval-15",
        ),
        Mutant(
            "a step that is no more is out of turn",
            "models/approval_event.sql",
            "case when named_step.stage is null then 'UnknownStep' else 'OutOfTurn' end",
            "'OutOfTurn'",
            "an event that counts nowhere has its reason",
            "6b",
            "approval-13",
        ),
        Mutant(
            "a changed flow judges again",
            "approvals/check_changed_flows.sql",
            "{%- for row in changed if row[0] not in corrected -%}",
            "{%- for row in changed if false -%}",
            "a changed flow does not judge its rounds again",
            "6b",
            "test_approvals.py::test_a_changed_flow_does_not_judge_its_rounds_again",
        ),
        Mutant(
            "every run folds anew what the last wrote",
            "run/unsettled_rows.sql",
            '" > " ~ state.batch ~ " or ("',
            '" >= " ~ state.batch ~ " or ("',
            "a second run on the same journal changes no row",
            "9.3",
            f"{RUNS}::test_an_empty_journal_then_events_then_nothing_new",
        ),
        Mutant(
            "what a killed run wrote is taken as done",
            "run/changed_rows.sql",
            "else ozmeta_runtime.unsettled_rows(state) -}}",
            'else ozmeta_runtime.unsettled_rows(state) ~ " and _UpdateDate = " ~'
            " ozmeta_runtime.timestamp_literal(state.as_of) -}}",
            "a run that died is made up for by the next",
            "8",
            f"{RUNS}::test_a_run_killed_between_models_is_made_up_for",
        ),
        Mutant(
            "what an earlier run wrote late is taken as done",
            "run/unsettled_rows.sql",
            '" > " ~ state.before ~ " and "',
            '" > " ~ state.batch ~ " and "',
            "rows with a number between those of the last two",
            "8.8",
            f"{OVERLAPS}::test_rows_that_another_run_left_are_made_again",
        ),
        Mutant(
            "only the timeline's own rows are folded again",
            "models/timeline.sql",
            "tables_with_left_rows(state, only_others=true) if not state.full_fold %}",
            "tables_with_left_rows(state, only_others=true) if false %}",
            "in any table of",
            "8.8",
            f"{OVERLAPS}::test_rows_that_another_run_left_are_made_again",
        ),
        Mutant(
            "what a run that is not complete soft-deleted stays its row",
            "run/was_live.sql",
            "_DeleteDate is null or ",
            "_DeleteDate is null and not ",
            "the next run soft-deletes it again",
            "8.8",
            f"{OVERLAPS}::test_rows_that_another_run_soft_deleted_are_made_again",
        ),
        Mutant(
            "a history's reading is not noticed",
            "journal/history_signature.sql",
            "journal_from_(changes|events|objects)",
            "journal_of_(changes|events|objects)",
            "a history reads its tables in another way",
            "8",
            "test_histories.py::test_a_history_that_reads_its_tables_in_another_way",
        ),
        Mutant(
            "only the journal's own model is a history",
            "journal/history_signature.sql",
            "{%- do ids.append(above) -%}",
            "",
            "a history reads its tables in another way",
            "8",
            "test_histories.py::test_a_history_below_the_journal",
        ),
        Mutant(
            "a run that was overtaken goes on",
            "run/check_overtaken.sql",
            "(completed or 0) | int != state.batch",
            "(completed or 0) | int < state.batch",
            "the run stops before it writes its next table",
            "8.8",
            f"{OVERLAPS}::test_a_run_that_was_overtaken_stops",
        ),
        Mutant(
            "a run beside an earlier one is complete",
            "run/overlapped.sql",
            "if number < state.number and number not in",
            "if number > state.number and number not in",
            "the run ends with a warning and is",
            "8.8",
            f"{OVERLAPS}::test_a_run_beside_another_does_not_count",
        ),
        Mutant(
            "an older event moves its object to another bucket",
            "journal/object_buckets_cte.sql",
            "coalesce(max(kept), min(arrived))",
            "min(arrived)",
            "an object keeps its bucket",
            "8.5",
            f"{BUCKETS}::test_an_object_keeps_its_bucket",
        ),
        Mutant(
            "a pending event is in the bucket of its object",
            "models/timeline.sql",
            "case when folded.TL_Position is null then 0 else object_buckets.bucket end",
            "object_buckets.bucket",
            "a pending event is in bucket -1",
            "8.5",
            f"{BUCKETS}::test_pending_events_wait_in_a_bucket_of_their_own",
        ),
        Mutant(
            "an event that is due has no bucket",
            "journal/arrival_buckets.sql",
            "{%- if due %}",
            "{%- if false %}",
            "those with a pending event that is now due",
            "8.5",
            f"{BUCKETS}::test_pending_events_wait_in_a_bucket_of_their_own",
        ),
        Mutant(
            "a cycle that is due has no bucket",
            "run/run_state.sql",
            '~ this ~ " where " ~ due)',
            '~ this ~ " where 1 = 0")',
            "those with a cycle that is due",
            "8.5",
            f"{BUCKETS}::test_a_tick_names_the_buckets_of_due_cycles",
        ),
        Mutant(
            "reads name no bucket",
            "run/in_scope.sql",
            "{%- if state.buckets is not none -%}",
            "{%- if false %}",
            "names them in what it reads",
            "8.5",
            f"{BUCKETS}::test_a_run_names_the_buckets_of_its_objects",
        ),
        Mutant(
            "a merge names no bucket",
            "run/prune_write.sql",
            '"1 = 1" if buckets is none',
            '"1 = 1" if true',
            "and in what it replaces",
            "8.5",
            f"{BUCKETS}::test_a_run_names_the_buckets_of_its_objects",
        ),
        Mutant(
            "a run names any number of buckets",
            "run/named_buckets.sql",
            "if buckets | length <= most",
            "if buckets | length <= most * 10",
            "more than 2,000 buckets",
            "8.5",
            f"{BUCKETS}::test_too_many_buckets_mean_the_whole_table",
        ),
        Mutant(
            "time may go back",
            "run/run_state.sql",
            "{%- if later -%}",
            "{%- if false -%}",
            "as_of may not go back",
            "3",
            f"{RUNS}::test_time_may_not_go_back_but_for_a_full_refresh",
        ),
        Mutant(
            "definitions leave no trace",
            "run/run_state.sql",
            "tojson([ozmeta_runtime.fold_version(), definition], sort_keys=true)",
            "tojson([ozmeta_runtime.fold_version()], sort_keys=true)",
            "a changed definition is noticed by a hash",
            "8",
            f"{RUNS}::test_a_changed_target_reaches_every_timer_in_one_run",
        ),
        Mutant(
            "the watermark runs ahead of as_of",
            "models/run_log_model.sql",
            "least(max(_SyncDate), {{ as_of }})",
            "max(_SyncDate)",
            "one _SyncDate in the future must not make later rows look old",
            "2, 8",
            f"{RUNS}::test_odd_rows_are_kept_or_told_and_none_is_lost",
        ),
        Mutant(
            "the watermark goes back",
            "models/run_log_model.sql",
            "else greatest(last_watermarks.last_watermark, rows_read.watermark) end",
            "else rows_read.watermark end",
            "the last one read",
            "8",
            f"{CLAIMS}::test_the_run_log_counts_what_was_folded",
        ),
        Mutant(
            "the log counts all events",
            "models/run_log_model.sql",
            "where _Batch = {{ state.number }} and not {{",
            "where not {{",
            "RUN_EventsFolded is of this run",
            "7",
            f"{CLAIMS}::test_the_run_log_counts_what_was_folded",
        ),
        Mutant(
            "the log counts events as objects",
            "models/run_log_model.sql",
            "count(distinct _ObjectKey) as objects",
            "count(_ObjectKey) as objects",
            "RUN_ObjectsFolded is of objects",
            "7",
            f"{CLAIMS}::test_the_run_log_counts_what_was_folded",
        ),
        Mutant(
            "an offset is added",
            "run/instant_text.sql",
            "(-1 if offset.group(1) == '+' else 1)",
            "(1 if offset.group(1) == '+' else -1)",
            "as_of is UTC",
            "3",
            f"{RUNS}::test_an_as_of_with_an_offset_is_brought_to_utc",
        ),
        Mutant(
            "the default clock is of some zone",
            "run/as_of_text.sql",
            "run_started_at.astimezone(modules.pytz.utc)",
            "run_started_at.astimezone(modules.pytz.timezone('Asia/Tokyo'))",
            "the default as_of is the start of the run, UTC",
            "3",
            f"{CLAIMS}::test_without_ozmeta_as_of_the_run_starts_the_clock",
        ),
        # facts for BI
        Mutant(
            "a week begins on Sunday",
            "models/cycle_fact.sql",
            "_day + 3)', 7) }} * 7 - 3 as",
            "_day + 4)', 7) }} * 7 - 4 as",
            "weeks begin on Monday",
            "7.4",
            f"{FACTS}::test_days_weeks_and_hours_are_those_of_the_calendar",
        ),
        Mutant(
            "an event that moves nothing counts",
            "models/backlog.sql",
            " and TL_FromState <> TL_ToState))\n          {%- if since %}",
            "))\n          {%- if since %}",
            "BL_Entered counts how often objects came to a state",
            "7.4",
            f"{BACKLOG}::test_increments_equal_the_reference_and_a_full_refresh",
        ),
        Mutant(
            "the backlog starts at the last day",
            "models/backlog.sql",
            "      select max(BL_Day), 0 from",
            "      select min(BL_Day), 0 from",
            "a run computes the days from the first that may have changed",
            "7.4",
            f"{BACKLOG}::test_a_run_writes_only_the_days_that_differ",
        ),
        Mutant(
            "only arrivals change days",
            "models/backlog.sql",
            "case when first_arrival is null or TL_EffectiveUTC >= first_arrival then",
            "case when first_arrival is null then",
            "an arrival may move later events of its stream",
            "7.4",
            f"{BACKLOG}::test_an_arrival_moves_a_later_event_of_its_stream",
        ),
        Mutant(
            "a replaced event changes its new day only",
            "models/backlog.sql",
            "case when {{ ozmeta_runtime.is_true('TL_Replaced') }} then 1 else 0 end",
            "case when {{ ozmeta_runtime.is_true('TL_Replaced') }} then 0 else 0 end",
            "the backlog equals a full refresh",
            "7.4, 9.1",
            f"{BACKLOG}::test_what_is_undone_and_what_is_to_come",
        ),
        Mutant(
            "the backlog counts from nothing",
            "models/backlog.sql",
            '"coalesce(base.objects, 0)" if since',
            '"0 * coalesce(base.objects, 0)" if since',
            "a run counts on from the day before",
            "7.4",
            f"{BACKLOG}::test_a_run_writes_only_the_days_that_differ",
        ),
        Mutant(
            "no day passes without an event",
            "models/backlog.sql",
            '~ " and BL_Day < "',
            '~ " and BL_Day > "',
            "there is a row for each day up to as_of",
            "7.4",
            f"{BACKLOG}::test_a_run_writes_only_the_days_that_differ",
        ),
        Mutant(
            "what was known then is what is known now",
            "facts/state_at.sql",
            "where _SyncDate <= {{ ozmeta_runtime.timestamp_literal(known) }}",
            "where _SyncDate is not null",
            "with known_at, later arrivals do not count",
            "7.4",
            f"{STATE_AT}::test_states_equal_the_reference_known_then_and_now",
        ),
        Mutant(
            "known_at is no clock",
            "facts/state_at.sql",
            "fold.stream, ozmeta_runtime.timestamp_literal(known), nanos=true",
            "fold.stream, ozmeta_runtime.timestamp_literal('9999-01-01 00:00:00'), nanos=true",
            "rows are folded as a run at known_at would fold them",
            "7.4",
            f"{STATE_AT}::test_states_equal_the_reference_known_then_and_now",
        ),
        Mutant(
            "an object entered its state with its last event",
            "facts/state_at.sql",
            "max(case when {{ change }} then TL_EffectiveUTC end)",
            "max(case when 1 = 1 then TL_EffectiveUTC end)",
            "state_at tells since when an object is in its state",
            "7.4",
            f"{STATE_AT}::test_states_equal_the_reference_known_then_and_now",
        ),
        # keys and ids
        Mutant(
            "tenant and id run together",
            "cross_db/keys.sql",
            """texts.extend([ozmeta_runtime.text_length(part)] + ([] if loop.last else ["'.'"]))""",
            "texts.extend([])",
            "tenants are islands",
            "9.4",
            f"{CLAIMS}::test_tenant_and_id_are_not_run_together",
        ),
        Mutant(
            "ids of version 4",
            "cross_db/keys.sql",
            "{{ ozmeta_runtime.concat_operator() }} '-7'",
            "{{ ozmeta_runtime.concat_operator() }} '-4'",
            "ids are UUIDv7",
            "7",
            f"{CLAIMS}::test_ids_are_what_the_spec_says_and_late_events_leave_them",
        ),
        Mutant(
            "seeds without the tenant",
            "models/workflow_instance.sql",
            "[\"'WI'\", tenant, ",
            "[\"'WI'\", \"''\", ",
            "the seed of WI_ID: WI|tenant|type|id",
            "7",
            f"{CLAIMS}::test_ids_are_what_the_spec_says_and_late_events_leave_them",
        ),
        Mutant(
            "a cycle is named by its number",
            "models/sla_cycle.sql",
            """+ ["SL_Code", "start_event"]""",
            """+ ["SL_Code", "cycle_no"]""",
            "the seed of SC_ID has the event that started the cycle",
            "7",
            f"{CLAIMS}::test_ids_are_what_the_spec_says_and_late_events_leave_them",
        ),
        # CTEs that are tables first
        Mutant(
            "tables of CTEs stay",
            "models/run_log_model.sql",
            "drop_staged_ctes([timeline] + after)",
            "drop_staged_ctes([timeline])",
            "on T-SQL, a complete run leaves no tables of CTEs",
            "9.7",
            f"{STAGED}::test_metadata_may_look_like_sql",
        ),
        Mutant(
            "compiled SQL reads tables of CTEs",
            "cross_db/ctes.sql",
            "flags.WHICH in ['run', 'build']",
            "flags.WHICH in ['run', 'build', 'compile']",
            "on T-SQL, SQL that is only compiled runs by itself",
            "9.7",
            f"{STAGED}::test_compiled_sql_runs_by_itself",
        ),
        *service_level_mutants.mutants(),
    ]


def mutated(mutant: Mutant) -> str:
    """The file's text with the mutation. ValueError if it no longer applies."""
    text = (REPOSITORY / mutant.path).read_text(encoding="utf-8")
    if text.count(mutant.old) != mutant.times:
        raise ValueError(
            f"mutant '{mutant.name}': its text stands {text.count(mutant.old)} times in"
            f" {mutant.path}, not {mutant.times}"
        )
    return text.replace(mutant.old, mutant.new)


@dataclass
class Verdict:
    test: str | None = None  # the first that failed; none: survived
    invalid: str | None = None  # why it proves nothing
    seconds: float = 0.0


def run_tests(mutant: Mutant, manifests: Path, arguments: list[str]) -> int:
    """Run pytest in a copy of the repository, the working directory, with dbt's manifests of
    earlier mutants: parsing takes most of a run's time. A kept manifest is of the package as it is;
    its macro is replaced as in the file.
    """
    tests = Path.cwd()
    sys.path[:0] = [str(tests), str(tests.parent / "generator" / "src")]
    import pytest
    import support.dbt_project_under_test as under_test
    from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder

    parse, file = under_test.parsed, tests.parent / mutant.path

    def parsed(folder: Path, options: list[str]) -> Any:
        models = sorted(path for path in (folder / "models").rglob("*.*"))
        kept = (
            manifests
            / hashlib.sha256(
                b"".join(path.name.encode() + path.read_bytes() for path in models)
            ).hexdigest()
        )
        if not kept.exists():
            broken = file.read_text(encoding="utf-8")
            file.write_text(
                (REPOSITORY / mutant.path).read_text(encoding="utf-8"), encoding="utf-8"
            )
            manifest = parse(folder, options)
            file.write_text(broken, encoding="utf-8")
            if manifest is None:
                return None
            part = kept.with_suffix(f".{os.getpid()}")
            part.write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))
            part.replace(kept)
        manifest = under_test.Manifest.from_msgpack(
            kept.read_bytes(), decoder=extended_mashumuro_decoder
        )
        macros = [
            m
            for m in manifest.macros.values()
            if m.package_name == "ozmeta_runtime" and m.original_file_path == mutant.path
        ]
        assert sum(macro.macro_sql.count(mutant.old) for macro in macros) == mutant.times
        for macro in macros:
            macro.macro_sql = macro.macro_sql.replace(mutant.old, mutant.new)
        return manifest

    if mutant.path.startswith("macros/"):
        under_test.parsed = parsed
    return int(pytest.main(arguments))


def file_of(module: str) -> str:
    """The path of a test file. pytest names the generator's test modules `tests.<name>`."""
    package, _, name = module.rpartition(".")
    return f"generator/tests/{name}.py" if package else f"{name}.py"


def first_failure(
    tests: list[str], mutant: Mutant, copy: Path, manifests: Path
) -> tuple[str, str] | None:
    """(test id, message) of the first test that fails in a copy of the repository; none if all
    pass.
    """
    if not tests:
        return None
    report, output = copy / "report.xml", copy / "output.txt"
    process = os.fork()  # with all that is imported: of a process with one thread only
    if process == 0:
        code = 70
        try:
            os.chdir(copy / "integration_tests")
            for stream in (1, 2):
                os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
            os.environ |= {
                "PYTHONPATH": str(copy / "generator" / "src"),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            code = run_tests(
                mutant,
                manifests,
                [
                    "-x",
                    "-q",
                    "--tb=short",
                    "-p",
                    "no:cacheprovider",
                    f"--junitxml={report}",
                    f"--basetemp={copy / 'tmp'}",
                    *tests,
                ],
            )
        finally:
            os._exit(code)
    failed = os.waitpid(process, 0)[1] != 0
    for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():
        for fault in (*case.iter("failure"), *case.iter("error")):
            return (
                f"{file_of(case.get('classname') or '')}::{case.get('name')}",
                f"{fault.get('message')}\n{fault.text}",
            )
    if failed:
        raise RuntimeError(output.read_text(errors="replace")[-3000:])
    return None


def broken_statement(message: str) -> str | None:
    """The error's name if the test failed because a statement failed, not because of its result."""
    error = re.search(
        r"\b(Parser|Binder|Catalog|Conversion|Compilation|Syntax|Invalid Input|Constraint|Out of"
        r" Range|Internal|Runtime) Error",
        message,
    )
    return (
        error.group(0)
        if error and "RunFailed" in message and "AssertionError" not in message
        else None
    )


def verdict(mutant: Mutant, manifests: Path) -> Verdict:
    begun, found = time.perf_counter(), Verdict()
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = REPOSITORY / name
            (
                shutil.copytree(
                    source,
                    copy / name,
                    ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", ".work", "results"),
                )
                if source.is_dir()
                else shutil.copy(source, copy / name)
            )
        (copy / mutant.path).write_text(mutated(mutant), encoding="utf-8")
        others = sorted(
            path.name
            for path in (copy / "integration_tests").glob(OTHERS)
            if path.name not in (*ABOUT_FILES, *HANDY)
        )
        first = [mutant.likely]
        if mutant.likely.startswith("service_levels/"):
            number = mutant.likely.removeprefix("service_levels/")
            first = [SERVICE_LEVELS, "-k", f"dbt_gives and {number}:"]
        elif "::" not in mutant.likely:
            first = [CASES, "-k", f"{mutant.likely}:"]
        failed = first_failure(first, mutant, copy, manifests) or first_failure(
            HANDY + others, mutant, copy, manifests
        )
        if failed:
            found.test = failed[0]
            error = broken_statement(failed[1])
            found.invalid = f"the statement fails: {error}" if error else None
    found.seconds = time.perf_counter() - begun
    return found


SURVIVED, UNKNOWN = "**survived**", "not run"


def rows_of_page() -> dict[str, str]:
    """{mutant: the test that caught it} of the current page."""
    if not PAGE.exists():
        return {}
    items = PAGE.read_text(encoding="utf-8").split("\n- **")[1:]
    found = {}
    for item in items:
        name, _, rest = " ".join(item.split()).partition("**: ")
        found[name] = rest.partition(" Caught by: ")[2]
    return found


def page(all_mutants: list[Mutant], verdicts: dict[str, Verdict]) -> str:
    known = rows_of_page()
    for name, v in verdicts.items():
        known[name] = SURVIVED if v.test is None else v.invalid or f"`{v.test}`"
    caught = sum(known.get(m.name, "").startswith("`") for m in all_mutants)
    lines = [
        "# Mutants",
        "",
        "A mutant is one deliberate fault in the package. `make mutants` applies one at a time,",
        "runs the tests, and writes this page. A test must fail on what the tables hold. A mutant",
        "that makes a statement invalid does not count.",
        "",
        f"The tests caught {caught} of {len(all_mutants)} mutants. The list is in",
        "`integration_tests/mutants.py`. The test named is the first one that failed.",
        "",
    ]
    for m in all_mutants:
        where = f"{m.breaks} (spec {m.spec}, `{m.path}`)."
        item = f"- **{m.name}**: {where} Caught by: {known.get(m.name, UNKNOWN)}"
        lines += textwrap.wrap(
            item, 118, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(lines) + "\n"


def main(names: list[str]) -> int:
    every = mutants()
    unknown = set(names) - {m.name for m in every}
    if unknown:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    for mutant in every:
        mutated(mutant)
    chosen = [m for m in every if not names or m.name in names]
    import dbt.adapters.duckdb
    import dbt.cli.main
    import dbt.parser.manifest  # noqa: F401
    import pytest  # noqa: F401

    with (
        tempfile.TemporaryDirectory(prefix="manifests-") as manifests,
        multiprocessing.get_context("fork").Pool(2) as pool,
    ):
        verdicts = {}
        for mutant, found in zip(
            chosen,
            pool.imap(functools.partial(verdict, manifests=Path(manifests)), chosen),
            strict=True,
        ):
            verdicts[mutant.name] = found
            print(
                f"{'invalid ' if found.invalid else 'SURVIVED' if found.test is None else 'caught  '}"
                f" {found.seconds:5.0f} s  {mutant.name}: {found.invalid or ''} {found.test or ''}",
                flush=True,
            )
            PAGE.write_text(page(every, verdicts), encoding="utf-8")
    return int(any(v.test is None or v.invalid for v in verdicts.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
