"""Each recipe of docs/guides/service-level-recipes.md on a small history of the system that it is
for. The metadata are the page's own blocks. recipes/<preset>/ has the tables, and expected.yml the
cycles, which were worked out by hand:

    as_of: when the run is
    states, terminal: of the workflow, the first state is the start
    cycles: {service level: [[object, start, due, stop, outcome, minutes of pauses?, team?]]}, with
        times as "day hour:minute" of February 2026
    in_either_order: {service level: [objects of which a reply and the solution are one update]}
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from ozmeta_dbt.histories import presets
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.project import read_project
from support.dbt_project_under_test import PACKAGE, DbtProject
from support.history_case import HistoryCase
from support.pages import Part, documents_in, parts_of

PAGE = PACKAGE / "docs/guides/service-level-recipes.md"
FOLDER = Path(__file__).resolve().parent / "recipes"
TITLES = {
    "zendesk": "Zendesk",
    "jira": "Jira",
    "servicenow": "ServiceNow",
    "github": "GitHub",
    "salesforce": "Salesforce",
}
POLICIES = "metadb/SlaPolicy.yml"
RULES = "metadb/RuntimeSlaBinding.yml"
RECIPES = ("FirstResponse", "NextResponse", "Resolution", "PeriodicUpdate", "Ownership")
CYCLES = """
select
    cast(cycles.ST_ObjectID as varchar) as object, cycles.ST_StartUTC, cycles.ST_DueUTC,
    cycles.ST_StopUTC, cycles.ST_Outcome, cycles.ST_PausedSeconds, {field} as team
