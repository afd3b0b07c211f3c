"""The commands that take a snapshot alone, as OZMetaDB's contract has them: validate, generate and
init --from-snapshot.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from metadb_samples import GOLDEN, Project, as_snapshot, files_in, minimal

LISTS = ("dimensions", "enums", "fields", "jobs", "metrics", "relations", "tables", "templates")
GROUPS = (
    *("ai", "biModel", "devops", "documents", "eventing", "governance", "graph", "ingestion"),
    *("lifecycle", "lineage", "localization", "mappings", "platform", "quality", "reliability"),
    *("runtime", "search", "security", "semantic", "sources", "sync", "ui"),
)


def valid(objects: dict[str, Any]) -> dict[str, Any]:
    """A snapshot that the JSON schema accepts, with these parts and otherwise empty ones."""
    empty: dict[str, Any] = {name: [] for name in (*LISTS, "workflows")}
    empty |= {name: {} for name in GROUPS}
    empty["texts"] = {"languages": [], "textKeys": [], "translations": []}
    return {
        "snapshotVersion": 7,
        "generatedAtUTC": "2026-01-02T05:35:53Z",
        "clientCode": "SFO",
        "projectCode": "CaseMgmt",
        "objects": {**empty, **objects},
    }


def unbound() -> dict[str, Any]:
    """Like the sample that OZMetaDB publishes: a table and a workflow, and nothing binds them."""
    objects = as_snapshot(minimal())["objects"]
    objects["runtime"]["bindings"] = []
    objects["runtime"]["slaBindings"] = []
    return valid(objects)


def put(project: Project, document: object, name: str = "s.json") -> str:
    project.put(name, json.dumps(document))
    (project.path / "ozmeta.yml").unlink(missing_ok=True)
    return str(project.path / name)


def out(project: Project) -> Path:
    return project.path / "out"


# ---------------------------------------------------------------- validate


def test_validate_a_snapshot(project: Project) -> None:
    path = put(project, valid(as_snapshot(minimal())["objects"]))
    status, printed = project.run("validate", "--snapshot", path)
    assert status == 0 and "the metadata is valid" in printed, printed
    assert "Case: 2 states, 1 transition, 1 SLA" in printed


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda d: d.pop("clientCode"), "s.json: 'clientCode' is a required property"),
        (lambda d: d["objects"].pop("ui"), "s.json /objects: 'ui' is a required property"),
        (lambda d: d.update(snapshotVersion=0), "s.json /snapshotVersion: 0 is less than"),
        (lambda d: d["objects"].update(metrics=[1]), "s.json /objects/metrics/0: 1 is not of type"),
        (lambda d: d["objects"].update(mine={}), "'mine' was unexpected"),
        (
            lambda d: d["objects"]["workflows"].pop("states"),
            "s.json /objects/workflows: 'states' is a required property",
        ),
    ],
)
def test_the_schema_refuses_a_snapshot(project: Project, change: Any, place: str) -> None:
    document = valid(as_snapshot(minimal())["objects"])
    change(document)
    status, printed = project.run("validate", "--snapshot", put(project, document))
    assert status == 2 and place in printed, printed


def test_the_rules_come_after_the_schema(project: Project) -> None:
    tables = minimal()
    tables["RuntimeSlaBinding"][0]["RSB_StartRule"] = "nonsense"
    status, printed = project.run(
        "validate", "--snapshot", put(project, valid(as_snapshot(tables)["objects"]))
    )
    assert status == 2 and "/objects/runtime/slaBindings/0/RSB_StartRule" in printed, printed


def test_another_schema(project: Project) -> None:
    path = put(project, valid(as_snapshot(minimal())["objects"]))

    def check(schema: object) -> tuple[int, str]:
        project.put("x.json", schema if isinstance(schema, str) else json.dumps(schema))
        return project.run("validate", "--snapshot", path, "--schema", str(project.path / "x.json"))

    assert check({"type": "object"})[0] == 0
    assert check({"required": ["approvedBy"]})[0] == 2
    assert check({"type": 5})[0] == 3
    assert check("{")[0] == 3
    # nothing is loaded from the network
    status, printed = check({"$ref": "https://example.com/schema.json"})
    assert status == 3 and "not a usable JSON schema" in printed


@pytest.mark.parametrize(("text", "status"), [(None, 3), ("{", 2), ("[" * 100_000, 2), ("[]", 2)])
def test_files_that_are_no_snapshot(project: Project, text: str | None, status: int) -> None:
    if text is not None:
        project.put("s.json", text)
    for command in (("validate",), ("generate", "--out", str(out(project)))):
        assert project.run(*command, "--snapshot", str(project.path / "s.json"))[0] == status
    assert not out(project).exists()


# ---------------------------------------------------------------- generate


def test_generate_without_a_configuration(project: Project) -> None:
    project.generate()
    with_config = {name: data for name, data in project.files().items() if name != "README.md"}
    (project.path / "ozmeta.yml").unlink()
    arguments = ("generate", "--snapshot", str(project.path / "snapshot.json"))
    status, printed = project.run(*arguments, "--out", str(out(project)))
    assert status == 0, printed
    made = files_in(out(project))
    assert {"README.md", "manifest.json", "_journal.yml"} <= made.keys()
    assert {name: made[name] for name in with_config if name.endswith((".sql", ".yml"))} == {
        name: data for name, data in with_config.items() if name != "manifest.json"
    }
    assert project.run(*arguments, "--out", str(out(project)), "--check")[0] == 0
    (out(project) / "README.md").unlink()
    assert project.run(*arguments, "--out", str(out(project)), "--check")[0] == 5


def test_options_of_the_journal(project: Project) -> None:
    path = put(project, as_snapshot(minimal()))
    arguments = ("generate", "--snapshot", path, "--out", str(out(project)))
    assert project.run(
        *arguments,
        *("--journal-source", "app", "--journal-schema", "log", "--journal-table", "events"),
        *("--journal-column", "EJ_ID=event_id", "--journal-column", "_SyncDate="),
        *("--journal-stream", "none", "--lookback-minutes", "5"),
    )[0] == 0  # fmt: skip
    (source,) = yaml.safe_load(files_in(out(project))["_journal.yml"])["sources"]
    assert (source["name"], source["schema"]) == ("app", "log")
    assert [table["name"] for table in source["tables"]] == ["events"]
    model = files_in(out(project))["case/case_timeline.sql"].decode()
    assert "source('app', 'events')" in model and "event_id" in model
    status, printed = project.run(*arguments, "--journal-ref", "my_events", "--force")
    assert status == 0, printed
    assert "ref('my_events')" in files_in(out(project))["case/case_timeline.sql"].decode()
    for wrong in (
        ("--journal-ref", "x", "--journal-table", "y"),
        ("--journal-column", "EJ_ID"),
        ("--journal-column", "EJ_IDD=x"),
        ("--lookback-minutes", "-1"),
    ):
        assert project.run(*arguments, *wrong)[0] == 2, wrong


@pytest.mark.parametrize(
    "arguments", [("--snapshot", "s.json"), ("--out", "x"), ("--journal-table", "x")]
)
def test_options_that_need_others(project: Project, arguments: tuple[str, ...]) -> None:
    assert project.run("generate", *arguments)[0] == 2
    assert project.run("validate", "--schema", "x.json")[0] == 2


def test_a_dbt_project_around_the_folder_counts(project: Project) -> None:
    path = put(project, as_snapshot(minimal()))
    project.put("dbt_project.yml", "name: x\n")
    declared = "sources: [{name: ops, schema: raw, tables: [{name: event_journal}]}]"
    project.put("models/mine.yml", declared)
    arguments = ("generate", "--snapshot", path, "--out")
    assert project.run(*arguments, str(project.output))[0] == 0
    assert "_journal.yml" not in project.files()
    # a folder that dbt does not read is a fragment of its own
    assert project.run(*arguments, str(out(project)))[0] == 0
    assert "_journal.yml" in files_in(out(project))


def test_the_manifest(project: Project) -> None:
    text = (GOLDEN / "snapshot.json").read_text()
    project.put("s.json", text)
    project.monkeypatch.chdir(project.path)
    seen = []
    for path in ("s.json", str(project.path / "s.json"), "./s.json"):
        status, printed = project.run("generate", "--snapshot", path, "--out", "out", "--force")
        assert status == 0, printed
        seen.append(files_in(out(project)))
    assert seen[0] == seen[1] == seen[2]
    files = seen[0]
    manifest = json.loads(files.pop("manifest.json"))
    assert list(manifest) == ["schema", "snapshot", "outputsSha256", "files", "ozmeta_dbt"]
    assert manifest["schema"] == "ozmeta.manifest.v1"
    assert manifest["snapshot"] == {
        "path": "s.json",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    assert manifest["files"] == [
        {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    lines = "".join(f"{entry['path']}\t{entry['sha256']}\n" for entry in manifest["files"])
    assert manifest["outputsSha256"] == hashlib.sha256(lines.encode()).hexdigest()


def test_a_manifest_of_the_form_before_is_read(project: Project) -> None:
    project.generate()
    path = project.output / "manifest.json"
    now = json.loads(path.read_text())
    old = {
        "generator": "ozmeta-dbt",
        "version": "0.0.9",
        "files": {entry["path"]: entry["sha256"] for entry in now["files"]},
        "names": now["ozmeta_dbt"]["names"],
    }
    path.write_text(json.dumps(old))
    tables = minimal()
    tables["WorkflowState"][1]["WS_Code"] = "Done"
    project.metadb(tables)
    status, printed = project.run("generate")
    assert status == 0 and "'Closed' is now 'Done'" in printed


# ---------------------------------------------------------------- nothing to generate


def test_nothing_to_generate_says_what_is_missing(project: Project) -> None:
    path = put(project, unbound())
    status, printed = project.run("generate", "--snapshot", path, "--out", str(out(project)))
    assert status == 0, printed
    assert "SFO / CaseMgmt, revision 7" in printed
    assert "2 tables" in printed and "0 runtime bindings" in printed
    assert "nothing to generate: no runtime binding connects an entity with a workflow" in printed
    assert "objects.runtime.bindings: add {" in printed
    assert f"ozmeta-dbt init --from-snapshot {path}" in printed
    assert set(files_in(out(project))) == {"README.md", "manifest.json"}
    page = (out(project) / "README.md").read_text()
    assert "No models were generated" in page and "objects.runtime.bindings" in page
    status, printed = project.run("validate", "--snapshot", path)
    assert status == 0 and "has no binding to generate" in printed


def disable(document: dict[str, Any]) -> None:
    document["objects"]["runtime"]["bindings"][0]["RB_IsEnabled"] = False


def mode_none(document: dict[str, Any]) -> None:
    document["objects"]["runtime"]["bindings"][0]["RB_RuntimeMode"] = "None"


def without_workflow(document: dict[str, Any]) -> None:
    document["objects"]["runtime"]["bindings"][0]["WF_ID"] = None


def disabled_workflow(document: dict[str, Any]) -> None:
    disable(document)
    document["objects"]["workflows"]["workflows"][0]["WF_IsEnabled"] = False


def no_bindings(document: dict[str, Any]) -> None:
    document["objects"]["runtime"] = {}


def no_tables(document: dict[str, Any]) -> None:
    no_bindings(document)
    document["objects"]["model"] = {}


def nothing_at_all(document: dict[str, Any]) -> None:
    lists: dict[str, Any] = {"workflows": [], "states": [], "transitions": []}
    document["objects"] = valid({"workflows": lists})["objects"]


def nothing_in_packs(document: dict[str, Any]) -> None:
    document["objects"] = valid({})["objects"]


@pytest.mark.parametrize(
    "change",
    [
        disable,
        mode_none,
        without_workflow,
        disabled_workflow,
        no_bindings,
        no_tables,
        nothing_at_all,
        nothing_in_packs,
    ],
)
def test_init_writes_a_snapshot_that_generates(project: Project, change: Any) -> None:
    document = valid(as_snapshot(minimal())["objects"])
    change(document)
    before = copy.deepcopy(document)
    path = put(project, document)
    status, printed = project.run("generate", "--snapshot", path, "--out", str(out(project)))
    assert status == 0 and "the smallest addition" in printed, printed
    status, printed = project.run("init", "--from-snapshot", path)
    assert status == 0 and "wrote" in printed, printed
    assert json.loads(Path(path).read_text()) == before
    status, printed = project.run("generate")
    assert status == 0 and "1 binding: " in printed, printed
    copied = str(project.path / "metadb/snapshot.json")
    assert project.run("validate", "--snapshot", copied)[0] == 0


def test_init_never_overwrites(project: Project) -> None:
    path = put(project, unbound())
    assert project.run("init", "--from-snapshot", path)[0] == 0
    before = files_in(project.path)
    assert project.run("init", "--from-snapshot", path)[0] == 3
    (project.path / "ozmeta.yml").unlink()
    assert project.run("init", "--from-snapshot", path)[0] == 3
    assert files_in(project.path).items() <= before.items()
    assert project.run("init", "--example", "--from-snapshot", path)[0] == 2


def test_init_from_the_snapshot_where_the_copy_would_be(project: Project) -> None:
    path = put(project, unbound(), "metadb/snapshot.json")
    assert project.run("init", "--from-snapshot", path)[0] == 0
    assert "metadb/snapshot_with_binding.json" in (project.path / "ozmeta.yml").read_text()
    assert project.run("generate")[0] == 0 and "case/case_timeline.sql" in project.files()


def test_init_from_a_snapshot_that_lacks_nothing(project: Project) -> None:
    path = put(project, as_snapshot(minimal()))
    status, printed = project.run("init", "--from-snapshot", path)
    assert status == 0 and "differs" not in printed
    assert (project.path / "metadb/snapshot.json").read_bytes() == Path(path).read_bytes()
    assert project.run("generate")[0] == 0


def test_numbers_stay_as_written(project: Project) -> None:
    document = unbound()
    project.put("s.json", json.dumps(document).replace('"Resolve"', '"Resolve", "x": 1.10'))
    (project.path / "ozmeta.yml").unlink()
    project.run("init", "--from-snapshot", str(project.path / "s.json"))
    assert '"x": 1.10' in (project.path / "metadb/snapshot.json").read_text()
