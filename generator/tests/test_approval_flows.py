"""What the generator makes of approval flows (SPEC 6b, 10); their faults are in test_errors.py."""

from __future__ import annotations

import pytest
from metadb_samples import Project, minimal

APPROVALS = {
    f"{place}{model}.sql"
    for place in ("case/case_", "rollups/")
    for model in ("approval_event", "approval_step", "approval_instance")
}


def generated(project: Project, purposes: tuple[str, ...] = (), **sla: object) -> dict[str, bytes]:
    tables = minimal()
    tables["RuntimeTemplateBinding"] = [
        {"RB_ID": 1, "RTB_Purpose": purpose} for purpose in purposes
    ]
    tables["SlaPolicy"][0] |= sla
    project.metadb(tables)
    return project.generate()


def test_a_flow_comes_along_unless_templates_choose_otherwise(project: Project) -> None:
    assert set(generated(project)) >= APPROVALS
    files = generated(project, ("SlaTracking",))
    assert not set(files) & APPROVALS
    assert (
        b"PL_approval_step" not in files["case/case_timeline.sql"]
    )  # what nobody needs is not read
    files = generated(project, ("ApprovalTracking",))
    assert set(files) >= APPROVALS and "case/case_sla_cycle.sql" not in files


def test_an_sla_on_a_step_needs_its_votes(project: Project) -> None:
    files = generated(project, ("SlaTracking",), SL_ObjectType="ApprovalStep", SL_ObjectID=2)
    assert set(files) & APPROVALS == {name for name in APPROVALS if "instance" not in name}
    assert b"approvals=ref('case_approval_step')" in files["case/case_sla_cycle.sql"]
    (sla,) = project.bindings()[0].slas
    assert sla.approval_step == ("Sign", "Boss")


def test_a_disabled_flow_is_none(project: Project) -> None:
    tables = minimal()
    tables["ApprovalFlow"][0]["AF_IsEnabled"] = False
    tables["RuntimeTemplateBinding"] = [{"RB_ID": 1, "RTB_Purpose": "ApprovalTracking"}]
    project.metadb(tables)
    status, printed = project.run("generate")
    assert (
        status == 0
        and "Case: the approval flow Sign is disabled" in printed
        and "Case has nothing for ApprovalTracking: no approval flow is defined"
        in " ".join(printed.split())
    )
    assert not set(project.files()) & APPROVALS


def test_further_flows_by_their_codes(project: Project) -> None:
    tables = minimal()
    tables["ApprovalStep"].append({"AS_ID": 3, "AF_ID": 2, "AS_Order": 0, "AS_Code": "Any"})
    project.metadb(tables)
    project.put(
        "ozmeta.yml",
        (project.path / "ozmeta.yml").read_text() + "bindings: {Case: {approval_flows: [Other]}}\n",
    )
    assert [flow.code for flow in project.bindings()[0].approvals.flows] == ["Sign", "Other"]
    assert project.bindings()[0].approvals.default == "Sign"
    del tables["RuntimeBinding"][0]["AF_ID"]
    project.metadb(tables)
    assert project.bindings()[0].approvals.default == "Other"


@pytest.mark.parametrize(
    ("written", "quorum", "voters", "veto"),
    [
        (None, 1, None, True),
        ("", 1, None, True),
        ("allow", 1, None, True),
        ({}, 1, None, True),
        ("{}", 1, None, True),
        ('{"quorum": 2}', 2, None, True),
        ({"of": 3, "veto": False}, 1, 3, False),
        ({"quorum": "all", "of": 3}, 3, 3, True),
        ({"version": 1, "kind": "Guard", "params": {"quorum": 2, "of": 2}}, 2, 2, True),
        ('{"version": 1, "kind": "Validation"}', 1, None, True),
    ],
)
def test_rules_of_a_step(
    project: Project, written: object, quorum: int, voters: int | None, veto: bool
) -> None:
    tables = minimal()
    tables["ApprovalStep"][0]["AS_RuleLogical"] = written
    project.metadb(tables)
    step = project.bindings()[0].approvals.flows[0].steps[0]
    assert (step.quorum, step.voters, step.veto, step.roles) == (quorum, voters, veto, ["Lead"])


def test_an_expression_in_an_approval_rule_is_warned_of(project: Project) -> None:
    tables = minimal()
    tables["ApprovalStep"][0]["AS_RuleLogical"] = {
        "version": 1,
        "kind": "Guard",
        "expr": {"lit": False},
        "params": {"quorum": 2},
    }
    project.metadb(tables)
    assert "only the params have an effect" in " ".join(project.run("validate")[1].split())
