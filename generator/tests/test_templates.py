"""Event templates: what ET_SpecJSON asks for is checked, and its indexes are made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from metadb_samples import Project, minimal
from ozmeta_dbt.config import CANONICAL_COLUMNS
from ozmeta_dbt.models import columns as col
from ozmeta_dbt.models.catalogue import BY_NAME
from ozmeta_dbt.models.templates import MODEL_OF

CANONICAL = json.loads((Path(__file__).parent / "canonical_templates.json").read_text())
PURPOSES = {
    "WorkflowInstance": "WorkflowInstance",
    "SlaTracking": "SlaTimer",
    "ApprovalTracking": "ApprovalInstance",
    "EscalationQueue": "EscalationQueue",
}
AT = "snapshot.json /objects/templates/0/ET_SpecJSON"


def bind(project: Project, spec: Any, purpose: str = "WorkflowInstance", **binding: Any) -> None:
    tables = minimal()
    tables["EventTemplate"] = [{"ET_ID": 7, "ET_Code": "Mine", "ET_SpecJSON": spec}]
    tables["RuntimeTemplateBinding"] = [{"RB_ID": 1, "ET_ID": 7, "RTB_Purpose": purpose, **binding}]
    project.metadb(tables)


def generated(project: Project) -> dict[str, str]:
    return {name: data.decode() for name, data in project.generate().items()}


def warnings(project: Project) -> list[str]:
    status, printed = project.run("validate")
    assert status == 0, printed
    return [line for line in printed.splitlines() if "warning" in line and AT in line]


# ---------------------------------------------------------------- the canonical templates


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_model_has_the_columns_of_its_canonical_template(purpose: str) -> None:
    model = BY_NAME[MODEL_OF[purpose]]
    asked = [column["name"] for column in CANONICAL[PURPOSES[purpose]]["columns"]]
    assert set(asked) <= set(model.columns)


def test_the_journal_has_the_columns_of_its_canonical_template() -> None:
    assert set(CANONICAL["EventJournal"]["columns"]) <= set(CANONICAL_COLUMNS) & set(col.JOURNAL)


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "text"])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_canonical_template_is_accepted(project: Project, purpose: str, as_text: bool) -> None:
    spec = CANONICAL[PURPOSES[purpose]]
    bind(project, json.dumps(spec) if as_text else spec, purpose)
    assert warnings(project) == []


def test_the_indexes_of_a_template_are_in_the_model(project: Project) -> None:
    bind(project, CANONICAL["WorkflowInstance"])
    sql = generated(project)["case/case_workflow_instance.sql"]
    assert "{% set indexes = [" in sql
    assert "{'columns': ['_TenantID', 'WI_ObjectType', 'WI_ObjectID'], 'unique': true}" in sql
    assert "{'columns': ['_TenantID', 'WS_CurrentCode']}" in sql
    assert "**ozmeta_runtime.table_config('workflow_instance', indexes)" in sql


def test_the_table_behind_a_view_gets_the_indexes(project: Project) -> None:
    bind(project, CANONICAL["SlaTimer"], "SlaTracking")
    files = generated(project)
    assert "indexes" not in files["case/case_sla_timer.sql"]
    assert "['_TenantID', 'ST_Status', 'ST_DueUTC']" in files["case/case_sla_cycle.sql"]


def test_without_indexes_nothing_changes(project: Project) -> None:
    bind(project, None)
    before = generated(project)
    for spec in ("", "  ", "null", {}, {"columns": None, "key": None, "indexes": []}):
        bind(project, spec)
        assert generated(project) == before


# ---------------------------------------------------------------- columns


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_column_of_a_model_may_be_asked_for(project: Project, purpose: str) -> None:
    model = BY_NAME[MODEL_OF[purpose]]
    names = [*model.columns, "_Key", "_ObjectKey", "_DeleteDate", "_UpdateDate"]
    bind(project, {"columns": [name.upper() for name in names]}, purpose)
    assert warnings(project) == []


@pytest.mark.parametrize(
    ("spec", "pointer", "name", "hint"),
    [
        ({"columns": ["WI_Id", "WI_Owner"]}, "/columns/1", "WI_Owner", ""),
        ({"columns": [{"name": "WS_CurentCode"}]}, "/columns/0/name", "WS_CurentCode", "Current"),
        ({"key": ["_TenantID", "WI_Object"]}, "/key/1", "WI_Object", ""),
        ({"indexes": [{"on": ["WI_LastActer"]}]}, "/indexes/0/on/0", "WI_LastActer", "LastActor"),
        ({"indexes": [["_Tenant"]]}, "/indexes/0/0", "_Tenant", "_TenantID"),
        ('{"columns": ["x\'; drop table y --"]}', "/columns/0", "x'; drop table y --", ""),
    ],
)
def test_a_column_that_the_model_lacks_is_an_error(
    project: Project, spec: Any, pointer: str, name: str, hint: str
) -> None:
    bind(project, spec)
    (error,) = project.refused()
    assert str(error.origin) == AT + pointer
    assert (
        f"the event template Mine asks for the column {name!r}, which workflow_instance does not"
        " have" in error.message
    )
    assert (f"did you mean '{hint}" in error.hint or hint in error.hint) if hint else error.hint


def test_every_column_that_is_lacking_is_reported_once(project: Project) -> None:
    tables = minimal()
    tables["EventTemplate"] = [{"id": "7", "code": "Mine", "specJson": {"columns": ["A", "B"]}}]
    tables["RuntimeBinding"].append(
        {"RB_ID": 2, "RB_ObjectType": "UiEntity", "RB_ObjectID": 1, "WF_ID": 1}
    )
    tables["RuntimeTemplateBinding"] = [
        {"RB_ID": binding, "ET_ID": 7, "RTB_Purpose": "WorkflowInstance", "targetLayer": layer}
        for binding in (1, 2)
        for layer in ("Warehouse", "Lakehouse")
    ]
    project.metadb(tables)
    at = "snapshot.json /objects/templates/0/specJson/columns/"
    assert [str(error.origin) for error in project.refused()] == [f"{at}0", f"{at}1"]


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("spec", "pointer", "said"),
    [
        ("{", "", "ET_SpecJSON is not JSON: "),
        ("columns", "", "ET_SpecJSON is not JSON: "),
        ('{"columns": [NaN]}', "", "ET_SpecJSON is not JSON: "),
        ("[" * 100_000, "", "ET_SpecJSON is not JSON: "),
        ([], "", "ET_SpecJSON is an empty array; expected an object"),
        ('"text"', "", "ET_SpecJSON is 'text'; expected an object"),
        (True, "", "ET_SpecJSON is true; expected an object"),
        (7, "", "ET_SpecJSON is the number 7; expected an object"),
        ({"columns": {}}, "/columns", "is an empty object; expected an array of columns"),
        ({"columns": "WI_ID"}, "/columns", "is 'WI_ID'; expected an array of columns"),
        ({"columns": [None]}, "/columns/0", "is null; expected the name of a column"),
        ({"columns": [["WI_ID"]]}, "/columns/0", "is an array; expected the name of a column"),
        ({"columns": [{"column": "WI_ID"}]}, "/columns/0/name", "is null; expected the name"),
        ({"columns": [{"name": 1}]}, "/columns/0/name", "is the number 1; expected the name"),
        ({"columns": [" "]}, "/columns/0", "is an empty text; expected the name of a column"),
        ({"key": "_Key"}, "/key", "is '_Key'; expected an array of column names"),
        ({"key": [1]}, "/key/0", "is the number 1; expected the name of a column"),
        ({"indexes": {}}, "/indexes", "is an empty object; expected an array of indexes"),
        ({"indexes": ["WI_ID"]}, "/indexes/0", "is 'WI_ID'; expected an index with its columns"),
        ({"indexes": [{}]}, "/indexes/0", "is an empty object; expected an index with its columns"),
        ({"indexes": [[]]}, "/indexes/0", "is an empty array; expected an index with its columns"),
        ({"indexes": [{"on": "WI_ID"}]}, "/indexes/0/on", "is 'WI_ID'; expected an array of colu"),
        ({"indexes": [{"on": [1]}]}, "/indexes/0/on/0", "is the number 1; expected the name"),
        (
            {"indexes": [{"on": ["WI_ID"], "unique": "yes"}]},
            "/indexes/0/unique",
            "is 'yes'; expected true or false",
        ),
        ({"indexes": [["WI_ID", "wi_id"]]}, "/indexes/0", "names a column twice"),
    ],
)
def test_a_spec_of_another_shape_is_refused(
    project: Project, spec: Any, pointer: str, said: str
) -> None:
    bind(project, spec)
    (error,) = project.refused()
    assert (str(error.origin), said in error.message) == (AT + pointer, True), error


def test_other_keys_have_no_effect_and_a_misspelt_one_is_warned_of(project: Project) -> None:
    bind(project, {"colums": ["X"], "version": 1, "columns": [{"name": "WI_ID", "type": "Odd"}]})
    assert warnings(project) == []  # `columns` is there, so `colums` is another key
    bind(project, {"colums": ["X"], "version": 1})
    (said,) = warnings(project)
    assert f"{AT}/colums: is not a key that is read (did you mean 'columns'?)" in said


# ---------------------------------------------------------------- the key, and unique indexes


@pytest.mark.parametrize(
    ("purpose", "key"),
    [
        ("WorkflowInstance", ["WI_ID"]),
        ("WorkflowInstance", ["_Key"]),
        ("WorkflowInstance", ["wi_objectid", "_TENANTID", "WI_ObjectType"]),
        ("SlaTracking", ["_TenantID", "ST_ObjectType", "ST_ObjectID", "SL_Code"]),
        ("EscalationQueue", ["EQ_ID"]),
    ],
)
def test_a_key_that_is_ours_is_silent(project: Project, purpose: str, key: list[str]) -> None:
    bind(project, {"key": key}, purpose)
    assert warnings(project) == []


def test_another_key_is_warned_of_and_has_no_effect(project: Project) -> None:
    bind(project, None)
    before = generated(project)
    bind(project, {"key": ["WI_ObjectID"]})
    (said,) = warnings(project)
    assert (
        f"{AT}/key: the event template Mine has the key (WI_ObjectID), which has no effect: the"
        " rows of workflow_instance are identified by (_TenantID, WI_ObjectType, WI_ObjectID)"
        " (merge on _Key or (_TenantID, WI_ObjectType, WI_ObjectID))" in said
    )
    assert generated(project) == before


def test_another_key_of_the_queue_is_warned_of(project: Project) -> None:
    bind(project, {"key": CANONICAL["EscalationQueue"]["key"][:-1]}, "EscalationQueue")
    (said,) = warnings(project)
    assert "two levels or SLAs can raise one signal at one instant" in said
    assert "merge on _Key or EQ_ID" in said


def test_the_tenant_counts_only_if_it_is_in_the_instance_key(project: Project) -> None:
    tables = minimal()
    tables["RuntimeBinding"][0]["RB_InstanceKeyStrategy"] = "ObjectID"
    tables["EventTemplate"] = [
        {"ET_ID": 7, "ET_SpecJSON": {"key": ["WI_ObjectType", "WI_ObjectID"]}}
    ]
    tables["RuntimeTemplateBinding"] = [{"RB_ID": 1, "ET_ID": 7, "RTB_Purpose": "WorkflowInstance"}]
    project.metadb(tables)
    assert warnings(project) == []


@pytest.mark.parametrize(
    ("purpose", "columns"),
    [
        ("WorkflowInstance", ["WI_ObjectID"]),
        ("SlaTracking", ["_TenantID", "WI_ID", "SL_Code"]),
        ("EscalationQueue", CANONICAL["EscalationQueue"]["key"]),
    ],
)
def test_an_index_that_cannot_be_unique_is_made_without(
    project: Project, purpose: str, columns: list[str]
) -> None:
    bind(project, {"indexes": [{"on": columns, "unique": True}]}, purpose)
    (said,) = warnings(project)
    assert f"{AT}/indexes/0: an index of Mine on " in said and "is made without `unique`" in said
    assert "'unique'" not in "".join(generated(project).values())


# ---------------------------------------------------------------- which templates count


@pytest.mark.parametrize(
    "change",
    [
        {"RTB_TargetLayer": "OLTP"},
        {"ET_ID": None},
        {"RTB_Purpose": "ApprovalTracking", "approvals": False},
        {"enabled": False},
    ],
)
def test_a_template_that_no_model_uses_refuses_nothing(
    project: Project, change: dict[str, Any]
) -> None:
    tables = minimal()
    if not change.pop("approvals", True):
        tables["RuntimeBinding"][0].pop("AF_ID")
    if not change.pop("enabled", True):
        tables["RuntimeBinding"][0]["RB_IsEnabled"] = False
    tables["EventTemplate"] = [{"ET_ID": 7, "ET_SpecJSON": "{"}, {"ET_ID": 7}, {"name": "other"}]
    bound = {"RB_ID": 1, "ET_ID": 7, "RTB_Purpose": "WorkflowInstance"}
    tables["RuntimeTemplateBinding"] = [bound | change]
    project.metadb(tables)
    assert project.run("validate")[0] == 0


def test_a_template_that_is_not_there_is_warned_of(project: Project) -> None:
    bind(project, None, ET_ID=8)
    status, printed = project.run("validate")
    assert status == 0
    assert (
        "templateBindings/0/ET_ID: points to the event template 8, which does not exist" in printed
    )


def test_two_templates_with_one_id_are_refused_where_it_is_used(project: Project) -> None:
    tables = minimal()
    tables["EventTemplate"] = [{"ET_ID": 7, "ET_Code": "A"}, {"ET_ID": 7, "ET_Code": "B"}]
    tables["RuntimeTemplateBinding"] = [{"RB_ID": 1, "ET_ID": 7, "RTB_Purpose": "WorkflowInstance"}]
    project.metadb(tables)
    (error,) = project.refused()
    assert error.message == "two EventTemplate rows have the id 7"


@pytest.mark.parametrize("templates", ["x", {"a": 1}, [1, "x", None]])
def test_a_section_of_another_shape_is_warned_of(project: Project, templates: Any) -> None:
    snapshot = json.loads((project.path / "snapshot.json").read_text())
    snapshot["objects"]["templates"] = templates
    project.put("snapshot.json", json.dumps(snapshot))
    status, printed = project.run("validate")
    assert status == 0 and "expected a" in printed


def test_templates_survive_an_export(project: Project) -> None:
    bind(project, json.dumps(CANONICAL["WorkflowInstance"]))
    before = generated(project)
    assert project.run("export", str(project.path / "out.json"))[0] == 0
    project.put("snapshot.json", (project.path / "out.json").read_text())
    assert generated(project) == before
