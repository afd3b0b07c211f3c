"""The demo's MetaDB: three entities, written as a snapshot that `ozmeta-dbt` reads like any other
export (SPEC 1).

Ids are made from names, so every run writes the same bytes, and a reader can find an id by
searching for it.
"""

from __future__ import annotations

import uuid
from typing import Any

Json = dict[str, Any]
HOUR, DAY = 60, 24 * 60  # in minutes, as SLAs count


def id_of(*names: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "ozmeta-demo/" + "/".join(names)))


# ---------------------------------------------------------------- rules (the DSL of SPEC 1)


def ref(path: str) -> Json:
    return {"ref": path}


def lit(value: str | int) -> Json:
    return {"lit": value, "type": "number" if isinstance(value, int) else "string"}


def op(name: str, *args: Json) -> Json:
    return {"op": name, "args": list(args)}


def entering(*states: str) -> Json:
    """True for an event that moves the object to one of these states."""
    return op("in", ref("transition.toState"), *map(lit, states))


def start(expr: Json) -> Json:
    return {"version": 1, "kind": "TimerStart", "expr": expr}


def stop(expr: Json) -> Json:
    return {"version": 1, "kind": "TimerStop", "expr": expr}


def ask(
    who: str, when: str, severity: str, after_minutes: int = 0, unless_acknowledged: bool = False
) -> Json:
    """One step of an escalation ladder: put a row for `who` in the queue."""
    payload: Json = {"severity": severity}
    if after_minutes:
        payload["afterMinutes"] = after_minutes
    if unless_acknowledged:
        payload["unlessAcknowledged"] = True
    return {"type": "EnqueueEscalation", "signalType": when, "target": who, "payload": payload}


def ladder(*steps: Json) -> Json:
    return {"version": 1, "kind": "Escalation", "actions": list(steps)}


# ---------------------------------------------------------------- the snapshot, an entity at a time

ROLES = (
    "Agent",
    "TeamLead",
    "ServiceManager",
    "CaseManager",
    "ApClerk",
    "FinanceManager",
    "Dispatcher",
    "Technician",
    "FieldManager",
)


class Snapshot:
    def __init__(self) -> None:
        self.tables: list[Json] = []
        self.workflows: dict[str, list[Json]] = {
            "workflows": [],
            "states": [],
            "transitions": [],
            "transitionRoles": [],
            "approvalFlows": [],
            "slas": [],
            "events": [],
        }
        self.runtime: dict[str, list[Json]] = {
            "bindings": [],
            "slaBindings": [],
            "transitionEvents": [],
            "approvalSteps": [],
            "approvalStepRoles": [],
            "signalTypes": [],
        }

    def entity(
        self,
        name: str,
        code: str,
        states: list[str],
        terminal: set[str],
        state_slas: dict[str, int] | None = None,
    ) -> None:
        """A table, its workflow (the first state is the start state) and the binding that asks for
        runtime tables.
        """
        table, workflow = id_of(name), id_of(name, "workflow")
        self.tables.append(
            {"id": table, "schema": "Ops", "code": name, "cdCode": code, "requiresTenant": True}
        )
        self.workflows["workflows"].append(
            {
                "id": workflow,
                "code": f"{name}Lifecycle",
                "objectType": "Table",
                "objectId": table,
                "isEnabled": True,
            }
        )
        for state in states:
            row = {
                "id": id_of(name, state),
                "workflowId": workflow,
                "code": state,
                "isInitial": state == states[0],
                "isTerminal": state in terminal,
            }
            if state_slas and state in state_slas:
                row["slaMinutes"] = state_slas[state]
            self.workflows["states"].append(row)
        self.runtime["bindings"].append(
            {
                "id": id_of(name, "binding"),
                "objectType": "Table",
                "objectId": table,
                "workflowId": workflow,
                "runtimeMode": "Sidecar",
                "instanceKeyStrategy": "Tenant+ObjectID",
                "isEnabled": True,
            }
        )

    def transition(
        self,
        name: str,
        code: str,
        from_state: str,
        to_state: str,
        role: str,
        event: str | None = None,
        actions: list[Json] | None = None,
    ) -> None:
        id = id_of(name, code, from_state, to_state)
        action = {"version": 1, "kind": "Action", "actions": actions} if actions else ""
        self.workflows["transitions"].append(
            {
                "id": id,
                "workflowId": id_of(name, "workflow"),
                "code": code,
                "fromStateId": id_of(name, from_state),
                "toStateId": id_of(name, to_state),
                "guardDsl": "allow",
                "actionDsl": action,
                "isEnabled": True,
            }
        )
        self.workflows["transitionRoles"].append(
            {"transitionId": id, "roleId": id_of("role", role)}
        )
        if event:
            self.workflows["events"].append({"id": id_of("event", event), "code": event})
            self.runtime["transitionEvents"].append(
                {"transitionId": id, "eventTypeId": id_of("event", event)}
            )

    def approval_flow(self, name: str, code: str, *steps: tuple[str, str, Json]) -> None:
        """The flow of an entity's binding: in order, each step's code, the role that votes and the
        rule by which it passes.
        """
        flow = id_of(name, "flow", code)
        self.workflows["approvalFlows"].append({"id": flow, "code": code, "isEnabled": True})
        for order, (step, role, rule) in enumerate(steps, 1):
            self.runtime["approvalSteps"].append(
                {
                    "id": id_of(name, "step", step),
                    "approvalFlowId": flow,
                    "order": order,
                    "code": step,
                    "rule": rule,
                }
            )
            self.runtime["approvalStepRoles"].append(
                {"stepId": id_of(name, "step", step), "roleId": id_of("role", role)}
            )
        next(row for row in self.runtime["bindings"] if row["id"] == id_of(name, "binding"))[
            "approvalFlowId"
        ] = flow

    def sla(
        self,
        name: str,
        code: str,
        target: int,
        warn: int | None = None,
        begin: Json | None = None,
        end: Json | None = None,
        escalation: Json | None = None,
        on: tuple[str, str] | None = None,
    ) -> None:
        object_type, object_id = on or ("Table", id_of(name))
        self.workflows["slas"].append(
            {
                "id": id_of(name, "sla", code),
                "code": code,
                "objectType": object_type,
                "objectId": object_id,
                "targetMinutes": target,
                "warnMinutes": warn,
                "escalationRule": escalation,
                "isEnabled": True,
            }
        )
        self.runtime["slaBindings"].append(
            {
                "id": id_of(name, "slaBinding", code),
                "bindingId": id_of(name, "binding"),
                "slaId": id_of(name, "sla", code),
                "startRule": begin,
                "stopRule": end,
            }
        )

    def document(self) -> Json:
        return {
            "snapshotVersion": 1,
            "generatedAtUTC": "2026-01-01T00:00:00Z",
            "clientCode": "DEMO",
            "projectCode": "Operations",
            "objects": {
                "model": {"tables": self.tables},
                "workflows": self.workflows,
                "runtime": self.runtime,
                "security": {
                    "roles": [{"id": id_of("role", role), "code": role} for role in ROLES]
                },
            },
        }


