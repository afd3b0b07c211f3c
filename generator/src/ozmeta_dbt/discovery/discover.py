"""Discover: query the warehouse, draw conclusions, and describe the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ozmeta_dbt.discovery import facts, rules
from ozmeta_dbt.discovery.facts import ObjectType
from ozmeta_dbt.discovery.folder import Discovery
from ozmeta_dbt.discovery.journals import Journals, NothingFound, check_readable
from ozmeta_dbt.discovery.names import entity_names
from ozmeta_dbt.discovery.texts import shown
from ozmeta_dbt.discovery.warehouse import asked
from ozmeta_dbt.operations.dbt import Dbt

PAYLOADS = 1000  # of each object type, from which the names of fields are learnt


@dataclass(frozen=True)
class Choice:
    object_types: tuple[str, ...] = ()
    percentile: int = 80
    rare: float = 1.0


def discover(
    dbt: Dbt, journals: Journals, choice: Choice
) -> tuple[Discovery, list[dict[str, Any]]]:
    """The results, and the journals as they are in the warehouse."""
    scope: dict[str, Any] = {
        "journals": journals.given,
        "object_types": list(choice.object_types),
        "stream": journals.stream,
        "percentile": choice.percentile,
    }
    answer = asked(dbt, "discover_facts", **scope, most_states=rules.MOST_STATES, payloads=PAYLOADS)
    seen = answer["journals"]
    check_readable(journals, seen)
    labels = [each["shown"] for each in seen]
    found = facts.object_types(answer["answers"])
    check_found(found, answer["answers"], ", ".join(labels), choice)
    workflows = [
        rules.workflow(of, choice.rare) for _, of in sorted(found.items()) if of.statements
    ]
    fields = sorted({key for of in workflows for key in of.of.keys})
    details = asked(
        dbt,
        "discover_details",
        **scope,
        tenant_types=sorted(name for name, of in found.items() if of.by_tenant),
        ends={of.of.name: of.ends for of in workflows},
        replies={of.of.name: of.replies for of in workflows},
        fields=fields,
    )
    facts.add_details(found, details, fields)
    for of in workflows:
        rules.add_levels(of)
    left_out = [of for _, of in sorted(found.items()) if not of.statements]
    names = entity_names([of.of.name for of in workflows])
    return Discovery(labels, workflows, names, left_out, choice.percentile, choice.rare), seen


def check_found(
    found: dict[str, ObjectType], answers: facts.Answers, where: str, choice: Choice
) -> None:
    """NothingFound if no workflow can be made."""
    rows = sum(facts.number(row["journal_rows"]) for row in facts.records(answers, "types"))
    wanted = ", ".join(map(shown, choice.object_types))
    if not rows and wanted:
        raise NothingFound(
            f"{where} has no row of the object type {wanted}: leave out --object-type to see which"
            " there are"
        )
    if not rows:
        raise NothingFound(f"{where} is empty: discover needs events to learn from")
    missing = [name for name in choice.object_types if name not in found]
    if missing:
        raise NothingFound(
            f"{where} has no row of the object type {', '.join(map(shown, missing))}: leave out"
            " --object-type to see which there are"
        )
    if not any(of.events for of in found.values()):
        raise NothingFound(
            f"{where} has {rows} rows, and none of them can be used: each needs EJ_ID,"
            " EJ_ObjectType, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, and a payload that is a"
            " JSON object or null"
        )
    if len(found) > rules.MOST_TYPES:
        raise NothingFound(
            f"{where} has {len(found)} object types or more, and at most {rules.MOST_TYPES} are"
            " discovered at once: name those that you want with --object-type"
        )
    for name, of in sorted(found.items()):
        states = max(of.state_count, len(of.states))
        if states > rules.MOST_STATES:
            raise NothingFound(
                f"{shown(name)} has {states} different states, more than {rules.MOST_STATES}: what"
                " its payloads have in transition.toState is probably free text or an id. Take"
                " another column for the status, or discover only other types with --object-type"
            )
    if not any(of.statements for of in found.values()):
        raise NothingFound(
            f"no payload in {where} has transition.toState or transition.code, so there is no"
            " state to discover: the reference says what a payload looks like (docs/get-started.md,"
            " step 3)"
        )
