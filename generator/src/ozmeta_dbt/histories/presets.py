"""The presets: names and meanings of the tables of common systems, one file per loader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ozmeta_dbt.config import HistoryKeys
from ozmeta_dbt.documents import loads_yaml
from ozmeta_dbt.histories.definition import KINDS

DEFAULT_LOADER = "fivetran"


@dataclass(frozen=True)
class Preset:
    name: str
    loader: str
    title: str
    about: str
    keys: HistoryKeys
    notes: tuple[str, ...] = ()
    refused: str = ""  # why there is no preset for this loader


@cache
def presets() -> Mapping[tuple[str, str], Preset]:
    """{(name, loader): preset}, in the order of their names."""
    found: dict[tuple[str, str], Preset] = {}
    folder = files("ozmeta_dbt.histories").joinpath("presets")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yml"):
            preset = read(file.name.removesuffix(".yml"), file.read_text(encoding="utf-8"))
            found[preset.name, preset.loader] = preset
    return found


def read(file: str, text: str) -> Preset:
    """file: <preset>_<loader>"""
    document = loads_yaml(text)
    name, _, loader = file.rpartition("_")
    return Preset(
        name,
        loader,
        document["title"],
        document.get("about", ""),
        HistoryKeys.model_validate(document.get("history", {})),
        tuple(document.get("notes", ())),
        document.get("refused", ""),
    )


def known(name: str, loader: str) -> Preset | None:
    """The preset, if it knows the tables of that loader."""
    found = presets().get((name, loader))
    return None if found is None or found.refused else found


def why_unknown(name: str, loader: str) -> str:
    """The end of the sentence that says that the preset does not: the reason, if there is one."""
    found = presets().get((name, loader))
    return f": {found.refused}" if found else ""


def names() -> list[str]:
    return sorted({name for name, _ in presets()})


def loaders(name: str) -> list[str]:
    """The loaders whose tables a preset knows."""
    return [loader for (own, loader), it in presets().items() if own == name and not it.refused]


def given(keys: Any) -> dict[str, Any]:
    """The given keys, as a document."""
    found: dict[str, Any] = keys.model_dump(by_alias=True, exclude_unset=True)
    return found


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A history's keys, merged over those of a preset. Mappings are merged, and other values are
    replaced. null removes a key.
    """
    found = dict(base)
    for key, value in over.items():
        there = found.get(key)
        if key in (*KINDS, "names") and isinstance(value, Mapping):
            found[key] = merged_tables(there or {}, value)
        elif key == "users" and isinstance(value, Mapping):
            found[key] = merged_tables({key: there or {}}, {key: value})[key]
        else:
            put(found, key, value)
    return found


# what each of these keys stands for
INSTEAD = {
    "table": ("ref", "values"),
    "ref": ("table", "values"),
    "values": ("table", "ref", "key", "name", "only"),
}


def merged_tables(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """For mappings to tables: if the history gives another place for the rows or names, the
    preset's values for that place do not apply.
    """
    found = dict(base)
    for name, keys in over.items():
        there = dict(found.get(name) or {})
        for one, others in INSTEAD.items():
            for other in others if keys and keys.get(one) else ():
                there.pop(other, None)
        put(found, name, deep(there, keys) if isinstance(keys, Mapping) else keys)
    return found


def deep(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(base)
    for key, value in over.items():
        there = found.get(key)
        below = there if isinstance(there, Mapping) else {}
        put(found, key, deep(below, value) if isinstance(value, Mapping) else value)
    return found


def put(found: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        found.pop(key, None)
    else:
        found[key] = value
