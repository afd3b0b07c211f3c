"""Names that are made up: codes of transitions, ids, the names of entities."""

from __future__ import annotations

import re

from ozmeta_dbt.bindings.entity import snake_case

LONGEST = 40


def unique(wanted: str, taken: set[str]) -> str:
    """The name, followed by a number if it is taken. Adds it to `taken`, in lower case."""
    name, number = wanted, 1
    while name.lower() in taken:
        number += 1
        name = f"{wanted}_{number}"
    taken.add(name.lower())
    return name


def code_part(state: str) -> str:
    """Won't fix -> WontFix. Characters other than ASCII letters and digits are left out."""
    words = re.findall(r"[A-Za-z0-9]+", re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]", "", state))
    text = "".join(word[0].upper() + word[1:] for word in words)
    return text[:LONGEST] or "State"


def transition_name(from_state: str, to_state: str) -> str:
    return f"{code_part(from_state)}_to_{code_part(to_state)}"


def entity_names(object_types: list[str]) -> dict[str, str]:
    """{object type: the name of its table}: the object type itself, if models can be named after
    it.
    """
    taken: set[str] = set()
    found = {}
    for name in object_types:
        model = snake_case(name)
        if model and not model[0].isdigit() and model not in taken and len(model) <= LONGEST:
            found[name] = name
            taken.add(model)
    for name in object_types:
        if name not in found:
            part = code_part(name)
            wanted = part if part[0].isalpha() and part != "State" else f"Entity{part}"
            wanted = "Entity" if wanted == "EntityState" else wanted
            number, chosen = 1, wanted
            while snake_case(chosen) in taken:
                number += 1
                chosen = f"{wanted}{number}"
            taken.add(snake_case(chosen))
            found[name] = chosen
    return found
