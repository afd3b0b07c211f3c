"""`ozmeta-dbt explain` and `verify`: what a person sees about an object, and that a wrong table is
noticed.
"""

from __future__ import annotations

import copy
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.operations.verify import Choice
from ozmeta_dbt.problems import DbtFailed
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, event, meta, snapshot
from support.verification import command, dbt_of, tampered, told, verified

AS_OF = "2026-01-01T04:00:00"


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    project = DbtProject(tmp_path, CONFIG, meta())
    project.create_journal()
    return project


def test_explain_tells_what_each_event_and_the_passing_of_time_did(project: DbtProject) -> None:
    project.append(
        [
            event("a", 0, "Go", EJ_Actor="ann", EJ_SourceSystem="crm", EJ_Sequence=2),
            event("d", 70, "Back", EJ_SourceSystem="crm", EJ_Sequence=1),
            event("odd", 50, "[bold]Fly"),
            event("b", 75, "Go"),
            event(
                "ack",
                150,
                EJ_EventType="Escalation.Acknowledged",
                EJ_Payload='{"escalation": {"slaCode": "Work"}}',
            ),
            event("c", 160, "Back"),
            event("later", 400, "Go"),
            event("bad", 90, EJ_Payload="{"),
            event("other", 0, "Go", _TenantID="t2"),
        ]
    )
    project.run(AS_OF)
    mine, _, others = told(project, "o1").partition("case o1 of tenant t2")
    assert mine.splitlines() == [
        "case o1 of tenant t1 is Open since 2026-01-01 02:40:00 as of 2026-01-01 04:00:00 (run 1)",
        "# counts at (UTC) event what it did",
        (
            "1 2026-01-01 00:50:00 X (odd) moves nothing, UnknownTransition: its workflow has no"
            " such transition"
        ),
        "2 2026-01-01 01:10:00 X (d, crm no. 1) nothing",
        "3 2026-01-01 01:10:00 X (a, crm no. 2) by ann Open → Busy by Go",
        (
            "ClockSkew: its writer's clock went back, so it counts at the latest time its writer"
            " had reached; it says 2026-01-01 00:00:00"
        ),
        "starts Work, due 2026-01-01 02:10:00",
        "raises Warning Escalation.Raised level 1 to role Desk",
        "4 2026-01-01 01:15:00 X (b) nothing",
        "2026-01-01 01:40:00 time passes Work is warned",
        "raises Warning SLA.Warned level 1 of Work to role Lead",
        "2026-01-01 02:10:00 time passes Work is breached: still running when it was due",
        "raises Critical SLA.Breached level 2 of Work to ann",
        (
            "5 2026-01-01 02:30:00 Escalation.Acknowledged (ack) acknowledges Warning SLA.Warned"
            " level 1 of Work to role Lead"
        ),
        "acknowledges Critical SLA.Breached level 2 of Work to ann",
        "6 2026-01-01 02:40:00 X (c) Busy → Open by Back",
        "stops Work, 30 min late",
        "closes Warning SLA.Warned level 1 of Work to role Lead",
        "closes Critical SLA.Breached level 2 of Work to ann",
        "pending: X (later), counts from the first run as of 2026-01-01 06:40:00 or later",
        "quarantined, MalformedPayload: X (bad), delivered 2026-01-01 01:30:00, {",
    ]
    assert others.startswith(" is Busy since 2026-01-01 00:00:00") and "quarantined" not in others
    # a late event undoes it all; another, and time is still to pass
    project.append(
        [event("late", 72, "Back", _SyncDate=dt.datetime(2026, 1, 1, 4)), event("again", 230, "Go")]
    )
    project.run("2026-01-01T04:30:00")
    mine = told(project, "o1").partition("case o1 of tenant t2")[0]
    assert "stops Work, in time by 58 min" in mine
    assert (
        "had raised Critical SLA.Breached level 2 of Work to ann; retracted as of 2026-01-01"
        " 04:30:00, since its cause is no more" in mine
    )
    assert "to come: Work: warned, next threshold 2026-01-01 04:50:00" in mine


