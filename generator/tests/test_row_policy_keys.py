"""`row_policies` in ozmeta.yml: what it writes into each model, and what it refuses."""

from __future__ import annotations

import re

import pytest
from metadb_samples import Project
from ozmeta_dbt.models.literals import jinja

READERS = "readers: {schema: security, table: tenant_reader}"
BARE = (
    "version: 1\nmetadb: {snapshot: snapshot.json}\n"
    "journal: {source: {name: ops, schema: raw, table: event_journal}}\n"
)
KIND = re.compile(r"config\(\*\*ozmeta_runtime\.row_policy_config\('(\w+)', row_policies\)\)")


def test_every_model_has_its_kind(golden: Project) -> None:
    """Those without one have no rows of a tenant: calendars and the time spine."""
    text = (golden.path / "ozmeta.yml").read_text(encoding="utf-8")
    golden.put(
        "ozmeta.yml", f'{text}row_policies: {{{READERS}, unrestricted: ["o\'dbt {{{{ x }}}}"]}}\n'
    )
    kinds: dict[str, set[str]] = {}
    for name, content in golden.generate().items():
        if name.endswith(".sql"):
            found = KIND.findall(content.decode())
            kinds.setdefault("/".join(found) or "none", set()).add(name.split("/")[-1][:-4])
            assert not found or jinja("o'dbt {{ x }}") in content.decode(), name
    calendars = {"ozmeta_calendar_window", "ozmeta_calendar_piece", "ozmeta_time_spine"}
    assert kinds["none"] == calendars
    assert kinds["nobody"] == {"journal_volume"}
    assert {name[-4:] for name in kinds["reader"]} == {"_run"}
    assert {"case_timeline", "case_quarantine", "case_sla_cycle"} <= kinds["tenant"]
    assert {"case_sla_timer", "case_inline", "workflow_instance", "unclaimed_object_type"} <= kinds[
        "view"
    ]
    golden.put("ozmeta.yml", text)
    assert not any(KIND.search(content.decode()) for content in golden.generate().values())


@pytest.mark.parametrize(
    ("more", "at", "said"),
    [
        (f"row_policies: {{{READERS}}}\nwarehouses: [redshift]", "", "`warehouses` has redshift"),
        (
            f"row_policies: {{{READERS}}}\nwarehouses: [snowflake]",
            "/unrestricted",
            "on snowflake a run would see no rows",
        ),
        (
            f"row_policies: {{{READERS}, unrestricted: [dbt]}}\nwarehouses: [bigquery]",
            "/unrestricted/0",
            "BigQuery expects user:, group:, serviceAccount: or domain:",
        ),
        ("row_policies: {readers: {schema: s}}", "/readers/table", "is missing"),
        ('row_policies: {readers: {schema: s, table: "a\'b"}}', "/readers/table", "plain name"),
        ("row_policies: {}", "/readers", "is missing"),
    ],
)
def test_refused(project: Project, more: str, at: str, said: str) -> None:
    project.put("ozmeta.yml", f"{BARE}{more}\n")
    status, printed = project.run("generate")
    printed = " ".join(printed.split())
    assert status == 2 and f"ozmeta.yml /row_policies{at}" in printed and said in printed, printed


def test_notes(golden: Project) -> None:
    """A binding without a tenant in its key, and one whose view shows the entity's own rows."""
    text = (golden.path / "ozmeta.yml").read_text(encoding="utf-8")
    golden.put("ozmeta.yml", f"{text}row_policies: {{{READERS}}}\n")
    status, printed = golden.run("generate")
    printed = " ".join(printed.split())
    assert status == 0
    assert "row_policies: invoice has no tenant in its key" in printed, printed
    assert "row_policies: case_inline shows rows of the entity's own table" in printed, printed
