"""However MetaDB is written down, the generated files are the same, byte for byte."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
import yaml
from metadb_samples import (
    GOLDEN,
    Project,
    Tables,
    as_snapshot,
    golden_files,
    golden_tables,
    minimal,
)
from ozmeta_dbt.metadb.rows import TABLES

FOLDER_CONFIG = (
    (GOLDEN / "ozmeta.yml").read_text().replace("{snapshot: snapshot.json}", "{folder: metadb}")
)


def in_column_names(tables: Tables) -> dict:
    names = {
        table: {
            alias: info.json_schema_extra["names"][0]
            for info in reversed(cls.model_fields.values())
            for alias in info.json_schema_extra["names"]
        }
        for table, cls in TABLES.items()
    }
    return as_snapshot(
        {
            table: [{names[table][key]: value for key, value in row.items()} for row in rows]
            for table, rows in tables.items()
        }
    )


def in_other_case(tables: Tables) -> dict:
    return as_snapshot(
        {
            table: [{key.upper(): value for key, value in row.items()} for row in rows]
            for table, rows in tables.items()
        }
    )


def in_packs(tables: Tables) -> dict:
    """A pack per workflow; states and transitions need not name it, and what is every workflow's
    comes with the first.
    """
    snapshot = as_snapshot(tables)
    packs = []
    for workflow in tables["Workflow"]:
        own = {
            part: [
                {k: v for k, v in row.items() if k != "workflowId"}
                for row in tables[table]
                if row["workflowId"] == workflow["id"]
            ]
            for table, part in (("WorkflowState", "states"), ("WorkflowTransition", "transitions"))
        }
        packs.append({"workflow": workflow, **own})
    packs[0] |= {
        part: snapshot["objects"]["workflows"][part]
        for part in ("slas", "events", "transitionRoles", "approvalFlows")
    }
    packs[0] |= {
        part: snapshot["objects"]["runtime"].pop(part)
        for part in ("approvalSteps", "approvalStepRoles")
    }
    snapshot["objects"]["workflows"] = packs
    return snapshot


def as_csv(rows: list[dict]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(dict.fromkeys(key for row in rows for key in row)), restval=""
    )
    writer.writeheader()
    writer.writerows(
        {
            key: json.dumps(value) if isinstance(value, (dict, list)) else value
            for key, value in row.items()
        }
        for row in rows
    )
    return text.getvalue()


@pytest.mark.parametrize("layout", [in_column_names, in_other_case, in_packs])
def test_snapshot_layouts(golden: Project, layout: Callable[[Tables], dict]) -> None:
    golden.put("snapshot.json", "\ufeff" + json.dumps(layout(golden_tables())))
    assert golden.generate() == golden_files()


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("csv", as_csv),
        ("csv", lambda rows: as_csv(rows).replace("\r\n", "\n")),
        ("json", json.dumps),
        ("yml", yaml.safe_dump),
        ("yaml", yaml.safe_dump),
    ],
)
def test_folders(golden: Project, ending: str, text: Callable[[list[dict]], str]) -> None:
    golden.put("ozmeta.yml", FOLDER_CONFIG)
    for table, rows in golden_tables().items():
        if rows:
            golden.put(f"metadb/{table}.{ending}", text(rows))
    assert golden.generate() == golden_files()


@pytest.mark.parametrize("deleted", ["2026-01-01", True, 1])
@pytest.mark.parametrize("name", ["_DeleteDate", "_deleteDate"])
def test_deleted_rows_vanish(project: Project, name: str, deleted: object) -> None:
    expected = project.generate()
    tables = minimal()
    tables["WorkflowState"].append(
        {"WS_ID": 4, "WF_ID": 1, "WS_Code": "Gone", "WS_IsStart": True, name: deleted}
    )
    tables["RuntimeSlaBinding"].append({"nonsense": [], name: deleted})
    tables["Role"][0][name] = None
    project.metadb(tables)
    assert project.generate() == expected


def test_unknown_columns_are_warned_of(project: Project) -> None:
    tables = minimal()
    tables["WorkflowState"][1] |= {
        "WS_Colour/Hue": "red",
        "_UpdateDate": "2026-01-01",
        "description": "fine",
    }
    project.metadb(tables)
    status, printed = project.run("validate")
    assert status == 0
    assert (
        "snapshot.json /objects/workflows/states/1/WS_Colour~1Hue: unknown column of WorkflowState"
        in printed
    )
    assert printed.count("warning") == 1


def test_an_empty_column_is_no_column(project: Project) -> None:
    expected = project.generate()
    tables = minimal()
    tables["RuntimeBinding"][0] |= {
        "RB_RuntimeMode": "",
        "RB_InstanceKeyStrategy": None,
        "RB_IsEnabled": "",
    }
    tables["ApprovalStep"][0] |= {"AS_RuleLogical": ""}
    tables["RuntimeBinding"].append(
        {"RB_ID": 2, "RB_ObjectType": "Table", "RB_ObjectID": 2, "WF_ID": "", "AF_ID": ""}
    )  # skipped, for want of a workflow
    tables["WorkflowState"][0] |= {"WS_SlaMinutes": "", "WS_IsTerminal": None, "code": ""}
    project.metadb(tables)
    assert project.generate() == expected


def test_csv_breaks_lines_only_where_csv_does(project: Project) -> None:
    project.put("ozmeta.yml", FOLDER_CONFIG.partition("bindings:")[0])
    tables = minimal()
    tables["WorkflowState"][1]["WS_Code"] = "Cl\u2028os\x0ced\x85"
    for table, rows in tables.items():
        if rows:
            project.put(f"metadb/{table}.csv", as_csv(rows))
    assert project.bindings()[0].workflow.terminal == ["Cl\u2028os\x0ced\x85"]


def test_yaml_dates_and_numbers_are_as_written(project: Project) -> None:
    project.put("ozmeta.yml", FOLDER_CONFIG.partition("bindings:")[0])
    tables = minimal()
    tables["RuntimeSlaBinding"] = []
    for table, rows in tables.items():
        if rows:
            project.put(f"metadb/{table}.json", json.dumps(rows))
    expr = (
        "{op: or, args: [{op: eq, args: [{ref: object.D}, {lit: 2026-01-01, type: datetime}]}, {op:"
        " eq, args: [{ref: object.N}, {lit: 1.10}]}]}"
    )
    project.put(
        "metadb/RuntimeSlaBinding.yml",
        f"- {{bindingId: 1, slaId: 1, startRule: {{version: 1, kind: TimerStart, expr: {expr}}}}}",
    )
    dates, numbers = project.bindings()[0].slas[0].start.expr["args"]
    assert dates["args"][1] == {"lit": "2026-01-01", "type": "datetime"}
    assert numbers["args"][1] == {"lit": "1.10", "type": "number"}