def add_case(snapshot: Snapshot) -> None:
    """A service case of a desk in Berlin or New York. Its SLAs count while that desk is open, and
    pause while the desk waits for the customer. "Approve" starts from two states.
    """
    snapshot.entity(
        "Case",
        "CA",
        ["New", "Triage", "InProgress", "WaitingCustomer", "Review", "Closed", "Cancelled"],
        {"Closed", "Cancelled"},
        {"WaitingCustomer": 7 * DAY, "Review": 16 * HOUR},
    )
    snapshot.transition("Case", "Submit", "New", "Triage", "Agent", event="Case.Submitted")
    snapshot.transition("Case", "Approve", "Triage", "InProgress", "TeamLead")
    snapshot.transition("Case", "Approve", "Review", "Closed", "TeamLead")
    snapshot.transition("Case", "AskCustomer", "InProgress", "WaitingCustomer", "Agent")
    snapshot.transition("Case", "CustomerReplied", "WaitingCustomer", "InProgress", "Agent")
    snapshot.transition("Case", "Propose", "InProgress", "Review", "Agent")
    sent_back = {
        "type": "EnqueueEscalation",
        "target": "role:CaseManager",
        "payload": {"severity": "Info"},
        "notes": "A proposal was sent back",
    }
    snapshot.transition("Case", "SendBack", "Review", "InProgress", "TeamLead", actions=[sent_back])
    snapshot.transition("Case", "Cancel", "Triage", "Cancelled", "TeamLead")
    snapshot.transition("Case", "Cancel", "InProgress", "Cancelled", "TeamLead")

    snapshot.sla(
        "Case",
        "FirstResponse",
        target=4 * HOUR,
        warn=3 * HOUR,
        begin=start(entering("Triage")),
        end=stop(entering("InProgress", "Cancelled")),
        escalation=ladder(ask("role:TeamLead", "SLA.Breached", "Warning")),
    )
    # its calendar, pause and targets are in ozmeta.yml
    snapshot.sla(
        "Case",
        "Resolve",
        target=80 * HOUR,
        warn=60 * HOUR,
        begin=start(entering("InProgress")),
        end=stop(entering("Closed", "Cancelled")),
        escalation=ladder(
            ask("role:TeamLead", "SLA.Warned", "Warning"),
            ask("role:ServiceManager", "SLA.Breached", "Critical"),
            ask(
                "principal:head.of.service",
                "SLA.Breached",
                "Critical",
                after_minutes=4 * HOUR,
                unless_acknowledged=True,
            ),
        ),
    )


