"""What ozmeta.yml says of approval flows: versions and requests while a round is open (SPEC 6b);
the rest of a flow is in test_approval_flows.py.
"""

from __future__ import annotations

import pytest
import yaml
from metadb_samples import CONFIG, Project

TODAY = [{"code": "Lead"}, {"code": "Boss"}]
OLDER = [{"code": "Check", "quorum": "all", "of": 2, "veto": False, "roles": ["Lead"]}]


def choose(project: Project, flows: object) -> None:
    project.put("ozmeta.yml", CONFIG + yaml.safe_dump({"approval_flows": flows}))


def test_versions_are_literals_of_the_models(project: Project) -> None:
    versions = [{"steps": OLDER, "onRequest": "ignore"}, {"from": "2026-03-01T09:30:00.5+02:00"}]
    choose(project, {"Sign": {"onRequest": "restart", "versions": versions}})
    (flow,) = project.bindings()[0].approvals.flows
    first, last = flow.versions
    assert (first.start, first.on_request) == (None, "ignore")
    assert [(s.code, s.quorum, s.veto, s.voters) for s in first.steps] == [("Check", 2, False, 2)]
    assert (last.start, last.steps) == ("2026-03-01 07:30:00.500000", flow.steps)
    files = project.generate()
    for model in ("event", "step"):
        text = files[f"case/case_approval_{model}.sql"].decode()
        assert "'code': 'Check', 'quorum': 2, 'of': 2, 'veto': false, 'roles': ['Lead']" in text
        assert "'from': '2026-03-01 07:30:00.500000'" in text and "'onRequest': 'restart'" in text
    described = files["case/_case.yml"].decode()
    assert "Check" in described and "approval_events_counted" in described


def test_before_the_first_version_the_flow_is_as_metadb_says(project: Project) -> None:
    choose(
        project,
        {"Sign": {"versions": [{"from": "2026-01-01", "steps": OLDER}, {"from": "2026-03-01"}]}},
    )
    (flow,) = project.bindings()[0].approvals.flows
    assert [version.start for version in flow.versions] == [
        None,
        "2026-01-01 00:00:00.000000",
        "2026-03-01 00:00:00.000000",
    ]
    assert flow.versions[0].steps == flow.versions[2].steps == flow.steps


NOW = {"from": "2026-01-01"}
AT = "ozmeta.yml /approval_flows/Sign"


@pytest.mark.parametrize(
    ("flows", "place", "part"),
    [
        ({"sing": {}}, "ozmeta.yml /approval_flows/sing", "did you mean 'Sign'?"),
        ({"Sign": {"onrequest": "restart"}}, f"{AT}/onrequest", "did you mean 'onRequest'?"),
        ({"Sign": {"onRequest": "again"}}, f"{AT}/onRequest", "'ignore' or 'restart'"),
        (
            {"Sign": {"versions": [{"form": "2026-01-01"}]}},
            f"{AT}/versions/0/form",
            "did you mean 'from'?",
        ),
        (
            {"Sign": {"versions": [{"steps": [{"code": "A", "qourum": 2}]}, NOW]}},
            f"{AT}/versions/0/steps/0/qourum",
            "did you mean 'quorum'?",
        ),
        ({"Sign": {"versions": [{"steps": OLDER}, {}]}}, AT, "only the first may have no `from`"),
        (
            {
                "Sign": {
                    "versions": [
                        {"steps": OLDER},
                        {"from": "2026-03-01", "steps": OLDER},
                        {"from": "2026-03-01"},
                    ]
                }
            },
            AT,
            "must be later",
        ),
        (
            {"Sign": {"versions": [{"from": "March"}]}},
            f"{AT}/versions/0/from",
            "expected an instant",
        ),
        (
            {"Sign": {"versions": [{"from": "2026-02-30"}]}},
            f"{AT}/versions/0/from",
            "expected an instant",
        ),
        (
            {"Sign": {"versions": [{"from": "2026-02-20T24:00"}]}},
            f"{AT}/versions/0/from",
            "expected an instant",
        ),
        (
            {"Sign": {"versions": [{"steps": TODAY}, {"from": "2026-03-01", "steps": OLDER}]}},
            f"{AT}/versions/1",
            "is not what MetaDB has now",
        ),
        ({"Sign": {"versions": [{"steps": []}]}}, f"{AT}/versions/0/steps", "at least 1 item"),
        (
            {"Sign": {"versions": [{"steps": [{"code": "A", "quorum": 0}]}, NOW]}},
            f"{AT}/versions/0/steps/0/quorum",
            "is 0; expected 'all' or a whole number",
        ),
        (
            {"Sign": {"versions": [{"steps": [{"code": "A", "quorum": 3, "of": 2}]}, NOW]}},
            f"{AT}/versions/0/steps/0",
            "which no vote can reach",
        ),
        (
            {"Sign": {"versions": [{"steps": [{"code": "A", "quorum": "all"}]}, NOW]}},
            f"{AT}/versions/0/steps/0",
            "which needs `of`",
        ),
        (
            {"Sign": {"versions": [{"steps": [{"code": "A"}, {"code": "A"}]}, NOW]}},
            f"{AT}/versions/0",
            "have the same code",
        ),
    ],
)
def test_refused(project: Project, flows: object, place: str, part: str) -> None:
    choose(project, flows)
    assert [
        problem
        for problem in map(str, project.errors())
        if problem.startswith(place + ":") and part in problem
    ], project.errors()
