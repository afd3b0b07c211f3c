"""Signals and emitted events, as the generator reads and writes them (SPEC 6c)."""

from __future__ import annotations

import pytest
from metadb_samples import Project, minimal


def acting(project: Project, *actions: dict) -> None:
    tables = minimal()
    tables["WorkflowTransition"][0]["WT_ActionLogical"] = {
        "version": 1,
        "kind": "Action",
        "actions": list(actions),
    }
    project.metadb(tables)


def test_an_emitted_signal_has_its_types_severity_or_its_own(project: Project) -> None:
    acting(
        project,
        {"type": "EmitSignal", "signalType": "SLA.Breached"},
        {
            "type": "EmitSignal",
            "signalType": "My.Own",
            "payload": {"severity": "Warning"},
            "notes": "why",
        },
        {"type": "EmitSignal", "signalType": "Plain"},
    )
    text = project.generate()["case/case_runtime_signal.sql"].decode()
    assert "'signal': 'SLA.Breached',\n      'severity': 'Critical'" in text
    assert "'signal': 'My.Own',\n      'severity': 'Warning',\n      'notes': 'why'" in text
    assert "'signal': 'Plain',\n      'severity': 'Info'" in text


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"type": "EmitSignal"}, "/actions/0: EmitSignal has no signalType"),
        ({"type": "EmitEvent"}, "/actions/0: EmitEvent has no eventType"),
        (
            {"type": "EmitSignal", "signalType": "X", "payload": {"severity": "Loud"}},
            "/actions/0/payload/severity: 'Loud' is not a severity",
        ),
    ],
)
def test_a_faulty_one_is_refused(project: Project, action: dict, said: str) -> None:
    acting(project, action)
    status, printed = project.run("generate")
    assert status == 2 and said in " ".join(printed.split())


@pytest.mark.parametrize("kind", ["SetField", "Notify", "UpsertRuntime"])
def test_what_is_the_applications_is_said(project: Project, kind: str) -> None:
    acting(project, {"type": kind, "target": "x"})
    assert f"{kind} is for the application to do" in " ".join(project.run("validate")[1].split())


def test_the_mirror_is_there_where_it_is_wanted(project: Project) -> None:
    acting(project, {"type": "EmitEvent", "eventType": "Case.Sent", "payload": {"b": 1, "a": "ü'"}})
    assert "case/case_journal.sql" not in project.generate()
    config = (
        (project.path / "ozmeta.yml").read_text().replace("journal: {", "journal: {mirror: true, ")
    )
    project.put("ozmeta.yml", config)
    text = project.generate()["case/case_journal.sql"].decode()
    assert "'event': 'Case.Sent'" in text and "signals=ref('case_runtime_signal')" in text