def test_explain_shows_what_pauses_did(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, CONFIG, meta("resume"))
    project.create_journal()
    project.append([event("a", 0, "Go"), event("b", 20, "Back"), event("c", 100, "Go")])
    project.run(AS_OF)
    assert "starts Work, due 2026-01-01 02:20:00 with pauses of 1 h 20 min taken out" in told(
        project, "o1"
    )


def test_explain_says_when_a_timer_pauses_and_resumes(tmp_path: Path) -> None:
    """The tables have only its start and its last stop. Its rules show the stops and restarts
    between them.
    """
    project = DbtProject(tmp_path, CONFIG, meta("resume"))
    project.create_journal()
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 20, "Back"),
            event("idle", 30, "Back"),
            event("c", 50, "Go"),
            event("d", 55, "Go"),
            event("e", 60, "Back"),
            event("f", 100, "Go"),
            event("g", 105, "Back"),
        ]
    )
    project.append([event("a2", 0, "Go", "o2"), event("b2", 7, "Back", "o2")])
    project.run(AS_OF)
    lines = told(project, "o1").splitlines()
    of = {
        name: [line for line in lines[at : at + 3] if "Work" in line]
        for name in "abcefg"
        for at, line in enumerate(lines)
        if f"X ({name})" in line
    }
    assert of["a"][0] == "starts Work, due 2026-01-01 02:10:00 with pauses of 1 h 10 min taken out"
    assert (
        of["b"][0] == "pauses Work after 20 min"
        and of["c"][0] == "resumes Work after a pause of 30 min"
    )
    assert (
        of["e"][0] == "pauses Work after 30 min"
        and of["f"][0] == "resumes Work after a pause of 40 min"
    )
    assert (
        "stops Work, in time by" in of["g"][0] and sum("stops Work" in line for line in lines) == 1
    )
    assert "pauses" not in told(project, "o2") and "stops Work" in told(project, "o2")


def test_explain_shows_a_rejection_as_one(tmp_path: Path) -> None:
    project = DbtProject(
        tmp_path, CONFIG | {"bindings": {"Case": {"conflict_policy": "first_writer_wins"}}}, meta()
    )
    project.create_journal()
    project.append(
        [
            event("a", 0, "Go"),
            event(
                "again", 10, "Go", EJ_Payload='{"transition": {"code": "Back", "rowVersion": 7}}'
            ),
        ]
    )
    project.run(AS_OF)
    assert (
        "2 2026-01-01 00:10:00 X (again) rejected, VersionConflict: its writer had seen another"
        " version; no rule sees it" in told(project, "o1")
    )


def test_explain_sorts_what_is_pending_by_time(project: DbtProject) -> None:
    project.append(
        [event("a", 0, "Go"), event("x", 500, "Go"), event("y", 300, "Back"), event("z", 400, "Go")]
    )
    project.run(AS_OF)
    pending = [line for line in told(project, "o1").splitlines() if line.startswith("pending")]
    assert [line.split()[2] for line in pending] == ["(y),", "(z),", "(x),"] and pending[
        0
    ].endswith("counts from the first run as of 2026-01-01 05:00:00 or later")


