"""Metrics of SLAs with service levels: outcomes and open cycles, by report fields."""

from __future__ import annotations

import pytest
import yaml
from support.dbt_project_under_test import DbtProject
from support.measured_case import EVENTS, KEYS, SNAPSHOT
from support.metrics import SimpleMetric, parsed, simple_metrics, values

CALENDAR_TABLES = ("ozmeta_calendar_window", "ozmeta_calendar_piece")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    project = DbtProject(tmp_path_factory.mktemp("metrics"), KEYS, SNAPSHOT)
    project.create_journal()
    project.append(EVENTS)
    project.run("2026-01-02 11:30:00")
    return project


@pytest.fixture(scope="module")
def metrics(project: DbtProject) -> dict[str, SimpleMetric]:
    return simple_metrics(parsed(project))


def test_a_cancelled_cycle_is_in_no_breach_rate(
    project: DbtProject, metrics: dict[str, SimpleMetric]
) -> None:
    found = {
        name: values(project, metrics[f"case_sla_{name}"])[()]
        for name in ("breaches", "met", "outcomes", "cancelled", "open")
    }
    assert found == {"breaches": 3, "met": 1, "outcomes": 4, "cancelled": 1, "open": 2}


def test_cycles_by_what_counted_for_them(
    project: DbtProject, metrics: dict[str, SimpleMetric]
) -> None:
    breaches, cycles = metrics["case_sla_breaches"], metrics["case_sla_open"]
    assert values(project, breaches, "policy_version") == {("old",): 1, ("new",): 2}
    assert values(project, breaches, "calendar") == {("Desk",): 3}
    assert values(project, cycles, "is_paused") == {(True,): 1, (False,): 1}
    # c became High after its cycle had started
    assert values(project, breaches, "of_priority") == {("High",): 1, ("Low",): 2, (None,): 0}


def test_the_view_of_cycles_has_the_reported_fields(project: DbtProject) -> None:
    rows = project.rows("select ST_ObjectID, OF_Priority from case_sla_elapsed order by 1")
    assert [tuple(row.values()) for row in rows][2:4] == [("c", "Low"), ("d", "Low")]


def test_an_object_is_reported_with_what_it_is_now(
    project: DbtProject, metrics: dict[str, SimpleMetric]
) -> None:
    assert values(project, metrics["case_open_objects"], "of_priority") == {
        ("High",): 0,
        ("Low",): 3,
        (None,): 1,
    }


def test_every_dimension_has_a_name_and_a_column_of_its_own(
    project: DbtProject, metrics: dict[str, SimpleMetric]
) -> None:
    columns = metrics["case_sla_open"].columns
    reported = {name: column for name, column in columns.items() if name.startswith("of_")}
    assert list(reported.values()) == ["OF_Priority", "OF_ClosedBy", "OF_closed_by", "OF_SL_Code"]
    assert {name.removesuffix(name[-9:]) for name in list(reported)[1:3]} == {"of_closed_by"}
    assert set(reported) >= {"of_priority", "of_sl_code"}
    project.rows(f"select {', '.join(columns.values())} from case_sla_cycle")


def test_every_column_has_a_description(project: DbtProject) -> None:
    described = {
        model["name"]: {column["name"] for column in model["columns"]}
        for path in (project.folder / "models/ozmeta").rglob("*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }
    views = ("case_sla_timer", "case_sla_elapsed", "case_cycle_fact")
    for table in ("case_sla_cycle", *views, *CALENDAR_TABLES):
        rows = project.rows(
            f"select column_name from information_schema.columns where table_name = '{table}'"
        )
        columns = {row["column_name"] for row in rows} - {"_Bucket"}  # only where an engine uses it
        assert columns == described[table]
