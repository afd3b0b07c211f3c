"""One deliberate fault in the package. mutants.py applies it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str  # under macros/, or from the root if it is a file of the generator
    old: str
    new: str
    breaks: str  # which sentence of the SPEC, in a few words
    spec: str  # its section
    likely: str  # the case (`order-3`) or the test that ought to catch it: tried first
    times: int = 1  # how often `old` is in the file; every one is replaced

    @property
    def path(self) -> str:
        """The path from the root of the repository."""
        return self.file if self.file.startswith("generator/") else f"macros/{self.file}"
