"""A history as a section of ozmeta.yml, with comments that give the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ozmeta_dbt.discovery.texts import comment, flow, scalar, value_of

Path = tuple[str, ...]
LONGEST = 100  # of a mapping on one line


@dataclass
class Section:
    """What is under `histories`, and which models it makes."""

    name: str
    keys: dict[str, Any]
    models: list[str]
    comments: dict[Path, list[str]] = field(default_factory=dict)  # by the place of the key

    def put(self, place: Path, value: Any, why: str) -> None:
        """Set a key, with a comment above its part."""
        here = self.keys
        for key in place[:-1]:
            here = here.setdefault(key, {})
        here[place[-1]] = value
        self.comments.setdefault(place[:2], []).append(why)

    @property
    def histories(self) -> list[str]:
        return ["histories:", f"  {scalar(self.name)}:", *self.lines(self.keys, (), "    ")]

    def lines(self, keys: Mapping[str, Any], above: Path, indent: str) -> Iterable[str]:
        for key, value in keys.items():
            place = (*above, key)
            for why in dict.fromkeys(self.comments.get(place, [])):
                yield from comment(why, indent)
            line = f"{indent}{scalar(key)}: {value_of(value)}"
            if isinstance(value, dict) and (self.is_told_inside(place) or len(line) > LONGEST):
                yield f"{indent}{scalar(key)}:"
                yield from self.lines(value, place, indent + "  ")
            else:
                yield line

    def is_told_inside(self, place: Path) -> bool:
        return any(len(told) > len(place) and told[: len(place)] == place for told in self.comments)

    @property
    def journal(self) -> str:
        return journal_of(self.models)

    def ozmeta_yml(self, folder: str, output: str) -> str:
        """A whole ozmeta.yml. folder: of the metadata"""
        lines = [
            "# What ozmeta-dbt reads and writes. docs/reference/ozmeta-yml.md lists every key.",
            "version: 1",
            f"metadb: {{folder: {scalar(folder)}}}",
            f"output: {scalar(output)}",
            *self.histories,
            self.journal,
        ]
        return "\n".join(lines) + "\n"


def journal_of(models: Iterable[str]) -> str:
    """The key `journal` that reads these models."""
    return f"journal: {flow({'sources': [{'ref': model} for model in models]})}"
