"""What is written, what is left alone, and that it is all or nothing."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from metadb_samples import Project, minimal
from ozmeta_dbt import cli
from ozmeta_dbt.bindings.lookups import default_severities
from ozmeta_dbt.models import writer

SIGNAL_TYPES = Path(__file__).parents[1] / "src/ozmeta_dbt/bindings/signal_types.csv"
TIMELINE = "case/case_timeline.sql"


def rename_state(project: Project) -> None:
    tables = minimal()
    tables["WorkflowState"][1]["WS_Code"] = "Done"
    project.metadb(tables)


def unbind(project: Project) -> None:
    tables = minimal()
    tables["RuntimeSlaBinding"] = []
    project.metadb(tables)


@pytest.mark.parametrize(
    "change",
    [
        rename_state,
        unbind,
        lambda project: (project.output / TIMELINE).unlink(),
        lambda project: (project.output / "manifest.json").unlink(),
    ],
    ids=["changed", "stale", "deleted", "no manifest"],
)
def test_check(project: Project, change: Callable[[Project], Any]) -> None:
    assert project.run("generate", "--check")[0] == 5 and not project.output.exists()
    project.generate()
    assert project.run("generate", "--check")[0] == 0
    change(project)
    before = project.files()
    status, printed = project.run("generate", "--check")
    assert status == 5 and "would " in printed
    assert project.files() == before
    project.generate()
    assert project.run("generate", "--check")[0] == 0


def test_diff(project: Project) -> None:
    project.generate()
    rename_state(project)
    before = project.files()
    status, printed = project.run("generate", "--check", "--diff")
    assert status == 5 and project.files() == before
    assert f"--- a/{TIMELINE}\n+++ b/{TIMELINE}\n" in printed
    assert (
        "-  'states': ['Closed', 'New'],\n" in printed
        and "+  'states': ['Done', 'New'],\n" in printed
    )
    for arguments in (("--diff",), ("--diff", "--force")):
        status, shown = project.run("generate", *arguments)
        assert status == 0 and project.files() == before  # it only shows
        assert f"--- a/{TIMELINE}\n+++ b/{TIMELINE}\n" in shown
    project.generate()
    status, printed = project.run("generate", "--diff")
    assert (status, "@@" in printed, "all models are up to date" in printed) == (0, False, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--diff",),
        ("--check",),
        ("--check", "--diff"),
        ("--diff", "--force"),
        ("--check", "--force"),
    ],
)
def test_a_hand_edit_is_named_before_it_is_refused(
    project: Project, arguments: tuple[str, ...]
) -> None:
    project.generate()
    with (project.output / TIMELINE).open("a") as file:
        file.write("-- mine\n")
    before = project.files()
    status, printed = project.run("generate", *arguments)
    assert (status, project.files()) == (5 if "--check" in arguments else 0, before)
    refused = ": generate refuses to, without --force" if "--force" not in arguments else "\n"
    assert f"would write models/ozmeta/{TIMELINE}, which was edited by hand{refused}" in printed


def test_diff_of_new_and_stale_files(project: Project) -> None:
    assert f"--- /dev/null\n+++ b/{TIMELINE}" in project.run("generate", "--check", "--diff")[1]
    project.generate()
    unbind(project)
    assert (
        "--- a/case/case_sla_timer.sql\n+++ /dev/null\n"
        in project.run("generate", "--check", "--diff")[1]
    )


def test_diff_of_a_file_without_a_last_newline(project: Project) -> None:
    project.generate()
    (project.output / TIMELINE).write_text("select 1")
    assert "-select 1\n+" in project.run("generate", "--check", "--diff")[1]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda _: None, "_journal.yml"),
        (rename_state, TIMELINE),
        (unbind, "case/case_sla_timer.sql"),
    ],
    ids=["unchanged", "changed", "stale"],
)
def test_hand_edits_are_refused(
    project: Project, change: Callable[[Project], Any], name: str
) -> None:
    project.generate()
    with (project.output / name).open("a") as file:
        file.write("-- mine\n")
    change(project)
    before = project.files()
    status, printed = project.run("generate")
    assert status == 3 and f"models/ozmeta/{name}" in printed
    assert project.files() == before
    assert project.run("generate", "--force")[0] == 0
    assert b"-- mine" not in b"".join(project.files().values())


def test_a_file_in_the_way_is_refused(project: Project) -> None:
    project.put(f"models/ozmeta/{TIMELINE}", "select 1")
    assert project.run("generate")[0] == 3 and list(project.files()) == [TIMELINE]


def test_an_edit_that_is_what_would_be_written(project: Project) -> None:
    project.generate()
    old = project.files()
    rename_state(project)
    project.generate()
    (project.output / TIMELINE).write_bytes(old[TIMELINE])
    project.metadb(minimal())
    project.generate()
    assert project.files() == old


def test_stale_files_go_and_foreign_ones_stay(project: Project) -> None:
    project.generate()
    for foreign in ("mine.sql", "case/mine.sql", "empty/.gitkeep"):
        project.put(f"models/ozmeta/{foreign}", "select 1")
    tables = minimal()
    tables["RuntimeBinding"][0] |= {"RB_ObjectType": "UiEntity", "RB_ObjectID": 1}
    project.metadb(tables)
    project.generate()
    assert {name for name in project.files() if not name.startswith(("invoice/", "rollups/"))} == {
        "README.md",
        "_journal.yml",
        "manifest.json",
        "mine.sql",
        "case/mine.sql",
        "empty/.gitkeep",
    }
    (project.output / "case/mine.sql").unlink()
    tables["RuntimeBinding"][0]["RB_RuntimeMode"] = "None"
    project.metadb(tables)
    assert sorted(project.generate()) == ["empty/.gitkeep", "mine.sql"]
    assert sorted(project.files())[:2] == ["README.md", "empty/.gitkeep"]
    assert not (project.output / "invoice").exists()


def test_deleted_files_are_written_again(project: Project) -> None:
    before = project.generate()
    (project.output / TIMELINE).unlink()
    assert project.generate() == before


def failing(function: Callable, after: int) -> Callable:
    calls = iter(range(10_000))

    def fails(*args: Any, **kwargs: Any) -> Any:
        if next(calls) >= after:
            raise OSError(28, "No space left on device", "somewhere")
        return function(*args, **kwargs)

    return fails


@pytest.mark.parametrize(
    ("module", "name", "after"),
    [
        *(
            (module, name, after)
            for module, name in ((tempfile, "mkstemp"), (os, "chmod"), (os, "replace"))
            for after in (0, 1, 3)
        ),
        (Path, "unlink", 0),
    ],
)
def test_a_write_that_fails_changes_nothing(
    project: Project, module: Any, name: str, after: int
) -> None:
    project.generate()
    before = project.files()
    whole = getattr(module, name)
    tables = minimal()  # writes, creates and removes
    tables["WorkflowState"][1]["WS_Code"] = "Done"
    tables["RuntimeSlaBinding"] = []
    tables["RuntimeBinding"].append(
        {"RB_ID": 2, "RB_ObjectType": "Table", "RB_ObjectID": 2, "WF_ID": 2}
    )
    project.metadb(tables)
    with pytest.MonkeyPatch.context() as patch:
        broken = failing(whole, after)  # of the files to remove, only the first
        patch.setattr(
            module,
            name,
            (
                broken
                if name != "unlink"
                else lambda path, **more: (broken if path.name == "case_sla_cycle.sql" else whole)(
                    path, **more
                )
            ),
        )
        status, printed = project.run("generate")
    assert status == 3 and "No space left" in printed, printed
    assert project.files() == before
    project.generate()
    assert project.run("generate", "--check")[0] == 0


def test_a_generation_killed_half_way_is_finished_by_the_next(project: Project) -> None:
    project.generate()
    rename_state(project)
    plan = cli.load(project.path).to_write()
    with pytest.MonkeyPatch.context() as patch:
        replace, calls = os.replace, iter(range(100))
        patch.setattr(
            os,
            "replace",
            lambda *args: (
                replace(*args) if next(calls) < 2 else (_ for _ in ()).throw(KeyboardInterrupt)
            ),
        )
        with pytest.raises(KeyboardInterrupt):
            writer.apply(plan)
    project.generate()
    assert project.run("generate", "--check")[0] == 0


@pytest.mark.parametrize(
    "name", ["../outside.sql", "case/../../outside.sql", "/etc/passwd", "link/outside.sql", "a\0b"]
)
def test_a_manifest_that_names_what_is_outside_is_refused(project: Project, name: str) -> None:
    project.generate()
    project.put("models/outside.sql", "select 1")
    (project.output / "link").symlink_to("..")
    manifest = json.loads(project.files()["manifest.json"])
    manifest["files"].append({"path": name, "bytes": 0, "sha256": "0"})
    project.put("models/ozmeta/manifest.json", json.dumps(manifest))
    for arguments in ((), ("--force",)):
        status, printed = project.run("generate", *arguments)
        assert status == 3 and "manifest.json" in printed, printed
    assert (project.path / "models/outside.sql").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"files": []}', '{"schema": "x", "files": []}', "[" * 100_000]
)
def test_a_broken_manifest_is_refused(project: Project, text: str) -> None:
    project.generate()
    project.put("models/ozmeta/manifest.json", text)
    status, printed = project.run("generate")
    assert status == 3 and "is not the manifest that ozmeta-dbt wrote" in printed


def test_a_binding_called_rollups(project: Project) -> None:
    tables = minimal()
    tables["Table"][0]["TB_TableName"] = "Rollups"
    project.metadb(tables)
    text = b"".join(project.generate().values())
    assert b"name: rollups_timeline" in text and b"name: timeline" in text


def test_severities_are_those_of_the_package() -> None:
    seed = Path(__file__).parents[2] / "seeds/ozmeta_signal_type.csv"
    if not seed.exists():
        pytest.skip("not in a checkout of the package")
    assert SIGNAL_TYPES.read_bytes() == seed.read_bytes()
    assert default_severities()["SLA.Breached"] == "Critical"


def gone(project: Project, **changes: Any) -> str:
    """What `generate` says after a change, first as --check does."""
    tables = minimal()
    tables["RuntimeBinding"].append(
        {"RB_ID": 2, "RB_ObjectType": "Table", "RB_ObjectID": 2, "WF_ID": 2}
    )
    project.metadb(tables)
    project.generate()
    for table, change in changes.items():
        change(tables[table])
    project.metadb(tables)
    checked = project.run("generate", "--check")[1]
    status, printed = project.run("generate")
    notes = [
        line
        for line in printed.splitlines()
        if line.startswith("note") and "no longer generated" in line
    ]
    assert status == 0 and all(note in checked for note in notes)
    return "\n".join(notes)


@pytest.mark.parametrize(
    "change",
    [
        {"RuntimeBinding": lambda rows: rows[0].update(RB_IsEnabled=False)},
        {"RuntimeBinding": lambda rows: rows[0].update(RB_RuntimeMode="None")},
        {
            "RuntimeBinding": lambda rows: rows.pop(0),
            "RuntimeSlaBinding": lambda rows: rows.clear(),
        },
        {"Workflow": lambda rows: rows[0].update(WF_IsEnabled=False)},
    ],
    ids=["disabled", "mode None", "vanished", "workflow disabled"],
)
def test_what_a_binding_leaves_behind_is_said(project: Project, change: dict[str, Any]) -> None:
    said = gone(project, **change)
    assert (
        "case: 13 models no longer generated: case_approval_event, case_approval_instance,"
        " case_approval_step, case_cycle_fact, case_escalation_queue, " in said
    )
    assert (
        "Their tables stay in the warehouse as the last run left them, and are no longer in the"
        " roll-ups" in said
    )
    assert (
        "Escalations that are open in case_escalation_queue stay open and get no answer any more"
        in said
        and "set EQ_Status to Closed" in said
    )
    assert (
        "roll-ups no longer generated: approval_event, approval_instance, approval_step,"
        " cycle_fact, escalation_queue, runtime_signal, sla_cycle, sla_timer." in said
    )
    assert b"case_" not in b"".join(
        text for name, text in project.files().items() if name.startswith("rollups/")
    )


@pytest.mark.parametrize(
    ("change", "models"),
    [
        (
            {"SlaPolicy": lambda rows: rows[0].update(SL_IsEnabled=False)},
            (
                "5 models no longer generated: case_cycle_fact, case_escalation_queue,"
                " case_sla_cycle, case_sla_elapsed, case_sla_timer"
            ),
        ),
        (
            {"RuntimeSlaBinding": lambda rows: rows.clear()},
            (
                "5 models no longer generated: case_cycle_fact, case_escalation_queue,"
                " case_sla_cycle, case_sla_elapsed, case_sla_timer"
            ),
        ),
        (
            {"ApprovalFlow": lambda rows: rows[0].update(AF_IsEnabled=False)},
            (
                "3 models no longer generated: case_approval_event, case_approval_instance,"
                " case_approval_step"
            ),
        ),
        (
            {
                "RuntimeTemplateBinding": lambda rows: rows.append(
                    {"RB_ID": 1, "RTB_Purpose": "SlaTracking"}
                )
            },
            (
                "5 models no longer generated: case_approval_event, case_approval_instance,"
                " case_approval_step, case_escalation_queue, case_workflow_instance"
            ),
        ),
    ],
    ids=["SLA disabled", "SLA unbound", "flow disabled", "purpose not chosen"],
)
def test_what_a_definition_leaves_behind_is_said(
    project: Project, change: dict[str, Any], models: str
) -> None:
    said = gone(project, **change)
    assert f"case: {models}. Their tables stay" in said
    assert ("Escalations that are open" in said) == ("case_escalation_queue" in models)


def test_one_purpose_says_what_it_leaves_out(project: Project) -> None:
    tables = minimal()
    tables["RuntimeTemplateBinding"] = [{"RB_ID": 1, "RTB_Purpose": "SlaTracking"}]
    project.metadb(tables)
    printed = project.run("generate")[1]
    assert (
        "do not name WorkflowInstance and ApprovalTracking and EscalationQueue, so these models are"
        " not generated: case_approval_event, case_approval_instance, case_approval_step,"
        " case_escalation_queue, case_workflow_instance." in printed
    )
    tables["RuntimeTemplateBinding"] += [
        {"RB_ID": 1, "RTB_Purpose": purpose}
        for purpose in ("WorkflowInstance", "ApprovalTracking", "EscalationQueue")
    ]
    project.metadb(tables)
    assert "do not name" not in project.run("generate")[1]


def test_numbers_have_their_nouns(project: Project) -> None:
    assert "1 binding: " in project.run("generate")[1]
    tables = minimal()
    tables["RuntimeBinding"].append(
        {"RB_ID": 2, "RB_ObjectType": "Table", "RB_ObjectID": 2, "WF_ID": 2}
    )
    project.metadb(tables)
    assert "2 bindings: " in project.run("generate")[1]
    assert "Case: 2 states, 1 transition, 1 SLA;" in project.run("validate")[1]
    tables["Table"][0]["TB_TableName"] = "12"
    project.metadb(tables)
    assert "1 error; nothing was written" in project.run("validate")[1]


def test_a_link_leads_no_file_out_of_the_output_folder(project: Project) -> None:
    outside = project.path / "outside"
    outside.mkdir()
    project.output.mkdir(parents=True)
    (project.output / "case").symlink_to(outside)
    status, printed = project.run("generate", "--force")
    assert status == 3 and f"case is a link to a folder outside {project.output}" in printed
    assert not list(outside.iterdir()) and not (project.output / "manifest.json").exists()


def test_the_output_folder_itself_may_be_a_link(project: Project) -> None:
    elsewhere = project.path / "elsewhere"
    elsewhere.mkdir()
    project.output.parent.mkdir(parents=True)
    project.output.symlink_to(elsewhere)
    assert project.generate() and (elsewhere / "case/case_run.sql").exists()
