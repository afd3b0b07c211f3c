"""What `ozmeta-dbt discover` concludes from figures, and how it writes it down."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from ozmeta_dbt.discovery import diagram, facts, figures, folder, names, output, rules, texts
from ozmeta_dbt.discovery.facts import Field, Move, ObjectType, State, Time
from ozmeta_dbt.discovery.folder import Discovery
from ozmeta_dbt.discovery.journals import (
    Journals,
    NothingFound,
    check_readable,
    config_of,
    journals_to_read,
    relation_named,
)
from ozmeta_dbt.documents import loads_yaml
from ozmeta_dbt.operations.dbt import yaml_text
from ozmeta_dbt.problems import FileProblem

MINUTE = 60_000_000
HOUR = 60 * MINUTE
HOSTILE = [
    *("Won't fix", 'A "quoted" one', "-->", "[*]", "```", "#quot;", "null", "yes", "007", "1e5"),
    *(
        "a: b",
        "- x",
        "# c",
        "%",
        "two\nlines",
        "{{ 1/0 }}",
        "naïve 😀 \u202e",
        "état",
        "☃",
        " lead",
    ),
    *("x\u0085y", "\ufeffb", "x\u2028y", "\x7f", "back\\slash", "trail ", "~", "!tag", "&a", "*a"),
]


def state(name: str, entries: int, there_now: int = 0, begun: int = 0) -> State:
    left = entries > there_now
    return State(
        name, entries, entries, begun, there_now, HOUR if left else None, 2 * HOUR if left else None
    )


def ticket(**changes: object) -> ObjectType:
    """100 objects: Open -> Busy -> Done; 3 are opened again, and one goes from Open to Done."""
    of = ObjectType("Ticket", 300, 300, False, 0, 86_400_000_000, 300, 100, 100, 300)
    of.state_count = 3
    of.states = [
        state("Open", 103, begun=100),
        state("Busy", 102, there_now=2),
        state("Done", 101, there_now=98),
    ]
    of.moves = [
        Move(None, "Open", "Busy", 102, 0, HOUR),
        Move(None, "Busy", "Done", 100, 0, HOUR),
        Move(None, "Done", "Open", 3, 0, HOUR),
        Move(None, "Open", "Done", 1, 0, HOUR),
    ]
    of.times = {"resolved": Time(99, HOUR, 3 * HOUR), "moved": Time(100, HOUR, 50 * MINUTE)}
    for name, value in changes.items():
        setattr(of, name, value)
    return of


def found(*types: ObjectType, rare: float = 1) -> Discovery:
    workflows = [rules.workflow(of, rare) for of in types]
    for of in workflows:
        rules.add_levels(of)
    return Discovery(
        ["raw.journal"], workflows, names.entity_names([of.name for of in types]), [], 80, rare
    )


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("micros", "minutes"),
    [
        (0, 1),
        (1, 1),
        (15 * MINUTE, 15),
        (15 * MINUTE + 1, 20),
        (50 * MINUTE, 60),
        (5 * HOUR, 360),
        (13 * HOUR, 1440),
        (24 * HOUR + 1, 2880),
        (400 * 24 * HOUR, 730 * 1440),
    ],
)
def test_targets_are_rounded_up_to_a_readable_figure(micros: int, minutes: int) -> None:
    assert figures.readable_minutes(micros) == minutes


def test_a_warning_is_before_the_target() -> None:
    assert figures.warn_minutes(1) is None
    assert figures.warn_minutes(60) == 45
    assert figures.warn_minutes(1440) == 720
    warned = {target: figures.warn_minutes(target) or 0 for target in figures.READABLE[1:]}
    assert all(0 < warn < target for target, warn in warned.items())


def test_durations_and_shares() -> None:
    assert figures.duration(None) == "-"
    assert figures.duration(0) == "0 s"
    assert figures.duration(26 * HOUR) == "1 d 2 h"
    assert figures.duration(24 * HOUR + 10 * MINUTE) == "1 d 10 min"
    assert figures.exactly(25 * HOUR + 61_000_000) == "1 d 1 h 1 min 1 s"
    assert figures.share(1, 3) == "33%"
    assert figures.share(1, 100) == "1%"
    assert figures.share(1, 10_000) == "less than 0.1%"
    assert figures.share(0, 0) == "0%"


# ---------------------------------------------------------------- names and texts


@pytest.mark.parametrize("text", HOSTILE)
def test_a_scalar_is_read_as_the_text(text: str) -> None:
    line = texts.scalar(text)
    assert len(line.splitlines()) == 1
    assert loads_yaml(f"- {{a: {line}, b: [{line}]}}") == [{"a": text, "b": [text]}]
    assert loads_yaml(f"{line}: 1") == {text: 1}
    assert all(len(each.splitlines()) == 1 for each in texts.comment(texts.shown(text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_of_mermaid_holds_no_sign_of_its_own(text: str) -> None:
    label = texts.mermaid(text)
    assert not re.search(r"[\"\[\]{}<>`:%\\\n]", label)
    assert not re.search(r"(?<!#\d)(?<!#\d\d)(?<!\d{3});", label)
    read = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), label)
    assert read == text


def test_codes_are_clean_and_unique() -> None:
    assert names.transition_name("In Progress", "Won't fix") == "InProgress_to_WontFix"
    assert names.transition_name("☃", "-->") == "State_to_State"
    taken: set[str] = set()
    assert [names.unique(name, taken) for name in ("a", "A", "a")] == ["a", "A_2", "a_3"]


def test_entities_have_names_that_models_can_have() -> None:
    assert names.entity_names(["Case File", "9 lives", "case_file", "☃", "日本"]) == {
        "Case File": "Case File",
        "9 lives": "Entity9Lives",
        "case_file": "CaseFile2",
        "☃": "Entity",
        "日本": "Entity2",
    }


def test_arguments_of_an_operation_reach_dbt_as_they_are() -> None:
    for text in [*HOSTILE, "\\ud83d\\ude00", "\\😀\\\\😀😀"]:
        assert yaml.safe_load(yaml_text({text: [text]})) == {text: [text]}


# ---------------------------------------------------------------- conclusions


def test_starts_ends_and_rare_transitions() -> None:
    of = rules.workflow(ticket(), 1)
    assert (of.start, of.ends, of.is_invented) == ("Open", ["Done"], False)
    assert [t.code for t in of.transitions] == ["Open_to_Busy", "Busy_to_Done", "Done_to_Open"]
    assert [t.code for t in of.rare] == ["Open_to_Done"]
    assert [t.code for t in rules.workflow(ticket(), 0).rare] == []


def test_an_end_has_an_object_and_is_hardly_ever_left() -> None:
    assert rules.is_end(state("Done", 100, 91), "Open")
    assert not rules.is_end(state("Done", 100, 90), "Open")
    assert not rules.is_end(state("Done", 0), "Open")
    assert not rules.is_end(state("Open", 100, 100), "Open")


def test_objects_that_begin_elsewhere_come_from_the_start() -> None:
    states = [state("Open", 60, begun=60), state("Busy", 100, 100, begun=40)]
    of = rules.workflow(ticket(states=states, moves=[Move(None, "Open", "Busy", 60, 0, HOUR)]), 1)
    (move,) = [t.move for t in of.transitions]
    assert (move.from_state, move.to_state, move.count, move.begun) == ("Open", "Busy", 100, 40)
    lines = "\n".join(folder.states(found(ticket(states=states, moves=[]))))
    assert "Objects also begin in Busy (40)" in lines


def test_a_state_without_a_common_way_keeps_its_most_frequent_one() -> None:
    states = [*ticket().states, state("Cancelled", 3, 3)]
    moves = [
        *ticket().moves,
        Move(None, "Open", "Cancelled", 1, 0, HOUR),
        Move(None, "Busy", "Cancelled", 2, 0, HOUR),
    ]
    of = rules.workflow(ticket(states=states, moves=moves), 3)
    assert "Busy_to_Cancelled" in [t.code for t in of.transitions]
    assert "Open_to_Cancelled" in [t.code for t in of.rare]


def test_codes_of_payloads_name_their_transitions() -> None:
    """Where payloads have only codes, states are codes, and the first one is made up."""
    states = [state("", 100, begun=100), state("Start", 100), state("Close", 100, 100)]
    moves = [Move("Start", "", "Start", 100, 0, 0), Move("Close", "Start", "Close", 100, 0, 0)]
    of = rules.workflow(ticket(states=states, moves=moves, only_code=300), 1)
    assert (of.start, of.is_invented) == ("New", True)
    named = [(t.code, t.move.from_state, t.move.to_state) for t in of.transitions]
    assert named == [("Start", "New", "Start"), ("Close", "Start", "Close")]
    states = [*states, state("new", 1, 1)]
    assert rules.workflow(ticket(states=states, moves=moves), 1).start == "New_2"


def test_a_rare_transition_with_a_code_stays_if_the_fold_needs_it() -> None:
    moves = [
        Move("Go", "Open", "Busy", 1000, 0, HOUR),
        Move("Skip", "Open", "Done", 1, 0, HOUR),
        Move("Go", "Done", "Busy", 1, 0, HOUR),
        Move("Redo", "Done", "Open", 500, 0, HOUR),
    ]
    of = rules.workflow(ticket(moves=moves), 1)
    assert {t.id for t in of.transitions} >= {"Open_to_Busy", "Open_to_Done", "Done_to_Open"}
    assert [t.id for t in of.rare] == ["Done_to_Busy"]  # Go leads to Busy anyway
    named = [replace(m, naming_from=1) if m.code == "Go" else m for m in moves]
    assert rules.workflow(ticket(moves=named), 1).rare == []


def test_generated_codes_do_not_clash_with_those_of_payloads() -> None:
    moves = [
        Move(None, "Open", "Busy", 50, 0, HOUR),
        Move("open_to_busy", "Busy", "Done", 50, 0, HOUR),
    ]
    of = rules.workflow(ticket(moves=moves), 1)
    assert [t.code for t in of.transitions] == ["Open_to_Busy_2", "open_to_busy"]


def test_service_levels() -> None:
    (of,) = found(ticket()).workflows
    assert [(level.code, level.minutes) for level in of.levels] == [
        ("FirstResponse", 60),
        ("Resolution", 180),
    ]
    assert of.levels[0].from_state == "Open"
    assert of.state_minutes == {"Open": 120, "Busy": 120}


def test_a_reply_is_the_first_response() -> None:
    event_types = [
        facts.EventType("Ticket.Commented", 9, 9, 0),
        facts.EventType("Ticket.InternalComment", 9, 9, 0),
        facts.EventType("Ticket.Answered", 9, 9, 9),
    ]
    of = ticket(event_types=event_types)
    of.times["replied"] = Time(80, HOUR, 5 * HOUR)
    (flow,) = found(of).workflows
    assert flow.levels[0].event_types == ("Ticket.Commented",)
    assert flow.levels[0].minutes == 360


def test_waiting_states_are_guessed_by_name() -> None:
    waiting = ["Waiting", "pending vendor", "On Hold", "With customer", "Blocked"]
    assert all(map(rules.is_waiting, waiting))
    working = ["Open", "AwaitingAssignment", "Waiting for support", "CustomerReplied"]
    assert not any(map(rules.is_waiting, working))


# ---------------------------------------------------------------- files


def test_every_file_is_yaml_and_says_what_was_seen() -> None:
    fields = [Field("Team", 9, 3), Field("Title", 99, 99), Field("Kind", 9, 1)]
    of = ticket(fields=[*fields, Field("Name", 9, 8), Field("Many", 999, 51)])
    written = folder.files(found(of))
    rows = {n: loads_yaml(text) for n, text in written.items() if n.endswith(".yml")}
    assert rows["WorkflowState.yml"] == [
        {"WS_ID": "Ticket.Open", "WF_ID": "Ticket", "WS_Code": "Open", "WS_IsStart": True},
        {"WS_ID": "Ticket.Busy", "WF_ID": "Ticket", "WS_Code": "Busy"},
        {"WS_ID": "Ticket.Done", "WF_ID": "Ticket", "WS_Code": "Done", "WS_IsTerminal": True},
    ]
    assert [row["WT_Code"] for row in rows["WorkflowTransition.yml"]] == [
        *("Open_to_Busy", "Busy_to_Done", "Done_to_Open")
    ]
    assert "# - {WT_ID: Ticket.Open_to_Done," in written["WorkflowTransition.yml"]
    assert (
        "# 103 entries by 103 objects; 100% of the objects begin here; 0 there now;"
        in (written["WorkflowState.yml"])
    )
    for name, text in written.items():
        comments = [line for line in text.splitlines() if line.startswith("# ") and "{" not in line]
        assert all(len(line) <= 120 for line in comments), name
    config = loads_yaml(folder.config(found(of), "metadb/", "models/ozmeta", "{ref: j}"))
    assert config["bindings"] == {"Ticket": {"report_fields": ["Team"]}}
    assert "Too many values to report by: Title (99), Name (8), Many (51)." in (
        folder.config(found(of), "metadb/", "models/ozmeta", "{ref: j}")
    )


def test_hostile_names_stay_in_their_place() -> None:
    states = [state(name, 100, 0, 100 if name == HOSTILE[0] else 0) for name in HOSTILE]
    chain = itertools.pairwise(HOSTILE)
    moves = [Move(None, one, other, 100, 0, HOUR) for one, other in chain]
    seen = found(*(ticket(name=n, states=states, moves=moves) for n in ("Ticket", *HOSTILE[:3])))
    written = folder.files(seen)
    codes = {row["WS_Code"] for row in loads_yaml(written["WorkflowState.yml"])}
    assert codes == {*HOSTILE}
    ids = [row["WT_ID"] for row in loads_yaml(written["WorkflowTransition.yml"])]
    assert len({*ids}) == len(ids) == 4 * len(moves)
    drawn = written[diagram.NAME]
    assert drawn.count("```") == 2 * 4  # no name ends a block
    assert drawn.count("[*]") == 4
    config = loads_yaml(folder.config(seen, "metadb/", "models/ozmeta", "{ref: j}"))
    assert config["bindings"] == {"Entity": {"object_types": ["-->"]}}


def test_the_same_figures_give_the_same_bytes() -> None:
    one, other = ticket(), ticket()
    other.states.reverse()
    other.moves.reverse()
    assert folder.files(found(one)) == folder.files(found(other))


def test_what_ozmeta_yml_has_is_not_proposed_again() -> None:
    from ozmeta_dbt.config import checked

    seen = found(ticket(fields=[Field("Team", 9, 3), Field("Kind", 9, 2)]))
    document = {
        "version": 1,
        "metadb": {"folder": "metadb/"},
        "journal": {"ref": "j"},
        "bindings": {"Ticket": {"report_fields": ["Team", "Kind"]}},
    }
    assert folder.choices(seen, checked(document, "ozmeta.yml")) == []
    document["bindings"] = {"Ticket": {"report_fields": ["Team"]}}
    lines = folder.choices(seen, checked(document, "ozmeta.yml"))
    assert lines[-1] == "    report_fields: [Team, Kind]"


# ---------------------------------------------------------------- output


def test_files_that_are_there_are_compared_and_not_written(tmp_path: Path) -> None:
    settled = output.compare(tmp_path, {"a.yml": "1\n"})
    assert (settled.new, settled.is_same) == (["a.yml"], False)
    (tmp_path / "a.yml").write_text("2")
    settled = output.compare(tmp_path, {"a.yml": "1\n", "b.yml": "3\n"})
    assert (settled.new, settled.different) == (["b.yml"], ["a.yml"])
    assert "--- a/a.yml\n+++ b/a.yml\n@@ -1 +1 @@\n-2\n+1\n" in settled.diff
    assert "--- /dev/null\n+++ b/b.yml" in settled.diff


def test_a_table_in_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Workflow.csv").write_text("WF_ID,WF_Code\n")
    with pytest.raises(FileProblem, match=r"Workflow\.csv.*--output"):
        output.compare(tmp_path, {"Workflow.yml": ""})


def test_all_files_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if target.name == "c.yml":
            raise OSError(28, "No space left on device")
        return really(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(FileProblem, match="No space left"):
        output.write(tmp_path, {"a.yml": "1\n", "b/c.yml": "2\n"})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").mkdir()
    with pytest.raises(FileProblem, match="is a folder"):
        output.compare(tmp_path, {"a.yml": ""})


# ---------------------------------------------------------------- journals


def test_a_relation_is_named_by_its_parts() -> None:
    assert relation_named("raw.events")["schema"] == "raw"
    named = relation_named('w."my.schema"."a""b"')
    assert (named["database"], named["schema"], named["identifier"]) == ("w", "my.schema", 'a"b')
    for text in ("events", "a.b.c.d", "a..b", "", "a."):
        with pytest.raises(NothingFound, match=r"expected schema\.table"):
            relation_named(text)


def test_without_a_relation_ozmeta_yml_names_the_journals(tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match=r"there is no ozmeta\.yml.*--relation"):
        journals_to_read(tmp_path, None)
    (tmp_path / "ozmeta.yml").write_text(
        "version: 1\nmetadb: {folder: metadb/}\n"
        "journal: {sources: [{ref: jira_changes}, {name: ops, schema: raw, table: events}]}\n"
    )
    journals = journals_to_read(tmp_path, None)
    assert [each["name"] for each in journals.given] == ["jira_changes", "ops.events"]
    assert journals.models == ["jira_changes"]
    seen = [
        {"exists": False, "shown": "main.jira_changes"},
        {"exists": True, "shown": "raw.events", "missing": [], "has": []},
    ]
    with pytest.raises(NothingFound, match="dbt run --select jira_changes"):
        check_readable(journals, seen)


def test_a_table_that_is_no_journal_is_refused() -> None:
    journals = Journals([relation_named("raw.issues")])
    seen = {"exists": True, "shown": "raw.issues", "missing": ["EJ_ID"], "has": ["id", "status"]}
    with pytest.raises(NothingFound, match=r"no column EJ_ID.*id, status.*histories"):
        check_readable(journals, [seen])
    with pytest.raises(NothingFound, match=r"no relation raw\.issues"):
        check_readable(journals, [seen | {"exists": False}])


def test_a_new_ozmeta_yml_names_the_model_or_the_source() -> None:
    journals = Journals([relation_named("raw.events")])
    assert config_of(journals, [{}], "mine") == (
        "{source: {name: raw, schema: raw, table: events}}"
    )
    node = {"name": "stg_events", "package": "mine"}
    assert config_of(journals, [{"node": node}], "mine") == "{ref: stg_events}"
    assert config_of(journals, [{"node": node}], "other") == ("{ref: stg_events, package: mine}")
    assert config_of(Journals([relation_named('raw."a b"')]), [{}], "mine") is None


def test_keys_are_learnt_from_samples() -> None:
    samples = ['{"a": 1, "b": {"c": 2}, "d": null}', '{"a": "x", "e": [1], "f": true}', "[1]", "{"]
    rows = [{"object_type": "T", "fields": text} for text in samples]
    assert facts.sampled_keys(rows) == {"T": ["a", "f"]}