def test_explain_tells_one_instant_in_the_order_it_counts(tmp_path: Path) -> None:
    """Two timers: at minute 60, an event is in time for one, which is due then. The other is
    warned, and its levels are raised.
    """
    document = meta()
    runtime = document["objects"]["runtime"]
    runtime["slaPolicies"].append(
        copy.deepcopy(runtime["slaPolicies"][0])
        | {"id": "p2", "code": "Alpha", "targetMinutes": 90, "warnMinutes": 60}
    )
    runtime["slaPolicies"].append(
        copy.deepcopy(runtime["slaPolicies"][0])
        | {"id": "p3", "code": "Beta", "targetMinutes": 60, "warnMinutes": None}
    )
    never = {
        "version": 1,
        "kind": "TimerStop",
        "expr": {"op": "eq", "args": [{"ref": "event.type"}, {"lit": "Never"}]},
    }
    runtime["slaBindings"] += [
        {
            "bindingId": "b",
            "slaId": sla,
            "startRule": runtime["slaBindings"][0]["startRule"],
            "stopRule": never,
        }
        for sla in ("p2", "p3")
    ]
    for policy in runtime["slaPolicies"][2:]:
        policy["escalationRule"] = None
    project = DbtProject(tmp_path, CONFIG, document)
    project.create_journal()
    project.append(
        [event("a", 0, "Go"), event("b", 60, "Back"), event("c", 60, "Go"), event("w", 90, "Back")]
    )
    project.run(AS_OF)
    lines = told(project, "o1").splitlines()
    begin = next(at for at, line in enumerate(lines) if "X (b)" in line)
    assert lines[begin : begin + 11] == [
        "2 2026-01-01 01:00:00 X (b) Busy → Open by Back",
        "stops Work, in time, at the very instant it was due",
        "closes Warning SLA.Warned level 1 of Work to role Lead",
        "3 2026-01-01 01:00:00 X (c) Open → Busy by Go",
        "starts Work (cycle 2), due 2026-01-01 02:00:00",
        "raises Warning Escalation.Raised level 1 to role Desk",
        "2026-01-01 01:00:00 time passes Alpha is warned",
        "Beta is breached: still running when it was due",
        "raises Warning SLA.Warned level 1 of Alpha to role Lead",
        "raises Critical SLA.Breached level 1 of Beta to nobody",
        "4 2026-01-01 01:30:00 X (w) Busy → Open by Back",
    ]
    # a warning counts at its own instant, though an event stops the timer then; what it raised is
    # closed at once
    assert lines[begin + 11 : begin + 15] == [
        "stops Work (cycle 2), in time by 30 min",
        "2026-01-01 01:30:00 time passes Work (cycle 2) is warned",
        "Alpha is breached: still running when it was due",
        (
            "raises Warning SLA.Warned level 1 of Work to role Lead, closed at once: its timer"
            " stops at that instant"
        ),
    ]


def test_a_binding_is_known_by_any_spelling(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run(AS_OF)
    for binding in ("case", "Case", "CA", " cA "):
        assert "starts Work" in told(project, "o1", binding)
    assert list(dbt_of(project).operation("verify_plan", wanted=["CASE", "ca"])["bindings"]) == [
        "case"
    ]


def test_a_binding_that_two_spellings_may_mean(tmp_path: Path) -> None:
    document = snapshot("WorkOrder")
    objects_ = document["objects"]
    objects_["tables"].append({"id": "t2", "code": "Workorder", "cdCode": "W2"})
    objects_["runtime"]["bindings"].append(
        {"id": "b2", "objectType": "Table", "objectId": "t2", "workflowId": "w"}
    )
    project = DbtProject(tmp_path, CONFIG, document)
    project.create_journal()
    project.append(
        [
            event("a", 0, "Go", EJ_ObjectType="WorkOrder"),
            event("b", 0, "Go", "o2", EJ_ObjectType="Workorder"),
        ]
    )
    project.run(AS_OF)
    assert (
        "X (a)" in told(project, "o1", "WorkOrder")
        and "X (b)" in told(project, "o2", "W2")
        and "X (a)" in told(project, "o1", "work_order")
    )
    with pytest.raises(
        DbtFailed,
        match=r"'work order' matches several bindings: work_order, workorder. Use one of these",
    ):
        told(project, "o1", "work order")
    with pytest.raises(
        DbtFailed, match=r"no binding 'workordr'. It has: work_order, workorder. Did you mean work"
    ):
        dbt_of(project).operation("verify_plan", wanted=["workordr"])


def test_rows_of_an_unclaimed_object_type_are_told(project: DbtProject) -> None:
    """`verify` reports them although it finds no difference, and `explain` does if the tables have
    no such object.
    """
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 0, "Go", "o5", EJ_ObjectType="case"),
            event("c", 0, "Go", "o5", EJ_ObjectType="Heartbeat"),
        ]
    )
    project.run(AS_OF)
    same, said = verified(project)
    assert (
        same
        and "warning 1 row of object type 'case' in ops.event_journal belongs to no binding;"
        " did you mean Case?"
        in said
    )
    assert "'Heartbeat'" in said
    sentences = dbt_of(project).operation("explain_facts", binding="case", object="o5")["unclaimed"]
    assert len(sentences) == 1 and "'case'" in sentences[0]
    assert "unclaimed" not in dbt_of(project).operation(
        "explain_facts", binding="case", object="o1"
    )


