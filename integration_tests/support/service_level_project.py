"""Bindings with service levels as the generator reads them: a snapshot, and keys of ozmeta.yml.

They have the shape of support.service_level_cases.binding, so the reference can fold the same ones.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from support.small_case import CONFIG

Row = dict[str, Any]


def project_files(bindings: dict[str, Row]) -> tuple[Row, Row]:
    """The config and the snapshot of a project with these bindings. Each has a workflow of its own,
    because the SLA of a state belongs to the workflow. Its second object type, if it has one, is
    the table's code.
    """
    calendars = next(iter(bindings.values()))["calendars"]
    config = CONFIG | {
        "calendars": as_text(calendars),
        "bindings": {name: binding_keys(binding) for name, binding in bindings.items()},
    }
    tables = [
        {
            "id": f"t{name}",
            "code": name,
            "cdCode": ([*binding["object_types"][1:], f"X{number}"])[0],
        }
        for number, (name, binding) in enumerate(bindings.items())
    ]
    runtime: Row = {"bindings": [], "slaPolicies": [], "slaBindings": []}
    for name, binding in bindings.items():
        runtime["bindings"].append(
            {
                "id": f"b{name}",
                "objectType": "Table",
                "objectId": f"t{name}",
                "workflowId": f"wf-{name}",
            }
        )
        for sla in binding["slas"]:
            if "state" not in sla:
                runtime["slaPolicies"].append(policy(name, sla))
                runtime["slaBindings"].append(rules(name, sla))
    workflows = [workflow(name, binding) for name, binding in bindings.items()]
    objects = {"tables": tables, "workflows": workflows, "runtime": runtime}
    return config, {"snapshotVersion": 1, "objects": objects}


def code(binding: Row, number: int) -> str:
    return binding["object_types"][1] if len(binding["object_types"]) > 1 else f"X{number}"


def binding_keys(binding: Row) -> Row:
    keys: Row = {
        "object_types": binding["object_types"],
        "auto_close": binding["auto_close"],
        "slas": {sla["code"]: as_text(sla["options"]) for sla in binding["slas"] if sla["options"]},
    }
    if binding["calendar"]:
        keys["calendar"] = binding["calendar"]
    if binding["report_fields"]:
        keys["report_fields"] = binding["report_fields"]
    return keys


def workflow(name: str, binding: Row) -> Row:
    flow = binding["workflow"]
    minutes = {sla["state"]: sla["target"] for sla in binding["slas"] if "state" in sla}
    states = [
        {
            "id": f"s{name}{state}",
            "code": state,
            "isInitial": state == flow["start"],
            "isTerminal": state in flow["terminal"],
            "slaMinutes": minutes.get(state),
        }
        for state in flow["states"]
    ]
    return {
        "workflow": {"id": f"wf-{name}", "code": f"Flow{name}"},
        "states": states,
        "transitions": [],
    }


def policy(name: str, sla: Row) -> Row:
    return {
        "id": f"p{name}{sla['code']}",
        "code": sla["code"],
        "objectType": "Table",
        "objectId": f"t{name}",
        "targetMinutes": sla["target"],
        "warnMinutes": sla["warn"],
        "escalationRule": sla["escalation"],
    }


def rules(name: str, sla: Row) -> Row:
    found = {"bindingId": f"b{name}", "slaId": f"p{name}{sla['code']}"}
    if sla["start"]:
        found["startRule"] = sla["start"]
    if sla["stop"]:
        found["stopRule"] = sla["stop"]
    return found


def as_text(value: Any) -> Any:
    """YAML's dates as texts, which a file has as well."""
    if isinstance(value, dict):
        return {str(as_text(key)): as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
