"""Mutations of JSON documents by their structure: keys, rows, types, references and texts."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from fuzzers.texts import hostile, value

Place = tuple[Any, Any]  # a dict or list, and a key or an index of it


def places(document: Any) -> Iterator[Place]:
    """Every place of a document that holds a value."""
    todo = [document]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            keys: list[Any] = list(part)
        elif isinstance(part, list):
            keys = list(range(len(part)))
        else:
            continue
        for key in keys:
            yield part, key
            todo.append(part[key])


def deleted(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    del at[0][at[1]]


def repeated(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    """A row once more, as it is or with one change; a key once more in another spelling."""
    part, key = at
    again = copy.deepcopy(part[key])
    if isinstance(part, list):
        if chance.random() < 0.5 and isinstance(again, dict) and again:
            again[chance.choice(list(again))] = value(chance)
        part.insert(chance.randint(0, len(part)), again)
    else:
        name = str(key)
        part[chance.choice((name.upper(), name.lower(), name + " ", name[:-1], f"_{name}"))] = again


def retyped(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    part, key = at
    old = part[key]
    part[key] = chance.choice(
        (
            lambda: [old],
            lambda: {"value": old},
            lambda: str(old),
            lambda: None,
            lambda: not old,
            lambda: value(chance),
        )
    )()


def valued(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    at[0][at[1]] = value(chance)


def renamed(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    part, key = at
    if isinstance(part, dict):
        part[hostile(chance)] = part.pop(key)
    else:
        chance.shuffle(part)


def swapped(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    """Two values change places: references to rows of other tables, texts as numbers."""
    other = chance.choice(all_places)
    a, b = copy.deepcopy(at[0][at[1]]), copy.deepcopy(other[0][other[1]])
    at[0][at[1]], other[0][other[1]] = b, a


def copied(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    other = chance.choice(all_places)
    at[0][at[1]] = copy.deepcopy(other[0][other[1]])


def hostile_text(chance: random.Random, at: Place, all_places: list[Place]) -> None:
    """A hostile text instead of a text, at every place that holds the same one: a reference still
    leads to its row, so that the document often stays valid.
    """
    texts = [(p, k) for p, k in all_places if isinstance(p[k], str)]
    if not texts:
        return
    part, key = chance.choice(texts)
    old, new = part[key], hostile(chance)
    if chance.random() < 0.3:
        new = old + new
    for p, k in texts:
        if p[k] == old:
            p[k] = new


MUTATIONS: tuple[Callable[[random.Random, Place, list[Place]], None], ...] = (
    deleted,
    repeated,
    retyped,
    valued,
    renamed,
    swapped,
    copied,
    hostile_text,
    hostile_text,
    hostile_text,
)


def mutated(chance: random.Random, document: Any) -> tuple[Any, str]:
    """A copy with one to four mutations, and their names."""
    found, names = copy.deepcopy(document), []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        everywhere = list(places(found))
        if not everywhere:
            break
        mutation = chance.choice(MUTATIONS)
        mutation(chance, chance.choice(everywhere), everywhere)
        names.append(mutation.__name__)
    return found, "+".join(names)
