"""Which models of a binding dbt builds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.models.catalogue import BY_NAME, MODELS
from ozmeta_dbt.models.semantic import BASES


def wanted_models(binding: Binding) -> list[str]:
    """The models that a binding's metadata asks for, in the order of the catalogue."""
    return [model.name for model in MODELS if model.wanted(binding)]


@dataclass(frozen=True)
class Plan:
    """A binding with its models: those that the metadata asks for, without those that dbt does not
    build.
    """

    binding: Binding
    disabled: frozenset[str] = frozenset()  # the models that dbt_project.yml switches off

    @cached_property
    def wanted(self) -> list[str]:
        return wanted_models(self.binding)

    @cached_property
    def left_out(self) -> dict[str, str]:
        """{model that is not disabled: the one it needs, which is disabled or left out itself}"""
        found: dict[str, str] = {}
        for _ in self.wanted:  # as often as the longest chain of needs
            for model in self.wanted:
                missing = [
                    other
                    for other in BY_NAME[model].needs(self.binding)
                    if other in self.disabled or other in found
                ]
                if missing and model not in self.disabled:
                    found.setdefault(model, missing[0])
        return found

    @cached_property
    def written(self) -> list[str]:
        """The models that get a file. Disabled ones do, because dbt warns about unused settings."""
        return [model for model in self.wanted if model not in self.left_out]

    @cached_property
    def built(self) -> tuple[str, ...]:
        return tuple(model for model in self.written if model not in self.disabled)

    @cached_property
    def semantic(self) -> set[str]:
        """The purposes wanted as semantic models whose tables are built."""
        built = set(self.built)
        return {purpose for purpose in self.binding.semantic if BASES.get(purpose, set()) <= built}
