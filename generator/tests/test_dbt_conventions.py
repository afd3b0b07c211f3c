"""dbt's conventions in the generated files: freshness, contracts, groups, exposures, tags."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import pytest
import yaml
from metadb_samples import Project

HEAD = "version: 1\nmetadb: {snapshot: snapshot.json}\n"
SOURCE = "{name: ops, schema: raw, table: event_journal}"
BARE = f"{HEAD}journal: {{source: {SOURCE}}}\n"
HALF_A_DAY = "{warn_after: {count: 12, period: hour}}"
DECLARED = "sources:\n  - {name: ops, schema: raw, tables: [{name: event_journal}]}\n"


def tables(project: Project) -> dict[str, Any]:
    text = project.generate()["_journal.yml"]
    return {
        table["name"]: table.get("config")
        for source in yaml.safe_load(text)["sources"]
        for table in source["tables"]
    }


# ---------------------------------------------------------------- freshness


def test_freshness_of_the_journal(project: Project) -> None:
    project.put("ozmeta.yml", f"{HEAD}journal: {{source: {SOURCE}, freshness: {HALF_A_DAY}}}\n")
    age = {"warn_after": {"count": 12, "period": "hour"}}
    assert tables(project) == {"event_journal": {"loaded_at_field": "_SyncDate", "freshness": age}}


def test_a_journal_with_a_freshness_of_its_own_and_one_with_none(project: Project) -> None:
    project.put(
        "ozmeta.yml",
        HEAD
        + f"""journal:
  freshness: {HALF_A_DAY}
  columns: {{_SyncDate: arrived_at}}
  sources:
    - {{name: ops, table: a}}
    - {{name: ops, table: b, freshness: false}}
    - name: ops
      table: c
      freshness:
        error_after: {{count: 2, period: day}}
        filter: "note <> '{{{{ x }}}}'"
        loaded_at_field: cast("Arrived" as timestamp)
    - {{ref: staged}}
""",
    )
    found = tables(project)
    assert found["a"]["loaded_at_field"] == "arrived_at" and found["b"] is None
    assert found["c"]["loaded_at_field"] == 'cast("Arrived" as timestamp)'
    # dbt renders it as Jinja, and what comes out is what ozmeta.yml has
    assert found["c"]["freshness"] == {
        "error_after": {"count": 2, "period": "day"},
        "filter": "note <> '{{ '\\x7b' }}{{ '\\x7b' }} x }}'",
    }


@pytest.mark.parametrize(
    ("journal", "said"),
    [
        (f"{{ref: staged, freshness: {HALF_A_DAY}}}", "this journal is a model"),
        (
            f"{{source: {SOURCE}, freshness: {HALF_A_DAY}, columns: {{_SyncDate: null}}}}",
            "ops.event_journal has no _SyncDate",
        ),
        (
            f"{{source: {SOURCE}, freshness: {HALF_A_DAY}, columns: {{_SyncDate: Sync Date}}}}",
            "the column 'Sync Date' needs quotes",
        ),
        (f"{{source: {SOURCE}, freshness: {{}}}}", "give `warn_after` or `error_after`"),
        (
            f"{{source: {SOURCE}, freshness: {{warn_after: {{count: 3, period: day}},"
            " error_after: {count: 48, period: hour}}}",
            "`warn_after` is later than `error_after`",
        ),
        (
            f"{{source: {SOURCE}, freshness: {{warn_after: {{count: 0, period: day}}}}}}",
            "/journal/freshness/warn_after/count",
        ),
        (
            f"{{source: {SOURCE}, freshness: {{warn_after: {{count: 1, period: days}}}}}}",
            "did you mean 'day'?",
        ),
        (
            "{source: {name: ops, table: j, freshness: yes}}",
            "/journal/source/freshness: give {warn_after",
        ),
    ],
)
def test_freshness_that_is_wrong(project: Project, journal: str, said: str) -> None:
    project.put("ozmeta.yml", f"{HEAD}journal: {journal}\n")
    status, printed = project.run("generate")
    assert status == 2 and said in " ".join(printed.split())


def test_freshness_of_a_source_that_the_project_declares(project: Project) -> None:
    project.put("models/sources.yml", DECLARED)
    project.put("ozmeta.yml", f"{HEAD}journal: {{source: {SOURCE}, freshness: {HALF_A_DAY}}}\n")
    status, printed = project.run("generate")
    assert status == 0 and "_journal.yml" not in project.files()
    printed = " ".join(printed.split())
    assert "models/sources.yml declares ops.event_journal, so its freshness is not wr" in printed


# ---------------------------------------------------------------- contracts


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("contracts: true", "`warehouses` names none"),
        ("contracts: true\nwarehouses: [snowflake, duckdb]", "and `warehouses` has snowflake"),
    ],
)
def test_contracts_whose_types_are_not_known(project: Project, more: str, said: str) -> None:
    project.put("ozmeta.yml", f"{BARE}{more}\n")
    status, printed = project.run("generate")
    assert status == 2 and "ozmeta.yml /contracts" in printed and said in " ".join(printed.split())


def test_every_column_under_a_contract_has_a_type(project: Project) -> None:
    project.put("ozmeta.yml", BARE)
    plain = project.generate()["case/_case.yml"].decode()
    assert "data_type" not in plain and "contract" not in plain
    project.put("ozmeta.yml", f"{BARE}contracts: true\nwarehouses: [postgres]\n")
    files = project.generate()
    found = [
        model
        for name, text in files.items()
        if name.endswith(".yml")
        for model in yaml.safe_load(text).get("models", [])
    ]
    assert len(found) > 10
    for model in found:
        assert model["config"]["contract"] == {"enforced": True}
        assert {column["data_type"] for column in model["columns"]} <= {
            "text",
            "bigint",
            "boolean",
            "timestamp",
        }


# ---------------------------------------------------------------- groups


def test_a_group_that_the_project_declares(project: Project) -> None:
    project.put("ozmeta.yml", f"{BARE}group: {{name: desk}}\n")
    status, printed = project.run("generate")
    assert status == 2 and "the group desk needs an owner" in " ".join(printed.split())
    project.put("models/groups.yml", "groups: [{name: desk, owner: {name: Desk}}]\n")
    files = project.generate()
    assert "_groups.yml" not in files and b"group: desk" in files["case/_case.yml"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("group: {name: desk, owner: {}}", "/group/owner: give `name` or `email`"),
        ("group: {name: 'a b', owner: {name: x}}", "/group/name: 'a b' is not a plain name"),
        (
            "exposures: {board: {owner: {name: x}, type: chart}}",
            "/exposures/board/type: is 'chart'",
        ),
        ("exposures: {board: {}}", "/exposures/board/owner: is missing"),
        (
            "exposures: {board: {owner: {name: x}, bindings: [Case], models: [case_run]}}",
            "give `bindings` or `models`, not both",
        ),
    ],
)
def test_keys_that_are_wrong(project: Project, more: str, said: str) -> None:
    project.put("ozmeta.yml", f"{BARE}{more}\n")
    status, printed = project.run("generate")
    assert status == 2 and said in " ".join(printed.split())


# ---------------------------------------------------------------- exposures


def test_what_an_exposure_depends_on(project: Project) -> None:
    project.put(
        "ozmeta.yml",
        BARE
        + """exposures:
  all_of_it: {owner: {name: x}}
  of_cases: {owner: {name: x}, bindings: [Case]}
  one: {owner: {name: x}, models: [timeline], description: "it's {{ x }}"}
