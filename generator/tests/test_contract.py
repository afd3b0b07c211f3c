"""OZMetaDB's snapshots are read: each line of what its contract allows, and any valid snapshot."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from metadb_database import fill
from metadb_samples import CONFIG, PLACES, Project, Tables, as_snapshot, minimal, rule
from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.metadb.contract import PARTS
from ozmeta_dbt.metadb.rows import TABLES, written_names
from ozmeta_dbt.metadb.snapshot import snapshot_text
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.project import Project as Read
from ozmeta_dbt.project import read_project

SAMPLE = Path(__file__).parent / "data" / "sample.snapshot.json"
SCHEMA = json.loads(
    resources.files("ozmeta_dbt.metadb").joinpath("snapshot.schema.json").read_text()
)
ID = "00000000-0000-0000-0000-00000000000{}"


def read(project: Project, snapshot: Any) -> tuple[Read, Problems]:
    project.put("snapshot.json", json.dumps(snapshot))
    problems = Problems()
    return read_project(project.path, problems), problems


def silently(project: Project, snapshot: Any) -> list[Binding]:
    found, problems = read(project, snapshot)
    assert (problems.errors, problems.warnings) == ([], [])
    return found.bindings


def told(problems: Problems) -> list[str]:
    return [f"{problem.origin.pointer}: {problem.message}" for problem in problems.warnings]


def fits(snapshot: Any) -> list[str]:
    return [
        error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(snapshot)
    ]


def with_binding(tables: list[dict], object_id: str) -> dict:
    """A valid snapshot with one binding on one of these rows of objects.tables."""
    snapshot = json.loads(SAMPLE.read_text())
    snapshot["objects"]["tables"] = tables
    workflow = snapshot["objects"]["workflows"]["workflows"][0]["id"]
    snapshot["objects"]["runtime"]["bindings"] = [
        {"id": "b", "objectType": "Table", "objectId": object_id, "workflowId": workflow}
    ]
    return snapshot


# ---------------------------------------------------------------- the lines of the contract


def test_the_published_sample(project: Project) -> None:
    assert silently(project, json.loads(SAMPLE.read_text())) == []


def test_a_binding_on_a_table_without_an_id(project: Project) -> None:
    (binding,) = silently(project, with_binding([], "Transaction"))
    assert (binding.name, binding.workflow.start) == ("transaction", "NEW")


@pytest.mark.parametrize("revision", [1, 7, 2_000_000_000])
def test_the_version_is_a_revision_of_the_content(project: Project, revision: int) -> None:
    snapshot = json.loads(SAMPLE.read_text()) | {"snapshotVersion": revision}
    found, _ = read(project, snapshot)
    assert json.loads(snapshot_text(found.rows))["snapshotVersion"] == revision


def test_a_snapshot_of_the_stub_exporter_has_no_version(project: Project) -> None:
    snapshot = json.loads(SAMPLE.read_text())
    del snapshot["snapshotVersion"]
    _, problems = read(project, snapshot)
    assert not problems.errors and len(problems.warnings) == 1
    assert "no snapshotVersion" in problems.warnings[0].message


COLUMNS = {
    "tbId": ID.format(1),
    "schemaName": "ops",
    "tableName": "Case",
    "code": "CA",
    "tableType": "Entity",
    "flags": {"requiresTenant": True},
}


@pytest.mark.parametrize("keys", [list(COLUMNS), list(reversed(COLUMNS)), sorted(COLUMNS)])
def test_a_table_of_the_schema_in_any_order(project: Project, keys: list[str]) -> None:
    table = {key: COLUMNS[key] for key in keys}
    snapshot = with_binding([table], ID.format(1))
    assert fits(snapshot) == []
    (binding,) = silently(project, snapshot)
    assert (binding.name, binding.object_types, binding.needs_tenant) == (
        "case",
        ["Case", "CA"],
        True,
    )


@pytest.mark.parametrize(
    "columns",
    [
        {"RB_IsEnabled": False},
        {"RB_RuntimeMode": "None"},
        {"RB_IsEnabled": False, "RB_ObjectType": None, "RB_RuntimeMode": "Unknown"},
    ],
)
def test_a_binding_that_writes_nothing_needs_no_object(project: Project, columns: dict) -> None:
    tables = minimal()
    tables["RuntimeBinding"][0] |= {"RB_ObjectID": None, "WF_ID": 99, **columns}
    found, problems = read(project, as_snapshot(tables))
    assert not problems.errors and not found.bindings


def test_an_enabled_binding_needs_an_object(project: Project) -> None:
    tables = minimal()
    tables["RuntimeBinding"][0]["RB_ObjectID"] = None
    _, problems = read(project, as_snapshot(tables))
    (error,) = problems.errors
    assert error.origin.pointer == "/objects/runtime/bindings/0/RB_ObjectID"
    assert "needs RB_ObjectID" in error.message


def test_a_signal_without_a_severity_has_that_of_the_catalogue(project: Project) -> None:
    expected, tables = project.bindings()[0].severities, minimal()
    tables["RuntimeSignalType"] = [{"RST_ID": 1, "RST_Code": "SLA.Breached", "RST_Severity": None}]
    (binding,) = silently(project, as_snapshot(tables))
    assert binding.severities == expected


OTHER_NAMES = {
    "WS_ID": "ST_ID",
    "WS_Code": "ST_Code",
    "WS_IsStart": "ST_IsInitial",
    "WS_IsTerminal": "ST_IsTerminal",
    "WS_SlaMinutes": "ST_SlaMinutes",
    "WT_ID": "TRN_ID",
    "WT_Code": "TRN_Code",
    "WT_FromWS_ID": "FromST_ID",
    "WT_ToWS_ID": "ToST_ID",
    "WT_GuardLogical": "TRN_GuardDSL",
}


def test_the_names_of_metadbs_generator(project: Project) -> None:
    tables = minimal()
    tables["WorkflowState"][0]["WS_SlaMinutes"] = 5
    tables["WorkflowTransition"][0]["WT_GuardLogical"] = "allow"
    expected = silently(project, as_snapshot(tables))
    for table in ("WorkflowState", "WorkflowTransition"):
        tables[table] = [
            {OTHER_NAMES.get(key, key): row[key] for key in reversed(row)} for row in tables[table]
        ]
    assert silently(project, as_snapshot(tables)) == expected


def test_a_transition_without_a_from_state(project: Project) -> None:
    tables = minimal()
    tables["WorkflowState"].append({"WS_ID": 9, "WF_ID": 1, "WS_Code": "Held"})
    tables["WorkflowTransition"] += [
        {"WT_ID": 2, "WF_ID": 1, "WT_FromWS_ID": None, "WT_ToWS_ID": 9, "WT_Code": "Hold"},
        {"WT_ID": 3, "WF_ID": 1, "WT_ToWS_ID": 2, "WT_Code": "Close"},
    ]
    tables["SlaPolicy"][0] |= {"SL_ObjectType": "Transition", "SL_ObjectID": 3}
    (binding,) = silently(project, as_snapshot(tables))
    found = [(t.id, t.code, t.from_state, t.to_state) for t in binding.workflow.transitions]
    assert found == [
        ("3", "Close", "Held", "Closed"),
        ("1", "Close", "New", "Closed"),  # the one that names its from-state
        ("2", "Hold", "Held", "Held"),
        ("2", "Hold", "New", "Held"),
    ]
    (sla,) = binding.slas
    assert sla.state is None and [t.from_state for t in sla.stop_actions] == ["Held"]
    assert project.generate()


def test_a_misspelt_from_state_does_not_mean_any_state(project: Project) -> None:
    tables = minimal()
    tables["WorkflowTransition"][0]["WT_FromWSID"] = tables["WorkflowTransition"][0].pop(
        "WT_FromWS_ID"
    )
    _, problems = read(project, as_snapshot(tables))
    assert ["needs WT_FromWS_ID" in error.message for error in problems.errors] == [True]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("1=1", True),
        (" 1 = 1 ", True),
        (True, True),
        ("false", False),
        ("1=0", False),
        ("FALSE", False),
        (False, False),
    ],
)
def test_shorthands(project: Project, text: Any, value: bool) -> None:
    tables = minimal()
    tables["RuntimeSlaBinding"][0]["RSB_StopRule"] = text
    stop = read(project, as_snapshot(tables))[0].bindings[0].slas[0].stop
    assert stop is not None and stop.expr is value


def test_the_first_role_is_read_from_all_roles(project: Project) -> None:
    tables = minimal()
    expr = {"op": "eq", "args": [{"ref": "user.role"}, {"lit": "Lead"}]}
    tables["RuntimeSlaBinding"][0]["RSB_StartRule"] = rule("TimerStart", expr)
    (binding,) = silently(project, as_snapshot(tables))
    assert [field["ref"] for field in binding.fields if "user" in field["ref"]] == ["user.roles"]


KNOWN = {
    "Table": "TB_TableType TB_TextKeyID TB_IsActual TB_SoftDeleteEnabled PJ_ID fields",
    "Workflow": "configJson WF_TextKeyID WF_Notes PJ_ID",
    "WorkflowState": "configJson WS_TextKeyID WS_Notes textKeyId",
    "WorkflowTransition": "configJson WT_TextKeyID WT_Notes",
    "WorkflowTransitionRole": "WTR_ID WTR_Notes",
    "Role": "RO_TextKeyID RO_Notes",
    "SlaPolicy": "SL_TextKeyID SL_Notes",
    "EventType": "EVTT_Category EVTT_DefaultRetentionDays EVTT_SchemaJSON EVTT_TextKeyID",
    "TransitionEvent": "TEV_ID TEV_Notes",
    "RuntimeBinding": "RB_TextKeyID RB_Notes",
    "RuntimeSlaBinding": "RSB_Notes",
}


def test_columns_of_the_contract_are_silent(project: Project) -> None:
    tables = minimal()
    for table, names in KNOWN.items():
        for row in tables[table]:
            row |= dict.fromkeys(names.split(), "7")
    assert silently(project, as_snapshot(tables))


def test_an_unknown_column_warns_once_per_table(project: Project) -> None:
    tables = minimal()
    for table in ("WorkflowState", "Role"):
        tables[table] = [row | {"Colour": "red"} for row in tables[table]]
    _, problems = read(project, as_snapshot(tables))
    assert sorted(told(problems)) == [
        "/objects/security/roles/0/Colour: unknown column of Role: it has no effect",
        "/objects/workflows/states/0/Colour: unknown column of WorkflowState: it has no effect",
    ]


def test_a_row_in_two_places_counts_once(project: Project) -> None:
    snapshot = as_snapshot(minimal())
    expected = silently(project, snapshot)
    snapshot["objects"]["tables"] = [{"tbId": 1, "tableName": "Case", "schemaName": "ops"}]
    snapshot["objects"]["security"]["roles"] *= 2
    assert silently(project, snapshot) == expected


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"RuntimeBinding"}))
@pytest.mark.parametrize("value", [[{}], [{"code": None}], [7, None], "text", {"x": []}])
def test_rows_that_nothing_uses(project: Project, table: str, value: Any) -> None:
    """Without a binding, no row of any table refuses the project."""
    tables: Tables = {name: [] for name in PLACES}
    snapshot = as_snapshot(tables)
    part, _, name = PLACES[table].partition("/")
    if name:
        snapshot["objects"][part][name] = value
    else:
        snapshot["objects"][part] = value
    _, problems = read(project, snapshot)
    assert problems.errors == []


# ---------------------------------------------------------------- folder and live database


def test_a_folder_is_read_alike(project: Project) -> None:
    tables = minimal()
    tables["WorkflowTransition"][0] |= {"WT_FromWS_ID": ""}
    tables["WorkflowState"].append({"WS_ID": "x"})
    tables["Table"].append({"TB_SchemaName": "dp", "code": "Loose"})
    project.put("ozmeta.yml", CONFIG.replace("{snapshot: snapshot.json}", "{folder: metadb}"))
    for table, rows in tables.items():
        project.put(f"metadb/{table}.json", json.dumps(rows))
    problems = Problems()
    (binding,) = read_project(project.path, problems).bindings
    assert problems.errors == [] and binding.workflow.transitions[0].from_state == "New"
    assert [problem.origin.file for problem in problems.warnings] == [
        "metadb/WorkflowState.json"
    ] * 2


def test_a_database_is_read_alike(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlalchemy as sa

    tables = {
        table: [{key: str(value) if key.endswith("ID") else value for key, value in row.items()}]
        for table, rows in minimal().items()
        for row in rows[:1]
    }
    tables["WorkflowState"] = [row | {"WF_ID": "1"} for row in minimal()["WorkflowState"][:2]]
    tables["WorkflowTransition"][0]["WT_FromWS_ID"] = None
    tables["RuntimeSignalType"] = [{"RST_Code": "SLA.Breached", "RST_DefaultRetentionDays": 30}]
    tables["RuntimeBinding"] += [{"RB_ID": "2", "RB_RuntimeMode": "None"}]
    tables |= {
        "Client": [{"CL_ID": "1", "CL_Code": "C"}],
        "Project": [{"PJ_ID": "1", "CL_ID": "1", "PJ_Code": "P"}],
        "ApprovalStep": minimal()["ApprovalStep"],
    }
    tables = {
        name: [row | {"PJ_ID": row.get("PJ_ID", "1")} for row in rows]
        for name, rows in tables.items()
    }
    path = project.path / "meta.db"
    fill(sa.create_engine(f"sqlite:///{path}"), tables, None)
    monkeypatch.setenv("METADB_URL", f"sqlite:///{path}")
    live = "{url_env: METADB_URL, client: C, project: P}"
    project.put("ozmeta.yml", CONFIG.replace("{snapshot: snapshot.json}", live))
    problems = Problems()
    found = read_project(project.path, problems)
    assert problems.errors == []
    assert [t.from_state for t in found.bindings[0].workflow.transitions] == ["New"]
    assert found.rows["RuntimeSignalType"][0].retention_days == 30


# ---------------------------------------------------------------- export


def test_an_export_is_valid_and_reads_back(project: Project) -> None:
    tables = minimal()
    tables["Table"][0] |= {"TB_SchemaName": "ops", "TB_TableType": "Entity", "TB_Notes": "n"}
    tables["EventType"][0] |= {"EVTT_DefaultRetentionDays": 365, "EVTT_Category": "Audit"}
    tables["RuntimeSignalType"] = [
        {"RST_Code": "SLA.Breached", "RST_DefaultRetentionDays": 30, "RST_Notes": "kept"}
    ]
    tables["Workflow"][0] |= {"configJson": '{"a": 1}', "WF_Notes": "kept"}
    tables["RetentionPolicy"] = [{"id": "r", "code": "Evidence", "days": 3650, "legalHold": True}]
    tables["WorkflowTransition"].append({"WF_ID": 1, "WT_ToWS_ID": 2, "WT_Code": "Abort"})
    found, _ = read(project, as_snapshot(tables))
    text = snapshot_text(found.rows)
    assert fits(json.loads(text)) == []
    assert list(json.loads(text)["objects"])[: len(PARTS)] == list(PARTS)
    again, problems = read(project, json.loads(text))
    assert problems.errors == [] and snapshot_text(again.rows) == text
    assert [b.workflow for b in again.bindings] == [b.workflow for b in found.bindings]
    assert again.files.keys() == found.files.keys()
    rows = again.rows
    assert rows["EventType"][0].retention_days == 365
    assert (rows["RuntimeSignalType"][0].retention_days, rows["Workflow"][0].notes) == (30, "kept")
    assert rows["Workflow"][0].config == {"a": 1}
    (policy,) = rows["RetentionPolicy"]
    assert (policy.retention_days, policy.legal_hold) == (3650, True)


def test_an_export_of_nothing_has_every_part(project: Project) -> None:
    found, _ = read(project, {"objects": {}})
    exported = json.loads(snapshot_text(found.rows))
    assert fits(exported) == [] and set(SCHEMA["$defs"]["objects"]["required"]) == set(PARTS)


# ---------------------------------------------------------------- any valid snapshot

NAMES = sorted(
    {
        name
        for cls in TABLES.values()
        for info in cls.model_fields.values()
        for name in info.json_schema_extra["names"]  # type: ignore[index, call-overload]
    }
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([0.5, -1.25, 1e20]),
    st.text(max_size=4),
    st.sampled_from(["1", "2", "NEW", "Table", "None", "Sidecar", "allow", "1=0", "2026-01-01"]),
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS)
ROW = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), VALUES, max_size=6)
ROWS = st.lists(ROW, max_size=3)


def section(schema: dict[str, Any], name: str) -> st.SearchStrategy[Any]:
    """Any value of a part, by the schema, in which rows have the names of columns."""
    if "$ref" in schema:
        return section(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], name)
    if "anyOf" in schema:
        return st.one_of(*(section(one, name) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return st.lists(section(schema["items"], name), max_size=3) if "items" in schema else ROWS
    if schema.get("type") == "object" and "properties" in schema:
        given = {key: section(one, key) for key, one in schema["properties"].items()}
        needed = {key: given.pop(key) for key in schema.get("required", ())}
        return st.fixed_dictionaries(needed, optional=given)
    if schema.get("type") == "object":
        lists = st.sampled_from([*PARTS.get(name, ()), "templateBindings", "transitionEvents"])
        return ROW | st.dictionaries(lists, ROWS | VALUES, max_size=4)
    if schema.get("type") == "string":
        least, most = schema.get("minLength", 0), schema.get("maxLength", 4)
        return (
            st.sampled_from(["1", "2"])
            if "format" in schema
            else st.text(min_size=least, max_size=most)
        )
    return {"boolean": st.booleans(), "integer": st.integers(1, 9)}.get(schema["type"], SCALARS)


def spelt_anyhow(table: str) -> st.SearchStrategy[Any]:
    """The rows of a valid MetaDB, some columns under another name, in any order, with GUIDs in any
    case, and with further columns.
    """

    @st.composite
    def rows(draw: st.DrawFn) -> list[dict]:
        found = []
        for row in minimal()[table]:
            spelt: dict[str, Any] = {}
            for key, value in draw(st.permutations(sorted(row.items()))):
                names = next(
                    names
                    for info in TABLES[table].model_fields.values()
                    if (names := written_names(info))[0] == key
                )
                # `code` names two columns of a table
                name = draw(st.sampled_from([name for name in names if name != "code"]))
                if key.endswith("ID"):
                    id = f"00000000-0000-0000-0000-0000000000a{value}"
                    value = draw(st.sampled_from([id, id.upper()]))
                spelt[name] = value
            spelt |= draw(st.dictionaries(st.sampled_from(["Colour", "PJ_ID", "x"]), SCALARS))
            found.append(spelt)
        return found

    return rows()


@st.composite
def binding_snapshots(draw: st.DrawFn) -> dict[str, Any]:
    """Snapshots with a binding, in which at most one part may have rows that make no sense."""
    tables = {table: draw(spelt_anyhow(table)) for table in minimal()}
    if draw(st.integers(0, 2)) == 0:
        table = draw(st.sampled_from(sorted(tables)))
        tables[table] = tables[table] + draw(ROWS)
    objects: dict[str, Any] = {
        part: {name: [] for name in names} if names else [] for part, names in PARTS.items()
    }
    for part, rows in as_snapshot(tables)["objects"].items():
        objects[part] = {**objects.get(part, {}), **rows} if isinstance(rows, dict) else rows
    return objects


def test_most_snapshots_with_a_binding_give_models(project: Project) -> None:
    """Without this, the next test would only show that faulty snapshots are refused."""
    outcomes: list[bool] = []

    @seed(0)
    @settings(
        max_examples=30,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(objects=binding_snapshots())
    def draw(objects: dict[str, Any]) -> None:
        found, problems = read(project, {"snapshotVersion": 1, "objects": objects})
        for error in problems.errors:
            assert error.origin.pointer.startswith("/objects/")
        outcomes.append(not problems.errors and [b.name for b in found.bindings] == ["case"])

    draw()
    assert sum(outcomes) >= len(outcomes) / 2, outcomes


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(objects=section({"$ref": "#/$defs/objects"}, "objects") | binding_snapshots())
def test_any_valid_snapshot(project: Project, objects: dict[str, Any]) -> None:
    snapshot = {
        "snapshotVersion": 1,
        "generatedAtUTC": "2026-01-01T00:00:00Z",
        "clientCode": "C",
        "projectCode": "P",
        "objects": objects,
    }
    assert fits(snapshot) == []
    found, problems = read(project, snapshot)
    for error in problems.errors:
        assert error.origin.pointer.startswith("/objects/") or error.origin.file == "RuntimeBinding"
    active = [
        row
        for row in found.rows["RuntimeBinding"]
        if row.is_enabled and row.runtime_mode != "None" and row.workflow_id is not None
    ]
    if not active:  # then only a row that may be a binding is wrong
        assert all("/runtime/bindings" in error.origin.pointer for error in problems.errors)
    if not problems.errors:
        assert fits(json.loads(snapshot_text(found.rows))) == []
