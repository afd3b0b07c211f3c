"""What runtime modes, key strategies and target layers yield (SPEC 1, 10), and what of them is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from metadb_samples import CONFIG, Project, minimal
from ozmeta_dbt.cli import load
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.project import read_project

TABLES = [
    "timeline",
    "quarantine",
    "workflow_instance",
    "approval_event",
    "approval_step",
    "approval_instance",
    "sla_cycle",
    "sla_elapsed",
    "sla_timer",
    "cycle_fact",
    "escalation_queue",
    "runtime_signal",
    "run",
]


def bind(
    project: Project,
    choices: dict[str, Any] | None = None,
    table: dict[str, Any] | None = None,
    templates: Sequence[tuple[str, str]] = (),
    **columns: Any,
) -> None:
    """The minimal MetaDB with another binding of Case. choices: those of ozmeta.yml per binding"""
    tables = minimal()
    tables["RuntimeBinding"][0] |= columns
    tables["Table"][0] |= table or {}
    tables["RuntimeTemplateBinding"] = [
        {"bindingId": 1, "purpose": purpose, "targetLayer": layer} for purpose, layer in templates
    ]
    project.metadb(tables)
    project.put(
        "ozmeta.yml",
        CONFIG
        + (f"bindings: {yaml.safe_dump(choices, default_flow_style=True)}" if choices else ""),
    )


def said(project: Project) -> tuple[list[str], list[str]]:
    problems = Problems()
    (plan,) = read_project(project.path, problems).plans
    assert not problems.errors
    return list(plan.built), [*map(str, problems.warnings), *problems.notes]


def one_line(sql: bytes) -> str:
    """The text of a model, wherever its lines break."""
    return " ".join(sql.decode().split())


def test_inline_by_what_metadb_says(project: Project) -> None:
    bind(project, table={"TB_SchemaName": "crm"}, RB_RuntimeMode="Inline")
    assert said(project) == ([*TABLES, "inline"], [])
    sql = one_line(project.generate()["case/case_inline.sql"])
    assert (
        "'binding': 'Case', 'key': ['CA_ID'], 'tenant': '_TenantID', 'slas':"
        " [{'code': 'Resolve', 'column': 'SL_Resolve'}], 'write_back': false }" in sql
    )
    assert "source('case_entity', 'Case')" in sql
    (source,) = yaml.safe_load(project.files()["case/_case.yml"])["sources"]
    assert (source["name"], source["schema"], [table["name"] for table in source["tables"]]) == (
        "case_entity",
        "crm",
        ["Case"],
    )
    assert (
        "case_inline" not in project.files()["case/case_run.sql"].decode()
    )  # the run log waits for tables only


def test_inline_by_what_the_config_says(project: Project) -> None:
    entity = {"schema": "raw", "table": "cases", "database": "lake", "key": "case_no"}
    bind(
        project,
        {"Case": {"entity": entity}},
        {"TB_SchemaName": "odd name", "CD_Code": None},
        RB_RuntimeMode="Inline",
        RB_InstanceKeyStrategy="ObjectID",
    )
    files = project.generate()
    assert "'key': ['case_no'], 'tenant': none," in one_line(files["case/case_inline.sql"])
    (source,) = yaml.safe_load(files["case/_case.yml"])["sources"]
    assert (source["schema"], source["database"], source["tables"][0]["name"]) == (
        "raw",
        "lake",
        "cases",
    )


def test_inline_brings_the_instance_along_and_shows_what_is_there(project: Project) -> None:
    bind(
        project,
        table={"TB_SchemaName": "crm"},
        templates=[("EscalationQueue", "Warehouse")],
        RB_RuntimeMode="Inline",
    )
    assert said(project)[0] == [
        "timeline",
        "quarantine",
        "workflow_instance",
        "sla_cycle",
        "escalation_queue",
        "runtime_signal",
        "run",
        "inline",
    ]
    assert "'slas': []" in project.generate()["case/case_inline.sql"].decode()


def test_a_ui_entity_inline_says_all_of_its_table(project: Project) -> None:
    bind(
        project,
        {
            "Invoice": {
                "entity": {"schema": "raw", "table": "invoices", "key": "no", "tenant": "org"}
            }
        },
        RB_RuntimeMode="Inline",
        RB_ObjectType="UiEntity",
    )
    sql = one_line(project.generate()["invoice/invoice_inline.sql"])
    assert "'key': ['no'], 'tenant': 'org'" in sql


def test_composite(project: Project) -> None:
    bind(project, {"Case": {"key": ["region", "it's"]}}, RB_InstanceKeyStrategy="Composite")
    files = project.generate()
    for model in ("timeline", "quarantine"):
        assert r"'key': ['region', 'it\x27s']" in files[f"case/case_{model}.sql"].decode()
    assert (
        b"'key'" not in files["case/case_workflow_instance.sql"]
        and b"'tenant_in_key': false" in files["case/case_workflow_instance.sql"]
    )


@pytest.mark.parametrize(
    ("choices", "columns", "place", "part"),
    [
        (
            {"entity": {"key": "id"}},
            {"RB_RuntimeMode": "Inline"},
            "ozmeta.yml /bindings/Case/entity/schema",
            "MetaDB has no schema for its own table",
        ),
        (
            {"entity": {"schema": "crm"}},
            {"RB_RuntimeMode": "Inline", "RB_ObjectType": "UiEntity"},
            "ozmeta.yml /bindings/Invoice/entity/table",
            "MetaDB has no table",
        ),
        (
            {"entity": {"schema": "crm", "table": "x"}},
            {"RB_RuntimeMode": "Inline", "RB_ObjectType": "UiEntity"},
            "ozmeta.yml /bindings/Invoice/entity/key",
            "no CD_Code to tell what the key column",
        ),
        (
            {"entity": {"schema": "crm", "key": ["a", "b"]}},
            {"RB_RuntimeMode": "Inline"},
            "ozmeta.yml /bindings/Case/entity/key",
            "has 2 columns, and the instance key of Case has 1",
        ),
        (
            {"entity": {"schema": "crm", "tenant": "org"}},
            {"RB_RuntimeMode": "Inline", "RB_InstanceKeyStrategy": "ObjectID"},
            "ozmeta.yml /bindings/Case/entity/tenant",
            "not part of the instance key",
        ),
        (
            {"key": ["a", "b"], "entity": {"schema": "crm", "key": "a"}},
            {"RB_RuntimeMode": "Inline", "RB_InstanceKeyStrategy": "Composite"},
            "ozmeta.yml /bindings/Case/entity/key",
            "has 1 column, and",
        ),
        (
            {"entity": {"schema": "a b"}},
            {"RB_RuntimeMode": "Inline"},
            "ozmeta.yml /bindings/Case/entity/schema",
            "'a b' is not a plain name",
        ),
        (
            {"entity": {"schema": "crm", "key": []}},
            {},
            "ozmeta.yml /bindings/Case/entity/key",
            "at least 1 item",
        ),
        (
            {"entity": {"source": "crm"}},
            {},
            "ozmeta.yml /bindings/Case/entity/source",
            (
                "'source' is not a key that is known here (allowed: schema, table, database, key,"
                " tenant, write_back)"
            ),
        ),
        (
            {"key": "region"},
            {},
            "ozmeta.yml /bindings/Case/key",
            "the instance key of Case is Tenant+ObjectID",
        ),
        (
            {"key": ["a", "A"]},
            {"RB_InstanceKeyStrategy": "Composite"},
            "ozmeta.yml /bindings/Case/key",
            "named twice",
        ),
        (
            {"key": [""]},
            {"RB_InstanceKeyStrategy": "Composite"},
            "ozmeta.yml /bindings/Case/key/0",
            "at least 1 character",
        ),
    ],
)
def test_refused(
    project: Project, choices: dict[str, Any], columns: dict[str, Any], place: str, part: str
) -> None:
    name = "Invoice" if columns.get("RB_ObjectType") == "UiEntity" else "Case"
    bind(project, {name: choices}, **columns)
    assert [
        problem
        for problem in map(str, project.errors())
        if problem.startswith(place + ":") and part in problem
    ], project.errors()


def test_names_of_metadb_that_no_warehouse_takes_unquoted(project: Project) -> None:
    bind(
        project,
        table={"TB_SchemaName": "crm; drop", "TB_TableName": "Case File"},
        RB_RuntimeMode="Inline",
    )
    found = "\n".join(map(str, project.errors()))
    assert (
        "'crm; drop', the schema of Case File in MetaDB, is not a plain name" in found
        and "'Case File', the table of Case File in MetaDB" in found
    )


def test_an_entity_that_is_not_inline_is_a_warning(project: Project) -> None:
    bind(project, {"Case": {"entity": {"schema": "crm"}}})
    assert said(project) == (
        TABLES,
        ["ozmeta.yml /bindings/Case/entity: Case is not Inline, so its own table is not looked at"],
    )


def test_oltp_is_skipped_and_said(project: Project) -> None:
    bind(project, templates=[("WorkflowInstance", "OLTP"), ("SlaTracking", "Lakehouse")])
    assert said(project) == (
        [
            "timeline",
            "quarantine",
            "sla_cycle",
            "sla_elapsed",
            "sla_timer",
            "cycle_fact",
            "runtime_signal",
            "run",
        ],
        [
            (
                "Case: WorkflowInstance for the OLTP layer is skipped, because that layer is not in"
                " the warehouse"
            ),
            (
                "Case: its RuntimeTemplateBinding rows do not name ApprovalTracking and"
                " EscalationQueue, so these models are not generated: case_approval_event,"
                " case_approval_instance, case_approval_step, case_escalation_queue. Add a row for"
                " each purpose you want, or remove all of its rows to get every model"
            ),
        ],
    )
    assert "skipped, because that layer is not in the warehouse" in project.run("validate")[1]


def test_semantic_is_its_tables_and_more(project: Project) -> None:
    bind(project, templates=[("SlaTracking", "Semantic"), ("EscalationQueue", "Warehouse")])
    files = project.generate()
    document = yaml.safe_load(files["case/_case_semantic.yml"])
    assert [model["name"] for model in document["semantic_models"]] == ["case_sla_cycle"]
    assert [metric["name"] for metric in document["metrics"]] == [
        "case_sla_breaches",
        "case_sla_met",
        "case_sla_outcomes",
        "case_sla_cancelled",
        "case_sla_open",
        "case_breach_rate",
    ]
    assert {
        "case/case_sla_timer.sql",
        "case/case_escalation_queue.sql",
        "semantic/ozmeta_time_spine.sql",
        "semantic/_models.yml",
    } <= files.keys()
    assert "case/case_time_in_state.sql" not in files
    project.put("ozmeta.yml", CONFIG + "time_spine: false\n")
    assert not [
        name for name in project.generate() if name.startswith("semantic/")
    ]  # and what was there is removed


def test_reported_fields_are_dimensions_with_names_that_dbt_takes(project: Project) -> None:
    fields = ["Priority", "ITTeam", "closedBy", "closed_by", "_", "a__b_", "Straße 1"]
    choices = {"Case": {"report_fields": fields}}
    bind(project, choices, templates=[("SlaTracking", "Semantic")])
    document = yaml.safe_load(project.generate()["case/_case_semantic.yml"])
    dimensions = {
        entry["name"]: entry["expr"] for entry in document["semantic_models"][0]["dimensions"]
    }
    assert all(re.fullmatch(r"[a-z]((?!__)[a-z0-9_])*[a-z0-9]", name) for name in dimensions)
    columns = [column for column in dimensions.values() if column.startswith("OF_")]
    assert len(columns) == len(fields)
    assert dimensions["of_priority"] == "OF_Priority"
    assert dimensions["of_it_team"] == "OF_ITTeam"
    assert dimensions["of_a_b"] == "OF_a__b_"
    assert not {"of_closed_by"} & set(dimensions)  # two fields would have this name


def test_without_semantic_there_is_none_of_it(project: Project) -> None:
    bind(project)
    assert not [
        name
        for name in project.generate()
        if "semantic" in name or "time_spine" in name or "time_in_state" in name
    ]
    assert load(project.path).bindings[0].semantic == set()
