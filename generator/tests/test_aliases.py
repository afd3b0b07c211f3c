"""Aliases in ozmeta.yml are checked against the metadata, and proposed where the last manifest
shows that a code was renamed."""

from __future__ import annotations

import json

import pytest
from metadb_samples import CONFIG, Project, minimal, rule


def configure(project: Project, aliases: str, top: str = "") -> None:
    project.put("ozmeta.yml", f"{CONFIG}{top}\nbindings: {{Case: {{{aliases}}}}}\n")


def with_field(project: Project, name: str = "Priority") -> None:
    tables = minimal()
    tables["RuntimeSlaBinding"][0]["RSB_StartRule"] = rule(
        "TimerStart", {"op": "eq", "args": [{"ref": f"object.{name}"}, {"lit": "x"}]}
    )
    project.metadb(tables)


FAULTS = [
    (
        "state_aliases: {Old: Cloesd}",
        "/bindings/Case/state_aliases/Old",
        "'Cloesd' is not a state of the workflow CaseFlow",
        "did you mean 'Closed'?",
    ),
    (
        "state_aliases: {Old: Draft}",
        "/bindings/Case/state_aliases/Old",
        "'Draft' is not a state of the workflow CaseFlow",
        "known: 'Closed', 'New'",
    ),
    (
        "state_aliases: {New: Closed}",
        "/bindings/Case/state_aliases/New",
        "'New' is still a state of the workflow CaseFlow",
        "nothing has any more",
    ),
    (
        "state_aliases: {New: New}",
        "/bindings/Case/state_aliases/New",
        "'New' is an alias of itself",
        "",
    ),
    (
        "state_aliases: {A: B, B: Closed}",
        "/bindings/Case/state_aliases/A",
        "'B' is itself an alias",
        "lead straight to 'Closed'",
    ),
    (
        "state_aliases: {A: B, B: A}",
        "/bindings/Case/state_aliases/A",
        "the aliases lead in a circle",
        "",
    ),
    (
        "transition_aliases: {Shut: Clsoe}",
        "/bindings/Case/transition_aliases/Shut",
        "'Clsoe' is not a transition code of",
        "did you mean 'Close'?",
    ),
    (
        "transition_aliases: {Close: Close2}",
        "/bindings/Case/transition_aliases/Close",
        "'Close' is still a transition code",
        "",
    ),
    (
        "event_type_aliases: {Old: case.closed}",
        "/bindings/Case/event_type_aliases/Old",
        "'case.closed' is not an event type",
        "did you mean 'Case.Closed'?",
    ),
    (
        "event_type_aliases: {Case.Closed: Approval.Requested}",
        "/bindings/Case/event_type_aliases/Case.Closed",
        "'Case.Closed' is still an event type",
        "",
    ),
    (
        "object_type_aliases: {Claim: Csae}",
        "/bindings/Case/object_type_aliases/Claim",
        "'Csae' is not an object type of Case",
        "did you mean 'Case'?",
    ),
    (
        "object_type_aliases: {Note: Case}",
        "/bindings/Case/object_type_aliases/Note",
        "'Note' is still an object type",
        "",
    ),
    (
        "field_aliases: {Prio: priority}",
        "/bindings/Case/field_aliases/Prio",
        "'priority' is not a field that a rule reads of Case",
        "did you mean 'Priority'?",
    ),
    (
        "field_aliases: {Priority: Prio}",
        "/bindings/Case/field_aliases/Priority",
        "'Priority' is still a field that a rule reads",
        "",
    ),
]


@pytest.mark.parametrize(
    ("aliases", "pointer", "message", "hint"), FAULTS, ids=[fault[0] for fault in FAULTS]
)
def test_an_alias_that_cannot_be(
    project: Project, aliases: str, pointer: str, message: str, hint: str
) -> None:
    with_field(project)
    configure(project, aliases)
    error = project.errors()[0]
    assert str(error.origin) == f"ozmeta.yml {pointer}"
    assert message in error.message and hint in error.hint


def test_aliases_for_all_bindings(project: Project) -> None:
    """They apply where the name of today is; one that fits no binding is refused."""
    configure(project, "", "state_aliases: {Shut: Closed}\nevent_type_aliases: {Old: Case.Closed}")
    assert project.bindings()[0].aliases.states == {"Shut": "Closed"}
    configure(project, "state_aliases: {Shut: New}", "state_aliases: {Shut: Closed}")
    assert project.bindings()[0].aliases.states == {"Shut": "New"}
    configure(project, "", "state_aliases: {Shut: Clsoed}")
    error = project.errors()[0]
    assert (str(error.origin), error.hint) == (
        "ozmeta.yml /state_aliases/Shut",
        "did you mean 'Closed'?",
    )


def renamed(project: Project, table: str, row: int, column: str, name: str) -> None:
    tables = minimal()
    tables[table][row][column] = name
    project.metadb(tables)


