"""A minimal valid MetaDB, in column names, which tests mutate; the one of golden/; and a dbt
project on disk to run ozmeta-dbt in.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

import pytest
from ozmeta_dbt import cli
from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.problems import InvalidMetadata, Problem, Problems
from ozmeta_dbt.project import read_project

GOLDEN = Path(__file__).parent / "golden"
CONFIG = """\
version: 1
metadb: {snapshot: snapshot.json}
journal: {source: {name: ops, schema: raw, table: event_journal}}
"""
# Where a snapshot keeps a table, below `objects`; written out here, not taken from the generator.
PLACES = {
    "Table": "model/tables",
    "UiEntity": "model/uiEntities",
    "Workflow": "workflows/workflows",
    "WorkflowState": "workflows/states",
    "WorkflowTransition": "workflows/transitions",
    "WorkflowTransitionRole": "workflows/transitionRoles",
    "SlaPolicy": "workflows/slas",
    "EventType": "workflows/events",
    "TransitionEvent": "runtime/transitionEvents",
    "Role": "security/roles",
    "RuntimeBinding": "runtime/bindings",
    "ApprovalFlow": "workflows/approvalFlows",
    "ApprovalStep": "runtime/approvalSteps",
    "ApprovalStepRole": "runtime/approvalStepRoles",
    "EventTemplate": "templates/",
    "RuntimeTemplateBinding": "runtime/templateBindings",
    "RuntimeSlaBinding": "runtime/slaBindings",
    "RuntimeSignalType": "runtime/signalTypes",
    "Language": "texts/languages",
    "ProjectLanguage": "localization/projectLanguages",
    "TextKey": "texts/textKeys",
    "TextTranslation": "texts/translations",
    "RetentionPolicy": "documents/retentionPolicies",
    "Field": "model/fields",
    "DataProtectionPolicy": "security/dataProtectionPolicies",
    "FieldProtection": "security/fieldProtection",
}
Tables = dict[str, list[dict]]


def minimal() -> Tables:
    return copy.deepcopy(
        {
            "Table": [
                {"TB_ID": 1, "TB_TableName": "Case", "CD_Code": "CA"},
                {"TB_ID": 2, "TB_TableName": "Note"},
            ],
            "UiEntity": [{"UE_ID": 1, "UE_Code": "Invoice"}],
            "Workflow": [{"WF_ID": 1, "WF_Code": "CaseFlow"}, {"WF_ID": 2, "WF_Code": "NoteFlow"}],
            "WorkflowState": [
                {"WS_ID": 1, "WF_ID": 1, "WS_Code": "New", "WS_IsStart": True},
                {"WS_ID": 2, "WF_ID": 1, "WS_Code": "Closed", "WS_IsTerminal": True},
                {"WS_ID": 3, "WF_ID": 2, "WS_Code": "Draft", "WS_IsStart": True},
            ],
            "WorkflowTransition": [
                {"WT_ID": 1, "WF_ID": 1, "WT_FromWS_ID": 1, "WT_ToWS_ID": 2, "WT_Code": "Close"}
            ],
            "WorkflowTransitionRole": [{"WT_ID": 1, "RO_ID": 1}],
            "Role": [{"RO_ID": 1, "RO_Code": "Lead"}],
            "SlaPolicy": [
                {
                    "SL_ID": 1,
                    "SL_Code": "Resolve",
                    "SL_ObjectType": "Workflow",
                    "SL_ObjectID": 1,
                    "SL_TargetMinutes": 60,
                    "SL_WarnMinutes": 30,
                }
            ],
            "EventType": [{"EVTT_ID": 1, "EVTT_Code": "Case.Closed"}],
            "TransitionEvent": [{"WT_ID": 1, "EVTT_ID": 1}],
            "ApprovalFlow": [{"AF_ID": 1, "AF_Code": "Sign"}, {"AF_ID": 2, "AF_Code": "Other"}],
            "ApprovalStep": [
                {"AS_ID": 1, "AF_ID": 1, "AS_Order": 1, "AS_Code": "Lead"},
                {"AS_ID": 2, "AF_ID": 1, "AS_Order": 2, "AS_Code": "Boss"},
            ],
            "ApprovalStepRole": [{"AS_ID": 1, "RO_ID": 1}],
            "RuntimeBinding": [
                {"RB_ID": 1, "RB_ObjectType": "Table", "RB_ObjectID": 1, "WF_ID": 1, "AF_ID": 1}
            ],
            "EventTemplate": [],
            "RuntimeTemplateBinding": [],
            "RuntimeSlaBinding": [{"RSB_ID": 1, "RB_ID": 1, "SL_ID": 1}],
            "RuntimeSignalType": [],
            "Language": [],
            "ProjectLanguage": [],
            "TextKey": [],
            "TextTranslation": [],
            "RetentionPolicy": [],
            "Field": [],
            "DataProtectionPolicy": [],
            "FieldProtection": [],
        }
    )


def as_snapshot(tables: Tables) -> dict:
    objects: dict = {}
    for table, rows in tables.items():
        part, _, name = PLACES[table].partition("/")
        if name:
            objects.setdefault(part, {})[name] = rows
        else:
            objects[part] = rows
    return {"snapshotVersion": 1, "objects": objects}


def golden_tables() -> Tables:
    objects = json.loads((GOLDEN / "snapshot.json").read_text())["objects"]
    found = {}
    for table, place in PLACES.items():
        part, _, name = place.partition("/")
        found[table] = objects.get(part, {}).get(name, []) if name else objects.get(part, [])
    return found


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def models_in(folder: Path) -> dict[str, bytes]:
    """The files that depend on what the metadata says, not on where it was read."""
    pages = ("README.md", "manifest.json")
    return {name: data for name, data in files_in(folder).items() if name not in pages}


def golden_files() -> dict[str, bytes]:
    return models_in(GOLDEN / "models")


def rule(kind: str, expr: object = None, **more: object) -> dict:
    return {"version": 1, "kind": kind, "expr": expr, **more}


class Project:
    def __init__(self, path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch):
        self.path, self.capsys, self.monkeypatch = path, capsys, monkeypatch
        self.output = path / "models/ozmeta"
        self.put("ozmeta.yml", CONFIG)
        self.metadb(minimal())

    def put(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def metadb(self, tables: Tables) -> None:
        self.put("snapshot.json", json.dumps(as_snapshot(tables)))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit status, and all that was printed."""
        self.monkeypatch.setattr(
            sys,
            "argv",
            [
                "ozmeta-dbt",
                *arguments,
                *(() if "--help" in arguments else ("--project-dir", str(self.path))),
            ],
        )
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = self.capsys.readouterr()
        return stopped.value.code or 0, printed.out + printed.err

    def generate(self) -> dict[str, bytes]:
        status, printed = self.run("generate")
        assert status == 0, printed
        return models_in(self.output)

    def files(self) -> dict[str, bytes]:
        return files_in(self.output)

    def bindings(self) -> list[Binding]:
        return cli.load(self.path).bindings

    def refused(self) -> list[Problem]:
        """The errors of the whole generation, not only those of the bindings."""
        problems = Problems()
        read_project(self.path, problems)
        return problems.errors

    def errors(self) -> list[Problem]:
        with pytest.raises(InvalidMetadata) as raised:
            self.bindings()
        return raised.value.problems.errors
