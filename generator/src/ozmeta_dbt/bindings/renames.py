"""Codes that MetaDB renamed since the last generation. The manifest shows them, and a warning
proposes the alias that keeps their history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import yaml

from ozmeta_dbt.bindings.aliases import KINDS, chosen
from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.config import FILE_NAME
from ozmeta_dbt.problems import Origin, Problems


def names_of(bindings: Iterable[Binding]) -> dict[str, Any]:
    """What the manifest stores for each binding: which id has which code."""
    return {binding.name: binding.names for binding in bindings}


def propose(
    bindings: list[Binding], former: dict[str, Any], manifest: str, problems: Problems
) -> None:
    """Warn about each id whose code differs from the last manifest, and give the alias that keeps
    its history.

    Nothing is proposed if something else now has the old code, if the id is gone or belongs to
    another workflow, or if the alias exists.
    """
    by_object = {place(entry): (name, entry) for name, entry in former.items() if place(entry)}
    taken = {type_ for binding in bindings for type_ in binding.object_types}
    for binding in bindings:
        name, before = by_object.get(place(binding.names), ("", {}))
        same_workflow = before.get("workflow") == binding.names["workflow"]
        for kind in ("states", "transitions", "event_types"):
            old_names = before.get(kind)
            if not isinstance(old_names, dict) or (kind != "event_types" and not same_workflow):
                continue
            moved: dict[str, set[str]] = defaultdict(set)
            for id, code in old_names.items():
                now = binding.names[kind].get(id)
                if now is not None and isinstance(code, str) and now != code:
                    moved[code].add(now)
            in_use = binding.known[kind].targets | binding.known[kind].live
            warn(
                binding,
                kind,
                {old: new for old, new in moved.items() if old not in in_use},
                Origin(manifest).at("ozmeta_dbt", "names", name, kind),
                problems,
            )
        was, now_called = before.get("object", {}), binding.names["object"]
        lost = [
            was.get(part) for part in ("code", "cd_code") if was.get(part) != now_called.get(part)
        ]
        changed = {
            old: {binding.object_type} for old in lost if isinstance(old, str) and old not in taken
        }
        warn(
            binding,
            "object_types",
            changed,
            Origin(manifest).at("ozmeta_dbt", "names", name, "object"),
            problems,
        )


def place(entry: Any) -> tuple[str, str] | None:
    """The table or UI entity of a binding in a manifest."""
    found = entry.get("object") if isinstance(entry, dict) else None
    return (str(found.get("type")), str(found.get("id"))) if isinstance(found, dict) else None


def warn(
    binding: Binding, kind: str, moved: dict[str, set[str]], origin: Origin, problems: Problems
) -> None:
    """One warning for the renamed names of a kind. moved: {old: current names of its ids}"""
    key, what = KINDS[kind]
    own = chosen(binding.choices, kind)
    clear = {
        old: min(new)
        for old, new in moved.items()
        if len(new) == 1 and old not in binding.aliases.of(kind)
    }
    # an alias that leads to a name which was renamed since has to follow it
    followed = {old: clear[new] for old, new in own.items() if new in clear}
    for old, new in sorted(moved.items()):
        if len(new) > 1 and old not in binding.aliases.of(kind):
            names = " and ".join(map(repr, sorted(new)))
            problems.warn(
                origin,
                f"{old!r} of {binding.object_type} was split into {names}",
                f"say in {FILE_NAME}, under bindings, {binding.object_type}, {key}, "
                f"which of them events mean that still say {old!r}",
            )
    if clear:
        renamed = ", ".join(f"{old!r} is now {new!r}" for old, new in sorted(clear.items()))
        lines = yaml_line(
            {
                "bindings": {
                    binding.object_type: {key: dict(sorted({**own, **clear, **followed}.items()))}
                }
            }
        )
        problems.warn(
            origin,
            f"{what} of {binding.object_type} was renamed: {renamed}",
            f"for journals that still use the old name, put into {FILE_NAME}: {lines}",
        )


def yaml_line(document: Any) -> str:
    """A document as one line of YAML, to be pasted."""
    text: str = yaml.safe_dump(
        document, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
    )
    return text.strip().removeprefix("{").removesuffix("}")
