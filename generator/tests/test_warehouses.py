"""What a warehouse can't do is said when the models are written, by ozmeta.yml's `warehouses`
(docs/cross-db.md).
"""

from __future__ import annotations

import pytest
from metadb_samples import CONFIG, Project, Tables, minimal, rule
from ozmeta_dbt.bindings.warehouses import what_lacks

PATTERN = "/objects/runtime/slaBindings/0/RSB_StartRule/expr/args/0/args/1"


def without_approvals() -> Tables:
    tables = minimal()
    tables["RuntimeBinding"][0].pop("AF_ID")
    return tables


def said(project: Project, warehouses: str, tables: Tables, more: str = "") -> tuple[int, str]:
    project.metadb(tables)
    project.put("ozmeta.yml", f"{CONFIG}warehouses: {warehouses}\n{more}")
    status, printed = project.run("validate")
    return status, " ".join(printed.split())


def with_pattern(pattern: str) -> Tables:
    tables = without_approvals()
    matches = {"op": "regex", "args": [{"ref": "event.type"}, {"lit": pattern}]}
    tables["RuntimeSlaBinding"][0] |= {
        "RSB_StartRule": rule("TimerStart", {"op": "or", "args": [matches, {"lit": True}]})
    }
    return tables


def test_a_regex_on_sql_server_is_refused_with_its_pointer(project: Project) -> None:
    status, printed = said(project, "[duckdb, sqlserver]", with_pattern("^Case"))
    assert (
        status == 2
        and f"{PATTERN}: the regex '^Case' can't run on sqlserver: it has no regular expressions"
        " (use startsWith"
        in printed
    )
    assert printed.count("can't run on") == 1  # DuckDB can
    assert project.run("generate")[0] == 2 and not project.files()
    assert said(project, "[duckdb, bigquery]", with_pattern("^Case"))[0] == 0


def test_a_pattern_is_refused_where_it_cannot_be_said(project: Project) -> None:
    status, printed = said(project, "[snowflake, postgres]", with_pattern("a(?:b)"))
    assert (
        status == 2
        and "can't run on snowflake: it has no groups that begin with '(?'" in printed
        and "postgres" not in printed
    )


@pytest.mark.parametrize(
    ("warehouse", "pattern", "lacks"),
    [
        ("duckdb", r"(?i)\pL\C{300}", None),
        ("bigquery", r"(?i)\pL", None),
        ("redshift", r"(?i)a", None),
        ("fabric", "a", "regular expressions"),
        ("snowflake", r"^\d", None),
        ("snowflake", "(?i)a", "groups that begin with '(?'"),
        ("postgres", r"(?i)(?:a)(?P<x>b)\Q(?i)\p\E[\w]", None),
        ("postgres", "a(?i:b)", "'(?i:'"),
        ("postgres", r"\pL", r"'\\p'"),
        ("postgres", "a{255}", None),
        ("postgres", "a{2,256}", "repetitions beyond 255"),
        ("postgres", "[{300}]", None),
        ("databricks", "(?i)a(?s:b)", None),
        ("databricks", r"\C", r"'\\C'"),
        ("spark", "(?U)a+", "'(?U)'"),
        ("spark", r"\\C", None),
    ],
)
def test_what_a_warehouse_lacks(warehouse: str, pattern: str, lacks: str | None) -> None:
    assert what_lacks(warehouse, pattern) == lacks  # type: ignore[arg-type]


def test_what_goes_event_by_event_on_t_sql(project: Project) -> None:
    status, printed = said(project, "[fabric]", minimal())
    assert (
        status == 2 and "ozmeta.yml /bindings/Case: approval flows can't run on fabric" in printed
    )
    assert said(project, "[postgres]", minimal())[0] == 0
    status, printed = said(
        project,
        "[fabric]",
        without_approvals(),
        "bindings: {Case: {conflict_policy: first_writer_wins}}\n",
    )
    assert (
        status == 0
        and "/bindings/Case/conflict_policy: on fabric a run stops at the first event that"
        " first_writer_wins has to reject"
        in printed
    )
    status, printed = said(project, "[sqlserver]", without_approvals())
    assert status == 0 and "a run stops" not in printed
    tables = without_approvals()
    tables["WorkflowTransition"].append(
        tables["WorkflowTransition"][0] | {"WT_ID": 2, "WT_FromWS_ID": 2, "WT_ToWS_ID": 1}
    )
    status, printed = said(project, "[sqlserver]", tables)
    assert (
        status == 0
        and "on sqlserver a run stops at the first 'Close': it leads to different states" in printed
    )
    assert "a run stops" not in said(project, "[duckdb]", tables)[1]


def test_an_unknown_warehouse(project: Project) -> None:
    status, printed = said(project, "[oracle]", without_approvals())
    assert status == 2 and "ozmeta.yml /warehouses/0" in printed
