"""Each preset on hand-made tables with the irregularities of real ones: the resulting journals and
the states of the objects, loaded in steps and at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ozmeta_dbt.histories import presets
from support.dbt_project_under_test import DbtProject, RunFailed
from support.history_case import FOLDER, LOADED, HistoryCase

CASES = sorted(path.parent.name for path in FOLDER.glob("*/expected.yml"))


def by_object(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(events, key=lambda event: (event["object"], event["at"]))


def check(case: HistoryCase, project: DbtProject, at_once: bool) -> None:
    for model in case.models:
        wanted = case.wanted(model, at_once)
        assert by_object(case.events(project, model)) == by_object(wanted), model
    assert case.instances(project) == case.wanted_instances(at_once)


@pytest.mark.parametrize("name", CASES)
def test_a_preset_in_steps_and_at_once(tmp_path: Path, name: str) -> None:
    case = HistoryCase(name, tmp_path / name)
    project = case.project()
    for until in case.expected["loads"]:
        case.load(project, until)
        project.run(until.replace(" ", "T"))
    check(case, project, at_once=False)
    as_of = case.expected["loads"][-1].replace(" ", "T")
    assert project.dbt("test", as_of=as_of).success
    before = case.ids(project)
    project.run(as_of, "--full-refresh")
    check(case, project, at_once=True)
    assert case.ids(project) == before


def airbyte(name: str) -> str:
    """A name of Salesforce itself: case_history is CaseHistory there."""
    if name == LOADED:
        return "_airbyte_extracted_at"
    return "".join(word.capitalize() for word in name.split("_"))


def test_the_names_of_salesforce(tmp_path: Path) -> None:
    case = HistoryCase("salesforce", tmp_path / "salesforce")
    case.expected["history"] = {"preset": "salesforce", "loader": "airbyte"}
    project = case.project()
    for until in case.expected["loads"]:
        case.load(project, until, airbyte)
        project.run(until.replace(" ", "T"))
    check(case, project, at_once=False)


def test_every_preset_has_tables() -> None:
    assert set(CASES) == {name for name in presets.names() if presets.loaders(name)}


def test_a_table_that_lacks_a_column_of_the_preset(tmp_path: Path) -> None:
    case = HistoryCase("jira", tmp_path / "jira")
    project = case.project()
    case.load(project, case.expected["loads"][0])
    with project.connect() as connection:
        connection.execute("alter table jira.issue_field_history drop column author_id")
    with pytest.raises(RunFailed, match="names the column 'author_id', which the table does not"):
        project.run("2026-01-06", "--select", "jira_changes")
    case.expected["history"] = {"preset": "jira", "changes": {"changes": {"columns": {"by": None}}}}
    project.configure(case.config(), case.snapshot())
    project.run("2026-01-06", "--select", "jira_changes")
    assert {event["by"] for event in case.events(project, "jira_changes")} == {None}


def test_a_history_that_reads_its_tables_in_another_way(tmp_path: Path) -> None:
    """The history's new events are older than what was read, so no run would see them."""
    case = HistoryCase("jira", tmp_path / "jira")
    project = case.project()
    case.load(project, case.expected["loads"][-1])
    project.run("2026-01-07")
    (file,) = (project.folder / "models").rglob("jira_changes.sql")
    file.write_text("{# Only a comment. #}\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    project.manifest = None
    project.run("2026-01-08")

    case.expected["history"] = {"preset": "jira", "changes": {"changes": {"columns": {"by": None}}}}
    project.configure(case.config(), case.snapshot())
    with pytest.raises(RunFailed, match="The history jira_changes makes its events in another way"):
        project.run("2026-01-09")
    project.run("2026-01-09", "--full-refresh")
    project.run("2026-01-10")
    (actors,) = project.rows(
        "select count(*) as events, count(EJ_Actor) as n from issue_timeline"
        " where TL_Journal = 'jira_changes'"
    )
    assert actors["events"] >= 10 and actors["n"] == 0


def test_a_history_below_the_journal(tmp_path: Path) -> None:
    """The journal may be a model of yours that reads from the model of a history."""
    case = HistoryCase("jira", tmp_path / "jira")
    project = case.project()
    config = case.config()
    config["journal"] = {"ref": "mine"}
    case.config = lambda: config  # type: ignore[method-assign]
    selects = (f"select * from {{{{ ref('{name}') }}}}" for name in case.models)
    file = project.folder / "models/mine.sql"
    file.write_text(" union all by name ".join(selects), encoding="utf-8")
    project.configure(config, case.snapshot())
    case.load(project, case.expected["loads"][-1])
    project.run("2026-01-07")
    changed = {"preset": "jira", "changes": {"changes": {"columns": {"by": None}}}}
    project.configure(config | {"histories": {"jira": changed}}, case.snapshot())
    with pytest.raises(RunFailed, match="The history mine makes its events in another way"):
        project.run("2026-01-09")


def test_under_a_contract(tmp_path: Path) -> None:
    """dbt compares the types that the generator declares with those of the query."""
    case = HistoryCase("zendesk", tmp_path / "zendesk")
    project = case.project()
    project.configure({**case.config(), "contracts": True, "warehouses": ["duckdb"]})
    case.load(project, case.expected["loads"][-1])
    project.run("2026-01-07", "--select", *case.models)
    project.run("2026-01-07", "--select", *case.models)