def add_invoice(snapshot: Snapshot) -> None:
    """A supplier's invoice. Large ones must be approved within two days: two of three clerks check,
    then finance releases. One SLA has neither rules nor a warning.
    """
    snapshot.entity(
        "Invoice",
        "IN",
        ["Received", "Matched", "Disputed", "Approved", "Paid", "Rejected"],
        {"Paid", "Rejected"},
    )
    snapshot.transition("Invoice", "Match", "Received", "Matched", "ApClerk")
    snapshot.transition("Invoice", "Dispute", "Received", "Disputed", "ApClerk")
    snapshot.transition("Invoice", "Dispute", "Matched", "Disputed", "ApClerk")
    snapshot.transition("Invoice", "Settle", "Disputed", "Matched", "ApClerk")
    snapshot.transition("Invoice", "Approve", "Matched", "Approved", "FinanceManager")
    snapshot.transition("Invoice", "Reject", "Disputed", "Rejected", "FinanceManager")
    snapshot.transition("Invoice", "Pay", "Approved", "Paid", "ApClerk", event="Invoice.Paid")

    snapshot.sla(
        "Invoice", "PayOnTime", target=21 * DAY
    )  # from the first event to a terminal state
    large = op(
        "and", entering("Matched"), op("gte", {"ref": "object.Amount", "as": "number"}, lit(10_000))
    )
    snapshot.sla(
        "Invoice",
        "ApproveLarge",
        target=2 * DAY,
        warn=DAY,
        begin=start(large),
        end=stop(entering("Approved", "Rejected", "Disputed")),
        escalation=ladder(
            ask("role:ApClerk", "SLA.Warned", "Info"),
            ask("role:FinanceManager", "SLA.Breached", "Critical"),
        ),
    )
    snapshot.approval_flow(
        "Invoice",
        "Payment",
        ("Check", "ApClerk", {"quorum": 2, "of": 3, "veto": False}),
        ("Release", "FinanceManager", {"quorum": 1}),
    )
    # on an approval step: from its turn to its decision
    snapshot.sla(
        "Invoice",
        "CheckInTime",
        target=DAY,
        warn=16 * HOUR,
        on=("ApprovalStep", id_of("Invoice", "step", "Check")),
        escalation=ladder(ask("role:FinanceManager", "SLA.Breached", "Warning")),
    )


def add_ticket(snapshot: Snapshot) -> None:
    """A field-service visit. Vans are offline for hours; ozmeta.yml says that the first writer
    wins.
    """
    snapshot.entity(
        "Ticket",
        "TK",
        ["Open", "Scheduled", "EnRoute", "OnSite", "Done", "Aborted"],
        {"Done", "Aborted"},
    )
    snapshot.transition("Ticket", "Schedule", "Open", "Scheduled", "Dispatcher")
    snapshot.transition("Ticket", "Reschedule", "Scheduled", "Scheduled", "Dispatcher")
    snapshot.transition("Ticket", "Reschedule", "EnRoute", "Scheduled", "Dispatcher")
    snapshot.transition("Ticket", "Depart", "Scheduled", "EnRoute", "Technician")
    snapshot.transition("Ticket", "Arrive", "EnRoute", "OnSite", "Technician")
    snapshot.transition("Ticket", "Complete", "OnSite", "Done", "Technician")
    snapshot.transition("Ticket", "Abort", "Scheduled", "Aborted", "Dispatcher")

    snapshot.sla(
        "Ticket",
        "OnSiteInTime",
        target=2 * DAY,
        warn=36 * HOUR,
        begin=start(entering("Scheduled")),
        end=stop(entering("OnSite", "Aborted")),
        escalation=ladder(
            ask("role:Dispatcher", "SLA.Warned", "Warning"),
            ask("role:FieldManager", "SLA.Breached", "Critical"),
        ),
    )
    # on a transition: from entering its from-state (OnSite) to taking it
    snapshot.sla(
        "Ticket",
        "VisitLength",
        target=6 * HOUR,
        on=("Transition", id_of("Ticket", "Complete", "OnSite", "Done")),
        escalation=ladder(ask("role:FieldManager", "SLA.Breached", "Warning")),
    )


def snapshot() -> Json:
    made = Snapshot()
    add_case(made)
    add_invoice(made)
    add_ticket(made)
    made.runtime["signalTypes"] = [
        {"id": id_of("signal", code), "code": code, "severity": severity}
        for code, severity in (
            ("SLA.Warned", "Warning"),
            ("SLA.Breached", "Critical"),
            ("Escalation.Raised", "Warning"),
        )
    ]
    return made.document()