from {name}_sla_cycle as cycles
where SL_Code = ?
order by object, ST_CycleNo
"""


@cache
def sections() -> dict[str, list[Part]]:
    """{heading: the blocks of code under it}"""
    chapters = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    return {text.partition("\n")[0]: list(parts_of(text)) for text in chapters}


class Recipes(HistoryCase):
    """What the page says about one system, in a project with its tables."""

    def __init__(self, name: str, folder: Path):
        super().__init__(name, folder, FOLDER)
        self.blocks = sections()[TITLES[name]]

    def rows(self, file: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = yaml.safe_load(self.file(file))
        return found

    def file(self, name: str) -> str:
        return next(part.body for part in self.blocks if part.file == name)

    def policies(self) -> list[dict[str, Any]]:
        """The page has them for Zendesk, and says to write another name for another system."""
        text = next(part.body for part in sections()["Use a recipe"] if part.file == POLICIES)
        rows = yaml.safe_load(text.replace("Ticket", self.object_type))
        bound = {row["SL_ID"] for row in self.rows(RULES)}
        left_out = {row["SL_ID"] for row in rows} - bound
        assert left_out <= {f"{self.object_type}.Approval"}
        return [row for row in rows if row["SL_ID"] in bound]

    def state_rows(self) -> list[dict[str, Any]]:
        """Those of the page, and the others of the workflow."""
        lists = [d for part in self.blocks for d in documents_in(part) if isinstance(d, list)]
        given = {row["WS_Code"]: row for rows in lists for row in rows if "WS_Code" in row}
        name, states = self.object_type, self.expected["states"]
        assert given.keys() <= set(states)
        return [
            {
                "WS_ID": f"{name}.{state}",
                "WF_ID": name,
                "WS_Code": state,
                "WS_IsStart": state == states[0],
                "WS_IsTerminal": state in self.expected["terminal"],
            }
            | given.get(state, {})
            for state in states
        ]

    def ozmeta(self) -> dict[str, Any]:
        parts = presets.presets()[self.name, "fivetran"].keys
        models = [*(parts.changes or {}), *(parts.events or {}), *(parts.objects or {})]
        given = yaml.safe_load(self.file("ozmeta.yml"))
        given["histories"][self.name] = {"preset": self.name, **given["histories"][self.name]}
        return {
            "version": 1,
            "metadb": {"folder": "metadb/"},
            "journal": {"sources": [{"ref": f"{self.name}_{part}"} for part in models]},
        } | given

    def made(self) -> DbtProject:
        """A folder of metadata as discover writes it, with the recipes."""
        name, states = self.object_type, self.expected["states"]
        binding = {"RB_ID": name, "RB_ObjectType": "Table", "RB_ObjectID": name, "WF_ID": name}
        tables: dict[str, list[dict[str, Any]]] = {
            "Table": [{"TB_ID": name, "TB_TableName": name}],
            "Workflow": [{"WF_ID": name, "WF_Code": f"{name}Flow"}],
            "WorkflowState": self.state_rows(),
            "WorkflowTransition": [
                {
                    "WT_ID": f"{one} {other}",
                    "WF_ID": name,
                    "WT_Code": f"{one} to {other}",
                    "WT_FromWS_ID": f"{name}.{one}",
                    "WT_ToWS_ID": f"{name}.{other}",
                }
                for one, other in permutations(states, 2)
            ],
            "RuntimeBinding": [binding | {"RB_InstanceKeyStrategy": "ObjectID"}],
            "SlaPolicy": self.policies(),
        }
        metadb = self.folder / "metadb"
        metadb.mkdir(parents=True)
        for table, rows in tables.items():
            metadb.joinpath(f"{table}.yml").write_text(yaml.safe_dump(rows), encoding="utf-8")
        self.folder.joinpath(RULES).write_text(self.file(RULES), encoding="utf-8")
        return DbtProject(self.folder, self.ozmeta())


def shown(instant: dt.datetime | None) -> str | None:
    return instant and f"{instant:%d %H:%M}"


def cycles(project: DbtProject, case: Recipes, level: str, team: str) -> list[list[Any]]:
    sql = CYCLES.format(name=case.object_type.lower(), field=f"OF_{team}")
    with project.connect() as connection:
        rows = connection.execute(sql, [level]).fetchall()
    for row in rows:
        assert all(instant is None or instant.second == 0 for instant in row[1:4])
    return [
        [row[0], *map(shown, row[1:4]), row[4], row[5] / 60 if row[5] else 0, row[6]]
        for row in rows
    ]


def like(wanted: list[list[Any]], found: list[list[Any]]) -> list[list[Any]]:
    """The cycles that were found, without the columns that the expected rows leave out."""
    pairs = zip(wanted, found, strict=False)
    cut = [row[: len(want)] for want, row in pairs]
    return [*cut, *found[len(wanted) :]]


@pytest.mark.parametrize("name", TITLES)
def test_the_recipes_of_a_system(tmp_path: Path, name: str) -> None:
    case = Recipes(name, tmp_path / name)
    project = case.made()
    problems = Problems()
    read_project(case.folder, problems)
    assert [str(problem) for problem in [*problems.errors, *problems.warnings]] == []
    as_of = case.expected["as_of"]
    case.load(project, as_of)
    project.run(as_of.replace(" ", "T"))
    assert set(RECIPES) <= case.expected["cycles"].keys()
    (team,) = case.ozmeta()["bindings"][case.object_type]["report_fields"]
    for level, rows in case.expected["cycles"].items():
        either = case.expected.get("in_either_order", {}).get(level, [])
        wanted = [[str(row[0]), *row[1:]] for row in rows]
        found = cycles(project, case, level, team)
        found = [row for row in found if row[0] not in map(str, either)]
        assert like(wanted, found) == wanted, level
    query = next(part for part in sections()["How the rules work"] if part.language == "sql")
    sql = query.body.replace("ticket_", f"{case.object_type.lower()}_")
    times = sum(row["times"] for row in project.rows(sql.replace("OF_Group", f"OF_{team}")))
    assert times == len(case.expected["cycles"]["Ownership"])


def test_the_page_has_all_presets() -> None:
    assert TITLES.keys() == {name for name in presets.names() if presets.loaders(name)}


COPIES = range(300, 308)


def test_a_reply_and_the_solution_in_one_update(tmp_path: Path) -> None:
    """Their events have the same time. The change of the state comes first, whatever the hashes
    are: the copies of a ticket have different hashes.
    """
    case = Recipes("zendesk", tmp_path / "zendesk")
    project = case.made()
    case.load(project, case.expected["as_of"])
    keys = {"ticket": "id", "ticket_comment": "ticket_id", "ticket_field_history": "ticket_id"}
    with project.connect() as connection:
        for copy in COPIES:
            for table, key in keys.items():
                other = f", id + {copy * 1000} as id" if table == "ticket_comment" else ""
                connection.execute(
                    f"insert into zendesk.{table} select * replace ({copy} as {key}{other})"
                    f" from zendesk.{table} where {key} = 203"
                )
    project.run(case.expected["as_of"].replace(" ", "T"))
    orders = project.rows(
        "select distinct arg_min(EJ_EventType, TL_Position) as first from ticket_timeline"
        " where EJ_EventTimeUTC in ('2026-02-02 10:50', '2026-02-02 11:30')"
        " group by EJ_ObjectID, EJ_EventTimeUTC"
    )
    assert [row["first"] for row in orders] == ["Ticket.StatusChanged"]
    for level in ("FirstResponse", "NextResponse", "Resolution", "Ownership"):
        found = cycles(project, case, level, "Group")
        (own, *others) = ([row[1:] for row in found if row[0] == str(n)] for n in (203, *COPIES))
        assert own
        assert others == [own] * len(COPIES), level
    updates = cycles(project, case, "PeriodicUpdate", "Group")
    last = {tuple(row[3:5]) for row in updates if row[1] == "02 11:35"}
    assert last == {("02 11:45", "Cancelled")}
