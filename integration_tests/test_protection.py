"""Fields that MetaDB protects (FieldProtection): their original values reach no table."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import DbtProject, RunFailed
from support.purged_case import AS_OF, configuration, contents, metadata, refreshed
from support.small_case import event
from support.verification import command, verified

KEY = "OZMETA_TEST_KEY"
FIELDS = ("Customer", "Mail", "Phone", "Team")
INVALID = 2


def document(*protected: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """protected: the field and its policy"""
    found = metadata()
    objects = found["objects"]
    objects["model"] = {
        "fields": [{"fdId": name, "tbId": "t", "fieldName": name} for name in FIELDS]
    }
    objects["model"]["fields"][2]["mask"] = "xx-'\"xx"
    objects["security"] = {
        "dataProtectionPolicies": [{"id": name, "code": name} | p for name, p in protected],
        "fieldProtection": [{"fieldId": name, "policyId": name} for name, _ in protected],
    }
    return found


def config() -> dict[str, Any]:
    found = configuration()
    found["bindings"] = {"Case": {"report_fields": [*FIELDS]}}
    return found


def rows() -> list[dict[str, Any]]:
    secrets = {"Customer": 'Zoë "Q"', "Mail": "zoe@x.org", "Phone": 4711815, "Team": "Desk"}
    said = json.dumps({"transition": {"code": "Go"}, "object": secrets})
    other = json.dumps({"object": {"Customer": ["Zoë"], "Mail": None, "Phone": "", "Team": "T"}})
    return [
        event("a", 0, object_id="o1", EJ_Payload=said),
        event("b", 1, object_id="o2", EJ_Payload=said),
        event("c", 2, object_id="o3", EJ_Payload=other),
        event("d", 3, object_id="o3", EJ_Payload='{"object": {"Mail": "zoe@x.org"'),
    ]


def test_protected_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "it's a key")
    protected = document(
        ("Customer", {"type": "Hash"}),
        ("Mail", {"type": "Tokenise", "algorithm": "SHA-256", "keyRef": KEY}),
        ("Phone", {"type": "Mask"}),
    )
    project = DbtProject(tmp_path, config(), protected)
    project.create_journal()
    project.append(rows())
    project.run(AS_OF)
    for name, table in contents(project).items():
        text = repr(table)
        for secret in ("Zo", "zoe@x", "4711815"):
            assert secret not in text, name
    columns = ", ".join(f"OF_{name}" for name in FIELDS)
    sql = f"select {columns} from case_workflow_instance order by WI_ObjectID"
    first, second, third = [list(row.values()) for row in project.rows(sql)]
    key = hashlib.sha256(b"it's a key|zoe@x.org").hexdigest()[:32]
    hashed = hashlib.sha256('Zoë "Q"'.encode()).hexdigest()
    assert first == second == [hashed, f"tok_{key}", "xx-'\"xx", "Desk"]
    assert third[0] == hashlib.sha256('["Zoë"]'.encode()).hexdigest()
    assert third[1:] == [None, "xx-'\"xx", "T"]
    assert project.rows("select QR_Payload from case_quarantine") == [{"QR_Payload": None}]
    same, said = verified(project, lookback=60)
    assert same, said
    assert refreshed(project, AS_OF) == {}
    # a protection that is new needs the journal's rows again
    project.configure(config(), document(("Team", {"type": "Mask"})))
    with pytest.raises(RunFailed, match="--full-refresh"):
        project.run(AS_OF)


def test_what_is_refused_and_warned_of(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, config(), document(("Team", {"type": "Hash"})))
    wrong = [
        ({"type": "Encrypt"}, "which the models cannot do"),
        ({"type": "Hash", "algorithm": "MD5"}, "expected SHA256"),
        ({"type": "Hash", "keyRef": "vault://x"}, "is not the name of an environment variable"),
        ({"type": "Tokenise"}, "need a key"),
    ]
    for policy, words in wrong:
        project.write("metadb/snapshot.json", document(("Team", policy)))
        status, said = command(project, "validate")
        assert status == INVALID and words in " ".join(said.split()), said
    project.write(
        "metadb/snapshot.json", document(("Team", {"type": "Encrypt", "isEnabled": False}))
    )
    assert command(project, "validate")[0] == 0
    read = document(("Team", {"type": "Hash"}))
    rule = read["objects"]["runtime"]["slaBindings"][0]["startRule"]
    rule["expr"] = {"op": "eq", "args": [{"ref": "object.Team"}, {"lit": "Desk"}]}
    project.write("metadb/snapshot.json", read)
    status, said = command(project, "validate")
    assert status == 0 and "it compares the protected value" in " ".join(said.split())