RENAMED = [
    ("WorkflowState", 1, "WS_Code", "Done", "bindings: {Case: {state_aliases: {Closed: Done}}}"),
    (
        "WorkflowTransition",
        0,
        "WT_Code",
        "Finish",
        "bindings: {Case: {transition_aliases: {Close: Finish}}}",
    ),
    (
        "EventType",
        0,
        "EVTT_Code",
        "Case.Done",
        "bindings: {Case: {event_type_aliases: {Case.Closed: Case.Done}}}",
    ),
    (
        "Table",
        0,
        "TB_TableName",
        "Claim",
        "bindings: {Claim: {object_type_aliases: {Case: Claim}}}",
    ),
    ("Table", 0, "CD_Code", "CS", "bindings: {Case: {object_type_aliases: {CA: Case}}}"),
    (
        "WorkflowState",
        1,
        "WS_Code",
        "a: {b}",
        "bindings: {Case: {state_aliases: {Closed: 'a: {b}'}}}",
    ),
]


@pytest.mark.parametrize(
    ("table", "row", "column", "name", "lines"), RENAMED, ids=[f"{r[2]} {r[3]}" for r in RENAMED]
)
def test_a_renamed_code_is_noticed(
    project: Project, table: str, row: int, column: str, name: str, lines: str
) -> None:
    """By validate, by generate and by --check; what is proposed can be pasted, and then nothing
    more is said."""
    project.generate()
    renamed(project, table, row, column, name)
    for command in (["validate"], ["generate", "--check"], ["generate", "--check", "--diff"]):
        assert lines in project.run(*command)[1]
    project.put("ozmeta.yml", f"{CONFIG}\n{lines}\n")
    for command in (["validate"], ["generate", "--check"]):
        _, printed = project.run(*command)
        assert "was renamed" not in printed and "error" not in printed
    project.put("ozmeta.yml", CONFIG)
    assert lines in project.run("generate")[1]
    assert "was renamed" not in project.run("generate")[1]


def test_what_is_no_rename_is_not_proposed(project: Project) -> None:
    """Codes that were swapped, ids that went away or to another workflow, and an old code that
    something else has."""
    project.generate()
    for change in (
        lambda t: (
            t["WorkflowState"][0].update(WS_Code="Closed"),
            t["WorkflowState"][1].update(WS_Code="New"),
        ),
        lambda t: (
            t["WorkflowState"][1].update(WS_ID=9, WS_Code="Done"),
            t["WorkflowTransition"][0].update(WT_ToWS_ID=9),
        ),
        lambda t: (
            t["WorkflowState"].append({"WS_ID": 8, "WF_ID": 1, "WS_Code": "Closed"}),
            t["WorkflowState"][1].update(WS_Code="Done"),
        ),
        lambda t: (
            t["Workflow"].append({"WF_ID": 7, "WF_Code": "Other"}),
            [
                t[n][i].update(WF_ID=7)
                for n, i in (
                    ("RuntimeBinding", 0),
                    ("WorkflowState", 0),
                    ("WorkflowState", 1),
                    ("WorkflowTransition", 0),
                )
            ],
            t["WorkflowState"][1].update(WS_Code="Done"),
        ),
    ):
        tables = minimal()
        change(tables)
        project.metadb(tables)
        assert "was renamed" not in project.run("validate")[1]


def test_an_alias_follows_a_second_rename(project: Project) -> None:
    configure(project, "state_aliases: {Shut: Closed}")
    project.generate()
    renamed(project, "WorkflowState", 1, "WS_Code", "Done")
    printed = project.run("validate")[1]
    assert "'Closed' is not a state of the workflow CaseFlow" in printed
    assert "bindings: {Case: {state_aliases: {Closed: Done, Shut: Done}}}" in printed


@pytest.mark.parametrize(
    "names",
    [
        None,
        [],
        {"case": 1},
        {"case": {"object": []}},
        {"case": {"object": {"type": "Table", "id": "1"}, "states": {"1": 5}}},
    ],
    ids=str,
)
def test_a_manifest_without_names_or_with_odd_ones(project: Project, names: object) -> None:
    project.generate()
    path = project.output / "manifest.json"
    document = json.loads(path.read_text())
    document["ozmeta_dbt"]["names"] = names
    if names is None:
        del document["ozmeta_dbt"]
    path.write_text(json.dumps(document))
    status, printed = project.run("generate")
    assert status == 0 and "renamed" not in printed
    assert json.loads(path.read_text())["ozmeta_dbt"]["names"]["case"]["states"] == {
        "1": "New",
        "2": "Closed",
    }


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("[EJ_ID]", "EJ_ID is what differs"),
        ("[EJ_Payload]", "EJ_Payload: two deliveries"),
        ("[_SyncDate]", "_SyncDate: two deliveries"),
        ("[EJ_ObjectID]", "always differ by their object"),
        ("[EJ_SourceSystm]", "did you mean EJ_SourceSystem?"),
        ("[EJ_SourceKey, EJ_SourceKey]", "named twice"),
        ("[ej_sourcekey]", "did you mean EJ_SourceKey?"),
    ],
)
def test_columns_that_tell_no_messages_apart(project: Project, columns: str, message: str) -> None:
    project.put(
        "ozmeta.yml", CONFIG.replace("journal: {", f"journal: {{deduplicate_on: {columns}, ")
    )
    error = project.errors()[0]
    assert str(error.origin) == "ozmeta.yml /journal/deduplicate_on" and message in error.message


def test_a_message_column_that_the_journal_lacks(project: Project) -> None:
    project.put(
        "ozmeta.yml",
        CONFIG.replace(
            "journal: {",
            "journal: {deduplicate_on: [EJ_SourceKey], columns: {EJ_SourceKey: null}, ",
        ),
    )
    assert "so no row would have a message key" in project.errors()[0].message