def test_verify_says_if_object_types_were_not_counted(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run(AS_OF, "--exclude", "unclaimed_object_type")
    same, said = verified(project)
    assert same and "rows of object types that no binding claims were not counted" in said


def test_a_payload_field_is_called_as_rules_call_it(tmp_path: Path) -> None:
    document = meta()
    document["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"] = {
        "op": "eq",
        "args": [{"ref": "object.Priority"}, {"lit": "High"}],
    }
    project = DbtProject(tmp_path, CONFIG, document)
    project.create_journal()
    project.append([event("a", 0, "Go", EJ_Payload='{"object": {"Priority": "High"}}')])
    project.run(AS_OF)
    tampered(project, "update case_timeline set PL_object_Priority = '\"Low\"', PL_Code = 'Go'")
    same, said = verified(project)
    assert (
        not same
        and 'timeline: object.Priority is "Low", should be "High"' in said
        and "timeline: transition.code is Go, should be null" in said
    )


def timeline_rows(said: str) -> int:
    return int(
        next(line for line in said.splitlines() if line.startswith("case_timeline")).split()[3]
    )


def test_verify_notices_each_table_that_is_wrong_and_shows_why(project: DbtProject) -> None:
    project.append(
        [event(f"go{n}", n, "Go", f"o{n}") for n in range(40)]
        + [event(f"back{n}", n + 50, "Back", f"o{n}") for n in range(20)]
        + [event("bad", 9, EJ_Payload="{")]
    )
    project.run("2026-01-01T01:00:00")
    project.append([event("late", 0, "Back", "o30", _SyncDate=dt.datetime(2026, 1, 1, 1))])
    project.run(AS_OF)
    same, said = verified(project, Choice(share=0.5))
    assert same and 5 < timeline_rows(said) < 55
    assert (
        project.rows("from information_schema.tables where table_schema like '%verify%'") == []
    )  # it cleans up
    tampered(
        project,
        "update case_sla_cycle set ST_BreachedUTC = null where ST_ObjectID = 'o33'",
        "delete from case_timeline where EJ_ID = 'back7'",
        "update case_workflow_instance set WS_CurrentCode = 'Open', _DeleteDate = current_timestamp"
        " where WI_ObjectID = 'o8'",
        "delete from case_quarantine",
        "insert into case_escalation_queue select * replace ('x' as _Key, 'o9' as EQ_ObjectID) from"
        " case_escalation_queue where _DeleteDate is null limit 1",
    )
    same, said = verified(project)
    assert not same and timeline_rows(said) == 60
    found = {
        line.split()[0].removeprefix("case_"): line.split()[-2:]
        for line in said.splitlines()
        if line.startswith("case_")
    }
    assert found == {
        "timeline": ["1", "1"],
        "quarantine": ["1", "1"],
        "workflow_instance": ["1", "1"],
        "sla_cycle": ["1", "1"],
        "sla_timer": ["1", "1"],
        "escalation_queue": ["1", "1"],
    }
    assert "timeline: a row is missing: EJ_ID back7" in said and "stops Work" in said
    assert "6 rows differ" in said
    assert (
        "ST_BreachedUTC is null, should be 2026-01-01 01:33:00"
        in verified(project, Choice(("o33",)))[1]
    )


def test_verify_leaves_out_what_the_next_run_reads_but_not_what_none_ever_will(
    project: DbtProject,
) -> None:
    project.append([event(f"go{n}", n, "Go", f"o{n}") for n in range(40)])
    project.run(AS_OF)
    project.append(
        [
            event("new", 235, "Back", "o9"),
            event("new8", 38, "Back", "o8"),
            event("worse", 239, object_id="o7", EJ_Payload="{"),
            event("go6", 6, "Back", "o6", _SyncDate=dt.datetime(2026, 1, 1, 4)),
        ]
    )
    same, said = verified(project)
    assert same and "left out: 4" in said and timeline_rows(said) == 36
    project.append([event("lost", 0, "Back", "o39")])  # behind the lookback
    same, said = verified(project)
    assert not same and "a row is missing: EJ_ID lost" in said


def test_verify_says_when_it_can_not_be_right_yet(project: DbtProject) -> None:
    with pytest.raises(DbtFailed, match="no completed run"):
        verified(project)
    project.append([event("a", 0, "Go")])
    project.run(AS_OF)
    project.append([event("b", 300, "Back")])
    project.run("2026-01-01T06:00:00", "--select", "case_timeline")
    with pytest.raises(DbtFailed, match=r"did not finish.*case_timeline"):
        verified(project)
    project.run("2026-01-01T06:00:00")
    changed = meta()
    changed["objects"]["runtime"]["slaPolicies"][0]["targetMinutes"] = 70
    project.configure(CONFIG, changed)
    with pytest.raises(DbtFailed, match="definitions of case_sla_cycle, case_sla_timer changed"):
        verified(project)


def test_verify_never_writes_over_the_tables(project: DbtProject) -> None:
    """A project that names schemas without the target's schema."""
    project.append([event("a", 0, "Go")])
    (project.folder / "macros").mkdir(exist_ok=True)
    (project.folder / "macros" / "names.sql").write_text(
        "{% macro generate_schema_name(custom, node) %}main{% endmacro %}"
    )
    project.run(AS_OF)
    before = project.rows("from case_timeline")
    project.append([event("b", 1, "Back")])
    with pytest.raises(DbtFailed, match="Nothing was written"):
        verified(project)
    assert project.rows("from case_timeline") == before


def test_explain_of_a_binding_that_is_none(project: DbtProject) -> None:
    with pytest.raises(DbtFailed, match=r"no binding 'nope'. It has: case"):
        dbt_of(project).operation("explain_facts", binding="nope", object="o1")
    with pytest.raises(DbtFailed, match=r"does not exist yet. Run dbt first"):
        dbt_of(project).operation("explain_facts", binding="case", object="o1")


def test_the_commands_themselves(project: DbtProject) -> None:
    """As a user calls them: dbt in its own process, the profile in the working directory."""
    project.append([event("a", 0, "Go")])
    Dbt(project.folder, project.folder, vars={"ozmeta_as_of": AS_OF})("run")

    def called(*args: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "ozmeta_dbt", *args],
            cwd=project.folder,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    status, said = called("explain", "case", "o1", "--tenant", "t1")
    assert status == 0 and "starts Work, due 2026-01-01 01:00:00" in said
    status, said = called("explain", "cse", "o1")
    assert status == 2 and "Did you mean case?" in said and "called by macro" not in said, said
    tampered(project, "update case_sla_cycle set ST_Status = 'Running'")
    status, said = called("verify", "--object", "o1")
    assert status == 1 and "sla_timer: ST_Status is Running, should be Breached" in said


def test_what_the_commands_answer(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run(AS_OF)
    status, said = command(project, "explain", "case", "o1' or 'a' = 'a")
    assert status == 1 and "the tables hold nothing of case o1' or 'a' = 'a" in said
    status, said = command(project, "explain", "Case", "o1")
    assert status == 0 and "starts Work" in said
    status, said = command(project, "explain", "cse", "o1")
    assert status == 10 and "no binding 'cse'. It has: case. Did you mean case?" in said
    status, said = command(project, "verify", "Case")
    assert status == 0 and "no row differs from a rebuild of all objects from the journal" in said
    status, said = command(project, "verify", "--vars", "[no mapping")
    assert status == 10 and "expected a YAML mapping" in said
