"""GUIDs match in any case, in each source. The ids of a row and the references to it differ."""

from __future__ import annotations

import copy
import json
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
import sqlalchemy as sa
from metadb_database import META, everyone, fill
from metadb_samples import CONFIG, Project, Tables, as_snapshot, minimal
from ozmeta_dbt.metadb.rows import guid
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.project import read_project
from test_database import live, sqlite


def with_guids(tables: Tables, references: Any = str.upper) -> Tables:
    """The same rows with GUIDs as ids. The references to them are spelt in another way."""
    found = copy.deepcopy(tables)
    for table, rows in found.items():
        own = META[table].split()[0]
        for row in rows:
            for key, value in row.items():
                if key.endswith("ID") and value is not None:
                    id = str(uuid5(NAMESPACE_OID, str(value)))
                    row[key] = id if key == own else references(id)
    return found


def texts() -> Tables:
    tables = minimal()
    tables["Table"][0]["TB_TextKeyID"] = "1"
    tables["TextKey"] = [{"TK_ID": "1", "TK_DefaultText": "A case of ours"}]
    return tables


def generated(project: Project) -> dict[str, str]:
    problems = Problems()
    files = read_project(project.path, problems).files
    assert (problems.errors, problems.warnings) == ([], [])
    return {name: text for name, text in files.items() if name.endswith(".sql")}


def test_in_a_snapshot(project: Project) -> None:
    project.metadb(with_guids(texts(), str))
    expected = generated(project)
    project.metadb(with_guids(texts()))
    assert generated(project) == expected and len(expected) > 5
    assert "A case of ours" in read_project(project.path, Problems()).bindings[0].text


def test_in_packs_of_a_snapshot(project: Project) -> None:
    tables = with_guids(minimal())
    project.metadb(tables)
    expected = generated(project)
    snapshot = as_snapshot(tables)
    rows = snapshot["objects"]["workflows"]
    rows["states"] = [
        {key: value for key, value in row.items() if key != "WF_ID"} for row in rows["states"][:2]
    ]
    pack = {"workflow": rows.pop("workflows")[0] | {"WF_ID": tables["Workflow"][0]["WF_ID"]}}
    snapshot["objects"]["workflows"] = [pack | rows]
    project.put("snapshot.json", json.dumps(snapshot))
    assert generated(project) == expected


@pytest.mark.parametrize("ending", ["json", "yml"])
def test_in_a_folder(project: Project, ending: str) -> None:
    project.metadb(with_guids(minimal(), str))
    expected = generated(project)
    project.put("ozmeta.yml", CONFIG.replace("{snapshot: snapshot.json}", "{folder: metadb}"))
    for table, rows in with_guids(minimal()).items():
        project.put(f"metadb/{table}.{ending}", json.dumps(rows))
    assert generated(project) == expected


def in_database(project: Project) -> tuple[Tables, dict[str, str]]:
    """Rows of several projects, and what is generated for the one to read."""
    project.metadb(with_guids(minimal(), str))
    expected = generated(project)
    return with_guids(everyone(minimal())), expected


def test_in_sqlite(project: Project) -> None:
    tables, expected = in_database(project)
    fill(sa.create_engine(sqlite(project)), tables, None)
    live(project, sqlite(project))
    assert generated(project) == expected


def test_in_duckdb(project: Project) -> None:
    pytest.importorskip("duckdb_engine", reason="NOT TESTED: duckdb-engine is not installed")
    tables, expected = in_database(project)
    url = sa.URL.create("duckdb", database=str(project.path / "m.duckdb"))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql('create schema m."Meta"')
    fill(engine, tables, "m.Meta")
    engine.dispose()
    live(project, url)
    assert generated(project) == expected


@pytest.mark.parametrize(
    "value",
    ["ABC", "AB000000-0000-0000-0000-00000000000", "GB000000-0000-0000-0000-000000000001", 7, None],
)
def test_other_values_stay_as_they_are(value: Any) -> None:
    assert guid(value) == value


def test_ids_that_are_no_guids_keep_their_case(project: Project) -> None:
    tables = minimal()
    tables["RuntimeBinding"][0]["WF_ID"] = "flow"
    tables["Workflow"][0]["WF_ID"] = "FLOW"
    project.metadb(tables)
    assert "points to flow, which does not exist" in [e.message for e in project.refused()]