""",
    )
    files = project.generate()
    found = {entry["name"]: entry for entry in yaml.safe_load(files["_exposures.yml"])["exposures"]}
    refs = [
        f"ref('{name.partition('/')[2].removesuffix('.sql')}')"
        for name in files
        if name.startswith("case/") and name.endswith(".sql")
    ]
    assert sorted(found["all_of_it"]["depends_on"]) == sorted(refs)
    assert found["of_cases"]["depends_on"] == found["all_of_it"]["depends_on"]
    assert found["one"]["depends_on"] == ["ref('timeline')"]
    assert "{{ x" not in found["one"]["description"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("models: [case_sla_timmer]", "/exposures/board/models/0: 'case_sla_timmer' is not a"),
        ("bindings: [Cases]", "/exposures/board/bindings/0: 'Cases' is not a binding"),
    ],
)
def test_an_exposure_of_what_is_not_there(project: Project, more: str, said: str) -> None:
    project.put("ozmeta.yml", f"{BARE}exposures: {{board: {{owner: {{name: x}}, {more}}}}}\n")
    status, printed = project.run("generate")
    printed = " ".join(printed.split())
    assert status == 2 and said in printed and "did you mean 'case" in printed.lower()
    assert not project.files()


def test_an_exposure_of_a_model_that_is_disabled(project: Project) -> None:
    project.put(
        "dbt_project.yml",
        "name: mine\nmodels: {mine: {ozmeta: {rollups: {timeline: {+enabled: false}}}}}\n",
    )
    exposure = "{owner: {name: x}, models: [timeline]}"
    project.put("ozmeta.yml", f"{BARE}exposures: {{board: {exposure}}}\n")
    status, printed = project.run("generate")
    assert status == 2 and "'timeline' is not a generated model" in " ".join(printed.split())


# ---------------------------------------------------------------- dbt itself


@pytest.mark.parametrize(
    ("version", "flags", "warned"),
    [
        ("1.10.6", "", True),
        ("1.10.6", "flags: {require_generic_test_arguments_property: true}", False),
        ("1.11.16", "", False),
        ("1.1.0", "", False),
    ],
)
def test_dbt_1_10_needs_a_flag(
    project: Project, version: str, flags: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: version if name == "dbt-core" else found(name)
    )
    project.put("dbt_project.yml", f"name: mine\n{flags}\n")
    project.put("ozmeta.yml", BARE)
    status, printed = project.run("generate")
    assert status == 0 and ("without the flag require_generic_test" in printed) is warned
